package chatrooms_test

import (
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"foyer/handlers/socket"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
	"github.com/google/go-cmp/cmp"
)

// patience is how long anything may take that a script waits for.
const patience = 20 * time.Second

// front is a house that listens.
type front struct {
	*house

	at string
}

func listen(t *testing.T) *front {
	t.Helper()
	h := open(t, generous())
	server := httptest.NewServer(h.router)
	t.Cleanup(func() {
		h.sockets.Close()
		server.Close()
	})
	return &front{h, "ws" + strings.TrimPrefix(server.URL, "http") + "/chat/ws"}
}

// client is one connection of somebody in a script.
type client struct {
	t    *testing.T
	f    *front
	name string
	raw  net.Conn
	in   io.Reader
}

// visit connects somebody, with a ticket unless it is nobody.
func (f *front) visit(name string) *client {
	f.t.Helper()
	query := ""
	if name != "" {
		ticket, _ := f.given(name, "POST /realtime/ticket")["ticket"].(string)
		query = "?ticket=" + ticket
	}
	raw, early, _, err := ws.Dial(f.t.Context(), f.at+query)
	f.fine(err)
	f.t.Cleanup(func() { raw.Close() })
	f.fine(raw.SetDeadline(time.Now().Add(patience)))
	c := &client{t: f.t, f: f, name: name, raw: raw, in: raw}
	if early != nil {
		c.in = early
	}
	return c
}

func (c *client) says(text string) {
	c.t.Helper()
	if err := wsutil.WriteClientText(c.raw, []byte(c.f.fill(text))); err != nil {
		c.t.Fatal(err)
	}
}

// next is the next frame, as JSON.
func (c *client) next() any {
	c.t.Helper()
	header, err := ws.ReadHeader(c.in)
	if err != nil {
		c.t.Fatalf("%s hears nothing: %v", c.name, err)
	}
	payload := make([]byte, header.Length)
	if _, err := io.ReadFull(c.in, payload); err != nil {
		c.t.Fatal(err)
	}
	if header.OpCode == ws.OpClose {
		code, _ := ws.ParseCloseFrameData(payload)
		return int(code)
	}
	var value any
	if err := json.Unmarshal(payload, &value); err != nil {
		c.t.Fatalf("%s: %v", payload, err)
	}
	return value
}

// hears expects exactly these frames next, and nothing more.
func (c *client) hears(frames ...string) {
	c.t.Helper()
	c.says(`{"type":"ping"}`)
	for _, frame := range append(frames, `{"type":"pong"}`) {
		var want any
		if err := json.Unmarshal([]byte(c.f.fill(frame)), &want); err != nil {
			c.t.Fatalf("%s: %v", frame, err)
		}
		if diff := cmp.Diff(want, c.next()); diff != "" {
			c.t.Fatalf("%s: -want +got\n%s", c.name, diff)
		}
	}
}

// on subscribes to channels, which must not be refused.
func (c *client) on(channels ...string) *client {
	c.t.Helper()
	for _, channel := range channels {
		c.says(`{"type":"subscribe","channel":"` + channel + `"}`)
	}
	c.hears()
	return c
}

func event(channel, name, data string) string {
	return `{"type":"event","channel":"` + channel + `","event":"` + name + `","data":` + data + `}`
}

// Contract 10: without a ticket one may read public channels, and no others.
func TestNobodyListens(t *testing.T) {
	t.Parallel()
	f := listen(t)
	c := f.visit("")
	c.on("chats-public", "room-{general}")
	for _, channel := range []string{"private-chats-alice", "private-room-{own}", "room-{own}", "presence-global", "nonsense"} {
		c.says(`{"type":"subscribe","channel":"` + channel + `"}`)
		c.hears(`{"type":"subscription_error","channel":"` + channel + `"}`)
	}
	f.given("alice", "POST /rooms/{general}/join")
	c.hears(
		event("room-{general}", "presence-update", `{"username":"alice","action":"joined","userCount":1}`),
		event("chats-public", "room-updated", `{"room":{"id":"{general}","name":"General Chat","type":"public","createdAt":1767607200000,"userCount":1}}`),
	)
	c.says(`{"type":"unsubscribe","channel":"chats-public"}`)
	c.hears()
	f.given("alice", "POST /rooms/{general}/leave")
	c.hears(event("room-{general}", "presence-update", `{"username":"alice","action":"left","userCount":0}`))
}

