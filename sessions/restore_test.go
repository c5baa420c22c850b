package sessions_test

import (
	"testing"
	"time"

	"foyer/models"
	"foyer/store/storetest"
)

// TestRestore kills journals: what was live comes back, each leg ends once, when Foyer was last known to live.
func TestRestore(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		h := newHouse(t, database)
		ctx, j := t.Context(), h.journal()
		live, empty := h.session(0), h.session(1)
		p, q, gone := h.peer(live), h.peer(live), h.peer(empty)
		for _, e := range []models.Entry{join(live, p), join(live, q), join(empty, gone), {Session: live, State: models.Document{"x": "y"}}} {
			j.Submit(e)
		}
		must(t, j.Flush(ctx))
		at := h.Stamp()
		j.Submit(leave(empty, gone, at))
		must(t, j.Flush(ctx))
		must(t, j.Beat(ctx))
		beat, err := h.LastBeat(ctx, "foyer")
		must(t, err)
		j.Submit(leave(live, p, at)) // the journal is killed before it writes that

		j = h.journal()
		lives, err := j.Restore(ctx)
		must(t, err)
		live.State = models.Document{"x": "y"}
		p.LostAt, q.LostAt = &beat.BeatAt, &beat.BeatAt
		same(t, "what is live", []models.Live{{Session: *live, Peers: []models.Peer{*p, *q}, Left: live.CreatedAt}}, lives)
		ended, err := h.Session(ctx, h.workspace, empty.ID)
		must(t, err)
		same(t, "the end of what nobody was in", &at, ended.EndedAt)

		must(t, j.Beat(ctx))
		j = h.journal() // killed again: who was lost before stays so; and a join of the same session does not open it again
		lives, err = j.Restore(ctx)
		must(t, err)
		same(t, "what is live still", []models.Live{{Session: *live, Peers: []models.Peer{*p, *q}, Left: live.CreatedAt}}, lives)
		back := *q
		back.LostAt = nil
		late := h.peer(live)
		for _, e := range []models.Entry{
			join(live, late), keep(live, &back, "Back"), leave(live, p, *p.LostAt), leave(live, p, at.Add(time.Hour)), leave(live, &back, at), leave(live, late, at),
			end(live, at),
		} {
			j.Submit(e)
		}
		must(t, j.Flush(ctx))
		legs := h.legs(t, live)
		same(t, "when they left", []*time.Time{&beat.BeatAt, &at, &at}, []*time.Time{legs[0].LeftAt, legs[1].LeftAt, legs[2].LeftAt})
		same(t, "came back", true, legs[1].LostAt == nil && legs[1].Name == "Back")
		counted(t, h, map[string]int{
			"session.open.success": 2, "session.close.success": 2, "peer.join.success": 4, "peer.leave.success": 4,
		})
		lives, err = h.journal().Restore(ctx)
		must(t, err)
		same(t, "what is live at the end", 0, len(lives))
	})
}

func counted(t *testing.T, h *house, want map[string]int) {
	t.Helper()
	got := map[string]int{}
	_, types := h.heard()
	for _, kind := range types {
		got[kind]++
	}
	same(t, "how often each event was told", want, got)
}

// A session that goes on ends with its last leave, whichever Foyer saw that.
func TestRestoreKnowsTheLastLeave(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		h := newHouse(t, database)
		j, live := h.journal(), h.session(0)
		stays, first, second := h.peer(live), h.peer(live), h.peer(live)
		at := h.Stamp()
		last := at.Add(time.Second)
		for _, e := range []models.Entry{
			join(live, stays), join(live, first), join(live, second),
		} {
			j.Submit(e)
		}
		must(t, j.Flush(t.Context()))
		j.Submit(leave(live, second, last))
		j.Submit(leave(live, first, at))
		must(t, j.Flush(t.Context()))
		lives, err := h.journal().Restore(t.Context())
		must(t, err)
		if len(lives) != 1 || !lives[0].Left.Equal(last) {
			t.Errorf("want one session that was left at %v, got %v", last, lives)
		}
	})
}
