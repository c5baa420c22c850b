package apitest

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"foyer/codes"
	"foyer/handlers"
	"foyer/handlers/socket"
	"foyer/hub"
	"foyer/media"
	"foyer/models"
	"foyer/polls"
	"foyer/rooms"
	"foyer/seal"
	"foyer/sessions"
	"foyer/store"
	"foyer/store/storetest"
	"foyer/templates"
	"foyer/tokens"
	"foyer/webhooks"
	"foyer/workspaces"

	"github.com/labstack/echo/v4"
)

// Public is where every Foyer of a test says it is reached.
const Public = "http://foyer.test:8080"

// Options change a Foyer from the one that a test usually wants: no rate limits, a guard with its standard numbers, no proxies.
type Options struct {
	Limits  codes.Limits // Now is always the Foyer's clock
	Proxies []netip.Prefix
	Limited bool
	Secure  bool
	Level   slog.Level // of the log; the zero value is info
	URL     string     // of the database; empty: a fresh one

	Sockets socket.Limits // of every connection
	Ending  rooms.Ending  // of rooms that have an end
	Grace   time.Duration // how long a lost connection keeps its peer; 0: what is usual

	Media media.Engine                        // nil: rooms have neither pictures nor sound
	ICE   func(peer string) []media.ICEServer // nil: none
}

// Foyer is one that runs for a test: requests go straight to its router, unless Listen is called. Safe for concurrent use.
type Foyer struct {
	Clock      *Clock
	Log        *Transcript
	Store      *store.Store
	Rooms      *rooms.Service
	Codes      *codes.Service
	Templates  *templates.Service
	Tokens     *tokens.Service
	Workspaces *workspaces.Service
	Sessions   *sessions.Service
	Webhooks   *webhooks.Service
	Polls      *polls.Service
	Hub        *hub.Hub
	Guard      *codes.Guard
	Box        *seal.Box
	Sockets    *socket.Server
	Router     *echo.Echo

	at       string // where it listens, if it does
	contract *contract
	origins  atomic.Uint32 // addresses given to workspaces so far
}

// Each runs test on a Foyer over every kind of database, at once.
func Each(t *testing.T, o Options, test func(t *testing.T, f *Foyer)) {
	t.Helper()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		t.Helper()
		test(t, Start(t, database, o))
	})
}

// Start makes a Foyer over a database of its own, which is one of storetest.Databases.
func Start(t testing.TB, database string, o Options) *Foyer {
	t.Helper()
	f := &Foyer{Clock: newClock(), Log: &Transcript{}, contract: mustLoadContract(t)}
	if o.URL == "" {
		o.URL = storetest.URL(t, database)
	}
	f.Store = storetest.Open(t, store.Options{URL: o.URL, Now: f.Clock.Now})
	box, err := seal.New(bytes.Repeat([]byte{7}, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	f.Box = box
	source, err := codes.NewSource(nil)
	if err != nil {
		t.Fatal(err)
	}
	public, err := url.Parse(Public)
	if err != nil {
		t.Fatal(err)
	}
	o.Limits.Now = f.Clock.Now
	f.Guard = codes.NewGuard(o.Limits)
	f.Workspaces, f.Templates = workspaces.New(f.Store, box), templates.New(f.Store, box)
	f.Codes, f.Tokens = codes.New(f.Store, source, f.Guard), tokens.New(f.Store, box, f.Clock.Now)
	log := slog.New(slog.NewJSONHandler(f.Log, &slog.HandlerOptions{Level: o.Level}))
	f.Polls = polls.New(f.Store)
	f.Webhooks = webhooks.New(f.Store, box, webhooks.Options{AllowPrivate: true, Log: log})
	f.Sessions = sessions.New(f.Store, sessions.Hooks{
		Emit: f.Webhooks.Emit, Record: f.Webhooks.Record, Nudge: f.Webhooks.Nudge,
	}, f.Clock.Now, log)
	f.Hub = hub.New(hub.Options{IDs: f.Store.NewID, Now: f.Clock.Now, Journal: func(e models.Entry) func(context.Context) error {
		return f.Sessions.Submit(e).Wait
	}})
	f.Rooms = rooms.New(rooms.Parts{
		Store: f.Store, Box: box, Codes: f.Codes, Templates: f.Templates, Tokens: f.Tokens, Hub: f.Hub, Ending: o.Ending,
	})
	f.Sockets = socket.NewServer(o.Sockets, log)
	f.Router = (&handlers.Handler{
		Rooms: f.Rooms, Codes: f.Codes, Templates: f.Templates, Tokens: f.Tokens, Workspaces: f.Workspaces,
		Store: f.Store, Guard: f.Guard, Public: public, Version: "test",
		Sessions: f.Sessions, Webhooks: f.Webhooks, Polls: f.Polls, Hub: f.Hub, Sockets: f.Sockets, Log: log,
		Proxies: o.Proxies, Limited: o.Limited, Secure: o.Secure, Now: f.Clock.Now, Grace: o.Grace,
		Media: o.Media, ICE: o.ICE,
	}).Router()
	return f
}

// Workspace makes a workspace with a key pair, a template with the roles host and guest, a room with a plain code for each, and an
// address from which its requests come. It shares nothing with other workspaces but the Foyer.
func (f *Foyer) Workspace(t testing.TB) *Workspace {
	t.Helper()
	ctx := context.Background()
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("make a workspace: %v", err)
		}
	}
	made, err := f.Workspaces.Create(ctx, "school")
	check(err)
	w := &Workspace{Foyer: f, From: f.address(), t: t, names: map[string]string{}}
	w.Pair, err = f.Tokens.CreateKey(ctx, made.ID, tokens.Pair{})
	check(err)
	draft, err := templates.Default()
	check(err)
	template, err := f.Templates.Create(ctx, made.ID, draft)
	check(err)
	made, err = f.Workspaces.Change(ctx, made.ID, workspaces.Change{DefaultTemplateID: &template.ID})
	check(err)
	name := "lesson"
	room, err := f.Rooms.Create(ctx, &made, rooms.Change{Name: &name})
	check(err)
	list, err := f.Codes.Sync(ctx, made.ID, room.ID)
	check(err)
	for _, code := range list {
		w.names[code.Role] = code.Code
	}
	w.ID = made.ID
	w.names["workspace"], w.names["app"], w.names["key"] = string(made.ID), string(made.AppID), w.Pair.AccessKey
	w.names["template"], w.names["room"] = string(template.ID), string(room.ID)
	return w
}

// address is one that nobody else has, so that the guess guard knows the workspaces of one Foyer apart.
func (f *Foyer) address() string {
	n := f.origins.Add(1)
	return fmt.Sprintf("198.18.%d.%d", n>>8, n&0xff)
}