// Contract 10: a private room, from its making to its end.
func TestPrivateRoomLives(t *testing.T) {
	t.Parallel()
	f := listen(t)
	alice, bob, carol := f.visit("alice").on("private-chats-alice"), f.visit("bob").on("private-chats-bob"), f.visit("carol").on("private-chats-carol")
	carol.says(`{"type":"subscribe","channel":"private-room-{own}"}`)
	carol.hears(`{"type":"subscription_error","channel":"private-room-{own}"}`)

	made, _ := f.given("carol", `POST /rooms {"type":"private","members":["alice"]}`)["room"].(map[string]any)
	f.names["tea"], _ = made["id"].(string)
	tea := `{"room":{"id":"{tea}","name":"@alice, @carol","type":"private","members":["alice","carol"],"createdAt":1767607200000,"userCount":2}}`
	alice.hears(event("private-chats-alice", "room-created", tea))
	carol.hears(event("private-chats-carol", "room-created", tea))
	bob.hears()

	alice.on("private-room-{tea}")
	f.given("carol", `POST /rooms/{tea}/typing`)
	said, _ := f.given("carol", `POST /rooms/{tea}/messages {"content":"<tea?>"}`)["message"].(map[string]any)
	f.names["said"], _ = said["id"].(string)
	message := `{"roomId":"{tea}","message":{"id":"{said}","roomId":"{tea}","username":"carol","content":"<tea?>","timestamp":1767607200000}}`
	alice.hears(
		event("private-room-{tea}", "user-typing", `{"username":"carol","isTyping":true}`),
		event("private-room-{tea}", "room-message", message),
		event("private-chats-alice", "room-message", message),
	)
	carol.hears(event("private-chats-carol", "room-message", message))
	f.given("ryo", "DELETE /rooms/{tea}/messages/{said}")
	deleted := `{"roomId":"{tea}","messageId":"{said}"}`
	alice.hears(event("private-room-{tea}", "message-deleted", deleted), event("private-chats-alice", "message-deleted", deleted))
	carol.hears(event("private-chats-carol", "message-deleted", deleted))

	f.given("carol", "POST /rooms/{tea}/leave")
	alice.hears(event("private-chats-alice", "room-deleted", `{"roomId":"{tea}"}`))
	carol.hears(event("private-chats-carol", "room-deleted", `{"roomId":"{tea}"}`))
	bob.hears()
}

// The original keeps delivering to whoever has left: here the subscription goes with the membership.
func TestLossOfMembership(t *testing.T) {
	t.Parallel()
	f := listen(t)
	made, _ := f.given("alice", `POST /rooms {"type":"private","members":["bob","carol"]}`)["room"].(map[string]any)
	f.names["club"], _ = made["id"].(string)
	alice, bob := f.visit("alice").on("private-room-{club}"), f.visit("bob").on("private-room-{club}")
	f.given("alice", "DELETE /rooms/{club}")
	bob.hears(event("private-room-{club}", "presence-update", `{"username":"alice","action":"left","userCount":2}`))
	f.given("carol", `POST /rooms/{club}/messages {"content":"she is gone"}`)
	alice.hears()
	alice.says(`{"type":"subscribe","channel":"private-room-{club}"}`)
	alice.hears(`{"type":"subscription_error","channel":"private-room-{club}"}`)
	if frame, _ := bob.next().(map[string]any); frame["event"] != "room-message" {
		t.Errorf("bob hears %v", frame)
	}
}

func TestHeartbeatIsTold(t *testing.T) {
	t.Parallel()
	f := listen(t)
	alice := f.visit("alice").on("presence-global")
	f.given("bob", "POST /presence/heartbeat")
	alice.hears(event("presence-global", "user-heartbeat", `{"username":"bob","timestamp":1767607200000}`))
}

