package storetest

import (
	"cmp"
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

// newDelivery is an event of the scene's room that waits for its first attempt.
func (c *scene) newDelivery(seq int, at time.Time) models.Delivery {
	return models.Delivery{
		ID: c.NewID(), EventID: "event", WorkspaceID: c.workspace.ID, RoomID: c.room.ID, Seq: seq, Type: "peer.join.success",
		Body: `{"type":"peer.join.success"}`, State: models.DeliveryQueued, DueAt: &at, CreatedAt: at,
	}
}

// addDeliveries puts events into the scene's lane, due one after the other from a time on.
func (c *scene) addDeliveries(t *testing.T, count int, at time.Time) []models.Delivery {
	t.Helper()
	var rows []models.Delivery
	noError(t, c.Tx(t.Context(), func(tx *store.Store) error {
		lane := models.Lane{RoomID: c.room.ID, WorkspaceID: c.workspace.ID, Seq: count, DueAt: &at}
		lanes := must[map[models.ID]models.Lane](t)(tx.ExtendLanes(t.Context(), []models.Lane{lane}))
		rows = nil
		for i := range count {
			rows = append(rows, c.newDelivery(lanes[c.room.ID].Seq-count+1+i, at.Add(time.Duration(i)*time.Second)))
		}
		return tx.InsertDeliveries(t.Context(), rows)
	}))
	return rows
}

func (c *scene) settle(t *testing.T, d *models.Delivery, state string, at time.Time) {
	t.Helper()
	d.State, d.DueAt, d.SettledAt, d.Attempts = state, nil, &at, d.Attempts+1
	noError(t, c.RecordAttempts(t.Context(), []models.Delivery{*d}))
}

func listenersFound(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	own := c.addRoom(t, "own", func(r *models.Room) { r.WebhookURL = pointer("https://example.com/room") })
	rooms := []models.ID{own.ID, c.room.ID, s.NewID()}
	listener := func(room models.ID) store.Listener {
		return store.Listener{RoomID: room, WorkspaceID: c.workspace.ID, AppID: c.workspace.AppID}
	}
	found := func() []store.Listener {
		rows := must[[]store.Listener](t)(s.Listeners(t.Context(), rooms))
		slices.SortFunc(rows, func(a, b store.Listener) int { return cmp.Compare(a.RoomID, b.RoomID) })
		return rows
	}
	equal(t, []store.Listener{listener(own.ID)}, found())

	c.workspace.WebhookURL = pointer("https://example.com/all")
	noError(t, s.UpdateWorkspace(t.Context(), c.workspace))
	equal(t, []store.Listener{listener(c.room.ID), listener(own.ID)}, found())
}

func webhooksRead(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	want := store.Webhooks{RoomID: c.room.ID, WorkspaceID: c.workspace.ID}
	equal(t, want, must[store.Webhooks](t)(s.Webhooks(t.Context(), c.room.ID)))

	c.workspace.WebhookURL, c.workspace.WebhookHeaders = pointer("https://example.com/all"), []byte{1}
	noError(t, s.UpdateWorkspace(t.Context(), c.workspace))
	own := c.addRoom(t, "own", func(r *models.Room) {
		r.WebhookURL, r.WebhookHeaders = pointer("https://example.com/room"), []byte{2}
	})
	equal(t, store.Webhooks{
		RoomID: own.ID, WorkspaceID: c.workspace.ID, RoomURL: own.WebhookURL, RoomHeaders: []byte{2},
		WorkspaceURL: c.workspace.WebhookURL, WorkspaceHeaders: []byte{1},
	}, must[store.Webhooks](t)(s.Webhooks(t.Context(), own.ID)))
	_, err := s.Webhooks(t.Context(), s.NewID())
	refused(t, err, fault.NotFound, "Error: Room not found")
}

func lanesExtended(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	second := c.addRoom(t, "second", nil)
	extend := func(at time.Time, counts ...int) map[models.ID]models.Lane {
		var lanes []models.Lane
		for i, room := range []models.ID{c.room.ID, second.ID}[:len(counts)] {
			lanes = append(lanes, models.Lane{RoomID: room, WorkspaceID: c.workspace.ID, Seq: counts[i], DueAt: &at})
		}
		return must[map[models.ID]models.Lane](t)(s.ExtendLanes(t.Context(), lanes))
	}
	lane := func(room models.ID, seq int, due time.Time) models.Lane {
		return models.Lane{RoomID: room, WorkspaceID: c.workspace.ID, Seq: seq, DueAt: &due}
	}
	equal(t, map[models.ID]models.Lane{c.room.ID: lane(c.room.ID, 2, born)}, extend(born, 2))
	equal(t, map[models.ID]models.Lane{
		c.room.ID: lane(c.room.ID, 5, born), second.ID: lane(second.ID, 1, after(time.Minute)),
	}, extend(after(time.Minute), 3, 1))
	equal(t, born, extend(born, 1, 1)[second.ID].DueAt.UTC()) // the earlier time counts
}

// lanesExtendedAtOnce: the numbers of a room have no gap and no twin, however many write.
func lanesExtendedAtOnce(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	const callers, each = 6, 10
	together(callers, func(caller int) {
		for i := range each {
			err := s.Tx(t.Context(), func(tx *store.Store) error {
				lanes, err := tx.ExtendLanes(t.Context(), []models.Lane{{RoomID: c.room.ID, WorkspaceID: c.workspace.ID, Seq: 1, DueAt: &born}})
				if err != nil {
					return err
				}
				if caller == 0 && i%2 == 0 {
					return errRefusal // a number that is not used after all
				}
				return tx.InsertDeliveries(t.Context(), []models.Delivery{c.newDelivery(lanes[c.room.ID].Seq, born)})
			})
			if err != nil && err != errRefusal { //nolint:errorlint // Tx gives it as it is
				t.Error(err)
			}
		}
	})
	const want = callers*each - each/2
	rows := must[[]models.Delivery](t)(s.FreshDeliveries(t.Context(), &models.Lane{RoomID: c.room.ID, Seq: 1000}, 1000))
	equal(t, want, len(rows))
	for i, row := range rows {
		equal(t, i+1, row.Seq)
	}
}

func lanesLeased(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	c.addDeliveries(t, 1, born)
	due := func(at time.Time, from models.ID) int {
		t.Helper()
		return len(must[[]store.DueLane](t)(s.DueLanes(t.Context(), at, from, 9)))
	}
	rows := must[[]store.DueLane](t)(s.DueLanes(t.Context(), born, "", 9))
	equal(t, []store.DueLane{{Lane: models.Lane{RoomID: c.room.ID, WorkspaceID: c.workspace.ID, Seq: 1, DueAt: &born}}}, rows)
	equal(t, 0, due(after(-time.Millisecond), ""))
	equal(t, 0, due(born, c.room.ID))
	equal(t, born, must[time.Time](t)(s.NextDue(t.Context(), after(-time.Second))))
	_, err := s.NextDue(t.Context(), born)
	refused(t, err, fault.NotFound, "nothing will be due")

	c.workspace.WebhookURL = pointer("https://example.com/all")
	noError(t, s.UpdateWorkspace(t.Context(), c.workspace))
	equal(t, "https://example.com/all", must[[]store.DueLane](t)(s.DueLanes(t.Context(), born, "", 9))[0].URL)

	var won int
	var mu sync.Mutex
	together(5, func(int) {
		lane, err := s.ClaimLane(t.Context(), c.room.ID, "lease", born, after(time.Minute))
		mu.Lock()
		defer mu.Unlock()
		if err == nil {
			won++
			equal(t, models.Lane{RoomID: c.room.ID, WorkspaceID: c.workspace.ID, Seq: 1, Lease: "lease"}, lane)
			return
		}
		refused(t, err, fault.NotFound, "the lane is not free")
	})
	equal(t, 1, won)
	equal(t, 0, due(after(time.Minute-time.Millisecond), ""))
	equal(t, 1, due(after(time.Minute), "")) // whoever leased it is gone
	must[models.Lane](t)(s.ClaimLane(t.Context(), c.room.ID, "second", after(time.Minute), after(time.Hour)))
	noError(t, s.ReleaseLane(t.Context(), &models.Lane{RoomID: c.room.ID, Lease: "lease", Tried: 1}, after(time.Minute)))
	equal(t, 0, due(after(2*time.Minute), "")) // not the late one's to give back
}

func lanesReleased(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	rows := c.addDeliveries(t, 3, born)
	claim := func(at time.Time) models.Lane {
		t.Helper()
		return must[models.Lane](t)(s.ClaimLane(t.Context(), c.room.ID, "lease", at, at.Add(time.Minute)))
	}
	fresh := func(lane models.Lane, limit int) []models.Delivery {
		return must[[]models.Delivery](t)(s.FreshDeliveries(t.Context(), &lane, limit))
	}
	again := func(lane models.Lane, at time.Time) []models.Delivery {
		return must[[]models.Delivery](t)(s.DueDeliveries(t.Context(), &lane, at, 9))
	}
	lane := claim(born)
	equal(t, rows[:2], fresh(lane, 2))
	equal(t, []models.Delivery{}, again(lane, after(time.Hour))) // fresh ones wait for their turn

	rows[0].DueAt, rows[0].Problem, rows[0].URL, rows[0].Attempts = pointer(after(time.Hour)), pointer("timeout"), pointer("https://a"), 1
	noError(t, s.RecordAttempts(t.Context(), rows[:1]))
	lane.Tried = 1
	noError(t, s.ReleaseLane(t.Context(), &lane, after(time.Second)))
	equal(t, after(time.Second), must[time.Time](t)(s.NextDue(t.Context(), born))) // more are fresh

	lane = claim(after(time.Second))
	equal(t, rows[1:], fresh(lane, 9))
	equal(t, []models.Delivery{}, again(lane, after(time.Hour-time.Millisecond)))
	equal(t, rows[:1], again(lane, after(time.Hour)))
	c.settle(t, &rows[1], models.DeliverySuccess, born)
	c.settle(t, &rows[2], models.DeliverySuccess, born)
	lane.Tried = 3
	noError(t, s.ReleaseLane(t.Context(), &lane, after(time.Second)))
	equal(t, after(time.Hour), must[time.Time](t)(s.NextDue(t.Context(), born)))
	equal(t, int64(1), must[int64](t)(s.CountDueDeliveries(t.Context())))

	lane = claim(after(time.Hour))
	c.settle(t, &rows[0], models.DeliveryFailed, born)
	noError(t, s.ReleaseLane(t.Context(), &lane, after(time.Hour)))
	_, err := s.NextDue(t.Context(), born)
	refused(t, err, fault.NotFound, "nothing will be due")
	equal(t, int64(0), must[int64](t)(s.CountDueDeliveries(t.Context())))
}

// webhookMethods is what methods says of webhooks, their secrets and their lanes.
func (c *scene) webhookMethods() map[string]func(ctx context.Context) error {
	w, id, at, lane := c.workspace.ID, c.room.ID, born, models.Lane{RoomID: c.room.ID, WorkspaceID: c.workspace.ID, Seq: 1, DueAt: pointer(born)}
	return map[string]func(ctx context.Context) error{
		"ClaimLane": func(ctx context.Context) error { _, err := c.ClaimLane(ctx, id, "lease", at, at); return err },
		"CreateWebhookSecret": func(ctx context.Context) error {
			return c.CreateWebhookSecret(ctx, &models.WebhookSecret{ID: c.NewID(), WorkspaceID: w, Secret: []byte{1}})
		},
		"DueLanes":             func(ctx context.Context) error { _, err := c.DueLanes(ctx, at, "", 1); return err },
		"ExtendLanes":          func(ctx context.Context) error { _, err := c.ExtendLanes(ctx, []models.Lane{lane}); return err },
		"Listeners":            func(ctx context.Context) error { _, err := c.Listeners(ctx, []models.ID{id}); return err },
		"NextDue":              func(ctx context.Context) error { _, err := c.NextDue(ctx, at); return err },
		"PurgeWebhooks":        func(ctx context.Context) error { _, err := c.PurgeWebhooks(ctx, at, 1); return err },
		"ReleaseLane":          func(ctx context.Context) error { return c.ReleaseLane(ctx, &lane, at) },
		"RetireWebhookSecrets": func(ctx context.Context) error { return c.RetireWebhookSecrets(ctx, w, at) },
		"WebhookSecrets":       func(ctx context.Context) error { _, err := c.WebhookSecrets(ctx, w, at); return err },
		"Webhooks":             func(ctx context.Context) error { _, err := c.Webhooks(ctx, id); return err },
	}
}
