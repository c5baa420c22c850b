package polls_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/polls"
	"foyer/store"
	"foyer/store/storetest"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// clock stands still unless it is moved.
type clock struct {
	mu    sync.Mutex
	moved time.Duration // guarded by mu
}

var began = time.Date(2026, time.January, 5, 10, 0, 0, 123_000_000, time.UTC)

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return began.Add(c.moved)
}

func (c *clock) wait(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.moved += d
}

// room is one in which a session goes on, with the polls of its workspace.
type room struct {
	clock clock
	url   string
	store *store.Store
	polls *polls.Service
	at    polls.Live // of nobody
	room  models.Room
}

// each runs a test in a room over every kind of database.
func each(t *testing.T, test func(t *testing.T, r *room)) {
	t.Helper()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		t.Helper()
		test(t, newRoom(t, storetest.URL(t, database)))
	})
}

func newRoom(t *testing.T, url string) *room {
	t.Helper()
	r := &room{url: url}
	r.store = storetest.Open(t, store.Options{URL: url, Now: r.clock.now})
	r.polls = polls.New(r.store)
	at := r.store.Stamp()
	w := models.Workspace{ID: r.store.NewID(), AppID: r.store.NewID(), Name: "school", Region: "auto", CreatedAt: at, UpdatedAt: at}
	must(t, r.store.CreateWorkspace(t.Context(), &w))
	template := models.Template{
		ID: r.store.NewID(), WorkspaceID: w.ID, Name: "default", Region: "auto", Settings: models.Document{}, Destinations: []byte{1},
		Plugins: models.Document{}, Recordings: models.List{}, Extra: models.Document{}, CreatedAt: at, UpdatedAt: at,
	}
	must(t, r.store.CreateTemplate(t.Context(), &template))
	r.room = models.Room{WorkspaceID: w.ID, TemplateID: template.ID, Enabled: true, Region: "auto", CreatedAt: at, UpdatedAt: at}
	r.at = polls.Live{Workspace: w.ID, Session: r.store.NewID(), Peers: 2}
	r.at.Room = r.addRoom(t, "lesson")
	r.room.ID = r.at.Room
	return r
}

func (r *room) addRoom(t *testing.T, name string) models.ID {
	t.Helper()
	row := r.room
	row.ID, row.Name, row.NameKey = r.store.NewID(), name, name
	_, err := r.store.InsertRoom(t.Context(), &row)
	must(t, err)
	return row.ID
}

// link lets the room name polls.
func (r *room) link(t *testing.T, ids ...models.ID) {
	t.Helper()
	row := r.room
	row.Name, row.NameKey, row.Polls = "lesson", "lesson", models.List{}
	for _, id := range ids {
		row.Polls = append(row.Polls, string(id))
	}
	must(t, r.store.UpdateRoom(t.Context(), row))
}

// guest is a peer that may only read polls; host is one that makes them.
func (r *room) guest(name string) polls.Live {
	live := r.at
	live.Peer = polls.Peer{ID: "peer-" + name, UserID: "user-" + name, Name: name, Role: "guest"}
	return live
}

func (r *room) host() polls.Live {
	live := r.guest("host")
	live.Peer.Role, live.Peer.Writes = "host", true
	return live
}

// later is the same peer in a later session of the room.
func later(live polls.Live) polls.Live {
	live.Session = "65f0000000000000000000ff"
	return live
}

func must(t rapid.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// refused checks a fault's kind and message.
func refused(t rapid.TB, err error, kind fault.Kind, message string) {
	t.Helper()
	if !fault.Is(err, kind) || err.Error() != message {
		t.Errorf("want %v %q, got %v", kind, message, err)
	}
}

func equal[T any](t rapid.TB, want, got T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func text(s string) *string { return &s }

func number(n int) *int { return &n }

func flag(b bool) *bool { return &b }

// choose is a question with options, of which one is right.
func choose(options int, right int) polls.QuestionDraft {
	q := polls.QuestionDraft{Text: text("which?"), Options: make([]polls.OptionDraft, options)}
	if right > 0 {
		q.Answer.Options = []int{right}
	}
	return q
}

// quiz makes a quiz in the room and starts it.
func (r *room) quiz(t *testing.T, d polls.Draft, questions ...polls.QuestionDraft) string {
	t.Helper()
	if d.Type == nil {
		d.Type = text("quiz")
	}
	id := r.draft(t, d, questions...)
	_, err := r.polls.Start(t.Context(), r.host(), id)
	must(t, err)
	return id
}

// draft makes a poll in the room.
func (r *room) draft(t *testing.T, d polls.Draft, questions ...polls.QuestionDraft) string {
	t.Helper()
	id, err := r.polls.Set(t.Context(), r.host(), "", d)
	must(t, err)
	_, err = r.polls.SetQuestions(t.Context(), r.host(), id, questions)
	must(t, err)
	return id
}

// said is a response to a question by options.
func said(question int, options ...int) polls.Response {
	return polls.Response{Question: question, Options: options}
}

// vote wants responses to be taken, and gives their outcomes.
func (r *room) vote(t *testing.T, live polls.Live, id string, responses ...polls.Response) []polls.Outcome {
	t.Helper()
	outcomes, err := r.polls.Respond(t.Context(), live, id, responses)
	must(t, err)
	for _, outcome := range outcomes {
		must(t, outcome.Err)
	}
	return outcomes
}

func (r *room) stats(t *testing.T, id string) polls.Stats {
	t.Helper()
	stats, err := r.polls.Stats(context.Background(), r.host(), id)
	must(t, err)
	return stats
}
