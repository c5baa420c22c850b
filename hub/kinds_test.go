package hub_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"foyer/bus"
	"foyer/fault"
	"foyer/hub"
	"foyer/models"
	"foyer/roles"
)

// TestKinds calls everything that can be refused, and is.
func TestKinds(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	h := newHouse(nil)
	ada, cem := h.enter(t, "ada", "host"), h.enter(t, "cem", "guest")
	h.enter(t, "dia", "speaker")
	h.enter(t, "eva", "speaker")
	watcher, room := h.arrive(t, "fay", "speaker"), h.room(t)
	long, big, name := strings.Repeat("ä", 257), strings.Repeat("x", 64<<10+1), "Zoe"
	version := 3
	of := func(_ any, err error) error { return err }
	for _, c := range []struct {
		name string
		err  error
		want fault.Kind
	}{
		{"a long name", ada.Update(hub.Details{Name: &long}), fault.Invalid},
		{"big metadata", ada.Update(hub.Details{Data: &big}), fault.Invalid},
		{"update before joining", watcher.Update(hub.Details{Name: &name}), fault.Forbidden},
		{"the server's update: a long name", of(room.Update("cem", hub.Details{Name: &long}, nil)), fault.Invalid},
		{"the server's update: nobody", of(room.Update("zoe", hub.Details{Name: &name}, nil)), fault.NotFound},
		{"the server's update: a watcher", of(room.Update("fay", hub.Details{Name: &name}, nil)), fault.NotFound},
		{"the server's update: no role", of(room.Update("cem", hub.Details{}, ptr("nobody"))), fault.Invalid},
		{"the server's update: a full role", of(room.Update("cem", hub.Details{}, ptr("speaker"))), fault.Invalid},
		{"a group without a name", of(ada.Group("ada", "", true)), fault.Invalid},
		{"a group with a long name", of(ada.Group("ada", strings.Repeat("g", 65), true)), fault.Invalid},
		{"a group of another one", of(cem.Group("ada", "blue", true)), fault.Forbidden},
		{"a group before joining", of(watcher.Group("fay", "blue", true)), fault.Forbidden},
		{"a group of nobody", of(ada.Group("zoe", "blue", true)), fault.NotFound},
		{"a role without the permission", cem.ChangeRole("ada", "guest", true), fault.Forbidden},
		{"a role for nobody", ada.ChangeRole("zoe", "guest", true), fault.NotFound},
		{"a role that is none", ada.ChangeRole("cem", strings.Repeat("r", 100), true), fault.Invalid},
		{"a role that is full", ada.ChangeRole("cem", "speaker", true), fault.Invalid},
		{"a role for nobody at all", ada.ChangeRole("cem", "ghost", true), fault.Invalid},
		{"an offer of a role that is none", ada.ChangeRole("cem", "nobody", false), fault.Invalid},
		{"roles without the permission", cem.ChangeRoles([]string{"host"}, "guest"), fault.Forbidden},
		{"roles that are none", ada.ChangeRoles([]string{"guest"}, "nobody"), fault.Invalid},
		{"an offer that nobody made", cem.Accept("host", "token"), fault.Forbidden},
		{"accept before joining", watcher.Accept("host", "token"), fault.Forbidden},
		{"the server's role for nobody", room.Assign("zoe", "guest"), fault.NotFound},
		{"the server's role that is none", room.Assign("cem", "nobody"), fault.Invalid},
		{"remove without the permission", cem.Remove("ada", ""), fault.Forbidden},
		{"remove nobody", ada.Remove("zoe", ""), fault.NotFound},
		{"the server removes nobody", room.Remove("fay", ""), fault.NotFound},
		{"end without the permission", cem.End("", false), fault.Forbidden},
		{"end before joining", watcher.End("", false), fault.Forbidden},
		{"say before joining", of(watcher.Say(hub.Text("x", ""))), fault.Forbidden},
		{"say to nobody", of(ada.Say(hub.Message{Text: json.RawMessage(`1`), Peer: "zoe"})), fault.NotFound},
		{"the server says to a watcher", of(room.Say(hub.Message{Text: json.RawMessage(`1`), Peer: "fay"})), fault.NotFound},
		{"mute without the permission", cem.AskMute("ada", hub.MuteAsked{Mute: true}), fault.Forbidden},
		{"mute nobody", ada.AskMute("zoe", hub.MuteAsked{Mute: true}), fault.NotFound},
		{"mute all without the permission", cem.AskAllMute(hub.AllMuteAsked{}), fault.Forbidden},
		{"mute all of no role", ada.AskAllMute(hub.AllMuteAsked{Roles: []string{"nobody"}}), fault.Invalid},
		{"find before joining", of(watcher.Find("ada")), fault.Forbidden},
		{"find nobody", of(ada.Find("fay")), fault.NotFound},
		{"list before joining", of(watcher.Cards()), fault.Forbidden},
		{"a permission before joining", watcher.May(roles.PollRead), fault.Forbidden},
		{"set before joining", of(watcher.Set("k", json.RawMessage(`1`), nil)), fault.Forbidden},
		{"set nothing", of(ada.Set("", json.RawMessage(`1`), nil)), fault.Invalid},
		{"set a long key", of(ada.Set(strings.Repeat("k", 257), json.RawMessage(`1`), nil)), fault.Invalid},
		{"set a big value", of(ada.Set("k", json.RawMessage(big), nil)), fault.Invalid},
		{"set another version", of(ada.Set("k", json.RawMessage(`1`), &version)), fault.Conflict},
		{"observe too much", ada.Observe(make([]string, 257)), fault.Invalid},
		{"see the queue without the permission", of(cem.Waiters()), fault.Forbidden},
		{"admit without the permission", cem.Admit(ctx, ""), fault.Forbidden},
		{"admit nobody", ada.Admit(ctx, "zoe"), fault.NotFound},
		{"the server admits a watcher", room.Admit(ctx, "fay"), fault.NotFound},
		{"deny without the permission", cem.Deny("ada", ""), fault.Forbidden},
		{"deny nobody", ada.Deny("zoe", ""), fault.NotFound},
		{"deny without an id", room.Deny("", ""), fault.Invalid},
		{"a full role", watcher.Join(ctx, "fay", ""), fault.Forbidden},
		{"the peer of nobody", of(room.Peer("fay")), fault.NotFound},
		{"a room of another workspace", of(h.Room("dddddddddddddddddddddddd", roomID)), fault.NotFound},
		{"no room", of(h.Room(workspace, "dddddddddddddddddddddddd")), fault.NotFound},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			wantKind(t, c.err, c.want)
		})
	}
	if _, _, err := watcher.Stay(); !fault.Is(err, fault.Forbidden) {
		t.Errorf("the stay of a watcher: %v", err)
	}
	if _, _, err := room.Stay("fay"); !fault.Is(err, fault.NotFound) {
		t.Errorf("the stay of nobody: %v", err)
	}
	h.Stop()
}

