package webhooks_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"foyer/models"
	"foyer/webhooks"
)

// failing lets events of a room fail for good, and has the receiver work again.
func (w *world) failing(count int) (*site, models.Room) {
	w.Helper()
	site := w.site("hooks.test", nil)
	room := w.room("a", "http://hooks.test")
	site.setAway(true)
	w.running(func() {
		w.happens(count, room)
		sleep(time.Minute)
	})
	site.setAway(false)
	site.hits = nil
	return site, room
}

func (w *world) replay(r webhooks.ReplayRequest) models.Replay {
	w.Helper()
	if r.Limit == 0 {
		r.Limit = webhooks.MaxReplayed
	}
	if r.Status == "" {
		r.Status = "failed"
	}
	row, _, err := w.hooks.Replay(w.Context(), w.workspace.ID, &r)
	w.check(err)
	return row
}

func (w *world) status(id models.ID) models.Replay {
	w.Helper()
	row, err := w.hooks.ReplayStatus(w.Context(), w.workspace.ID, id)
	w.check(err)
	return row
}

// Server contract 7.6: ten a second, in order, marked, and then they are no failures any more.
func TestReplay(t *testing.T) {
	t.Parallel()
	simulate(t, func(w *world) {
		site, room := w.failing(25)
		row := w.replay(webhooks.ReplayRequest{})
		if row.Total != 25 {
			w.Errorf("%d are to be replayed", row.Total)
		}
		w.running(func() {
			sleep(1050 * time.Millisecond)
			if got := len(site.all()); got != 10 {
				w.Errorf("%d in a second", got)
			}
			sleep(2 * time.Second)
		})
		for i, h := range site.all() {
			if h.Seq != i+1 || !h.IsReplay || h.ID != w.deliveries(room)[i].EventID {
				w.Errorf("event %d: number %d, is_replay %v", i+1, h.Seq, h.IsReplay)
			}
		}
		row = w.status(row.ID)
		if row.State != models.ReplayCompleted || row.Completed != 25 || row.Failed != 0 || row.CompletedAt == nil {
			w.Errorf("%+v", row)
		}
		for _, d := range w.deliveries(room) {
			if d.State != models.DeliverySuccess || d.DueAt != nil {
				w.Errorf("event %d is %s", d.Seq, d.State)
			}
		}
		if again := w.replay(webhooks.ReplayRequest{}); again.Total != 0 || again.ID == row.ID {
			w.Errorf("again: %+v", again)
		}
	})
}

// A replay of which some fail says which and why; those keep the attempts that they had.
func TestReplayWithFailures(t *testing.T) {
	t.Parallel()
	simulate(t, func(w *world) {
		site, room := w.failing(4)
		site.serve = func(rw http.ResponseWriter, _ *http.Request, h hit) {
			if h.Seq > 1 {
				rw.WriteHeader(http.StatusTeapot)
			}
		}
		partial := w.replay(webhooks.ReplayRequest{Limit: 2})
		w.running(func() { sleep(time.Second) })
		row := w.status(partial.ID)
		if row.State != models.ReplayPartial || row.Completed != 1 || row.Failed != 1 || len(row.Failures) != 1 {
			w.Errorf("%+v", row)
		}
		failure := row.Failures[0].(map[string]any)
		if failure["error_reason"] != "unexpected status 418" || failure["room_id"] != string(room.ID) {
			w.Errorf("%v", failure)
		}
		all := w.replay(webhooks.ReplayRequest{Offset: 1})
		w.running(func() { sleep(time.Second) })
		if row := w.status(all.ID); row.State != models.ReplayFailed || row.Failed != 2 || row.Total != 2 {
			w.Errorf("%+v", row)
		}
		if d := w.deliveries(room)[3]; d.State != models.DeliveryFailed || d.DueAt == nil || d.Attempts != 4 {
			w.Errorf("%+v", d)
		}
	})
}

// A restart does not end a replay, and nothing is sent twice.
func TestReplaySurvivesARestart(t *testing.T) {
	t.Parallel()
	simulate(t, func(w *world) {
		site, _ := w.failing(30)
		row := w.replay(webhooks.ReplayRequest{Offset: 3})
		for range 10 {
			w.running(func() { sleep(450 * time.Millisecond) })
			w.hooks = newNode(w).hooks
		}
		if row = w.status(row.ID); row.State != models.ReplayCompleted || row.Completed != 27 {
			w.Errorf("%+v", row)
		}
		for i, h := range site.all() {
			if h.Seq != i+4 {
				w.Errorf("number %d came as event %d", h.Seq, i+1)
			}
		}
	})
}

// A replay whose process died is taken over when its lease ends.
func TestReplayOfADeadProcess(t *testing.T) {
	t.Parallel()
	simulate(t, func(w *world) {
		site, _ := w.failing(2)
		row := w.replay(webhooks.ReplayRequest{})
		at := w.store.Stamp()
		_, err := w.store.ClaimReplay(w.Context(), "dead", at, at.Add(time.Minute))
		w.check(err)
		w.running(func() {
			sleep(59 * time.Second)
			if len(site.all()) != 0 {
				w.Error("sent by two at a time")
			}
			sleep(time.Minute)
		})
		if row = w.status(row.ID); row.Completed != 2 || row.State != models.ReplayCompleted {
			w.Errorf("%+v", row)
		}
	})
}

// An identical request is joined while it runs, on whatever node it was made.
func TestReplayIsJoined(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		ask := &webhooks.ReplayRequest{Query: webhooks.Query{Status: "all", RoomID: "x"}, Limit: 5}
		first, started, err := w.hooks.Replay(w.Context(), w.workspace.ID, ask)
		w.check(err)
		second, again, err := newNode(w).hooks.Replay(w.Context(), w.workspace.ID, ask)
		w.check(err)
		if !started || again || first.ID != second.ID {
			w.Errorf("%v %v", started, again)
		}
		ask.RoomID = "y"
		if other, started, err := w.hooks.Replay(w.Context(), w.workspace.ID, ask); err != nil || !started || other.ID == first.ID {
			w.Errorf("%v, %v", started, err)
		}
		w.running(func() {
			w.until("it has ended", func() bool {
				row, err := w.hooks.ReplayStatus(context.Background(), w.workspace.ID, first.ID)
				return err == nil && row.State == models.ReplayCompleted
			})
		})
		ask.RoomID = "x"
		if third, started, err := w.hooks.Replay(w.Context(), w.workspace.ID, ask); err != nil || !started || third.ID == first.ID {
			w.Errorf("%v, %v", started, err)
		}
	})
}

// What is older than the retention goes, in parts; what is younger stays.
func TestRetention(t *testing.T) {
	t.Parallel()
	simulate(t, func(w *world) {
		w.site("hooks.test", nil)
		room := w.room("a", "http://hooks.test")
		w.running(func() {
			w.happens(1200, room)
			sleep(time.Hour)
			w.jump(10 * 24 * time.Hour)
			w.happens(3, room)
			w.jump(20*24*time.Hour - 3*time.Hour)
			sleep(time.Hour + time.Minute)
			if got := len(w.deliveries(room)); got != 1203 {
				w.Errorf("%d are left before their time", got)
			}
			sleep(3 * time.Hour)
			if got := len(w.deliveries(room)); got != 3 {
				w.Errorf("%d are left", got)
			}
		})
	})
}
