package hub_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"foyer/fault"
	"foyer/hub"
	"foyer/models"
	"foyer/roles"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

const (
	workspace = models.ID("aaaaaaaaaaaaaaaaaaaaaaaa")
	roomID    = models.ID("bbbbbbbbbbbbbbbbbbbbbbbb")
	template  = models.ID("cccccccccccccccccccccccc")
)

// cast are the roles of the tests' template. A host may all; a chair may admit, but waits itself; a guest waits nowhere but at a locked
// door; a caller waits always; of speakers there are two at most; nobody gets to be a ghost.
var cast = roles.Read([]models.Role{
	{Name: "host", Document: models.Document{"permissions": map[string]any{
		"endRoom": true, "removeOthers": true, "changeRole": true, "mute": true, "unmute": true, "sendRoomState": true,
	}}},
	{Name: "chair", Document: models.Document{"lobby": true, "permissions": map[string]any{"admit": true}}},
	{Name: "guest", Document: models.Document{}},
	{Name: "caller", Document: models.Document{"lobby": true, "permissions": map[string]any{"sendRoomState": true}}},
	{Name: "speaker", Document: models.Document{"maxPeerCount": json.Number("2")}},
	{Name: "ghost", Document: models.Document{"maxPeerCount": json.Number("-1")}},
})

// house is a hub and what it writes down.
type house struct {
	*hub.Hub
	*paper

	place *hub.Place
	past  []models.Entry // written by hubs that this one came after
	last  atomic.Int64
}

// newHouse makes a hub with one room to enter. Change may change the room and the hub's options.
func newHouse(change func(*models.Room, *hub.Options)) *house {
	h := &house{paper: newPaper()}
	room := models.Room{ID: roomID, WorkspaceID: workspace, TemplateID: template, Name: "standup", Enabled: true}
	options := hub.Options{IDs: h.id, Journal: h.journal}
	if change != nil {
		change(&room, &options)
	}
	h.Hub = hub.New(options)
	h.place = &hub.Place{Template: &hub.Template{ID: template, Roles: cast, SendList: true}, Room: room}
	return h
}

func (h *house) id() models.ID { return models.ID(fmt.Sprintf("%024x", h.last.Add(1))) }

// ticket is one for a role: token and user are made of the name.
func (h *house) ticket(name, role string) hub.Ticket {
	return hub.Ticket{Place: h.place, Role: role, User: "user-" + name, Token: "token-" + name, Dialect: "test", Grace: time.Minute}
}

// arrive connects somebody.
func (h *house) arrive(t rapid.TB, name, role string) *client {
	t.Helper()
	return h.arriveWith(t, name, h.ticket(name, role))
}

func (h *house) arriveWith(t rapid.TB, name string, ticket hub.Ticket) *client {
	t.Helper()
	c := newClient(name)
	line, err := h.Arrive(context.Background(), ticket, name, c.deliver)
	must(t, err)
	c.Line = line
	return c
}

// enter has somebody arrive and join.
func (h *house) enter(t rapid.TB, name, role string) *client {
	t.Helper()
	c := h.arrive(t, name, role)
	must(t, c.Join(context.Background(), name, ""))
	return c
}

func (h *house) room(t rapid.TB) *hub.Room {
	t.Helper()
	r, err := h.Room(workspace, roomID)
	must(t, err)
	return r
}

// always is the same grace for every protocol.
func always(grace time.Duration) func(string) time.Duration {
	return func(string) time.Duration { return grace }
}

// names are the ids of those who are in, in order; none when there is no room.
func (h *house) names() []string {
	r, ok := h.RoomOf(roomID)
	if !ok {
		return nil
	}
	var names []string
	for _, card := range r.View().Peers {
		names = append(names, card.ID)
	}
	return names
}

func (h *house) wantInside(t rapid.TB, names ...string) {
	t.Helper()
	same(t, "who is in", h.names(), names)
}

// waiters are the ids of those who wait, in order.
func (h *house) waiters() []string {
	r, ok := h.RoomOf(roomID)
	if !ok {
		return nil
	}
	var names []string
	for _, w := range r.Waiters() {
		names = append(names, w.PeerID)
	}
	return names
}

func same(t rapid.TB, what string, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Fatalf("%s (- wanted, + got):\n%s", what, diff)
	}
}

func must(t rapid.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantKind(t rapid.TB, err error, kind fault.Kind) {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Fatalf("got %v, wanted kind %v", err, kind)
	}
}

// paper is what a hub has written down. Joins can be held back and refused. Safe for concurrent use.
type paper struct {
	mu      sync.Mutex
	entries []models.Entry           // guarded by mu, as is the rest
	verdict map[models.ID]bool       // of rows: whether the join was written
	holding bool                     // joins wait for a word
	held    map[string]*word         // of joins that wait, by peer id
	refuse  func(*models.Peer) error // what becomes of a join that is not held back; nil: all are written
}

// word is what a join that is held back waits for.
type word struct {
	row  models.ID
	sent chan error
}

func newPaper() *paper { return &paper{held: map[string]*word{}, verdict: map[models.ID]bool{}} }

func (p *paper) journal(e models.Entry) func(context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.entries = append(p.entries, e)
	if e.Joined == nil {
		return func(context.Context) error { return nil }
	}
	if p.holding {
		w := &word{row: e.Joined.ID, sent: make(chan error, 1)}
		p.held[e.Joined.PeerID] = w
		return func(ctx context.Context) error {
			select {
			case err := <-w.sent:
				return err
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	var err error
	if p.refuse != nil {
		err = p.refuse(e.Joined)
	}
	p.verdict[e.Joined.ID] = err == nil
	return func(context.Context) error { return err }
}

// hold holds joins back from now on, or not any more.
func (p *paper) hold(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.holding = on
}

// give gives the word for a join that is held back, and says whether there was one.
func (p *paper) give(peer string, err error) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	w, ok := p.held[peer]
	if ok {
		w.sent <- err
		p.verdict[w.row] = err == nil
		delete(p.held, peer)
	}
	return ok
}

// written are all entries so far.
func (p *paper) written() []models.Entry {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]models.Entry(nil), p.entries...)
}

// lefts are the entries of leaves so far.
func (p *paper) lefts() []*models.Peer {
	var all []*models.Peer
	for _, e := range p.written() {
		if e.Left != nil {
			all = append(all, e.Left)
		}
	}
	return all
}

func (p *paper) wantLefts(t testing.TB, n int) {
	t.Helper()
	if lefts := p.lefts(); len(lefts) != n {
		t.Fatalf("%d leaves are written, wanted %d: %+v", len(lefts), n, lefts)
	}
}

var errAway = fault.New(fault.Unavailable, "the database is not available")
