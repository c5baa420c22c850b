package hub_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"foyer/hub"
	"foyer/media"
	"foyer/models"
)

// TestRoleRights gives the engine the rights of a peer's role, whoever changes it, and takes back what the new one must not publish.
func TestRoleRights(t *testing.T) {
	t.Parallel()
	s := newStudio()
	studioCast(s)
	ada, ben := s.enter(t, "ada", "host"), s.enter(t, "ben", "singer")
	s.publishes(t, ben, audio("a"), video("v"))
	sameTracks(t, "added", latest[hub.TracksAdded](ada).Tracks, audio("a"))
	must(t, ada.ChangeRole("ben", "painter", true))
	sameTracks(t, "removed", latest[hub.TracksRemoved](ada).Tracks, audio("a"))
	same(t, "the rights", s.media("ben").Rights(), s.place.Roles["painter"].Rights())
	heard := ada.heard()
	order := ""
	for _, body := range heard {
		switch body.(type) {
		case hub.Changed:
			order += "changed "
		case hub.TracksRemoved:
			order += "removed "
		}
	}
	if order = strings.TrimSpace(order); !strings.HasSuffix(order, "changed removed changed") { // the last one: it is muted now
		t.Errorf("ada was told %s", order)
	}
	must(t, s.room(t).Assign("ben", "singer"))
	same(t, "the rights", s.media("ben").Rights(), s.place.Roles["singer"].Rights())
	must(t, ada.ChangeRole("ben", "painter", false))
	must(t, ben.Accept("painter", latest[hub.RoleAsked](ben).Token))
	same(t, "the rights", s.media("ben").Rights(), s.place.Roles["painter"].Rights())
	s.Stop()
}

// TestMediaEnd ends a peer's media when its stay ends, by whatever way.
func TestMediaEnd(t *testing.T) {
	for name, end := range map[string]func(t *testing.T, s *studio, ada, ben *client){
		"leave":   func(t *testing.T, _ *studio, _, ben *client) { t.Helper(); must(t, ben.Leave(t.Context())) },
		"removed": func(t *testing.T, _ *studio, ada, _ *client) { t.Helper(); must(t, ada.Remove("ben", "")) },
		"put out": func(_ *testing.T, s *studio, _, _ *client) {
			r, _ := s.RoomOf(roomID)
			r.PutOut(func(*hub.Ticket) bool { return true }, "")
		},
		"room end": func(t *testing.T, _ *studio, ada, _ *client) { t.Helper(); must(t, ada.End("", false)) },
		"lost": func(_ *testing.T, _ *studio, _, ben *client) {
			ben.Lost()
			<-time.After(2 * time.Minute)
		},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T) {
				s := newStudio()
				ada, ben := s.enter(t, "ada", "host"), s.enter(t, "ben", "host")
				s.publishes(t, ben, audio("a"))
				place := s.media("ben")
				end(t, s, ada, ben)
				if !place.Closed() || s.media("ben") != nil {
					t.Error("ben still has media")
				}
				s.Stop()
			})
		})
	}
}

// TestMediaOfALostConnection go on until the grace is over; a new connection finds them, with the rights of the role as it is then.
func TestMediaOfALostConnection(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newStudio()
		studioCast(s)
		ada, ben := s.enter(t, "ada", "host"), s.enter(t, "ben", "singer")
		s.publishes(t, ben, audio("a"))
		place := s.media("ben")
		ben.Lost()
		must(t, ada.ChangeRole("ben", "painter", true))
		sameTracks(t, "removed", latest[hub.TracksRemoved](ada).Tracks, audio("a"))
		again, opened := newClient("ben"), 0
		line, known := s.Resume(roomID, "ben", "token-ben", func(rights media.Rights) media.Peer {
			opened++
			return s.open("ben")(rights)
		}, again.deliver)
		again.Line = line
		if !known || opened != 1 || s.media("ben") != place || place.Closed() || latest[hub.Welcome](again).Media != media.Peer(place) {
			t.Fatal("ben's media are not found again")
		}
		same(t, "the rights", place.Rights(), s.place.Roles["painter"].Rights())
		s.publishes(t, again, video("v"))
		sameTracks(t, "added", latest[hub.TracksAdded](ada).Tracks, video("v"))
		s.Stop()
	})
}

