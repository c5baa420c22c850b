package webhooks_test

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"foyer/models"
	"foyer/store/storetest"
	"foyer/webhooks"
)

func refuseAll(w http.ResponseWriter, _ *http.Request, _ hit) {
	w.WriteHeader(http.StatusInternalServerError)
}

// Server contract 7.2: three retries after 1, 3 and 10 seconds; then it counts as failed, and is tried for three days.
func TestRetries(t *testing.T) {
	t.Parallel()
	simulate(t, func(w *world) {
		site := w.site("hooks.test", refuseAll)
		room := w.room("a", "http://hooks.test")
		w.running(func() {
			w.happens(1, room)
			sleep(20 * time.Second)
			var waits []time.Duration
			hits := site.all()
			for i := 1; i < len(hits); i++ {
				waits = append(waits, hits[i].at.Sub(hits[i-1].at).Round(200*time.Millisecond))
			}
			if !slices.Equal(waits, []time.Duration{time.Second, 3 * time.Second, 10 * time.Second}) {
				w.Errorf("tried again after %v", waits)
			}
			if row := w.deliveries(room)[0]; row.State != models.DeliveryFailed || row.DueAt == nil || row.SettledAt == nil {
				w.Errorf("after the promised attempts: %+v", row)
			}
			sleep(73 * time.Hour)
		})
		hits := site.all()
		if last := hits[len(hits)-1].at.Sub(hits[0].at); len(hits) != 25 || last > 72*time.Hour || last < 68*time.Hour {
			w.Errorf("%d attempts, the last one after %v", len(hits), last)
		}
		if row := w.deliveries(room)[0]; row.State != models.DeliveryFailed || row.DueAt != nil || row.Attempts != 25 {
			w.Errorf("in the end: %+v", row)
		}
		if want, got := (webhooks.Stats{Failed: 1}), w.stats(); got != want {
			w.Errorf("want %+v, got %+v", want, got)
		}
	})
}

// A room whose receiver hangs holds nobody else up: not other hosts, whatever the number of its rooms.
func TestHangingHostsHoldNobodyUp(t *testing.T) {
	t.Parallel()
	simulate(t, func(w *world) {
		w.site("hung.test", func(_ http.ResponseWriter, r *http.Request, _ hit) { hang(r) })
		well := w.site("well.test", nil)
		var hung []models.Room
		for i := range 400 {
			hung = append(hung, w.room("hung "+strconv.Itoa(i), "http://hung.test"))
		}
		room := w.room("well", "http://well.test")
		w.running(func() {
			w.happens(3, hung...)
			sleep(3 * time.Second)
			began := time.Now()
			for i := range 20 {
				w.happens(1, room)
				sleep(100 * time.Millisecond)
				if got := len(well.all()); got != i+1 {
					w.Fatalf("%d of %d events came in %v", got, i+1, time.Since(began))
				}
			}
		})
	})
}

// To a host that hangs few connections are open, to another not more than its share.
func TestConnectionsAreBounded(t *testing.T) {
	t.Parallel()
	simulate(t, func(w *world) {
		open := make(chan struct{}, 1000)
		most := 0
		w.site("hung.test", func(_ http.ResponseWriter, r *http.Request, _ hit) {
			open <- struct{}{}
			hang(r)
			<-open
		})
		var rooms []models.Room
		for i := range 100 {
			rooms = append(rooms, w.room(strconv.Itoa(i), "http://hung.test"))
		}
		w.running(func() {
			w.happens(1, rooms...)
			sleep(5 * time.Second)
			if most = len(open); most != 32 {
				w.Errorf("%d connections at first", most)
			}
			sleep(30 * time.Second)
			if now := len(open); now > 4 {
				w.Errorf("%d connections when it is known to hang", now)
			}
		})
	})
}

// Without a nudge what was emitted goes out all the same.
func TestPolling(t *testing.T) {
	t.Parallel()
	simulate(t, func(w *world) {
		site := w.site("hooks.test", nil)
		room := w.room("a", "http://hooks.test")
		other := newNode(w)
		w.running(func() {
			sleep(time.Second)
			other.happens(1, room) // nudges only its own
			sleep(31 * time.Second)
			if len(site.all()) != 1 {
				w.Errorf("%d came", len(site.all()))
			}
		})
	})
}

// newNode is another Foyer over the same database.
func newNode(w *world) *world {
	twin := *w
	twin.hooks = webhooks.New(w.store, w.box, webhooks.Options{}.Dialing(w.net.dial))
	return &twin
}

// Two nodes over one database send each event once, in order, if none of them dies.
func TestTwoNodes(t *testing.T) {
	t.Parallel()
	simulate(t, func(w *world) {
		site := w.site("hooks.test", nil)
		var rooms []models.Room
		for i := range 10 {
			rooms = append(rooms, w.room(strconv.Itoa(i), "http://hooks.test"))
		}
		other := newNode(w)
		w.running(func() {
			other.running(func() {
				for range 30 {
					w.happens(1, rooms...)
					other.happens(1, rooms...)
					sleep(50 * time.Millisecond)
				}
				sleep(time.Minute)
			})
		})
		newest := map[models.ID]int{}
		for _, h := range site.all() {
			if h.Seq != newest[h.Data.RoomID]+1 {
				w.Errorf("event %d of a room behind %d", h.Seq, newest[h.Data.RoomID])
			}
			newest[h.Data.RoomID] = h.Seq
		}
		for _, room := range rooms {
			if newest[room.ID] != 60 {
				w.Errorf("%d events of %s came", newest[room.ID], room.Name)
			}
		}
	})
}

