package e2e_test

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"
)

// TestDatabaseAway stops Postgres under a meeting. Sockets stay, chat and hands go on, who is in comes back after a lost connection and
// may leave; joins and exchanges are told to try again, and so is the probe for traffic. When the database is back all works again without
// a hand, and what happened meanwhile is written down.
func TestDatabaseAway(t *testing.T) {
	t.Parallel()
	db := newCluster(t)
	s := start(t, sqlite, settings{"FOYER_DATABASE_URL": db.url, "FOYER_RATE_LIMITS": "off", "FOYER_LOG": "info,json"})
	o := newOutage(t, s)
	ada, ben, cem := o.enter(t, "ada"), o.enter(t, "ben"), o.enter(t, "cem")
	_, early := o.token(t)

	db.stop(t)
	awaitStatus(t, s.url+"/readyz", http.StatusServiceUnavailable)
	awaitStatus(t, s.url+"/healthz", http.StatusOK)
	o.refuses(t, early)
	o.goesOn(t, ada, ben)
	o.comesBack(t, ben)
	left := o.leaves(t, ada, cem)
	before := ada.sees()

	db.again(t)
	awaitStatus(t, s.url+"/readyz", http.StatusOK)
	dia := o.enter(t, "dia")
	await(t, "ada sees dia", func() bool { return len(ada.sees().People) == 3 })
	await(t, "the leave is written", func() bool {
		leg := o.legs(t)[cem.peer]
		return leg.LeftAt != nil && leg.LeftAt.Sub(left).Abs() < 2*time.Second
	})
	dia.gone(t)
	await(t, "dia has left", func() bool { return len(ada.sees().People) == 2 })

	// All that happened while the database was away is there for the process that comes next.
	s.crash(t)
	s.start(t)
	await(t, "ada is back", func() bool { return ada.connected() && ben.connected() })
	onlooker := o.enter(t, "onlooker")
	await(t, "all see what they saw", func() bool {
		seen := onlooker.sees()
		delete(seen.People, onlooker.peer)
		return fmt.Sprint(seen) == fmt.Sprint(before)
	})
	legs := o.legs(t)
	for name, leg := range map[string]attended{"ada": legs[ada.peer], "ben": legs[ben.peer]} {
		if leg.PeerID == "" || leg.LeftAt != nil {
			t.Errorf("the leg of %s, who is in: %+v", name, leg)
		}
	}
}

// outage is a room and what is needed to come into it.
type outage struct {
	*client

	http *http.Client
	room room
	code string
}

func newOutage(t *testing.T, s *server) *outage {
	t.Helper()
	o := &outage{client: s.client(t), http: via()}
	made, codes, err := o.newRoom(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(codes, func(c code) bool { return c.Role == "host" })
	o.room, o.code = made, codes[i].Code
	return o
}

func (o *outage) token(t *testing.T) (status int, token string) {
	t.Helper()
	status, token, err := o.exchange(t.Context(), o.code)
	if err != nil {
		t.Fatal(err)
	}
	return status, token
}

// guest is an app that runs until the test ends, or until it is gone.
type guest struct {
	*app

	hangUp context.CancelFunc
	ended  *sync.WaitGroup
}

func (o *outage) connect(t *testing.T, token string) *guest {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	g := &guest{app: newApp(o.http, o.url, token), hangUp: cancel, ended: &sync.WaitGroup{}}
	g.ended.Go(func() { g.run(ctx) })
	t.Cleanup(func() {
		g.hangUp()
		g.ended.Wait()
	})
	return g
}

func (o *outage) enter(t *testing.T, name string) *guest {
	t.Helper()
	_, token := o.token(t)
	g := o.connect(t, token)
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := g.join(ctx, name); err != nil {
		t.Fatalf("%s joins: %v", name, err)
	}
	g.must(t, "listen-metadata-change", map[string]any{"keys": keys})
	return g
}

// must calls something that must be carried out.
func (a *app) must(t *testing.T, method string, params any) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if _, err := a.call(ctx, method, params); err != nil {
		t.Fatalf("%s: %v", method, err)
	}
}

func (a *app) connected() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.line != nil
}

// gone says goodbye and does not come back.
func (g *guest) gone(t *testing.T) {
	t.Helper()
	w, err := g.wire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := w.send(map[string]any{"method": "leave", "params": map[string]string{}}); err != nil {
		t.Fatal(err)
	}
	select {
	case <-w.done:
	case <-time.After(time.Second): // while the database is away the server has not said goodbye yet
	}
	g.hangUp()
	g.ended.Wait()
}

