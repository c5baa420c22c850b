package storetest

import (
	"context"
	"testing"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

func deliveriesRecorded(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	rows := c.addDeliveries(t, 2, born)
	refused(t, s.InsertDeliveries(t.Context(), []models.Delivery{c.newDelivery(1, born)}), fault.Conflict, "already exists")
	read := func(at int) models.Delivery {
		t.Helper()
		return must[[]models.Delivery](t)(s.FreshDeliveries(t.Context(), &models.Lane{RoomID: c.room.ID, Seq: 9}, 9))[at]
	}
	equal(t, rows[0], read(0))

	rows[0].State, rows[0].Attempts, rows[0].DueAt = models.DeliveryFailed, 4, pointer(after(time.Hour))
	rows[0].URL, rows[0].Problem, rows[0].SettledAt = pointer("https://a"), pointer("timeout"), pointer(after(time.Minute))
	noError(t, s.RecordAttempts(t.Context(), rows[:1]))
	equal(t, rows[0], read(0))
	equal(t, rows[1], read(1))

	rows[0].State, rows[0].DueAt, rows[0].Problem = models.DeliverySuccess, nil, nil
	noError(t, s.RecordAttempts(t.Context(), rows))
	equal(t, rows[0], read(0))
	late := rows[0]
	late.State, late.Problem = models.DeliveryFailed, pointer("timeout")
	noError(t, s.RecordAttempts(t.Context(), []models.Delivery{late}))
	equal(t, rows[0], read(0)) // what has succeeded stays so
}

func deliveriesFiltered(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	rows := c.addDeliveries(t, 4, born)
	for i, state := range []string{models.DeliverySuccess, models.DeliveryFailed, models.DeliverySuccess} { // the fourth is queued
		c.settle(t, &rows[i], state, after(time.Duration(i)*time.Minute))
	}
	room := c.room
	c.room = c.addRoom(t, "other", nil)
	foreign := c.addDeliveries(t, 1, born)
	c.settle(t, &foreign[0], models.DeliveryFailed, after(time.Hour))
	stranger := &scene{Store: s, workspace: c.addWorkspace(t), room: room}
	hidden := stranger.newDelivery(100, born)
	noError(t, s.InsertDeliveries(t.Context(), []models.Delivery{hidden}))
	stranger.settle(t, &hidden, models.DeliveryFailed, after(time.Minute))

	for name, tc := range map[string]struct {
		change func(f *store.DeliveryFilter)
		want   []models.Delivery // the last settled first
	}{
		"all":          {func(*store.DeliveryFilter) {}, []models.Delivery{foreign[0], rows[2], rows[1], rows[0]}},
		"from":         {func(f *store.DeliveryFilter) { f.From = after(2 * time.Minute) }, []models.Delivery{foreign[0], rows[2]}},
		"to":           {func(f *store.DeliveryFilter) { f.To = after(time.Minute) }, []models.Delivery{rows[1], rows[0]}},
		"of a room":    {func(f *store.DeliveryFilter) { f.RoomID = string(room.ID) }, []models.Delivery{rows[2], rows[1], rows[0]}},
		"failed":       {func(f *store.DeliveryFilter) { f.State = models.DeliveryFailed }, []models.Delivery{foreign[0], rows[1]}},
		"of a type":    {func(f *store.DeliveryFilter) { f.Types = []string{"x", rows[0].Type} }, []models.Delivery{foreign[0], rows[2], rows[1], rows[0]}},
		"of no type":   {func(f *store.DeliveryFilter) { f.Types = []string{"x"} }, []models.Delivery{}},
		"of no tenant": {func(f *store.DeliveryFilter) { f.WorkspaceID = s.NewID() }, []models.Delivery{}},
	} {
		f := &store.DeliveryFilter{WorkspaceID: c.workspace.ID, From: born, To: after(time.Hour)}
		tc.change(f)
		t.Run(name, func(t *testing.T) {
			equal(t, tc.want, must[[]models.Delivery](t)(s.Deliveries(t.Context(), f, 9, 0)))
			equal(t, len(tc.want), must[int](t)(s.CountDeliveries(t.Context(), f)))
		})
	}
	f := &store.DeliveryFilter{WorkspaceID: c.workspace.ID, From: born, To: after(time.Hour)}
	equal(t, []models.Delivery{rows[2], rows[1]}, must[[]models.Delivery](t)(s.Deliveries(t.Context(), f, 2, 1)))
	equal(t, []models.Delivery{rows[1], rows[2]}, must[[]models.Delivery](t)(s.DeliveriesAfter(t.Context(), f, "", 2, 1)))
	equal(t, []models.Delivery{rows[2], foreign[0]}, must[[]models.Delivery](t)(s.DeliveriesAfter(t.Context(), f, rows[1].ID, 9, 0)))
}

func webhookSecretsRetire(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	add := func(at time.Time) models.WebhookSecret {
		noError(t, s.RetireWebhookSecrets(t.Context(), c.workspace.ID, at.Add(time.Hour)))
		secret := models.WebhookSecret{ID: s.NewID(), WorkspaceID: c.workspace.ID, Secret: []byte{1, 0, 2}, CreatedAt: at}
		noError(t, s.CreateWebhookSecret(t.Context(), &secret))
		return secret
	}
	signing := func(at time.Time) []models.WebhookSecret {
		t.Helper()
		return must[[]models.WebhookSecret](t)(s.WebhookSecrets(t.Context(), c.workspace.ID, at))
	}
	equal(t, []models.WebhookSecret{}, signing(born))
	first := add(born)
	equal(t, []models.WebhookSecret{first}, signing(born))
	second := add(after(time.Minute))
	third := add(after(2 * time.Minute))
	first.RetiresAt, second.RetiresAt = pointer(after(time.Hour+time.Minute)), pointer(after(time.Hour+2*time.Minute))
	equal(t, []models.WebhookSecret{third, second, first}, signing(after(2*time.Minute)))
	equal(t, []models.WebhookSecret{third, second}, signing(after(time.Hour+time.Minute)))
	equal(t, []models.WebhookSecret{third}, signing(after(time.Hour+2*time.Minute)))
	for range 5 {
		add(after(3 * time.Minute))
	}
	equal(t, 5, len(signing(after(3*time.Minute))))
}

func webhooksPurged(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	now := s.Stamp()
	c.addDeliveries(t, 3, now.Add(-time.Hour))
	kept := c.addDeliveries(t, 1, now)
	old := c.newReplay("old")
	old.State, old.StartedAt = models.ReplayCompleted, now.Add(-time.Hour)
	running := c.newReplay("running")
	running.StartedAt = now.Add(-time.Hour)
	for _, replay := range []models.Replay{old, running} {
		must[bool](t)(s.InsertReplay(t.Context(), &replay))
	}
	noError(t, s.CreateWebhookSecret(t.Context(), &models.WebhookSecret{
		ID: s.NewID(), WorkspaceID: c.workspace.ID, Secret: []byte{1}, RetiresAt: pointer(now.Add(-time.Hour)), CreatedAt: now,
	}))
	noError(t, s.InsertAnalyticsEvents(t.Context(), []models.AnalyticsEvent{{
		ID: s.NewID(), WorkspaceID: c.workspace.ID, RoomID: c.room.ID, Data: models.Document{}, CreatedAt: now.Add(-time.Hour),
	}}))

	purge := func() int64 { return must[int64](t)(s.PurgeWebhooks(t.Context(), now.Add(-time.Minute), 2)) }
	equal(t, []int64{2, 1, 0}, []int64{purge(), purge(), purge()})
	equal(t, kept, must[[]models.Delivery](t)(s.FreshDeliveries(t.Context(), &models.Lane{RoomID: c.room.ID, Seq: 9}, 9)))
	_, err := s.Replay(t.Context(), c.workspace.ID, old.ID)
	refused(t, err, fault.NotFound, "workflow not found")
	must[models.Replay](t)(s.Replay(t.Context(), c.workspace.ID, running.ID))
	equal(t, 0, len(must[[]models.WebhookSecret](t)(s.WebhookSecrets(t.Context(), c.workspace.ID, now.Add(-2*time.Hour)))))
	equal(t, 0, must[int](t)(s.CountAnalyticsEvents(t.Context(), &store.AnalyticsFilter{WorkspaceID: c.workspace.ID, RoomID: string(c.room.ID)})))
}

// deliveryMethods is what methods says of deliveries.
func (c *scene) deliveryMethods() map[string]func(ctx context.Context) error {
	at, delivery, lane, asked := born, c.newDelivery(1, born), models.Lane{RoomID: c.room.ID, WorkspaceID: c.workspace.ID, Seq: 1, DueAt: pointer(born)}, &store.DeliveryFilter{WorkspaceID: c.workspace.ID}
	return map[string]func(ctx context.Context) error{
		"CountDeliveries":    func(ctx context.Context) error { _, err := c.CountDeliveries(ctx, asked); return err },
		"CountDueDeliveries": func(ctx context.Context) error { _, err := c.CountDueDeliveries(ctx); return err },
		"Deliveries":         func(ctx context.Context) error { _, err := c.Deliveries(ctx, asked, 1, 0); return err },
		"DeliveriesAfter":    func(ctx context.Context) error { _, err := c.DeliveriesAfter(ctx, asked, "", 1, 0); return err },
		"DueDeliveries":      func(ctx context.Context) error { _, err := c.DueDeliveries(ctx, &lane, at, 1); return err },
		"FreshDeliveries":    func(ctx context.Context) error { _, err := c.FreshDeliveries(ctx, &lane, 1); return err },
		"InsertDeliveries":   func(ctx context.Context) error { return c.InsertDeliveries(ctx, []models.Delivery{delivery}) },
		"RecordAttempts":     func(ctx context.Context) error { return c.RecordAttempts(ctx, []models.Delivery{delivery}) },
	}
}
