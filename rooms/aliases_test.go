package rooms_test

import (
	"context"
	"errors"
	"log/slog"
	"net/netip"
	"strings"
	"testing"
	"time"

	"foyer/fault"
	"foyer/hub"
	"foyer/models"
	"foyer/rooms"
	"foyer/seal"
	"foyer/store"
	"foyer/store/storetest"
)

// tongue is a foyer whose rooms can be entered by another protocol.
type tongue struct {
	*foyer

	hub       *hub.Hub
	closer    *rooms.Closer
	workspace models.Workspace
}

func newTongue(t *testing.T, database string) *tongue {
	t.Helper()
	f := &tongue{foyer: newFoyer(t, storetest.URL(t, database))}
	f.closer = rooms.NewCloser(map[string]time.Duration{"tongue": time.Hour}, slog.New(slog.DiscardHandler))
	f.hub = hub.New(hub.Options{IDs: f.store.NewID, Now: f.now, Closed: f.closer.Closed})
	box, err := seal.New(seal.NewKey())
	must(t, err)
	f.rooms = rooms.New(rooms.Parts{
		Store: f.store, Box: box, Codes: f.codes, Templates: f.templates, Tokens: f.tokens, Hub: f.hub,
	})
	f.workspace = f.newWorkspace(t)
	t.Cleanup(f.hub.Stop)
	return f
}

// opening is a room called so; change may change it.
func opening(name string, change func(*rooms.Opening)) rooms.Opening {
	o := rooms.Opening{
		Dialect: "tongue", Name: func() string { return name }, Preset: "mikroroom", Size: 3,
		Rules: models.Rules{Host: "host", Guest: "guest", Single: true},
	}
	if change != nil {
		change(&o)
	}
	return o
}

func (f *tongue) open(t *testing.T, name string, change func(*rooms.Opening)) models.Room {
	t.Helper()
	room, _, err := f.rooms.Open(t.Context(), f.workspace.ID, opening(name, change))
	must(t, err)
	return room
}

func (f *tongue) knock(t *testing.T, name string, change func(*rooms.Caller)) (hub.Ticket, error) {
	t.Helper()
	c := rooms.Caller{Dialect: "tongue", Name: name, Workspace: f.workspace.ID, From: netip.MustParseAddr("192.0.2.1"), Agent: "browser"}
	if change != nil {
		change(&c)
	}
	return f.rooms.Knock(t.Context(), c)
}

// enter has somebody come in by the name of a room.
func (f *tongue) enter(t *testing.T, name, peer string) *hub.Line {
	t.Helper()
	ticket, err := f.knock(t, name, nil)
	must(t, err)
	line, err := f.hub.Arrive(t.Context(), ticket, peer, func(*hub.Event) {})
	must(t, err)
	must(t, line.Join(t.Context(), peer, ""))
	return line
}

// TestAlias opens the door of a room to whoever knows its name, and what else it asks for.
func TestAlias(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		f := newTongue(t, database)
		room := f.open(t, "ABC123", func(o *rooms.Opening) { o.Password, o.Creator = "sesame", "creator" })
		if room.TemplateName != "mikroroom" || *room.Size != 3 || !strings.HasPrefix(room.Name, "tongue:") {
			t.Errorf("the room is %+v", room)
		}
		list, err := f.rooms.List(t.Context(), f.workspace.ID, store.RoomFilter{}, store.Page{Limit: 10})
		must(t, err)
		if len(list) != 1 || list[0].ID != room.ID {
			t.Errorf("rooms are listed as %v", list)
		}
		_, _, err = f.rooms.Open(t.Context(), f.workspace.ID, opening("ABC123", nil))
		wantKind(t, err, fault.Conflict) // a name that is taken
		if list, _ = f.rooms.List(t.Context(), f.workspace.ID, store.RoomFilter{}, store.Page{Limit: 10}); len(list) != 1 {
			t.Errorf("a room without a name was left behind: %v", list)
		}

		_, err = f.knock(t, "ABC123", nil)
		if causeOf(err) != rooms.WrongPassword {
			t.Errorf("without the password: %v", err)
		}
		guest, err := f.knock(t, "ABC123", func(c *rooms.Caller) { c.Password, c.Creator = "sesame", "wrong" })
		must(t, err)
		host, err := f.knock(t, "ABC123", func(c *rooms.Caller) { c.Password, c.Creator = "sesame", "creator" })
		must(t, err)
		if guest.Role != "guest" || !guest.Leads || host.Role != "host" || guest.Place.Rules.Host != "host" || guest.Token == host.Token {
			t.Errorf("tickets are %+v and %+v", guest, host)
		}
		_, err = f.knock(t, "OTHER1", nil)
		wantKind(t, err, fault.NotFound) // an unknown name
		_, err = f.knock(t, "ABC123", func(c *rooms.Caller) { c.Dialect = "another" })
		wantKind(t, err, fault.NotFound) // another protocol
		_, err = f.knock(t, "ABC123", func(c *rooms.Caller) { c.Account = "65f0000000000000000000b1" })
		wantKind(t, err, fault.NotFound) // another account

		must(t, f.rooms.Close(t.Context(), room.ID))
		must(t, f.rooms.Close(t.Context(), room.ID))
		_, err = f.knock(t, "ABC123", func(c *rooms.Caller) { c.Password = "sesame" })
		wantKind(t, err, fault.NotFound) // a closed room
		if again := f.open(t, "ABC123", nil); again.ID == room.ID || again.TemplateID != room.TemplateID {
			t.Errorf("the name leads to %s, template %s", again.ID, again.TemplateID)
		}
		if closed, err := f.rooms.Room(t.Context(), f.workspace.ID, room.ID); err != nil || closed.Enabled {
			t.Errorf("the closed room is %+v, %v", closed, err)
		}
	})
}

