package hub_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"foyer/fault"
	"foyer/hub"
	"foyer/media"
	"foyer/media/loopback"
	"foyer/models"
	"foyer/roles"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// studio is a house with a media engine.
type studio struct {
	*house

	engine *loopback.Engine
}

func newStudio() *studio { return &studio{house: newHouse(nil), engine: loopback.New("n1")} }

// open is a peer's hub.Media.
func (s *studio) open(name string) hub.Media {
	return func(rights media.Rights) media.Peer {
		p, _ := s.engine.Join(string(roomID), name, rights, func(media.Event) {})
		return p
	}
}

// enter has somebody come in with media.
func (s *studio) enter(t *testing.T, name, role string) *client {
	t.Helper()
	ticket := s.ticket(name, role)
	ticket.Media = s.open(name)
	c := s.arriveWith(t, name, ticket)
	must(t, c.Join(t.Context(), name, ""))
	return c
}

func (s *studio) media(name string) *loopback.Peer { return s.engine.Peer(string(roomID), name) }

func audio(id string) media.Track { return media.Track{ID: id, Kind: media.Audio, Source: "regular"} }

func video(id string) media.Track { return media.Track{ID: id, Kind: media.Video, Source: "regular"} }

func muted(t media.Track) media.Track {
	t.Muted = true
	return t
}

// sameTracks compares tracks but for when they were added.
func sameTracks(t *testing.T, what string, got []media.Track, want ...media.Track) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(media.Track{}, "Since"), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("%s (- wanted, + got):\n%s", what, diff)
	}
}

// publishes has a peer offer tracks to the engine and publish them.
func (s *studio) publishes(t *testing.T, c *client, tracks ...media.Track) {
	t.Helper()
	must(t, c.Claim(tracks))
	if _, err := s.media(c.name).Offer(t.Context(), "v=0\r\n", tracks); err != nil {
		t.Fatal(err)
	}
	must(t, c.Publish(tracks))
}

// TestPublish tells the others what is new, keeps when a track was added, and counts.
func TestPublish(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newStudio()
		ada, ben := s.enter(t, "ada", "host"), s.house.enter(t, "ben", "guest")
		if w := latest[hub.Welcome](ada); w.Media != media.Peer(s.media("ada")) || latest[hub.Welcome](ben).Media != nil {
			t.Error("a welcome has the wrong media")
		}
		s.publishes(t, ada, video("v"), audio("a"))
		added := latest[hub.TracksAdded](ben)
		sameTracks(t, "added", added.Tracks, audio("a"), video("v"))
		sameTracks(t, "the card", added.Peer.Tracks, audio("a"), video("v"))
		same(t, "the count", latest[hub.Counted](ben).Tracks, 2)
		first := added.Tracks[0].Since

		<-time.After(time.Second)
		s.publishes(t, ada, audio("0"), muted(audio("a")))
		sameTracks(t, "removed", latest[hub.TracksRemoved](ben).Tracks, video("v"))
		sameTracks(t, "added", latest[hub.TracksAdded](ben).Tracks, audio("0"))
		sameTracks(t, "changed", latest[hub.TracksChanged](ben).Tracks, muted(audio("a")))
		card, err := s.room(t).Peer("ada")
		must(t, err)
		sameTracks(t, "the card", card.Tracks, muted(audio("a")), audio("0"))
		if !card.Tracks[0].Since.Equal(first) || !card.Tracks[1].Since.After(first) {
			t.Errorf("added %v", card.Tracks)
		}
		counted := told[hub.Counted](ben)
		s.publishes(t, ada, audio("0"), muted(audio("a")))
		if told[hub.TracksAdded](ada)+told[hub.TracksChanged](ada)+told[hub.TracksRemoved](ada) != 0 || told[hub.Counted](ben) != counted {
			t.Error("somebody was told what is no news")
		}
		must(t, ada.Leave(t.Context()))
		sameTracks(t, "who has left", latest[hub.Left](ben).Peer.Tracks, muted(audio("a")), audio("0"))
		same(t, "the count", latest[hub.Counted](ben).Tracks, 0)
		s.Stop()
	})
}