func ptr[T any](v T) *T { return &v }

// TestJoinKinds refuses who may not come in, tells webhooks why, and lets nobody back in by a connection that is out.
func TestJoinKinds(t *testing.T) {
	t.Parallel()
	h := newHouse(nil)
	for _, role := range []string{"ghost", "nobody"} {
		wantKind(t, h.arrive(t, "x-"+role, role).Join(t.Context(), "", ""), fault.Forbidden)
	}
	failures := 0
	for _, e := range h.written() {
		if e.Told != nil && e.Told.Type == "peer.join.failure" {
			failures++
		}
	}
	if failures != 2 {
		t.Errorf("webhooks are told of %d joins that were refused, wanted 2", failures)
	}
	ada := h.enter(t, "ada", "host")
	must(t, ada.Leave(t.Context()))
	wantKind(t, ada.Join(t.Context(), "", ""), fault.Forbidden)
	must(t, ada.Leave(t.Context())) // again: nothing happens
	h.wantLefts(t, 1)
	h.check(t, true)
}

// TestArriveKinds refuses the peer id of somebody else, whoever owns the room elsewhere, and everybody at the end.
func TestArriveKinds(t *testing.T) {
	t.Parallel()
	h := newHouse(nil)
	h.enter(t, "ada", "host")
	foreign := h.ticket("ben", "host")
	_, err := h.Arrive(t.Context(), foreign, "ada", newClient("ada").deliver)
	wantKind(t, err, fault.Conflict)
	if _, known := h.Resume(roomID, "ada", foreign.Token, nil, newClient("ada").deliver); known || h.Knows(roomID, "ada", foreign.Token) {
		t.Error("a foreign token resumes ada")
	}
	if !h.Knows(roomID, "ada", "token-ada") || h.Knows(roomID, "ben", "token-ben") || h.Knows("dddddddddddddddddddddddd", "ada", "token-ada") {
		t.Error("Knows is wrong")
	}
	h.Stop()
	_, err = h.Arrive(t.Context(), h.ticket("ben", "host"), "ben", newClient("ben").deliver)
	wantKind(t, err, fault.Unavailable)
	if _, known := h.Resume(roomID, "ada", "token-ada", nil, newClient("ada").deliver); known {
		t.Error("a hub that has ended takes somebody back")
	}

	elsewhere := newHouse(func(_ *models.Room, o *hub.Options) { o.Bus = &owners{elsewhere: true} })
	_, err = elsewhere.Arrive(t.Context(), elsewhere.ticket("ada", "host"), "ada", newClient("ada").deliver)
	wantKind(t, err, fault.Unavailable)
	err = elsewhere.Restore(t.Context(), []hub.Restored{{Place: elsewhere.place}}, always(0))
	wantKind(t, err, fault.Unavailable)
}

