package sessions_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/store/storetest"

	"github.com/google/go-cmp/cmp"
)

// series is one of so many measurements.
func series(track string, n int) models.Series {
	s := models.Series{Sent: true, Track: track, Kind: "audio"}
	for i := range n {
		s.Times, s.Bitrates, s.RoundTrips = append(s.Times, 1767225600000+10_000*int64(i)), append(s.Bitrates, 32_000), append(s.RoundTrips, 20)
		s.Packets, s.Lost, s.Pictures = append(s.Packets, 500*uint64(i+1)), append(s.Lost, uint64(i)), append(s.Pictures, 0)
		s.Jitters = append(s.Jitters, 3)
	}
	return s
}

func measured(s *models.Session, p *models.Peer, list ...models.Series) models.Entry {
	return models.Entry{Session: s, About: p, Measured: &models.Measured{At: p.JoinedAt.Add(time.Minute), Series: list}}
}

// Server contract 7.7: measurements can be read when the session has ended, those of all stays of a peer together.
func TestMeasured(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		h := newHouse(t, database)
		s := h.run(t)
		session := h.session(0)
		first, second, other := h.peer(session), h.peer(session), h.peer(session)
		second.PeerID = first.PeerID
		got := series("b", 1)
		got.Sent = false
		low := series("a", 1)
		low.RID = "q"
		for _, stay := range []struct {
			peer *models.Peer
			list []models.Series
		}{{first, []models.Series{series("a\x00", 2), got}}, {second, []models.Series{series("a", 2), low}}, {other, nil}} {
			must(t, s.Submit(join(session, stay.peer)).Wait(t.Context()))
			if stay.list != nil {
				must(t, s.Submit(measured(session, stay.peer, stay.list...)).Wait(t.Context()))
			}
			must(t, s.Submit(leave(session, stay.peer, h.Stamp())).Wait(t.Context()))
		}
		read := func(peer string, want ...models.Series) {
			t.Helper()
			m, err := s.Measured(t.Context(), h.workspace, session.ID, peer)
			must(t, err)
			if diff := cmp.Diff(want, m.Series); diff != "" || m.RoomID != session.RoomID {
				t.Errorf("of %s: %s (- wanted, + got):\n%s", peer, m.RoomID, diff)
			}
		}
		read(first.PeerID) // the session has not ended
		must(t, s.Submit(end(session, h.Stamp())).Wait(t.Context()))
		whole := series("a", 4)
		copy(whole.Times[2:], whole.Times[:2])
		whole.Lost = []uint64{0, 1, 1, 2}
		read(first.PeerID, whole, got, low)
		read(other.PeerID)

		for name, ask := range map[string]struct {
			workspace, session models.ID
			peer               string
		}{
			"a peer that was not in":  {h.workspace, session.ID, "nobody"},
			"a peer of no text":       {h.workspace, session.ID, first.PeerID + "\x00"},
			"no session":              {h.workspace, h.NewID(), first.PeerID},
			"the workspace next door": {h.NewID(), session.ID, first.PeerID},
		} {
			if _, err := s.Measured(t.Context(), ask.workspace, ask.session, ask.peer); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

// What is kept of one stay is 2 MiB at most: with fewer measurements, over all its length.
func TestMeasuredTooLong(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "sqlite")
	s := h.run(t)
	session := h.session(0)
	peer := h.peer(session)
	list := make([]models.Series, 128)
	for i := range list {
		list[i] = series(strings.Repeat("x", 250)+strconv.Itoa(i), 720)
	}
	must(t, s.Submit(join(session, peer)).Wait(t.Context()))
	must(t, s.Submit(measured(session, peer, list...)).Wait(t.Context()))
	must(t, s.Submit(leave(session, peer, h.Stamp())).Wait(t.Context()))
	must(t, s.Submit(end(session, h.Stamp())).Wait(t.Context()))
	rows, err := h.Measurements(t.Context(), session.ID, peer.PeerID, 2<<20)
	must(t, err)
	if len(rows) != 1 || !rows[0].CreatedAt.Equal(models.Stamp(peer.JoinedAt.Add(time.Minute))) {
		t.Fatalf("%d rows", len(rows))
	}
	m, err := s.Measured(t.Context(), h.workspace, session.ID, peer.PeerID)
	must(t, err)
	n := len(m.Series[127].Times)
	if len(m.Series) != 128 || n < 100 || n >= 720 || m.Series[127].Times[n-1] < list[0].Times[700] || len(m.Series[0].Lost) != n {
		t.Errorf("%d series of %d measurements", len(m.Series), n)
	}
	if len(list[0].Times) != 720 {
		t.Error("the line itself was changed")
	}
}

// While too many measurements wait, further ones find no place; whoever leaves does.
func TestMeasuredTooMany(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "sqlite")
	s := h.journal()
	session := h.session(0)
	peer := h.peer(session)
	joined := s.Submit(join(session, peer))
	big, lost := series("a", 46_000), 0
	for range 50 {
		p := h.peer(session)
		before := s.Waiting()
		s.Submit(measured(session, p, big))
		if s.Waiting() == before {
			lost++
		}
	}
	left := s.Submit(leave(session, peer, h.Stamp()))
	if lost != 5 {
		t.Errorf("%d found no place", lost)
	}
	t.Cleanup(start(t, s))
	must(t, joined.Wait(t.Context()))
	must(t, left.Wait(t.Context()))
	eventually(t, func() bool { return h.said.has("events are lost") })
	must(t, s.Submit(measured(session, h.peer(session), big)).Wait(t.Context()))
}

// A line of measurements that the database refuses is left out, and holds up nothing.
func TestMeasuredRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "sqlite")
	s := h.run(t)
	session := h.session(0)
	peer := h.peer(session)
	must(t, s.Submit(join(session, peer)).Wait(t.Context()))
	nowhere := *session
	nowhere.ID = h.NewID()
	bad := s.Submit(measured(&nowhere, peer, series("a", 1)))
	must(t, s.Submit(leave(session, peer, h.Stamp())).Wait(t.Context()))
	if err := bad.Wait(t.Context()); err == nil {
		t.Error("measurements of no session are kept")
	}
}