// TestNamesAreDrawn again while they are taken.
func TestNamesAreDrawn(t *testing.T) {
	t.Parallel()
	f := newTongue(t, storetest.SQLite)
	f.open(t, "TAKEN1", nil)
	drawn := []string{"TAKEN1", "TAKEN1", "FREE01"}
	room, alias, err := f.rooms.Open(t.Context(), f.workspace.ID, opening("", func(o *rooms.Opening) {
		o.Tries = len(drawn)
		o.Name = func() string { next := drawn[0]; drawn = drawn[1:]; return next }
	}))
	must(t, err)
	if alias.Name != "FREE01" || alias.RoomID != room.ID {
		t.Errorf("the alias is %+v", alias)
	}
}

// TestKnockByCode takes a room code for a name: the role is the code's. Codes of other workspaces open nothing.
func TestKnockByCode(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		f := newTongue(t, database)
		name := "lesson"
		codeOf := func(w models.Workspace) string {
			room, err := f.rooms.Create(t.Context(), &w, rooms.Change{Name: &name})
			must(t, err)
			list, err := f.codes.Sync(t.Context(), w.ID, room.ID)
			must(t, err)
			for _, code := range list {
				if code.Role == "host" {
					return code.Code
				}
			}
			return ""
		}
		ticket, err := f.knock(t, codeOf(f.workspace), func(c *rooms.Caller) { c.Still = true })
		must(t, err)
		if ticket.Role != "host" || ticket.Leads || ticket.Dialect != "tongue" || !ticket.Still {
			t.Errorf("the ticket is %+v", ticket)
		}
		_, err = f.knock(t, codeOf(f.newWorkspace(t)), nil)
		wantKind(t, err, fault.NotFound) // a code of another workspace
	})
}

// TestExtendRoom puts off the end of a room, whether anybody is in or not, as long as it has not come.
func TestExtendRoom(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		f := newTongue(t, database)
		room := f.open(t, "HZRW", func(o *rooms.Opening) { o.Lifespan = 5 * time.Minute })
		first := *room.ExpiresAt
		extend := func(also func(context.Context, *store.Store) error) (time.Time, error) {
			return f.rooms.Extend(t.Context(), room, 5*time.Minute, also)
		}
		until, err := extend(nil)
		must(t, err)
		if !until.Equal(first.Add(5 * time.Minute)) {
			t.Errorf("extended to %v, want five minutes behind %v", until, first)
		}
		no := errors.New("no points")
		if _, err := extend(func(context.Context, *store.Store) error { return no }); !errors.Is(err, no) {
			t.Errorf("an extension that is refused: %v", err)
		}
		f.enter(t, "HZRW", "ada")
		until, err = extend(nil)
		must(t, err)
		live, err := f.hub.Room(f.workspace.ID, room.ID)
		must(t, err)
		if want := first.Add(10 * time.Minute); !until.Equal(want) || !live.View().Expires.Equal(want) {
			t.Errorf("extended to %v, in the live room to %v, want %v", until, live.View().Expires, want)
		}
		known, err := f.rooms.Known(t.Context(), "tongue", "HZRW", "")
		must(t, err)
		if !known.ExpiresAt.Equal(until) {
			t.Errorf("the database says %v, want %v", known.ExpiresAt, until)
		}
		f.clock.Add(int64(15 * time.Minute))
		_, err = extend(nil)
		wantKind(t, err, fault.NotFound) // behind its end
		_, err = f.knock(t, "HZRW", nil)
		wantKind(t, err, fault.NotFound) // who knocks behind its end
		_, err = f.rooms.Known(t.Context(), "tongue", "HZRW", "")
		wantKind(t, err, fault.NotFound) // who asks behind its end
	})
}

// TestCloser frees the name of a room when its session has ended, when its time is over, and when nobody has used it for long.
func TestCloser(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		f := newTongue(t, database)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan error, 1)
		go func() { done <- f.closer.Run(ctx, f.rooms) }()
		open := func(name string) bool {
			_, err := f.rooms.Known(t.Context(), "tongue", name, "")
			return err == nil
		}
		f.open(t, "ADHOC1", nil)
		ada := f.enter(t, "ADHOC1", "ada")
		must(t, ada.Leave(t.Context()))
		for deadline := time.Now().Add(20 * time.Second); open("ADHOC1"); {
			if time.Now().After(deadline) {
				t.Fatal("the room is still open")
			}
		}
		stop()
		must(t, <-done)

		f.open(t, "KEPT01", func(o *rooms.Opening) { o.Kept, o.Rules.Single = true, false })
		f.open(t, "BUSY01", func(o *rooms.Opening) { o.Kept, o.Rules.Single = true, false })
		f.open(t, "TIMED1", func(o *rooms.Opening) { o.Lifespan = time.Minute })
		f.open(t, "STRAY1", nil)
		bea := f.enter(t, "BUSY01", "bea")
		sweep := func(after time.Duration, want ...string) {
			t.Helper()
			f.clock.Add(int64(after))
			must(t, f.closer.Sweep(t.Context(), f.rooms))
			var got []string
			for _, name := range []string{"BUSY01", "KEPT01", "STRAY1", "TIMED1"} {
				if _, err := f.store.Alias(t.Context(), "tongue", name); err == nil {
					got = append(got, name)
				}
			}
			if strings.Join(got, " ") != strings.Join(want, " ") {
				t.Errorf("open are %v, want %v", got, want)
			}
		}
		sweep(0, "BUSY01", "KEPT01", "STRAY1", "TIMED1")
		sweep(61*time.Second, "BUSY01", "KEPT01")
		sweep(time.Hour, "BUSY01")
		must(t, bea.Leave(t.Context()))
		sweep(0)
	})
}
