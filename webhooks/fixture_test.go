package webhooks_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"foyer/models"
	"foyer/seal"
	"foyer/store"
	"foyer/store/storetest"
	"foyer/webhooks"
)

// internet is where receivers are: hosts by their names, reached without a wire, so that a test's clock need not wait for one.
type internet struct {
	mu    sync.Mutex
	sites map[string]*site // guarded by mu
}

// site is the receiver of one host.
type site struct {
	serve func(w http.ResponseWriter, r *http.Request, hit hit)

	mu   sync.Mutex
	away bool   // guarded by mu: what comes is cut off
	hits []*hit // guarded by mu
}

// hit is a request that a receiver has got.
type hit struct {
	at     time.Time
	ended  time.Time
	header http.Header
	body   []byte
	event
}

// event is what the tests look at of an envelope.
type event struct {
	ID       string
	Type     string
	Seq      int
	IsReplay bool `json:"is_replay"`
	Data     struct {
		RoomID models.ID `json:"room_id"`
	}
}

var errRefused = errors.New("connection refused")

func (n *internet) dial(_ context.Context, _, address string) (net.Conn, error) {
	name, _, _ := net.SplitHostPort(address)
	n.mu.Lock()
	at := n.sites[name]
	n.mu.Unlock()
	if at == nil {
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: errRefused}
	}
	ours, theirs := net.Pipe()
	line := &oneConn{conn: make(chan net.Conn, 1), over: make(chan struct{})}
	line.conn <- &tracked{Conn: theirs, over: line.over}
	server := &http.Server{Handler: at}
	go func() { _ = server.Serve(line) }() //nolint:gosec // it ends with the connection
	return ours, nil
}

// oneConn is a listener that accepts one connection and ends with it.
type oneConn struct {
	conn chan net.Conn
	over chan struct{}
}

func (l *oneConn) Accept() (net.Conn, error) {
	select {
	case c := <-l.conn:
		return c, nil
	case <-l.over:
		return nil, net.ErrClosed
	}
}

func (l *oneConn) Close() error   { return nil }
func (l *oneConn) Addr() net.Addr { return &net.TCPAddr{} }

type tracked struct {
	net.Conn

	once sync.Once
	over chan struct{}
}

func (c *tracked) Close() error {
	c.once.Do(func() { close(c.over) })
	return c.Conn.Close()
}

func (s *site) setAway(away bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.away = away
}

func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := &hit{at: time.Now(), header: r.Header}
	h.body, _ = io.ReadAll(r.Body)
	_ = json.Unmarshal(h.body, &h.event)
	s.mu.Lock()
	s.hits = append(s.hits, h)
	away := s.away
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		h.ended = time.Now()
	}()
	if away {
		panic(http.ErrAbortHandler) // cuts the connection
	}
	if s.serve != nil {
		s.serve(w, r, *h)
	}
}

// all are the requests that have come so far.
func (s *site) all() []hit {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := make([]hit, len(s.hits))
	for i, h := range s.hits {
		list[i] = *h
	}
	return list
}

// hang keeps a sender waiting until it goes.
func hang(r *http.Request) { <-r.Context().Done() }

// world is a Foyer's outbox with a workspace, and the receivers that it knows.
type world struct {
	testing.TB

	hooks     *webhooks.Service
	store     *store.Store
	box       *seal.Box
	net       *internet
	workspace models.Workspace
	template  models.Template
	ahead     *atomic.Int64 // of the store's clock before the one by which all wait
}

// jump sets the store's clock on, without the waiting.
func (w *world) jump(d time.Duration) { w.ahead.Add(int64(d)) }

// simulate runs a test under a clock that moves on by itself whenever all have to wait.
func simulate(t *testing.T, test func(w *world)) {
	t.Helper()
	address := storetest.URL(t, storetest.SQLite)
	synctest.Test(t, func(t *testing.T) { test(newWorld(t, address, webhooks.Options{})) })
}