// A lane that was leased by a process that died is sent by another when the lease ends, from the event on that was not tried.
func TestDeadProcess(t *testing.T) {
	t.Parallel()
	simulate(t, func(w *world) {
		site := w.site("hooks.test", nil)
		room := w.room("a", "http://hooks.test")
		w.happens(3, room)
		at := w.store.Stamp()
		_, err := w.store.ClaimLane(w.Context(), room.ID, "dead", at, at.Add(30*time.Second))
		w.check(err)
		w.running(func() {
			sleep(25 * time.Second)
			if len(site.all()) != 0 {
				w.Error("sent by two at a time")
			}
			sleep(time.Minute)
		})
		hits := site.all()
		if len(hits) != 3 || hits[0].Seq != 1 || hits[2].Seq != 3 {
			w.Errorf("%d came", len(hits))
		}
	})
}

// A restart loses nothing: what was begun is brought to its end and written down, the rest goes on.
func TestRestart(t *testing.T) {
	t.Parallel()
	simulate(t, func(w *world) {
		site := w.site("hooks.test", func(http.ResponseWriter, *http.Request, hit) { sleep(300 * time.Millisecond) })
		room := w.room("a", "http://hooks.test")
		w.happens(20, room)
		for len(site.all()) < 20 {
			w.running(func() { sleep(500 * time.Millisecond) })
		}
		seen := map[string]bool{}
		for i, h := range site.all() {
			if seen[h.ID] || h.Seq != i+1 {
				w.Errorf("event %d came as number %d, seen before: %v", h.Seq, i+1, seen[h.ID])
			}
			seen[h.ID] = true
		}
		for _, row := range w.deliveries(room) {
			if row.State != models.DeliverySuccess {
				w.Errorf("event %d is %s", row.Seq, row.State)
			}
		}
	})
}

// A webhook that was changed meanwhile is called where it is now, and one that was taken away ends what waits for it.
func TestWebhookChanges(t *testing.T) {
	t.Parallel()
	simulate(t, func(w *world) {
		w.site("old.test", refuseAll)
		now := w.site("new.test", nil)
		room := w.room("a", "")
		w.listen("http://old.test")
		w.running(func() {
			w.happens(2, room)
			sleep(500 * time.Millisecond)
			w.listen("http://new.test")
			sleep(5 * time.Second)
			if len(now.all()) != 2 {
				w.Errorf("%d came", len(now.all()))
			}
			w.listen("http://old.test")
			w.happens(1, room)
			sleep(500 * time.Millisecond)
			w.listen("")
			sleep(5 * time.Second)
		})
		row := w.deliveries(room)[2]
		if row.State != models.DeliveryFailed || row.DueAt != nil || *row.Problem != "no webhook is set any more" {
			w.Errorf("%+v", row)
		}
	})
}

// Emit and the dispatcher write to the same lanes all the time: nothing is lost or late, on either database.
func TestEmitWhileSending(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		site := w.site("hooks.test", nil)
		w.listen("http://hooks.test")
		const emitters, batches, per = 4, 15, 5
		var rooms []models.Room
		for i := range 12 {
			rooms = append(rooms, w.room(strconv.Itoa(i), ""))
		}
		w.running(func() {
			var all sync.WaitGroup
			for n := range emitters {
				mine := slices.Concat(rooms[n:], rooms[:n]) // each in another order
				all.Go(func() {
					for range batches {
						w.happens(per, mine...)
					}
				})
			}
			all.Wait()
			w.until("all have come", func() bool { return len(site.all()) >= emitters*batches*per*len(rooms) })
			w.until("all is written down", func() bool { return w.stats().Queued == 0 })
		})
		newest := map[models.ID]int{}
		for _, h := range site.all() {
			if h.Seq != newest[h.Data.RoomID]+1 {
				t.Errorf("event %d behind %d", h.Seq, newest[h.Data.RoomID])
			}
			newest[h.Data.RoomID] = h.Seq
		}
		for _, room := range rooms {
			if newest[room.ID] != emitters*batches*per {
				t.Errorf("%d events of %s came", newest[room.ID], room.Name)
			}
		}
	})
}

// A database that is gone keeps Run from nothing but sending: it ends when it is told to.
func TestDatabaseGone(t *testing.T) {
	t.Parallel()
	address := storetest.URL(t, storetest.SQLite)
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, address, webhooks.Options{})
		w.check(w.store.Close())
		w.running(func() { sleep(time.Minute) })
		if _, err := w.hooks.Stats(context.Background()); err == nil {
			t.Error("counted without a database")
		}
	})
}