// Contract 10: a ticket is good once, for a minute; a connection that is refused is answered as all else is.
func TestTickets(t *testing.T) {
	t.Parallel()
	f := listen(t)
	f.check(scenario{status: 401, holds: []string{unsigned}}, f.send(call{line: "POST /realtime/ticket"}))
	f.names["ticket"], _ = f.given("alice", "POST /realtime/ticket")["ticket"].(string)
	raw, _, _, err := ws.Dial(t.Context(), f.at+"?ticket="+f.names["ticket"])
	f.fine(err)
	defer raw.Close()
	f.names["late"], _ = f.given("alice", "POST /realtime/ticket")["ticket"].(string)
	f.wait(time.Minute)
	for _, ticket := range []string{"{ticket}", "{late}", "nonsense"} {
		f.check(scenario{status: 401, holds: []string{unsigned}}, f.send(call{line: "GET /chat/ws?ticket=" + ticket}))
	}
	if answer := f.send(call{line: "GET /chat/ws"}); answer.Code < http.StatusBadRequest {
		t.Errorf("a request that is no handshake: %d", answer.Code)
	}
}

// What makes no sense is answered, and closes nothing.
func TestStrangeFrames(t *testing.T) {
	t.Parallel()
	f := listen(t)
	c := f.visit("")
	const wrong = `{"type":"error","message":"the type must be subscribe, unsubscribe or ping"}`
	for _, text := range []string{`{"type":"shout"}`, `{}`, `[]`, `null`, `nonsense`, `{"type":5}`, `{"type":{"type":"ping"}}`, strings.Repeat("[", 10_000)} {
		c.says(text)
		c.hears(wrong)
	}
	c.says(`{"type":"subscribe"}`)
	c.hears(`{"type":"subscription_error"}`)
	c.says(`{"type":"subscribe","channel":"` + strings.Repeat("x", 1000) + `"}`)
	c.hears(`{"type":"subscription_error"}`)
}

// A token that ends takes its connections along, and those of others stay.
func TestLogoutCloses(t *testing.T) {
	t.Parallel()
	f := listen(t)
	alice, bob := f.visit("alice").on("private-chats-alice"), f.visit("bob").on("private-chats-bob")
	f.given("alice", "POST /auth/logout")
	if got := alice.next(); got != int(socket.Normal) {
		t.Errorf("closed with %v", got)
	}
	bob.hears()
}

// While the database is away a subscription is refused, and the log has no name of a room.
func TestSubscribeWhileTheDatabaseIsAway(t *testing.T) {
	t.Parallel()
	f := listen(t)
	alice := f.visit("alice").on("private-chats-alice")
	f.fine(f.store.Close())
	alice.says(`{"type":"subscribe","channel":"private-room-{own}"}`)
	alice.hears(`{"type":"subscription_error","channel":"private-room-{own}"}`)
	if log := f.log.String(); !strings.Contains(log, "subscription failed") || strings.Contains(log, f.names["token alice"]) {
		t.Errorf("the log is %s", log)
	}
}

// Everybody hears what happens in a room in the same order.
func TestSameOrder(t *testing.T) {
	t.Parallel()
	f := listen(t)
	first, second := f.visit("").on("room-{general}"), f.visit("").on("room-{general}")
	done := make(chan struct{})
	go func() {
		defer close(done)
		for range 20 {
			f.send(call{as: "alice", line: "POST /rooms/{general}/join"})
			f.send(call{as: "alice", line: "POST /rooms/{general}/leave"})
		}
	}()
	for range 20 {
		f.send(call{as: "bob", line: "POST /rooms/{general}/join"})
		f.send(call{as: "bob", line: "POST /rooms/{general}/leave"})
	}
	<-done
	for range 80 {
		if diff := cmp.Diff(first.next(), second.next()); diff != "" {
			t.Fatalf("-first +second\n%s", diff)
		}
	}
}
