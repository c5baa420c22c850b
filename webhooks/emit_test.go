package webhooks_test

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"time"

	"foyer/models"
	"foyer/store"
	"foyer/store/storetest"
	"foyer/webhooks"

	"github.com/google/go-cmp/cmp"
)

// each runs a test on both databases, under the clock on the wall.
func each(t *testing.T, test func(w *world)) {
	t.Helper()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		test(newWorld(t, storetest.URL(t, database), webhooks.Options{}))
	})
}

// Server contract 7.3.
func TestEnvelope(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		w.listen("https://hooks.test")
		room := w.room("a", "")
		at := time.Date(2026, 1, 5, 10, 40, 0, 999_000_000, time.FixedZone("elsewhere", 3600))
		event := models.Event{
			WorkspaceID: w.workspace.ID, RoomID: room.ID, Type: "peer.leave.success", At: at,
			Data: models.Document{"room_id": string(room.ID), "name": "<a> & žß", "duration": 1800},
		}
		w.check(w.store.Tx(w.Context(), func(tx *store.Store) error { return w.hooks.Emit(w.Context(), tx, event) }))
		row := w.deliveries(room)[0]
		want := `{"version":"2.0","id":"` + row.EventID + `","account_id":"` + string(w.workspace.ID) + `","app_id":"` + string(w.workspace.AppID) +
			`","timestamp":"2026-01-05T09:40:00Z","type":"peer.leave.success","seq":1,` +
			`"data":{"duration":1800,"name":"<a> & žß","room_id":"` + string(room.ID) + `"}}`
		if diff := cmp.Diff(want, row.Body); diff != "" {
			w.Errorf("-want +got\n%s", diff)
		}
		var replayed map[string]any
		w.check(json.Unmarshal([]byte(webhooks.Again(row.Body)), &replayed))
		if replayed["is_replay"] != true || replayed["id"] != row.EventID {
			w.Errorf("a replay is %v", replayed)
		}
	})
}

// Server contract 7.1: a room's own webhook stands in for the workspace's, and nobody's is no row at all.
func TestEmitToWhoeverListens(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		plain, own := w.room("plain", ""), w.room("own", "https://own.test")
		w.happens(2, plain, own)
		w.listen("https://all.test")
		w.happens(3, plain, own)
		w.listen("")
		w.happens(1, plain, own)
		w.listen("https://all.test")
		w.happens(1, plain)
		w.check(w.store.Tx(w.Context(), func(tx *store.Store) error { return w.hooks.Emit(w.Context(), tx) })) // nothing

		for room, want := range map[*models.Room]int{&plain: 4, &own: 6} {
			rows := w.deliveries(*room)
			if len(rows) != want {
				w.Errorf("%s has %d events, want %d", room.Name, len(rows), want)
			}
			for i, row := range rows {
				var e event
				w.check(json.Unmarshal([]byte(row.Body), &e))
				if row.Seq != i+1 || e.Seq != row.Seq || e.ID != row.EventID || row.RoomID != room.ID || row.WorkspaceID != w.workspace.ID {
					w.Errorf("%s, event %d is %+v", room.Name, i+1, row)
				}
			}
		}
	})
}

// What is undone with its cause leaves neither an event nor a gap.
func TestEmitIsPartOfTheTransaction(t *testing.T) {
	t.Parallel()
	each(t, func(w *world) {
		room := w.room("a", "https://own.test")
		w.happens(1, room)
		refusal := errors.New("refusal")
		err := w.store.Tx(w.Context(), func(tx *store.Store) error {
			w.check(w.hooks.Emit(context.Background(), tx, models.Event{RoomID: room.ID, Type: "undone"}))
			return refusal
		})
		if !errors.Is(err, refusal) {
			w.Error(err)
		}
		w.happens(300, room) // more than one statement takes
		for i, row := range w.deliveries(room) {
			if row.Seq != i+1 || row.Type == "undone" {
				w.Errorf("event %d has number %d and type %s", i+1, row.Seq, row.Type)
			}
		}
	})
}

// BenchmarkEmit is one transaction of the journal with two hundred events of four rooms.
func BenchmarkEmit(b *testing.B) {
	for name, listen := range map[string]string{"listened": "https://hooks.test", "unheard": ""} {
		for _, database := range storetest.Databases {
			b.Run(name+"/"+database, func(b *testing.B) {
				w := newWorld(b, storetest.URL(b, database), webhooks.Options{})
				w.listen(listen)
				rooms := []models.Room{w.room("a", ""), w.room("b", ""), w.room("c", ""), w.room("d", "")}
				for b.Loop() {
					w.happens(50, rooms...)
				}
			})
		}
	}
}
