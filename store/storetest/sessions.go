package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

func (c *scene) newSession() *models.Session {
	return &models.Session{
		ID: c.NewID(), WorkspaceID: c.workspace.ID, RoomID: c.room.ID, TemplateID: c.template.ID, RoomName: c.room.Name, CreatedAt: born,
	}
}

func (c *scene) addSession(t *testing.T, change func(*models.Session)) *models.Session {
	t.Helper()
	session := c.newSession()
	if change != nil {
		change(session)
	}
	equal(t, []models.ID{session.ID}, must[[]models.ID](t)(c.OpenSessions(t.Context(), []*models.Session{session})))
	if session.EndedAt != nil {
		equal(t, []models.ID{session.ID}, must[[]models.ID](t)(c.EndSessions(t.Context(), []*models.Session{session})))
	}
	return session
}

func (c *scene) newPeer(session models.ID) *models.Peer {
	id := c.NewID()
	return &models.Peer{
		ID: id, PeerID: "peer-" + string(id), SessionID: session, RoomID: c.room.ID, UserID: "customer-42", Name: "Asha 🚪", Data: `{"x":1}`,
		Role: "guest", Kind: "regular", Dialect: "hms", Groups: models.Words{"a", `b"`}, Observed: models.Words{}, Token: "token",
		Agent: "agent", JoinedAt: born,
	}
}

func (c *scene) addPeers(t *testing.T, session models.ID, count int) []*models.Peer {
	t.Helper()
	peers := make([]*models.Peer, count)
	for i := range peers {
		peers[i] = c.newPeer(session)
	}
	noError(t, c.InsertPeers(t.Context(), peers))
	return peers
}

// peersOf are the peers of sessions as they are read.
func (c *scene) peersOf(t *testing.T, sessions ...models.ID) []*models.Peer {
	t.Helper()
	list := must[[]models.Peer](t)(c.PeersOf(t.Context(), sessions, 10_000))
	got := make([]*models.Peer, len(list))
	for i := range list {
		got[i] = &list[i]
	}
	return got
}

func sessionRoundTrip(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	want := c.addSession(t, nil)
	equal(t, *want, must[models.Session](t)(s.Session(t.Context(), c.workspace.ID, want.ID)))
	equal(t, 0, len(must[[]models.ID](t)(s.OpenSessions(t.Context(), []*models.Session{want}))))

	want.State = models.Document{"values": []any{map[string]any{"key": "x"}}}
	noError(t, s.KeepState(t.Context(), want.ID, want.State))
	equal(t, []models.Session{*want}, must[[]models.Session](t)(s.LiveSessions(t.Context())))

	want.EndedAt = pointer(after(time.Hour))
	equal(t, []models.ID{want.ID}, must[[]models.ID](t)(s.EndSessions(t.Context(), []*models.Session{want})))
	want.State = nil
	again := *want
	again.EndedAt = pointer(after(2 * time.Hour))
	equal(t, 0, len(must[[]models.ID](t)(s.EndSessions(t.Context(), []*models.Session{&again}))))
	noError(t, s.KeepState(t.Context(), want.ID, models.Document{"late": true}))
	equal(t, *want, must[models.Session](t)(s.Session(t.Context(), c.workspace.ID, want.ID)))
	equal(t, 0, len(must[[]models.Session](t)(s.LiveSessions(t.Context()))))

	equal(t, []models.ID{want.ID}, must[[]models.ID](t)(s.OpenSessions(t.Context(), []*models.Session{want})))
	want.EndedAt = nil
	equal(t, *want, must[models.Session](t)(s.Session(t.Context(), c.workspace.ID, want.ID)))

	stranger := c.addWorkspace(t)
	_, err := s.Session(t.Context(), stranger.ID, want.ID)
	refused(t, err, fault.NotFound, "session not found")
	_, err = s.Session(t.Context(), c.workspace.ID, s.NewID())
	refused(t, err, fault.NotFound, "session not found")
}

