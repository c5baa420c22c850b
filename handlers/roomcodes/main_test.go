package roomcodes_test

import (
	"bytes"
	"context"
	"log/slog"
	"net/http/httptest"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"foyer/codes"
	"foyer/handlers"
	"foyer/handlers/apitest"
	"foyer/handlers/roomcodes"
	"foyer/handlers/socket"
	"foyer/hub"
	"foyer/models"
	"foyer/polls"
	"foyer/rooms"
	"foyer/seal"
	"foyer/sessions"
	"foyer/store"
	"foyer/store/storetest"
	"foyer/templates"
	"foyer/tokens"
	"foyer/usage"
	"foyer/webhooks"
	"foyer/workspaces"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// options change a house from what is usual: times are long, points are many, nothing is bounded.
type options struct {
	ttl, warning, grace, tokenTTL time.Duration
	allowance                     int // of the free plan
	size, message                 int
	alphabet, contact             string
	limited                       bool
	queue                         int
}

// house is a Foyer that speaks Room Codes, and listens. Its clock runs, and may be moved on.
type house struct {
	handler   *roomcodes.Handler
	store     *store.Store
	hub       *hub.Hub
	rooms     *rooms.Service
	codes     *codes.Service
	tokens    *tokens.Service
	usage     *usage.Service
	sockets   *socket.Server
	log       *apitest.Transcript
	workspace models.Workspace
	at        string       // where it is reached
	ahead     atomic.Int64 // of the real time, in nanoseconds
	shut      func()       // what a Foyer does when it stops, once
}

func (h *house) now() time.Time { return time.Now().Add(time.Duration(h.ahead.Load())) }

// passes lets time pass for all but timers.
func (h *house) passes(d time.Duration) { h.ahead.Add(int64(d)) }

// each runs a test in a house over each database.
func each(t *testing.T, o options, test func(t *testing.T, h *house)) {
	t.Helper()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		t.Helper()
		test(t, open(t, database, o))
	})
}

// small is a house over SQLite.
func small(t *testing.T, o options) *house {
	t.Helper()
	return open(t, "sqlite", o)
}

func open(t *testing.T, database string, o options) *house {
	t.Helper()
	h := &house{log: &apitest.Transcript{}}
	h.store = storetest.Open(t, store.Options{URL: storetest.URL(t, database), Now: h.now})
	box, err := seal.New(bytes.Repeat([]byte{7}, seal.KeySize))
	must(t, err)
	source, err := codes.NewSource(nil)
	must(t, err)
	log := slog.New(slog.NewJSONHandler(h.log, nil))
	figures := usage.Standard()
	if o.allowance > 0 {
		figures.Allowances.Free = o.allowance
	}
	spaces, kinds, votes := workspaces.New(h.store, box), templates.New(h.store, box), polls.New(h.store)
	hooks := webhooks.New(h.store, box, webhooks.Options{AllowPrivate: true, Log: log})
	stays := sessions.New(h.store, sessions.Hooks{Emit: hooks.Emit, Nudge: hooks.Nudge}, h.now, log)
	closer := rooms.NewCloser(nil, log)
	h.codes, h.tokens = codes.New(h.store, source, nil), tokens.New(h.store, box, h.now)
	h.usage = usage.New(h.store, figures)
	h.hub = hub.New(hub.Options{
		IDs: h.store.NewID, Now: h.now, Closed: closer.Closed,
		Journal: func(e models.Entry) func(context.Context) error { return stays.Submit(e).Wait },
	})
	h.rooms = rooms.New(rooms.Parts{
		Store: h.store, Box: box, Codes: h.codes, Templates: kinds, Tokens: h.tokens, Hub: h.hub,
		Ending: rooms.Ending{Warning: o.warning, Linger: o.grace},
	})
	limits := roomcodes.Limits(max(o.message, 64<<10))
	if o.queue > 0 {
		limits.Queue = o.queue
	}
	h.sockets = socket.NewServer(limits, log)
	h.handler = &roomcodes.Handler{
		Rooms: h.rooms, Hub: h.hub, Usage: h.usage, Tokens: h.tokens, Store: h.store, Sockets: h.sockets, Log: log,
		TTL: o.ttl, TokenTTL: o.tokenTTL, RoomSize: o.size, Alphabet: o.alphabet, Contact: o.contact, Limited: o.limited, Now: h.now,
	}
	public, err := url.Parse(apitest.Public)
	must(t, err)
	front := httptest.NewServer((&handlers.Handler{
		Rooms: h.rooms, Codes: h.codes, Templates: kinds, Tokens: h.tokens, Workspaces: spaces, Sessions: stays, Webhooks: hooks, Polls: votes,
		Hub: h.hub, Sockets: h.sockets, Store: h.store, Public: public, Log: log, Version: "test", Now: h.now,
		Dialects: []handlers.Dialect{{
			Prefix: "/roomcodes", Hosts: []string{"codes.example.org"}, Sockets: h.sockets, Handler: h.handler,
		}},
	}).Router())
	h.at = front.URL
	h.workspace, err = spaces.Create(t.Context(), "school")
	must(t, err)
	_, err = h.tokens.CreateKey(t.Context(), h.workspace.ID, tokens.Pair{})
	must(t, err)
	h.runs(t, front, func(ctx context.Context) error { return stays.Run(ctx) }, func(ctx context.Context) error { return closer.Run(ctx, h.rooms) })
	return h
}

// runs has what works beside the requests run until the test ends.
func (h *house) runs(t *testing.T, front *httptest.Server, works ...func(context.Context) error) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	var all sync.WaitGroup
	for _, work := range works {
		all.Go(func() {
			if err := work(ctx); err != nil {
				t.Error(err)
			}
		})
	}
	h.shut = sync.OnceFunc(func() {
		h.hub.Stop()
		h.sockets.Close()
	})
	t.Cleanup(func() {
		h.shut()
		front.Close()
		stop()
		all.Wait()
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// account makes an account with a plan, and gives it and a key of its.
func (h *house) account(t *testing.T, plan string) (models.Account, string) {
	t.Helper()
	account, err := h.usage.Create(t.Context(), h.workspace.ID, plan+string(h.store.NewID()), plan)
	must(t, err)
	key, err := h.usage.CreateKey(t.Context(), account.ID, "")
	must(t, err)
	return account, key
}

// soon waits until something holds.
func soon(t *testing.T, what string, holds func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			t.Fatalf("never: %s", what)
		case <-tick.C:
		}
	}
}

// pageOfAll is all that there is.
var pageOfAll = store.Page{Limit: 1 << 16}
