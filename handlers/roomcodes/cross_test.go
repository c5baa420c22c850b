package roomcodes_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"foyer/handlers/apitest"
	"foyer/handlers/roomcodes"
	"foyer/handlers/socket"
	"foyer/models"
	"foyer/tokens"
	"foyer/usage"

	"github.com/labstack/echo/v4"
)

// mixed is a room of the 100ms API, in which peers of that protocol meet, and somebody with a key of Room Codes for its workspace.
func mixed(t *testing.T, roles map[string]string) (*apitest.Room, *customer) {
	t.Helper()
	f := apitest.Start(t, "sqlite", apitest.Options{})
	sockets := socket.NewServer(roomcodes.Limits(64<<10), nil)
	h := &house{store: f.Store, hub: f.Hub, rooms: f.Rooms, codes: f.Codes, tokens: f.Tokens, log: f.Log, sockets: sockets, usage: usage.New(f.Store, usage.Options{})}
	(&roomcodes.Handler{
		Rooms: f.Rooms, Hub: f.Hub, Usage: h.usage, Tokens: f.Tokens, Store: f.Store, Sockets: sockets,
	}).Mount(f.Router.Group("/roomcodes"), func(next echo.HandlerFunc) echo.HandlerFunc { return next })
	front := httptest.NewServer(f.Router)
	h.at = front.URL
	t.Cleanup(func() {
		sockets.Close()
		front.Close()
	})
	f.Listen(t)
	room := f.Live(t, roles)
	h.workspace = models.Workspace{ID: room.ID}
	return room, h.customer(t, models.PlanUnlimited)
}

// Issue, One room, many tongues: a room code of the workspace opens its room here too, as what the code is for.
func TestRoomCode(t *testing.T) {
	t.Parallel()
	room, c := mixed(t, nil)
	alice := room.Join("alice", "host")
	guest := room.Fill("{code_guest}")
	u := c.connects(" " + guest)
	want := `{"roomCode":"` + guest + `","expirationTime":0,"broadcastType":"Broadcast","echo":false}`
	if got := u.hears("rc.100").Message; got != want {
		t.Errorf("the first frame is %s, want %s", got, want)
	}
	u.hears("rc.101")
	joined := alice.Expects("on-peer-join")
	if joined.At("role") != "guest" || joined.At("info.name") == "" {
		t.Errorf("the others hear %s", joined.Text())
	}

	u.says(`{"any":"text"}`)
	alice.Expects("on-broadcast", `{"private":false,"info":{"message":"{\"any\":\"text\"}","type":"chat"}}`)
	alice.Sends("broadcast", `{"info":{"message":"hello"}}`)
	u.hearsText("hello")
	alice.Sends("broadcast", `{"info":{"message":{"no":"text"}}}`)
	alice.Sends("broadcast", `{"info":{"message":"no chat","type":"reaction"}}`)
	alice.Sends("group-join", `{"name":"_handraise","peer_id":"{alice}"}`)
	alice.Sends("broadcast", `{"info":{"message":"to one"},"peer_id":"`+joined.At("peer_id")+`"}`)
	u.hearsText("to one")

	bob := room.Join("bob", "guest")
	u.hears("rc.101")
	bob.Begins("leave", `{}`)
	u.hears("rc.102")
	alice.Sends("peer-leave-request", `{"requested_for":"`+joined.At("peer_id")+`","reason":"enough"}`)
	u.isClosed(1000)
	alice.Expects("on-peer-leave")
}

// A room code for a role that may put others out makes a host.
func TestRoomCodeOfHost(t *testing.T) {
	t.Parallel()
	room, c := mixed(t, nil)
	alice := room.Join("alice", "guest")
	u := c.connects(room.Fill("{code_host}"))
	u.hears("rc.100", "rc.103", "rc.101")
	u.leaves()
	alice.Expects("on-peer-leave")
	alice.Sends("broadcast", `{"info":{"message":"the room goes on"}}`)
}

// Who has to wait hears nothing until it is let in, says nothing, and pays nothing; who is sent away is closed.
func TestLobby(t *testing.T) {
	t.Parallel()
	room, c := mixed(t, map[string]string{"guest": `{"lobby":true,"permissions":{}}`})
	alice := room.Join("alice", "host")
	u := c.connects(room.Fill("{code_guest}"))
	waiting := alice.Expects("on-lobby-update")
	u.says("nobody hears this")
	alice.Sends("lobby-admit", `{"peer_id":"`+waiting.At("peers.0.peer_id")+`"}`)
	u.hears("rc.100", "rc.101")
	alice.Expects("on-peer-join")
	u.says("hello")
	if got := alice.Expects("on-broadcast").At("info.message"); got != "hello" {
		t.Errorf("heard %q", got)
	}
	u.leaves()
	alice.Expects("on-peer-leave")

	v := c.connects(room.Fill("{code_guest}"))
	for waiting = alice.Expects("on-lobby-update"); waiting.At("peers.0.peer_id") == ""; {
		waiting = alice.Expects("on-lobby-update")
	}
	alice.Sends("lobby-deny", `{"peer_id":"`+waiting.At("peers.0.peer_id")+`","reason":"not today"}`)
	v.isClosed(1000)
}

// A room code of another workspace opens nothing here.
func TestForeignRoomCode(t *testing.T) {
	t.Parallel()
	room, c := mixed(t, nil)
	c.knocks(room.Fill("{other.guest}")).wants(t, http.StatusNotFound)
}

// A peer of the 100ms protocol in a room of this one hears, speaks, and is told of; the host is the host for it too.
func TestPeerOf100ms(t *testing.T) {
	t.Parallel()
	room, c := mixed(t, nil)
	_, err := room.Foyer.Tokens.CreateKey(t.Context(), room.ID, tokens.Pair{})
	must(t, err)
	u, code := c.hosts(echoed)
	made, err := c.rooms.Known(t.Context(), roomcodes.Dialect, code, c.account.ID)
	must(t, err)
	list, err := c.codes.Sync(t.Context(), room.ID, made.ID)
	must(t, err)
	for _, each := range list {
		room.Name("code_"+each.Role, each.Code)
	}
	alice := room.Join("alice", "client")
	u.hears("rc.101")
	u.says("a word")
	u.hearsText("a word")
	alice.Expects("on-broadcast", `{"info":{"message":"a word","type":"chat"}}`)
	alice.Sends("broadcast", `{"info":{"message":"hello"}}`)
	u.hearsText("hello")
	u.leaves()
	alice.Expects("on-peer-leave-request", `{"room_end":true}`)
}
