package chats_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"foyer/chats"
	"foyer/fault"
	"foyer/models"
	"foyer/store"
	"foyer/store/storetest"

	"github.com/google/go-cmp/cmp"
)

// house is a chat with a clock that stands still.
type house struct {
	*chats.Service

	t     *testing.T
	store *store.Store

	mu   sync.Mutex
	time time.Time // guarded by mu
}

// Now is the time.
func (h *house) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.time
}

func (h *house) wait(by time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.time = h.time.Add(by)
}

// open makes a chat over a fresh database. Without an option nothing is bounded.
func open(t *testing.T, database string, options ...chats.Options) *house {
	t.Helper()
	h := &house{t: t, time: time.Date(2026, time.January, 5, 10, 0, 0, 123_000_000, time.UTC)}
	h.store = storetest.Open(t, store.Options{URL: storetest.URL(t, database)})
	o := chats.Options{Limits: chats.Limits{Off: true}}
	if len(options) > 0 {
		o = options[0]
	}
	o.Now = h.Now
	h.Service = chats.New(h.store, o)
	return h
}

// each runs a test on both databases.
func each(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	storetest.EachDatabase(t, func(t *testing.T, database string) { test(t, open(t, database)) })
}

// lite opens a chat over SQLite.
func lite(t *testing.T, options ...chats.Options) *house {
	t.Helper()
	return open(t, storetest.SQLite, options...)
}

var (
	alice = chats.Caller{Name: "alice"}
	bob   = chats.Caller{Name: "bob"}
	carol = chats.Caller{Name: "carol"}
	ryo   = chats.Caller{Name: "ryo", Admin: true}
)

// public makes a public room.
func (h *house) public(name string) string {
	h.t.Helper()
	room, err := h.Create(h.t.Context(), ryo, chats.Draft{Type: chats.Public, Name: name})
	h.fine(err)
	return string(room.ID)
}

// private makes a private room of a caller and others.
func (h *house) private(c chats.Caller, members ...string) string {
	h.t.Helper()
	room, err := h.Create(h.t.Context(), c, chats.Draft{Type: chats.Private, Members: append(members, c.Name)})
	h.fine(err)
	return string(room.ID)
}

func (h *house) fine(err error) {
	h.t.Helper()
	if err != nil {
		h.t.Fatal(err)
	}
}

// refused expects a fault of a kind, whose message holds a text.
func refused(t *testing.T, err error, kind fault.Kind, text string) {
	t.Helper()
	if !fault.Is(err, kind) || !strings.Contains(err.Error(), text) {
		t.Errorf("got %v (%s), want %q (%s)", err, fault.KindOf(err), text, kind)
	}
}

func same[T any](t *testing.T, what string, want, got T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: -want +got\n%s", what, diff)
	}
}

// here are the names of those in a room, in order.
func (h *house) here(c chats.Caller, room string) []string {
	h.t.Helper()
	list, err := h.Users(h.t.Context(), c, room)
	h.fine(err)
	names := []string{}
	for _, p := range list {
		names = append(names, p.UserName)
	}
	return names
}

// digest is what is stored of a token.
func digest(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// account makes an account without a password, and a token of it.
func (h *house) account(name string) (token string) {
	h.t.Helper()
	at := models.Stamp(h.Now())
	_, err := h.store.InsertChatUser(h.t.Context(), &models.ChatUser{Name: name, ActiveAt: at, CreatedAt: at})
	h.fine(err)
	token = fmt.Sprintf("%s-%d", name, at.UnixNano())
	h.fine(h.store.InsertChatToken(h.t.Context(), &models.ChatToken{
		Digest: digest(token), UserName: name, CreatedAt: at, UsedAt: at, ExpiresAt: at.AddDate(1, 0, 0),
	}, 9))
	return token
}

// ear is a line that remembers what it hears.
type ear struct {
	*chats.Line

	t *testing.T

	mu    sync.Mutex
	heard []string // guarded by mu
}

// listen opens a line of a user who has an account, or of nobody without a name.
func (h *house) listen(name string) *ear {
	h.t.Helper()
	e := &ear{t: h.t}
	var pass chats.Pass
	if name != "" {
		c, err := h.Authenticate(h.t.Context(), name, h.account(name))
		h.fine(err)
		ticket, err := h.Ticket(h.t.Context(), c)
		h.fine(err)
		pass, err = h.Redeem(h.t.Context(), ticket)
		h.fine(err)
	}
	line, err := h.Connect(h.t.Context(), pass, e.take)
	h.fine(err)
	e.Line = line
	h.t.Cleanup(line.Close)
	return e
}

func (e *ear) take(event *chats.Event) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.heard = append(e.heard, event.Channel+" "+told(event.Body))
}

// told is an event in few words.
func told(body any) string {
	switch b := body.(type) {
	case chats.Created:
		return fmt.Sprintf("created %s %d", b.Room.Name, b.Room.Present)
	case chats.Updated:
		return fmt.Sprintf("updated %s %d", strings.Join(b.Room.Members, "+"), b.Room.Present)
	case chats.Deleted:
		return "deleted " + string(b.Room)
	case chats.Said:
		return fmt.Sprintf("%s says %s", b.Message.UserName, b.Message.Content)
	case chats.Unsaid:
		return "unsaid"
	}
	return strings.ToLower(strings.TrimPrefix(fmt.Sprintf("%T %v", body, body), "chats."))
}

// on has the line hear channels.
func (e *ear) on(channels ...string) *ear {
	e.t.Helper()
	for _, channel := range channels {
		if err := e.Subscribe(e.t.Context(), channel); err != nil {
			e.t.Fatalf("%s: %v", channel, err)
		}
	}
	return e
}

// hears expects exactly this since it was asked last.
func (e *ear) hears(want ...string) {
	e.t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	if want == nil {
		want = []string{}
	}
	same(e.t, "heard", want, append([]string{}, e.heard...))
	e.heard = nil
}

const patience = 30 * time.Second

func deadline(t *testing.T) (context.Context, context.CancelFunc) {
	t.Helper()
	return context.WithTimeout(t.Context(), patience)
}

// until waits for something to hold.
func (h *house) until(what string, holds func() bool) {
	h.t.Helper()
	ctx, cancel := deadline(h.t)
	defer cancel()
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			h.t.Fatalf("never: %s", what)
		case <-tick.C:
		}
	}
}