// refuses has exchanges, and joins of those who are not in yet, be told to try again.
func (o *outage) refuses(t *testing.T, early string) {
	t.Helper()
	if status, _ := o.token(t); status != http.StatusServiceUnavailable {
		t.Errorf("an exchange is answered %d", status)
	}
	c := &credentials{http: o.http, url: o.url, peer: "early", token: early}
	if _, err := c.init(t.Context()); !isAway(err) {
		t.Errorf("/init answers %v", err)
	}
	w, err := c.open(t.Context(), o.endpoint(), nil) // as one who was at the door before
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := w.await(ctx, w.policy); err != nil {
		t.Fatalf("no policy: %v", err)
	}
	if _, err := w.call(ctx, "join", map[string]string{"name": "early"}); !isAway(err) {
		t.Errorf("a join is answered %v", err)
	}
}

// endpoint is where the WebSocket is.
func (o *outage) endpoint() string { return "ws" + o.url[len("http"):] + "/ws" }

// goesOn has those who are in talk, raise hands, and change names, roles and values.
func (o *outage) goesOn(t *testing.T, ada, ben *guest) {
	t.Helper()
	before := ben.messages()
	ada.must(t, "broadcast", map[string]any{"info": map[string]string{"message": "still here?", "type": "chat"}})
	await(t, "ben hears ada", func() bool { return ben.messages() == before+1 })
	ben.must(t, "group-join", map[string]string{"name": "_handraise"})
	ada.must(t, "set-metadata", map[string]any{"key": keys[0], "data": "during the outage"})
	if err := ada.describe(t.Context(), map[string]string{"name": "Ada"}, func(p *person) { p.Name = "Ada" }); err != nil {
		t.Fatal(err)
	}
	ada.must(t, "role-change-request", map[string]any{"requested_for": ben.peer, "role": "guest", "force": true})
	await(t, "ada and ben see all that", func() bool {
		a, b := ada.sees(), ben.sees()
		return len(a.People[ben.peer].Groups) == 1 && a.People[ben.peer].Role == "guest" && b.People[ben.peer].Role == "guest" &&
			b.People[ada.peer].Name == "Ada" && b.Values[keys[0]] == `"during the outage"`
	})
}

func (a *app) messages() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.heard
}

// comesBack cuts a connection; its app connects again.
func (o *outage) comesBack(t *testing.T, ben *guest) {
	t.Helper()
	first, err := ben.wire(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	first.close()
	await(t, "ben is back", func() bool {
		ben.mu.Lock()
		defer ben.mu.Unlock()
		return ben.line != nil && ben.line != first
	})
	ben.must(t, "get-peer", map[string]string{"peer_id": ben.peer}) // and is in
}

// leaves has somebody say goodbye: the others know at once. It gives the time.
func (o *outage) leaves(t *testing.T, ada, cem *guest) time.Time {
	t.Helper()
	at := time.Now()
	cem.gone(t)
	await(t, "ada sees cem leave", func() bool { return len(ada.sees().People) == 2 })
	if took := time.Since(at); took > 10*time.Second {
		t.Errorf("the others learn of a leave after %v", took)
	}
	return at
}

// attended is a leg as the API tells it.
type attended struct {
	PeerID string     `json:"peer_id"`
	LeftAt *time.Time `json:"left_at"`
}

// legs are those of the room's session, by peer id.
func (o *outage) legs(t *testing.T) map[string]attended {
	t.Helper()
	var sessions struct {
		Data []struct{ ID string } `json:"data"`
	}
	if err := o.get(t.Context(), "/v2/sessions?room_id="+o.room.ID, &sessions); err != nil || len(sessions.Data) != 1 {
		t.Fatalf("the sessions of the room: %+v, %v", sessions, err)
	}
	var all struct {
		Users []struct{ Legs []attended }
	}
	if err := o.get(t.Context(), "/v2/sessions/"+sessions.Data[0].ID+"/attendance", &all); err != nil {
		t.Fatal(err)
	}
	legs := map[string]attended{}
	for _, user := range all.Users {
		for _, leg := range user.Legs {
			if legs[leg.PeerID].PeerID != "" {
				t.Errorf("peer %s has two legs", leg.PeerID)
			}
			legs[leg.PeerID] = leg
		}
	}
	return legs
}

// awaitStatus waits until an address answers with a status.
func awaitStatus(t *testing.T, url string, want int) {
	t.Helper()
	await(t, fmt.Sprintf("%s answers %d", url, want), func() bool {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		status, err := head(ctx, url)
		return err == nil && status == want
	})
}

// await waits until something holds, with patience.
func await(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(patience)
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for !holds() {
		select {
		case <-again.C:
		case <-deadline:
			t.Fatalf("it does not come true that %s", what)
		}
	}
}