// TestTrackClaims keeps the ids of tracks from being anybody else's, as long as their peer is in and speaks of them.
func TestTrackClaims(t *testing.T) {
	t.Parallel()
	s := newStudio()
	ada, ben, cem := s.enter(t, "ada", "host"), s.enter(t, "ben", "host"), s.house.enter(t, "cem", "host")
	watcher := s.arrive(t, "fay", "guest")
	must(t, ada.Claim([]media.Track{audio("a"), audio("b")}))
	wantKind(t, ben.Claim([]media.Track{audio("b")}), fault.Invalid)
	wantKind(t, ben.Publish([]media.Track{audio("b")}), fault.Invalid)
	must(t, ada.Publish([]media.Track{audio("a")}))
	must(t, ben.Publish([]media.Track{audio("b")}))
	must(t, ada.Claim(nil))
	wantKind(t, ben.Claim([]media.Track{audio("a")}), fault.Invalid)
	must(t, ada.Leave(t.Context()))
	must(t, ben.Claim([]media.Track{audio("a")}))
	for _, c := range []*client{cem, watcher, ada} {
		wantKind(t, c.Claim(nil), fault.Forbidden)
		wantKind(t, c.Publish(nil), fault.Forbidden)
	}
	wantKind(t, watcher.UpdateTracks(nil), fault.Forbidden)
	s.Stop()
}

