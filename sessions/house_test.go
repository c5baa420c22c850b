package sessions_test

import (
	"context"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"foyer/models"
	"foyer/sessions"
	"foyer/store"
	"foyer/store/storetest"
)

// house is a database with a room or more, and somebody who hears the events of the journals over it.
type house struct {
	*store.Store

	workspace, template models.ID
	rooms               []models.Room

	mu     sync.Mutex
	emits  error          // guarded by mu: what Emit fails with
	fresh  []models.Event // guarded by mu: of a transaction that is not committed
	events []models.Event // guarded by mu
	said   lines
}

// tester is what a house needs of a test, which may be one of rapid's.
type tester interface {
	Helper()
	Fatal(args ...any)
}

func newHouse(t testing.TB, database string) *house {
	t.Helper()
	return furnish(t, storetest.Open(t, store.Options{URL: storetest.URL(t, database)}))
}

func furnish(t tester, s *store.Store) *house {
	t.Helper()
	h := &house{Store: s}
	w := models.Workspace{ID: s.NewID(), AppID: s.NewID(), Name: "acme", Region: "eu", CreatedAt: s.Stamp(), UpdatedAt: s.Stamp()}
	must(t, s.CreateWorkspace(context.Background(), &w))
	m := models.Template{
		ID: s.NewID(), WorkspaceID: w.ID, Name: "default", Settings: models.Document{}, Destinations: []byte{1}, Plugins: models.Document{},
		Recordings: models.List{}, Extra: models.Document{}, CreatedAt: s.Stamp(), UpdatedAt: s.Stamp(),
	}
	must(t, s.CreateTemplate(context.Background(), &m))
	h.workspace, h.template = w.ID, m.ID
	for range 2 {
		h.addRoom(t)
	}
	return h
}

func (h *house) addRoom(t tester) models.Room {
	t.Helper()
	id := h.NewID()
	room := models.Room{
		ID: id, WorkspaceID: h.workspace, TemplateID: h.template, Name: string(id), NameKey: string(id), Enabled: true,
		CreatedAt: h.Stamp(), UpdatedAt: h.Stamp(),
	}
	_, err := h.InsertRoom(context.Background(), &room)
	must(t, err)
	h.rooms = append(h.rooms, room)
	return room
}

func must(t tester, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// journal is a new one over the house. Its events are heard when they are committed.
func (h *house) journal() *sessions.Service {
	return h.journalWith(func([]models.Event) error { return nil })
}

// journalWith is a journal that asks before events are written.
func (h *house) journalWith(ask func(events []models.Event) error) *sessions.Service {
	return sessions.New(h.Store, sessions.Hooks{
		Emit: func(_ context.Context, _ *store.Store, events ...models.Event) error {
			if err := ask(events); err != nil {
				return err
			}
			h.mu.Lock()
			defer h.mu.Unlock()
			if h.fresh = events; h.emits != nil {
				h.fresh = nil
			}
			return h.emits
		},
		Nudge: func() {
			h.mu.Lock()
			defer h.mu.Unlock()
			h.events, h.fresh = append(h.events, h.fresh...), nil
		},
	}, time.Now, slog.New(slog.NewTextHandler(&h.said, nil)))
}

// run starts a journal, which ends with the test.
func (h *house) run(t *testing.T) *sessions.Service {
	t.Helper()
	s := h.journal()
	stop := start(t, s)
	t.Cleanup(stop)
	return s
}

// start runs a journal until the function that it gives is called.
func start(t testing.TB, s *sessions.Service) (stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx) }()
	return sync.OnceFunc(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

// away has the database refuse whatever emits an event; nil has it take everything again.
func (h *house) away(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.emits = err
}

// heard are the events so far, and their types.
func (h *house) heard() (events []models.Event, types []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, e := range h.events {
		types = append(types, e.Type)
	}
	return append(events, h.events...), types
}

func (h *house) session(room int) *models.Session {
	r := h.rooms[room]
	return &models.Session{
		ID: h.NewID(), WorkspaceID: h.workspace, RoomID: r.ID, TemplateID: h.template, RoomName: r.Name, CreatedAt: h.Stamp(),
	}
}

func (h *house) peer(s *models.Session) *models.Peer {
	id := h.NewID()
	return &models.Peer{
		ID: id, PeerID: "peer-" + string(id), SessionID: s.ID, RoomID: s.RoomID, UserID: "customer-42", Name: "Asha", Data: "{}", Role: "guest",
		Kind: "regular", Dialect: "hms", Groups: models.Words{}, Observed: models.Words{}, Token: "token", JoinedAt: h.Stamp(),
	}
}

func join(s *models.Session, p *models.Peer) models.Entry {
	row := *p
	return models.Entry{Session: s, Joined: &row}
}

func leave(s *models.Session, p *models.Peer, at time.Time) models.Entry {
	row := *p
	row.LeftAt, row.Reason = &at, "client request"
	return models.Entry{Session: s, Left: &row}
}

func keep(s *models.Session, p *models.Peer, name string) models.Entry {
	row := *p
	row.Name = name
	return models.Entry{Session: s, Kept: &row}
}

func end(s *models.Session, at time.Time) models.Entry { return models.Entry{Session: s, Ended: &at} }

// legs are all peers of sessions as the database has them.
func (h *house) legs(t tester, s ...*models.Session) []models.Peer {
	t.Helper()
	ids := make([]models.ID, len(s))
	for i := range s {
		ids[i] = s[i].ID
	}
	peers, err := h.PeersOf(context.Background(), ids, 10_000)
	must(t, err)
	return peers
}

// lines gathers what is logged. Safe for concurrent use.
type lines struct {
	mu   sync.Mutex
	text []byte
}

func (l *lines) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, p...)
	return len(p), nil
}

func (l *lines) has(text string) bool { return strings.Contains(l.String(), text) }

func (l *lines) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.text)
}