// oneLiveSession: a room has one session that has not ended, at most.
func oneLiveSession(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	first, second := c.addSession(t, nil), c.newSession()
	_, err := s.OpenSessions(t.Context(), []*models.Session{second})
	refused(t, err, fault.Conflict, "already exists")
	first.EndedAt = pointer(after(time.Second))
	must[[]models.ID](t)(s.EndSessions(t.Context(), []*models.Session{first}))
	equal(t, []models.ID{second.ID}, must[[]models.ID](t)(s.OpenSessions(t.Context(), []*models.Session{second})))
}

func sessionsFiltered(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	first := c.addSession(t, func(m *models.Session) { m.EndedAt = pointer(after(time.Minute)) })
	second := c.addSession(t, func(m *models.Session) { m.CreatedAt = after(time.Hour) })
	other := c.addRoom(t, "other", nil)
	third := c.addSession(t, func(m *models.Session) { m.RoomID, m.CreatedAt = other.ID, after(2*time.Hour) })
	stranger := newScene(t, s)
	stranger.addSession(t, nil)

	for name, row := range map[string]struct {
		filter store.SessionFilter
		page   store.Page
		want   []models.ID
	}{
		"all":     {want: []models.ID{third.ID, second.ID, first.ID}},
		"room":    {filter: store.SessionFilter{RoomID: string(c.room.ID)}, want: []models.ID{second.ID, first.ID}},
		"no room": {filter: store.SessionFilter{RoomID: "none"}},
		"active":  {filter: store.SessionFilter{Active: pointer(true)}, want: []models.ID{third.ID, second.ID}},
		"ended":   {filter: store.SessionFilter{Active: pointer(false)}, want: []models.ID{first.ID}},
		"after":   {filter: store.SessionFilter{After: pointer(after(time.Hour))}, want: []models.ID{third.ID, second.ID}},
		"before":  {filter: store.SessionFilter{Before: pointer(after(time.Hour))}, want: []models.ID{second.ID, first.ID}},
		"page":    {page: store.Page{Limit: 1, Start: third.ID}, want: []models.ID{second.ID}},
	} {
		t.Run(name, func(t *testing.T) {
			if row.page.Limit == 0 {
				row.page.Limit = 10
			}
			var got []models.ID
			for _, session := range must[[]models.Session](t)(s.Sessions(t.Context(), c.workspace.ID, row.filter, row.page)) {
				got = append(got, session.ID)
			}
			equal(t, row.want, got)
		})
	}
}

// peersInBulk: more rows than one statement takes, and a number that is no power of two.
func peersInBulk(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	session := c.addSession(t, nil)
	peers := c.addPeers(t, session.ID, 107)
	equal(t, peers, c.peersOf(t, session.ID))
	refused(t, s.InsertPeers(t.Context(), peers[3:5]), fault.Conflict, "already exists")

	for i, p := range peers[:70] {
		p.Role, p.Name, p.Data, p.Groups, p.Observed = "host", "Name", "", models.Words{}, models.Words{"key"}
		if i%2 == 0 {
			p.LostAt = pointer(after(time.Minute))
		}
	}
	noError(t, s.KeepPeers(t.Context(), peers[:70]))
	equal(t, peers, c.peersOf(t, session.ID))

	var want []models.ID
	for _, p := range peers[50:101] {
		p.LeftAt, p.Reason, p.Message = pointer(after(time.Hour)), "peer kicked", "enough"
		want = append(want, p.ID)
	}
	ended := must[[]models.ID](t)(s.EndPeers(t.Context(), peers[50:101]))
	slices.Sort(ended)
	equal(t, want, ended)
	equal(t, peers, c.peersOf(t, session.ID))
	equal(t, 107-51, len(must[[]models.Peer](t)(s.LivePeers(t.Context()))))
}