func newWorld(t testing.TB, address string, o webhooks.Options) *world {
	t.Helper()
	t.Helper()
	box, err := seal.New(make([]byte, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	ahead := new(atomic.Int64)
	now := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	w := &world{
		TB: t, store: storetest.Open(t, store.Options{URL: address, Now: now}), box: box, net: &internet{sites: map[string]*site{}}, ahead: ahead,
	}
	w.hooks = webhooks.New(w.store, box, o.Dialing(w.net.dial))
	at := w.store.Stamp()
	w.workspace = models.Workspace{
		ID: w.store.NewID(), AppID: w.store.NewID(), Name: "school", Region: "auto", DefaultTemplateID: w.store.NewID(),
		CreatedAt: at, UpdatedAt: at,
	}
	w.check(w.store.CreateWorkspace(t.Context(), &w.workspace))
	w.template = models.Template{
		ID: w.store.NewID(), WorkspaceID: w.workspace.ID, Name: "t", Region: "auto", Settings: models.Document{}, Destinations: []byte{1},
		Plugins: models.Document{}, Recordings: models.List{}, Extra: models.Document{}, CreatedAt: at, UpdatedAt: at,
	}
	w.check(w.store.CreateTemplate(t.Context(), &w.template))
	return w
}

func (w *world) check(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// site makes a receiver of a host.
func (w *world) site(host string, serve func(http.ResponseWriter, *http.Request, hit)) *site {
	s := &site{serve: serve}
	w.net.mu.Lock()
	defer w.net.mu.Unlock()
	w.net.sites[host] = s
	return s
}

// listen sets the workspace's webhook; empty takes it away.
func (w *world) listen(url string) {
	w.Helper()
	w.workspace.WebhookURL = nil
	if url != "" {
		w.workspace.WebhookURL = &url
	}
	w.check(w.store.UpdateWorkspace(w.Context(), w.workspace))
}

// room makes a room, with a webhook of its own unless url is empty.
func (w *world) room(name, url string) models.Room {
	w.Helper()
	at := w.store.Stamp()
	room := models.Room{
		ID: w.store.NewID(), WorkspaceID: w.workspace.ID, TemplateID: w.template.ID, Name: name, NameKey: name, Enabled: true, Region: "auto",
		CreatedAt: at, UpdatedAt: at,
	}
	if url != "" {
		room.WebhookURL = &url
		room.WebhookHeaders = w.box.Seal([]byte(`{"x-secret":"s1"}`), "webhook of room "+string(room.ID))
	}
	_, err := w.store.InsertRoom(w.Context(), &room)
	w.check(err)
	return room
}

// happens emits so many events of rooms in one transaction.
func (w *world) happens(count int, rooms ...models.Room) {
	w.Helper()
	var events []models.Event
	for range count {
		for _, room := range rooms {
			events = append(events, models.Event{
				WorkspaceID: w.workspace.ID, RoomID: room.ID, Type: "peer.join.success", At: w.store.Stamp(),
				Data: models.Document{"room_id": string(room.ID)},
			})
		}
	}
	w.check(w.store.Tx(w.Context(), func(tx *store.Store) error { return w.hooks.Emit(w.Context(), tx, events...) }))
	w.hooks.Nudge()
}

// running has the outbox sent for as long as fn takes.
func (w *world) running(fn func()) {
	w.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.hooks.Run(ctx) }()
	fn()
	cancel()
	w.check(<-ended)
}

func (w *world) stats() webhooks.Stats {
	w.Helper()
	stats, err := w.hooks.Stats(w.Context())
	w.check(err)
	return stats
}

// deliveries are all rows of a room, by their numbers.
func (w *world) deliveries(room models.Room) []models.Delivery {
	w.Helper()
	rows, err := w.store.FreshDeliveries(context.Background(), &models.Lane{RoomID: room.ID, Seq: 1 << 30}, 1<<20)
	w.check(err)
	return rows
}

// until waits until what must come true is; real time is bounded by the test's own.
func (w *world) until(what string, holds func() bool) {
	w.Helper()
	for range 6000 {
		if holds() {
			return
		}
		timer := time.NewTimer(10 * time.Millisecond)
		<-timer.C
	}
	w.Fatalf("it did not come true that %s", what)
}

// sleep lets simulated time pass.
func sleep(d time.Duration) { time.Sleep(d) } //nolint:forbidigo // the clock is simulated
