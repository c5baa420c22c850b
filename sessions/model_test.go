package sessions_test

import (
	"context"
	"maps"
	"slices"
	"testing"

	"foyer/fault"
	"foyer/models"
	"foyer/sessions"
	"foyer/store"
	"foyer/store/storetest"

	"pgregory.net/rapid"
)

// TestModel drives joins, changes, leaves, outages and crashes at random beside an oracle, which plays the hub: every join that was
// acknowledged has one leg, and in the end one end.
func TestModel(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		s := storetest.Open(t, store.Options{URL: storetest.URL(t, database)})
		rapid.Check(t, func(t *rapid.T) {
			m := newMachine(t, s)
			t.Repeat(map[string]func(*rapid.T){
				"join":      m.join,
				"join more": m.join,
				"keep":      m.keep,
				"leave":     m.leave,
				"write":     m.write,
				"withdraw":  m.withdraw,
				"outage":    m.outage,
				"crash":     m.crash,
				"":          func(*rapid.T) {},
			})
			m.close(t)
		})
	})
}

// stay is what the oracle knows of a peer.
type stay struct {
	room    int
	session *models.Session
	row     models.Peer
	pending *sessions.Pending // of the join, until it is known what became of it
	leaving *models.Entry     // submitted, perhaps not written
	name    string            // as submitted last
}

// machine is a hub of two rooms, as far as the journal is concerned.
type machine struct {
	*house

	ctx     context.Context
	journal *sessions.Service
	live    [2]*models.Session
	inside  []*stay
	joining []*stay
	acked   map[models.ID]*stay
	failed  map[models.ID]*stay
	all     []*models.Session
}

func newMachine(t *rapid.T, s *store.Store) *machine {
	m := &machine{house: furnish(t, s), ctx: context.Background(), acked: map[models.ID]*stay{}, failed: map[models.ID]*stay{}}
	m.journal = m.house.journal()
	return m
}

func (m *machine) join(t *rapid.T) {
	room := rapid.IntRange(0, 1).Draw(t, "room")
	if m.live[room] == nil {
		m.live[room] = m.session(room)
		m.all = append(m.all, m.live[room])
	}
	s := &stay{room: room, session: m.live[room]}
	s.row = *m.peer(s.session)
	s.name = s.row.Name
	s.pending = m.journal.Submit(join(s.session, &s.row))
	m.joining = append(m.joining, s)
}

func (m *machine) somebody(t *rapid.T) *stay {
	if len(m.inside) == 0 {
		t.Skip("nobody is in")
	}
	return rapid.SampledFrom(m.inside).Draw(t, "peer")
}

func (m *machine) keep(t *rapid.T) {
	s := m.somebody(t)
	s.name = rapid.StringMatching(`[a-z]{0,3}`).Draw(t, "name")
	m.journal.Submit(keep(s.session, &s.row, s.name))
}

func (m *machine) leave(t *rapid.T) { m.out(m.somebody(t)) }

// out takes somebody out, when it was lost if it was.
func (m *machine) out(s *stay) {
	at := m.Stamp()
	if s.row.LostAt != nil {
		at = *s.row.LostAt
	}
	entry := leave(s.session, &s.row, at)
	s.leaving = &entry
	m.journal.Submit(entry)
	m.inside = slices.DeleteFunc(m.inside, func(other *stay) bool { return other == s })
	m.sweep(s.room)
}

// sweep ends the session of a room in which nobody is.
func (m *machine) sweep(room int) {
	here := func(s *stay) bool { return s.room == room }
	if m.live[room] == nil || slices.ContainsFunc(m.inside, here) || slices.ContainsFunc(m.joining, here) {
		return
	}
	m.journal.Submit(end(m.live[room], m.Stamp()))
	m.live[room] = nil
}

// write has what waits be written, and learns what became of the joins.
func (m *machine) write(t *rapid.T) {
	err := m.journal.Flush(m.ctx)
	m.land(t)
	if err != nil && !fault.Is(err, fault.Unavailable) {
		t.Fatal(err)
	}
}

func (m *machine) land(t *rapid.T) {
	joining := m.joining
	m.joining = nil
	for _, s := range joining {
		switch err := s.pending.Wait(m.ctx); {
		case err == nil:
			m.acked[s.row.ID] = s
			m.inside = append(m.inside, s)
		case fault.Is(err, fault.Unavailable):
			m.failed[s.row.ID] = s
		default:
			t.Fatal(err)
		}
	}
	m.sweep(0)
	m.sweep(1)
}