// peersEndOnce: whoever has left is left alone.
func peersEndOnce(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	session := c.addSession(t, nil)
	peers := c.addPeers(t, session.ID, 2)
	peers[0].LeftAt, peers[0].Reason = pointer(after(time.Hour)), "client request"
	equal(t, []models.ID{peers[0].ID}, must[[]models.ID](t)(s.EndPeers(t.Context(), peers[:1])))
	late := *peers[0]
	late.LeftAt, late.Reason, late.Role = pointer(after(2*time.Hour)), "peer kicked", "host"
	equal(t, 0, len(must[[]models.ID](t)(s.EndPeers(t.Context(), []*models.Peer{&late}))))
	noError(t, s.KeepPeers(t.Context(), []*models.Peer{&late}))
	noError(t, s.LosePeers(t.Context(), after(time.Hour)))
	peers[1].LostAt = pointer(after(time.Hour))
	equal(t, peers, c.peersOf(t, session.ID))
}

// peersLost: at the last heartbeat, or at the join if that was later; and who was lost before stays so.
func peersLost(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	session := c.addSession(t, nil)
	peers := []*models.Peer{c.newPeer(session.ID), c.newPeer(session.ID), c.newPeer(session.ID)}
	peers[1].JoinedAt = after(2 * time.Minute)
	peers[2].LostAt = pointer(after(time.Second))
	noError(t, s.InsertPeers(t.Context(), peers))
	noError(t, s.LosePeers(t.Context(), after(time.Minute)))
	peers[0].LostAt, peers[1].LostAt = pointer(after(time.Minute)), pointer(after(2*time.Minute))
	equal(t, peers, c.peersOf(t, session.ID))
	live := must[[]models.Peer](t)(s.LivePeers(t.Context()))
	equal(t, []models.ID{peers[0].ID, peers[2].ID, peers[1].ID}, []models.ID{live[0].ID, live[1].ID, live[2].ID})
}

// peersOfSessions: the newest session first, and so many at most.
func peersOfSessions(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	old := c.addSession(t, func(m *models.Session) { m.EndedAt = pointer(after(time.Hour)) })
	live := c.addSession(t, nil)
	first, second := c.addPeers(t, old.ID, 2), c.addPeers(t, live.ID, 2)
	equal(t, append(second, first...), c.peersOf(t, old.ID, live.ID))
	equal(t, 3, len(must[[]models.Peer](t)(s.PeersOf(t.Context(), []models.ID{old.ID, live.ID}, 3))))
	equal(t, 0, len(c.peersOf(t)))
}

func emptySessionsEnd(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	fresh := func(name string) *models.Session {
		room := c.addRoom(t, name, nil)
		return c.addSession(t, func(m *models.Session) { m.RoomID = room.ID })
	}
	never, left, live, other := fresh("never"), fresh("left"), fresh("live"), fresh("other")
	noError(t, s.KeepState(t.Context(), left.ID, models.Document{"x": "y"}))
	peers := append(c.addPeers(t, left.ID, 2), c.addPeers(t, live.ID, 2)...)
	for i, p := range peers[:3] {
		p.LeftAt = pointer(after(time.Duration(i+1) * time.Minute))
	}
	must[[]models.ID](t)(s.EndPeers(t.Context(), peers[:3]))

	equal(t, 0, len(must[[]models.Session](t)(s.EndEmptySessions(t.Context(), live.ID))))
	other.EndedAt = &born
	equal(t, []models.Session{*other}, must[[]models.Session](t)(s.EndEmptySessions(t.Context(), other.ID, live.ID)))
	never.EndedAt, left.EndedAt = &born, pointer(after(2*time.Minute))
	equal(t, []models.Session{*never, *left}, must[[]models.Session](t)(s.EndEmptySessions(t.Context())))
	equal(t, []models.Session{*live}, must[[]models.Session](t)(s.LiveSessions(t.Context())))
}