// owners is a bus that counts.
type owners struct {
	elsewhere bool
	claims    int
	releases  int
}

var _ bus.Bus = (*owners)(nil)

func (o *owners) Claim(context.Context, string) (func(), error) {
	if o.elsewhere {
		return nil, fault.Wrap(fault.Unavailable, "another node has the room", errors.New("node-2"))
	}
	o.claims++
	return func() { o.releases++ }, nil
}

// TestClaims releases a room when nobody has anything to do with it any more.
func TestClaims(t *testing.T) {
	t.Parallel()
	o := &owners{}
	h := newHouse(func(_ *models.Room, options *hub.Options) { options.Bus = o })
	for i := range 3 {
		ada, ben := h.enter(t, "ada", "host"), h.arrive(t, "ben", "guest")
		must(t, ada.Leave(t.Context()))
		if o.claims != i+1 || o.releases != i {
			t.Fatalf("%d claims and %d releases with a watcher", o.claims, o.releases)
		}
		ben.Lost()
		if o.releases != i+1 {
			t.Fatalf("%d releases of %d claims", o.releases, o.claims)
		}
	}
}

// TestBounds takes as many groups, values and keys as there may be, and not one more.
func TestBounds(t *testing.T) {
	t.Parallel()
	h := newHouse(nil)
	ada := h.enter(t, "ada", "host")
	for i := range 32 {
		_, err := ada.Group("ada", fmt.Sprint("g", i), true)
		must(t, err)
	}
	_, err := ada.Group("ada", "one more", true)
	wantKind(t, err, fault.Invalid)
	_, err = ada.Group("ada", "g3", true) // is in already
	must(t, err)

	for i := range 256 {
		_, err := ada.Set(fmt.Sprint("k", i), json.RawMessage(`1`), nil)
		must(t, err)
	}
	_, err = ada.Set("one more", json.RawMessage(`1`), nil)
	wantKind(t, err, fault.Invalid)
	big := json.RawMessage(`"` + strings.Repeat("x", 60<<10) + `"`)
	var full error
	for i := 0; full == nil && i < 16; i++ {
		_, full = ada.Set(fmt.Sprint("k", i), big, nil)
	}
	wantKind(t, full, fault.Invalid)
	_, err = ada.Set("k0", json.RawMessage(`1`), nil) // a smaller one makes room
	must(t, err)
	_, err = ada.Set("k200", big, nil)
	must(t, err)
	h.Stop()
}