// withdraw has the caller of a join go before it is written.
func (m *machine) withdraw(t *rapid.T) {
	if len(m.joining) == 0 {
		t.Skip("nobody joins")
	}
	s := rapid.SampledFrom(m.joining).Draw(t, "peer")
	ctx, cancel := context.WithCancel(m.ctx)
	cancel()
	if err := s.pending.Wait(ctx); !fault.Is(err, fault.Unavailable) {
		t.Fatalf("the join of a caller who has gone: %v", err)
	}
	m.failed[s.row.ID] = s
	m.joining = slices.DeleteFunc(m.joining, func(other *stay) bool { return other == s })
	m.sweep(s.room)
}

// outage has the database be away for one attempt.
func (m *machine) outage(t *rapid.T) {
	m.away(fault.New(fault.Unavailable, "away"))
	m.write(t)
	m.away(nil)
}

// crash kills the journal and the hub with all that waits, and starts both again.
func (m *machine) crash(t *rapid.T) {
	if rapid.Bool().Draw(t, "after a heartbeat") {
		must(t, m.journal.Beat(m.ctx))
	}
	for _, s := range m.joining {
		m.failed[s.row.ID] = s
	}
	m.inside, m.joining, m.live = nil, nil, [2]*models.Session{}
	m.journal = m.house.journal()
	lives, err := m.journal.Restore(m.ctx)
	must(t, err)
	for i := range lives {
		m.restore(t, &lives[i])
	}
	for id, s := range m.acked {
		if back := slices.ContainsFunc(m.inside, func(other *stay) bool { return other.row.ID == id }); !back && s.leaving == nil {
			t.Fatalf("%s was in and is forgotten", id)
		}
	}
}

func (m *machine) restore(t *rapid.T, live *models.Live) {
	if live.Session.WorkspaceID != m.workspace {
		return
	}
	room := slices.IndexFunc(m.rooms, func(r models.Room) bool { return r.ID == live.Session.RoomID })
	m.live[room] = &live.Session
	for _, row := range live.Peers {
		s := m.acked[row.ID]
		if s == nil || row.LostAt == nil || row.LostAt.Before(row.JoinedAt) {
			t.Fatalf("%s comes back: %+v", row.ID, row)
		}
		s.row, s.session, s.leaving, s.name = row, m.live[room], nil, row.Name
		m.inside = append(m.inside, s)
	}
}

// close ends everything and holds the database against the oracle.
func (m *machine) close(t *rapid.T) {
	m.write(t)
	for len(m.inside) > 0 {
		m.out(m.inside[0])
	}
	m.write(t)
	legs := map[models.ID]models.Peer{}
	for _, leg := range m.legs(t, m.all...) {
		legs[leg.ID] = leg
	}
	for id, s := range m.acked {
		leg, there := legs[id]
		if !there || leg.LeftAt == nil || leg.Name != s.name {
			t.Fatalf("the leg of %s, who was called %q: %+v", id, s.name, leg)
		}
		delete(legs, id)
	}
	for id := range legs {
		t.Fatalf("%s has a leg and was never told so", id)
	}
	m.checkEvents(t)
	live, err := m.LiveSessions(m.ctx)
	must(t, err)
	if len(live) > 0 {
		t.Fatalf("there are sessions in which nobody is: %v", live)
	}
}

// checkEvents: each leg and each session began once and ended once, and a session's own events stand around those of its peers.
func (m *machine) checkEvents(t *rapid.T) {
	began, ended := map[any]int{}, map[any]int{}
	current := map[any]int{} // peers that are in, by session
	events, _ := m.heard()
	for _, e := range events {
		session, peer := e.Data["session_id"], e.Data["peer_id"]
		switch e.Type {
		case "session.open.success":
			began[session]++
		case "session.close.success":
			ended[session]++
			if current[session] != 0 {
				t.Fatalf("%v ends with %d peers in it", session, current[session])
			}
		case "peer.join.success":
			began[peer]++
			current[session]++
		case "peer.leave.success":
			ended[peer]++
			current[session]--
		}
		if began[session] != 1 || ended[session] > 1 {
			t.Fatalf("%s of %v: it began %d times, ended %d times", e.Type, session, began[session], ended[session])
		}
	}
	if !maps.Equal(began, ended) {
		t.Fatalf("began %v, ended %v", began, ended)
	}
	for _, s := range m.acked {
		if began[s.row.PeerID] != 1 {
			t.Fatalf("%s came in %d times", s.row.PeerID, began[s.row.PeerID])
		}
	}
}
