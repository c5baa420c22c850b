package webhooks_test

import (
	"bytes"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"foyer/models"
	"foyer/webhooks"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// moody is a receiver that fails three times of ten and hangs one time in fifty. It counts what it took. Safe for concurrent use.
type moody struct {
	mu     sync.Mutex
	random *rand.Rand     // guarded by mu
	took   map[string]int // guarded by mu
}

func (m *moody) serve(w http.ResponseWriter, r *http.Request, h hit) {
	m.mu.Lock()
	mood := m.random.IntN(100)
	if mood >= 32 {
		m.took[h.ID]++
	}
	m.mu.Unlock()
	switch {
	case mood < 30:
		w.WriteHeader(http.StatusInternalServerError)
	case mood < 32:
		hang(r)
	}
}

// Acceptance 6: a receiver fails 30 % of the time, hangs, and is away for 24 hours. Every event arrives, ids are stable, seq has no gap,
// the first attempts of each room keep their order, and the signatures verify with the library of Standard Webhooks.
func TestEveryEventArrives(t *testing.T) {
	t.Parallel()
	simulate(t, func(w *world) {
		const each = 60
		mood := &moody{random: rand.New(rand.NewPCG(1, 2)), took: map[string]int{}}
		receiver := w.site("moody.test", verified(w, mood.serve))
		w.listen("http://moody.test/all")
		rooms := make([]models.Room, 6)
		for i := range rooms {
			url := ""
			if i%2 == 0 {
				url = "http://moody.test/rooms/" + strconv.Itoa(i)
			}
			rooms[i] = w.room("room "+strconv.Itoa(i), url)
		}
		w.running(func() {
			for i := range each {
				w.happens(1, rooms...)
				sleep(time.Duration(i*i%4000) * time.Millisecond)
				switch i {
				case each / 3:
					receiver.setAway(true)
				case 2 * each / 3:
					sleep(24 * time.Hour)
					receiver.setAway(false)
				}
			}
			for w.stats().Queued > 0 {
				sleep(time.Hour)
			}
		})
		for _, room := range rooms {
			checkRoom(w, room, each, receiver.all(), mood.took)
		}
		if want, got := (webhooks.Stats{Sent: int64(each * len(rooms))}), w.stats(); got != want {
			w.Errorf("want %+v, got %+v", want, got)
		}
	})
}

// verified has every request checked as a receiver would.
func verified(w *world, serve func(http.ResponseWriter, *http.Request, hit)) func(http.ResponseWriter, *http.Request, hit) {
	secret, err := w.hooks.NewSecret(w.Context(), w.workspace.ID)
	w.check(err)
	verifier, err := standardwebhooks.NewWebhook(secret.Text)
	w.check(err)
	return func(rw http.ResponseWriter, r *http.Request, h hit) {
		if err := verifier.Verify(h.body, h.header); err != nil {
			w.Errorf("event %s: %v", h.ID, err)
		}
		if h.header.Get("webhook-id") != h.ID {
			w.Errorf("webhook-id %s of event %s", h.header.Get("webhook-id"), h.ID)
		}
		serve(rw, r, h)
	}
}

// checkRoom looks at what a receiver got of a room, and at the room's rows.
func checkRoom(w *world, room models.Room, count int, hits []hit, took map[string]int) {
	w.Helper()
	bodies := map[string][]byte{}
	var last *hit // the newest first attempt
	for _, h := range hits {
		if h.Data.RoomID != room.ID {
			continue
		}
		if before, again := bodies[h.ID]; again {
			if !bytes.Equal(before, h.body) {
				w.Errorf("event %s came as %s and as %s", h.ID, before, h.body)
			}
			continue
		}
		bodies[h.ID] = h.body
		if last != nil && (h.Seq != last.Seq+1 || h.at.Before(last.ended)) || last == nil && h.Seq != 1 {
			w.Errorf("%s: event %d was tried first at %v, behind %+v", room.Name, h.Seq, h.at, last)
		}
		last = &h
	}
	rows := w.deliveries(room)
	if len(rows) != count {
		w.Errorf("%s has %d rows", room.Name, len(rows))
	}
	for i, row := range rows {
		if row.Seq != i+1 || row.State != models.DeliverySuccess || took[row.EventID] == 0 {
			w.Errorf("%s, event %d: number %d, %s, taken %d times", room.Name, i+1, row.Seq, row.State, took[row.EventID])
		}
	}
}
