package sessions_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/sessions"
	"foyer/store/storetest"

	"github.com/google/go-cmp/cmp"
)

// deadline is how long a test waits for what must happen.
func deadline(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func same[T any](t *testing.T, what string, want, got T) {
	t.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%s: -want +got\n%s", what, diff)
	}
}

// TestSession plays a session from the first join to its end (server contract 6, 7.4).
func TestSession(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		h := newHouse(t, database)
		j, ctx := h.run(t), deadline(t)
		s := h.session(0)
		host, guest := h.peer(s), h.peer(s)
		host.Role = "host"
		must(t, j.Submit(join(s, host)).Wait(ctx))
		must(t, j.Submit(join(s, guest)).Wait(ctx))
		same(t, "the legs", []models.Peer{*host, *guest}, h.legs(t, s))

		j.Submit(keep(s, guest, "Former"))
		must(t, j.Submit(keep(s, guest, "Named")).Wait(ctx))
		guest.Name = "Named"
		must(t, j.Submit(models.Entry{Session: s, State: models.Document{"topic": "x"}}).Wait(ctx))
		live, err := h.Session(ctx, h.workspace, s.ID)
		must(t, err)
		same(t, "the state", models.Document{"topic": "x"}, live.State)

		at := s.CreatedAt.Add(90*time.Second + 700*time.Millisecond)
		j.Submit(leave(s, guest, at))
		j.Submit(leave(s, guest, at.Add(time.Hour))) // once is enough
		j.Submit(leave(s, host, at))
		j.Submit(end(s, at))
		must(t, j.Submit(end(s, at.Add(time.Hour))).Wait(ctx))
		for _, p := range []*models.Peer{host, guest} {
			p.LeftAt, p.Reason = &at, "client request"
		}
		same(t, "the legs at the end", []models.Peer{*host, *guest}, h.legs(t, s))
		ended, err := h.Session(ctx, h.workspace, s.ID)
		must(t, err)
		s.EndedAt = &at
		same(t, "the session", *s, ended)
		events, types := h.heard()
		same(t, "the events", []string{
			"session.open.success", "peer.join.success", "peer.join.success", "peer.leave.success", "peer.leave.success", "session.close.success",
		}, types)
		tells(t, events, s, guest)
	})
}

// tells checks the data of a session's events, the second join and the first leave being a peer's.
func tells(t *testing.T, events []models.Event, s *models.Session, p *models.Peer) {
	t.Helper()
	stamp := func(at time.Time) string { return at.Format(time.RFC3339Nano) }
	common := models.Document{
		"room_id": string(s.RoomID), "room_name": s.RoomName, "session_id": string(s.ID), "template_id": string(s.TemplateID),
		"session_started_at": stamp(s.CreatedAt),
	}
	peer := models.Document{
		"peer_id": p.PeerID, "user_id": "customer-42", "user_name": p.Name, "user_data": "{}", "role": "guest", "type": "regular",
		"joined_at": stamp(p.JoinedAt),
	}
	with := func(parts ...models.Document) models.Document {
		all := models.Document{}
		for _, part := range parts {
			for key, value := range part {
				all[key] = value
			}
		}
		return all
	}
	same(t, "open", models.Event{WorkspaceID: s.WorkspaceID, RoomID: s.RoomID, Type: "session.open.success", At: s.CreatedAt, Data: common}, events[0])
	same(t, "join", with(common, peer, models.Document{"user_name": "Asha"}), events[2].Data)
	same(t, "leave", with(common, peer, models.Document{
		"left_at": stamp(*p.LeftAt), "duration": 90, "reason": "client request", "message": "",
	}), events[3].Data)
	same(t, "close", with(common, models.Document{"session_duration": 90, "session_stopped_at": stamp(*s.EndedAt)}), events[5].Data)
}

// TestTold: what others tell of is told in order, with the parts about the session and the peer (server contract 7.4).
func TestTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t, storetest.SQLite)
	j, ctx := h.run(t), deadline(t)
	s := h.session(0)
	p := h.peer(s)
	about := sessions.About(p)
	tell := func(session *models.Session, about *models.Peer, kind string, extra models.Document) {
		t.Helper()
		must(t, j.Submit(models.Entry{Session: session, About: about, Told: &models.Event{Type: kind, Data: extra}}).Wait(ctx))
	}
	tell(s, p, "role.change.success", models.Document{"previous_role": "guest", "role": "host"})
	tell(s, p, "room.end.success", models.Document{"source": "peer"})
	tell(s, nil, "room.end.success", models.Document{"source": "api"})
	tell(s, p, "peer.leave.failure", models.Document{"error_message": "Peer not joined"})
	tell(nil, &models.Peer{PeerID: "x", Role: "guest", Kind: "regular"}, "peer.join.failure", models.Document{"room_id": "r"})

	events, _ := h.heard()
	data := func(i int) models.Document { return events[i].Data }
	want := sessions.Common(s)
	for key, value := range about {
		want[key] = value
	}
	want["previous_role"], want["role"] = "guest", "host"
	same(t, "role", want, data(0))
	same(t, "end", []any{nil, nil, p.PeerID, "peer"}, []any{data(1)["joined_at"], data(1)["user_data"], data(1)["peer_id"], data(1)["source"]})
	same(t, "end by the api", []any{nil, string(s.ID)}, []any{data(2)["peer_id"], data(2)["session_id"]})
	same(t, "leave", []any{"0001-01-01T00:00:00Z", 0}, []any{data(3)["left_at"], data(3)["duration"]})
	same(t, "join", []any{"0001-01-01T00:00:00Z", nil, "r"}, []any{data(4)["joined_at"], data(4)["session_id"], data(4)["room_id"]})
}

