package hub_test

import (
	"testing"
	"time"

	"foyer/hub"
	"foyer/media"
	"foyer/media/loopback"
	"foyer/models"

	"github.com/google/go-cmp/cmp"
)

// measured is a peer of the engine whose media have been measured.
type measured struct {
	*loopback.Peer

	series []media.Series
}

func (m *measured) Series() []media.Series {
	if m.Closed() {
		return nil
	}
	return m.series
}

// TestMeasured has written down how a peer's media did when they end, before its leave, and nothing when nothing was measured.
func TestMeasured(t *testing.T) {
	t.Parallel()
	s := newStudio()
	at := time.Now()
	list := []media.Series{
		{Side: media.Publish, Track: "v", Kind: media.Video, Source: media.Screen, RID: "q", Samples: []media.Sample{
			{At: at, Bitrate: 150, Packets: 7, Pictures: 3}, {At: at.Add(time.Second), Bitrate: 160, Packets: 20, Lost: 1, Pictures: 9},
		}},
		{Side: media.Subscribe, Track: "a", Kind: media.Audio, Samples: []media.Sample{
			{At: at, Bitrate: 32, Packets: 50, Lost: 2, RoundTrip: 1200 * time.Microsecond, Jitter: time.Microsecond},
		}},
	}
	enter := func(name string, series []media.Series) *client {
		ticket := s.ticket(name, "host")
		ticket.Media = func(rights media.Rights) media.Peer {
			s.open(name)(rights)
			return &measured{Peer: s.media(name), series: series}
		}
		c := s.arriveWith(t, name, ticket)
		must(t, c.Join(t.Context(), name, ""))
		return c
	}
	ada, ben, cem := enter("ada", list), enter("ben", nil), s.house.enter(t, "cem", "host")
	for _, c := range []*client{ada, ben, cem} {
		must(t, c.Leave(t.Context()))
	}
	var lines []models.Entry
	left := false
	for _, e := range s.written() {
		left = left || e.Left != nil
		if e.Measured == nil {
			continue
		}
		if lines = append(lines, e); left {
			t.Error("it is written after the leave")
		}
	}
	if len(lines) != 1 || lines[0].Session == nil || lines[0].About == nil || lines[0].About.PeerID != "ada" || lines[0].Measured.At.IsZero() {
		t.Fatalf("written: %+v", lines)
	}
	want := []models.Series{
		{
			Sent: true, Track: "v", Kind: "video", Source: "screen", RID: "q", Times: []int64{at.UnixMilli(), at.UnixMilli() + 1000},
			Bitrates: []int{150_000, 160_000}, Packets: []uint64{7, 20}, Lost: []uint64{0, 1},
			Pictures: []uint64{3, 9}, RoundTrips: []int64{0, 0}, Jitters: []int64{0, 0},
		},
		{
			Track: "a", Kind: "audio", Times: []int64{at.UnixMilli()}, Bitrates: []int{32_000}, Packets: []uint64{50}, Lost: []uint64{2},
			Pictures: []uint64{0}, RoundTrips: []int64{2}, Jitters: []int64{1},
		},
	}
	if diff := cmp.Diff(want, lines[0].Measured.Series); diff != "" {
		t.Errorf("(- wanted, + got):\n%s", diff)
	}
	s.Stop()
}

// TestMeasuredHoweverItEnds has the same written down of those who are put out, and asks the engine before it ends the media.
func TestMeasuredHoweverItEnds(t *testing.T) {
	t.Parallel()
	s := newStudio()
	ada, ben := s.enter(t, "ada", "host"), s.enter(t, "ben", "host")
	s.publishes(t, ada, audio("a"))
	s.publishes(t, ben, audio("b"), video("v"))
	must(t, ada.Remove("ben", ""))
	s.room(t).PutOut(func(*hub.Ticket) bool { return true }, "")
	series := map[string]int{}
	for _, e := range s.written() {
		if e.Measured != nil {
			series[e.About.PeerID] += len(e.Measured.Series)
		}
	}
	same(t, "the series", series, map[string]int{"ada": 1, "ben": 2})
	s.Stop()
}