// TestTrackBounds refuses what passes a bound, and changes nothing then.
func TestTrackBounds(t *testing.T) {
	t.Parallel()
	s := newStudio()
	ada := s.enter(t, "ada", "host")
	long := strings.Repeat("x", 257)
	many := make([]media.Track, 33)
	for i := range many {
		many[i] = audio(strconv.Itoa(i))
	}
	for name, tracks := range map[string][]media.Track{
		"too many":           many,
		"no id":              {audio("")},
		"a long id":          {audio(long)},
		"a long stream":      {{ID: "a", Stream: long, Kind: media.Audio}},
		"a long source":      {{ID: "a", Source: long, Kind: media.Audio}},
		"a long description": {{ID: "a", Description: strings.Repeat("x", 1025), Kind: media.Audio}},
		"a kind of its own":  {{ID: "a", Kind: "smell"}},
		"twice":              {audio("a"), video("a")},
	} {
		if err := ada.Publish(tracks); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
		if err := ada.Claim(tracks); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	wantKind(t, ada.UpdateTracks(make([]hub.TrackChange, 33)), fault.Invalid)
	wantKind(t, ada.UpdateTracks([]hub.TrackChange{{ID: "a", Description: ptr(strings.Repeat("x", 1025))}}), fault.Invalid)
	must(t, ada.Publish(many[:32]))
	card, err := s.room(t).Peer("ada")
	must(t, err)
	same(t, "the tracks", len(card.Tracks), 32)
	s.Stop()
}

// TestMuteHolds has the server mute what others want muted, and the owner alone go on.
func TestMuteHolds(t *testing.T) {
	t.Parallel()
	s := newStudio()
	ada, ben, cem := s.enter(t, "ada", "host"), s.enter(t, "ben", "host"), s.enter(t, "cem", "guest")
	s.publishes(t, ben, audio("a"), video("v"), media.Track{ID: "p", Kind: media.Audio, Source: "audioplaylist"})
	gets := func(want ...string) {
		t.Helper()
		same(t, "what cem gets", strings.Join(s.media("cem").Gets(), " "), strings.Join(want, " "))
	}
	gets("a", "v", "p")
	must(t, ada.AskMute("ben", hub.MuteAsked{Track: "v", Mute: true}))
	gets("a", "p")
	sameTracks(t, "what cem hears", latest[hub.TracksChanged](cem).Tracks, muted(video("v")))
	if told[hub.TracksChanged](ben) != 0 || told[hub.MuteAsked](ben) != 1 || told[hub.TracksChanged](ada) != 1 {
		t.Error("the wrong ones were told")
	}
	must(t, ada.AskMute("ben", hub.MuteAsked{Track: "v"}))
	must(t, ada.AskMute("ben", hub.MuteAsked{Track: "unknown", Mute: true}))
	gets("a", "p")
	must(t, ben.UpdateTracks([]hub.TrackChange{{ID: "v", Muted: ptr(false)}, {ID: "gone", Muted: ptr(true)}}))
	gets("a", "v", "p")
	must(t, ada.Silence("ben", true))
	gets("v", "p")
	if changed := latest[hub.Changed](cem); !changed.Peer.Muted || changed.Was.Muted || changed.Peer.VideoOff {
		t.Errorf("cem was told %+v", changed)
	}
	must(t, ada.Silence("ben", false))
	gets("v", "p")
	must(t, ada.AskAllMute(hub.AllMuteAsked{Roles: []string{"guest"}, Mute: true}))
	must(t, ada.AskAllMute(hub.AllMuteAsked{Source: "screen", Mute: true}))
	gets("v", "p")
	must(t, ada.AskAllMute(hub.AllMuteAsked{Type: "audio", Mute: true}))
	gets("v")
	wantKind(t, cem.AskMute("ben", hub.MuteAsked{Track: "v", Mute: true}), fault.Forbidden)
	gets("v")
	s.Stop()
}

// TestMutedCard derives from its tracks whether a peer with media is heard and seen; the others are told when that changes.
func TestMutedCard(t *testing.T) {
	t.Parallel()
	s := newStudio()
	ada, ben := s.enter(t, "ada", "host"), s.house.enter(t, "ben", "guest")
	off := func(muted, videoOff bool) {
		t.Helper()
		card, err := s.room(t).Peer("ada")
		must(t, err)
		same(t, "the card", []bool{card.Muted, card.VideoOff}, []bool{muted, videoOff})
	}
	off(true, true)
	s.publishes(t, ada, audio("a"), media.Track{ID: "s", Kind: media.Video, Source: media.Screen})
	off(false, true)
	same(t, "the changes", told[hub.Changed](ben), 1)
	s.publishes(t, ada, audio("a"), muted(video("v")))
	off(false, true)
	must(t, ada.UpdateTracks([]hub.TrackChange{{ID: "v", Muted: ptr(false)}, {ID: "a", Muted: ptr(true)}}))
	off(true, false)
	must(t, ada.Update(hub.Details{Name: ptr("Ada")}))
	off(true, false)
	s.publishes(t, ada)
	off(true, true)
	same(t, "the changes", told[hub.Changed](ben), 4)
	same(t, "her own", told[hub.Changed](ada), 0)
	s.Stop()
}

// studioCast are roles that differ in media: a singer publishes sound, a painter pictures.
func studioCast(s *studio) {
	document := func(text string) models.Document {
		doc, err := models.ParseDocument([]byte(text))
		if err != nil {
			panic(err)
		}
		return doc
	}
	s.place.Template = &hub.Template{ID: template, Roles: roles.Read([]models.Role{
		{Name: "host", Document: document(`{"permissions":{"changeRole":true}}`)},
		{Name: "singer", Document: document(`{"publishParams":{"allowed":["audio"]}}`)},
		{Name: "painter", Document: document(`{"publishParams":{"allowed":["video","screen"]},"subscribeParams":{"subscribeToRoles":["host"]}}`)},
	})}
}

// TestTrackLines has written down what becomes of tracks, but no more than so much in a minute.
func TestTrackLines(t *testing.T) {
	bubble(t, func(t *testing.T) {
		s := newStudio()
		ada := s.enter(t, "ada", "host")
		lines := func() (fates []string) {
			for _, e := range s.written() {
				if e.Track != nil {
					if e.About == nil || e.About.PeerID != "ada" || e.Session == nil {
						t.Errorf("written: %+v", e)
					}
					fates = append(fates, strings.TrimSuffix(string(e.Track.Fate), ".success")+" "+e.Track.ID)
				}
			}
			return fates
		}
		s.publishes(t, ada, audio("a"))
		s.publishes(t, ada, muted(audio("a")), video("v"))
		s.publishes(t, ada, video("v"))
		same(t, "the lines", lines(), []string{"track.add a", "track.add v", "track.update a", "track.remove a"})
		toggle := func(n int) {
			for i := range n {
				must(t, ada.UpdateTracks([]hub.TrackChange{{ID: "v", Muted: ptr(i%2 == 0)}}))
			}
		}
		toggle(1000)
		same(t, "the lines of a minute", len(lines()), 240)
		<-time.After(time.Minute)
		toggle(2)
		same(t, "the lines", len(lines()), 242)
		must(t, ada.Leave(t.Context()))
		same(t, "the last line", lines()[242], "track.remove v")
		s.Stop()
	})
}