// TestOnePage writes everything at once: what ends goes before what begins, and nothing builds on what is not there yet.
func TestOnePage(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		h := newHouse(t, database)
		j := h.journal()
		first, second := h.session(0), h.session(0)
		p, q := h.peer(first), h.peer(second)
		at := first.CreatedAt.Add(time.Minute)
		for _, e := range []models.Entry{
			join(first, p), keep(first, p, "New"), leave(first, p, at), end(first, at), join(second, q), keep(second, q, "Newer"),
			{Session: second, State: models.Document{"x": "y"}},
		} {
			j.Submit(e)
		}
		must(t, j.Flush(t.Context()))
		p.Name, q.Name = "New", "Newer"
		p.LeftAt, p.Reason = &at, "client request"
		same(t, "the legs", []models.Peer{*q, *p}, h.legs(t, first, second))
		_, types := h.heard()
		same(t, "the events", []string{
			"session.open.success", "peer.join.success", "peer.leave.success", "session.close.success", "session.open.success", "peer.join.success",
		}, types)
		live, err := h.LiveSessions(t.Context())
		must(t, err)
		second.State = models.Document{"x": "y"}
		same(t, "what is live", []models.Session{*second}, live)
	})
}

// TestPoison: a line that the database refuses keeps no other from being written, and the log tells nothing of a person.
func TestPoison(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		h := newHouse(t, database)
		j := h.journal()
		s, nowhere := h.session(0), h.session(1)
		nowhere.RoomID = h.NewID()
		good, twin, lost := h.peer(s), h.peer(s), h.peer(nowhere)
		first := j.Submit(join(s, good))
		bad := j.Submit(join(nowhere, lost))
		again := *twin
		again.ID, again.Name = good.ID, "Secret"
		worse := j.Submit(join(s, &again))
		last := j.Submit(join(s, twin))
		must(t, j.Flush(t.Context()))
		must(t, first.Wait(t.Context()))
		must(t, last.Wait(t.Context()))
		for _, refused := range []*sessions.Pending{bad, worse} {
			if err := refused.Wait(t.Context()); !fault.Is(err, fault.Unavailable) {
				t.Errorf("want Unavailable, got %v", err)
			}
		}
		same(t, "the legs", []models.Peer{*good, *twin}, h.legs(t, s, nowhere))
		if said := h.said.String(); strings.Count(said, "left out") != 2 || strings.Contains(said, "Secret") || strings.Contains(said, "customer") {
			t.Error(said)
		}
	})
}

// TestBadEvent: an event that cannot be written costs nobody the leave.
func TestBadEvent(t *testing.T) {
	t.Parallel()
	h := newHouse(t, storetest.SQLite)
	j := h.journalWith(func(events []models.Event) error {
		for _, e := range events {
			if e.Type == "peer.leave.success" || e.Type == "told" {
				return errors.New("unwritable")
			}
		}
		return nil
	})
	s := h.session(0)
	p := h.peer(s)
	j.Submit(join(s, p))
	telling := j.Submit(models.Entry{Session: s, Told: &models.Event{Type: "told"}})
	must(t, j.Flush(t.Context()))
	leaving := j.Submit(leave(s, p, h.Stamp()))
	closing := j.Submit(end(s, h.Stamp()))
	must(t, j.Flush(t.Context()))
	must(t, leaving.Wait(t.Context()))
	must(t, closing.Wait(t.Context()))
	if telling.Wait(t.Context()) == nil {
		t.Error("what was not told counts as told")
	}
	same(t, "left", true, h.legs(t, s)[0].LeftAt != nil)
	counted(t, h, map[string]int{"session.open.success": 1, "peer.join.success": 1, "session.close.success": 1})
}

// TestStrangeTexts: what people wrote keeps nobody's leave from being written.
func TestStrangeTexts(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		h := newHouse(t, database)
		j := h.journal()
		s := h.session(0)
		p := h.peer(s)
		p.Name = "zero\x00byte"
		j.Submit(join(s, p))
		j.Submit(keep(s, p, "no \xff UTF-8"))
		gone := leave(s, p, h.Stamp())
		gone.Left.Message = "\x00\xff"
		must(t, func() error { j.Submit(gone); return j.Flush(t.Context()) }())
		got := h.legs(t, s)[0]
		same(t, "the texts", []string{"no \uFFFD UTF-8", "\uFFFD", "client request"}, []string{got.Name, got.Message, got.Reason})
	})
}

// TestQueue: who waits at a door is known after a restart.
func TestQueue(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		h := newHouse(t, database)
		j := h.journal()
		queue := &models.Queue{RoomID: h.rooms[0].ID, Waiters: []models.Waiter{{PeerID: "a", Since: h.Stamp()}, {PeerID: "b", Since: h.Stamp()}}}
		j.Submit(models.Entry{Queue: &models.Queue{RoomID: h.rooms[0].ID, Waiters: queue.Waiters[:1]}})
		j.Submit(models.Entry{Queue: queue})
		same(t, "lines", 1, j.Waiting())
		must(t, j.Flush(t.Context()))
		got, err := h.journal().Queues(t.Context())
		must(t, err)
		same(t, "the queue", []models.Queue{*queue}, got)
	})
}

// TestAfterTheEnd: a journal that has ended writes nothing, and says so.
func TestAfterTheEnd(t *testing.T) {
	t.Parallel()
	h := newHouse(t, storetest.SQLite)
	j := h.journal()
	stop := start(t, j)
	s := h.session(0)
	p := h.peer(s)
	j.Submit(join(s, p))
	stop()
	same(t, "what waited is written", 1, len(h.legs(t, s)))
	if err := j.Submit(join(s, h.peer(s))).Wait(t.Context()); !fault.Is(err, fault.Unavailable) {
		t.Errorf("want Unavailable, got %v", err)
	}
}