// TestAskedAgain asks a peer to mute what others have muted while it was away, until it says so itself.
func TestAskedAgain(t *testing.T) {
	t.Parallel()
	s := newStudio()
	ada, ben := s.enter(t, "ada", "host"), s.enter(t, "ben", "host")
	s.publishes(t, ben, audio("a"), video("v"))
	ben.Lost()
	must(t, ada.AskMute("ben", hub.MuteAsked{Track: "a", Mute: true}))
	back := func() *client {
		again := newClient("ben")
		again.Line, _ = s.Resume(roomID, "ben", "token-ben", s.open("ben"), again.deliver)
		return again
	}
	again := back()
	same(t, "the wish", latest[hub.MuteAsked](again), hub.MuteAsked{By: "ada", Track: "a", Mute: true})
	must(t, again.UpdateTracks([]hub.TrackChange{{ID: "a", Muted: ptr(true)}}))
	again.Lost()
	same(t, "the wishes", told[hub.MuteAsked](back()), 0)
	s.Stop()
}

// TestRestoredTracks has no tracks after a restart until the client offers them again.
func TestRestoredTracks(t *testing.T) {
	t.Parallel()
	s := newStudio()
	at := time.Now()
	must(t, s.Restore(t.Context(), []hub.Restored{{Place: s.place, Live: models.Live{
		Session: models.Session{ID: s.id(), WorkspaceID: workspace, RoomID: roomID, CreatedAt: at},
		Peers:   []models.Peer{{ID: s.id(), PeerID: "ada", Role: "host", Token: "token-ada", Dialect: "test", JoinedAt: at}},
	}}}, always(time.Minute)))
	ada := newClient("ada")
	ada.Line, _ = s.Resume(roomID, "ada", "token-ada", s.open("ada"), ada.deliver)
	if w := latest[hub.Welcome](ada); w.Media == nil || len(w.Self.Tracks) != 0 || !w.Self.Muted {
		t.Errorf("ada was told %+v", w)
	}
	s.publishes(t, ada, audio("a"))
	card, err := s.room(t).Peer("ada")
	must(t, err)
	if sameTracks(t, "the card", card.Tracks, audio("a")); card.Muted {
		t.Error("ada is muted")
	}
	s.Stop()
}

// TestTracksRace changes tracks from both sides while roles change: the count stays right.
func TestTracksRace(t *testing.T) {
	t.Parallel()
	s := newStudio()
	ada, ben := s.enter(t, "ada", "host"), s.enter(t, "ben", "host")
	done := make(chan struct{})
	go func() { // ends with the loop
		defer close(done)
		for i := range 200 {
			_ = ben.Claim([]media.Track{audio("a")})
			_ = ben.Publish([]media.Track{audio("b"), video(fmt.Sprint("v", i%3))})
			_ = ben.UpdateTracks([]hub.TrackChange{{ID: "b", Muted: ptr(i%2 == 0)}})
		}
	}()
	for i := range 200 {
		_ = ada.AskAllMute(hub.AllMuteAsked{Mute: true})
		_ = ada.Publish([]media.Track{audio("a")})
		must(t, ada.ChangeRole("ben", []string{"guest", "host"}[i%2], true))
		_, err := ada.Say(hub.Message{Text: json.RawMessage(`1`)})
		must(t, err)
		s.room(t).View()
	}
	<-done
	must(t, ben.Publish(nil))
	must(t, ada.Publish([]media.Track{audio("a")}))
	same(t, "the count", latest[hub.Counted](ada).Tracks, 1)
	s.Stop()
}