func queuesKept(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	queue := models.Queue{RoomID: c.room.ID, Waiters: []models.Waiter{
		{PeerID: "a", UserID: "u", Name: `"x"`, Data: "{}", Role: "guest", Token: "t", Since: born, Admitted: true}, {PeerID: "b", Since: born},
	}}
	noError(t, s.KeepQueue(t.Context(), &queue))
	equal(t, []models.Queue{queue}, must[[]models.Queue](t)(s.Queues(t.Context())))
	queue.Waiters = queue.Waiters[1:]
	noError(t, s.KeepQueue(t.Context(), &queue))
	equal(t, []models.Queue{queue}, must[[]models.Queue](t)(s.Queues(t.Context())))
	queue.Waiters = nil
	noError(t, s.KeepQueue(t.Context(), &queue))
	equal(t, []models.Queue{}, must[[]models.Queue](t)(s.Queues(t.Context())))
}

func heartbeats(t *testing.T, s *store.Store) {
	_, err := s.LastBeat(t.Context(), "node")
	refused(t, err, fault.NotFound, "no heartbeat")
	for i := range 3 {
		want := store.Heartbeat{BeatAt: after(time.Duration(i) * time.Second), Mark: s.NewID()}
		noError(t, s.Beat(t.Context(), "node", want.BeatAt, want.Mark))
		noError(t, s.Beat(t.Context(), "other", born, s.NewID()))
		equal(t, want, must[store.Heartbeat](t)(s.LastBeat(t.Context(), "node")))
	}
}

// sessionMethods is what methods says of sessions and peers.
func (c *scene) sessionMethods() map[string]func(ctx context.Context) error {
	session := c.newSession()
	peer := c.newPeer(session.ID)
	session.EndedAt, peer.LeftAt = pointer(born), pointer(born)
	ended, peers := []*models.Session{session}, []*models.Peer{peer}
	w, id, at, page := c.workspace.ID, c.room.ID, born, store.Page{Limit: 1}
	return map[string]func(ctx context.Context) error{
		"Beat":             func(ctx context.Context) error { return c.Beat(ctx, "node", at, c.NewID()) },
		"EndEmptySessions": func(ctx context.Context) error { _, err := c.EndEmptySessions(ctx); return err },
		"EndPeers":         func(ctx context.Context) error { _, err := c.EndPeers(ctx, peers); return err },
		"EndSessions":      func(ctx context.Context) error { _, err := c.EndSessions(ctx, ended); return err },
		"InsertPeers":      func(ctx context.Context) error { return c.InsertPeers(ctx, peers) },
		"KeepPeers":        func(ctx context.Context) error { return c.KeepPeers(ctx, peers) },
		"KeepQueue":        func(ctx context.Context) error { return c.KeepQueue(ctx, &models.Queue{RoomID: id}) },
		"KeepState":        func(ctx context.Context) error { return c.KeepState(ctx, session.ID, nil) },
		"LastBeat":         func(ctx context.Context) error { _, err := c.LastBeat(ctx, "node"); return err },
		"LastLeaves":       func(ctx context.Context) error { _, err := c.LastLeaves(ctx); return err },
		"LivePeers":        func(ctx context.Context) error { _, err := c.LivePeers(ctx); return err },
		"LiveSessions":     func(ctx context.Context) error { _, err := c.LiveSessions(ctx); return err },
		"LosePeers":        func(ctx context.Context) error { return c.LosePeers(ctx, at) },
		"OpenSessions":     func(ctx context.Context) error { _, err := c.OpenSessions(ctx, ended); return err },
		"PeersOf":          func(ctx context.Context) error { _, err := c.PeersOf(ctx, []models.ID{session.ID}, 1); return err },
		"Queues":           func(ctx context.Context) error { _, err := c.Queues(ctx); return err },
		"Session":          func(ctx context.Context) error { _, err := c.Session(ctx, w, session.ID); return err },
		"Sessions":         func(ctx context.Context) error { _, err := c.Sessions(ctx, w, store.SessionFilter{}, page); return err },
		"Stayed":           func(ctx context.Context) error { _, err := c.Stayed(ctx, id, "peer"); return err },
	}
}
