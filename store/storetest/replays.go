package storetest

import (
	"context"
	"testing"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

func (c *scene) newReplay(request string) models.Replay {
	return models.Replay{
		ID: c.NewID(), WorkspaceID: c.workspace.ID, Request: request, StartTime: born, EndTime: after(time.Hour), RoomID: string(c.room.ID),
		EventNames: models.Words{"peer.join.success"}, Status: models.DeliveryFailed, MaxEvents: 10, Skip: 1, State: models.ReplayRunning,
		Total: 3, Failures: models.List{}, StartedAt: born,
	}
}

func replaysJoined(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	replay, twin := c.newReplay("same"), c.newReplay("same")
	equal(t, true, must[bool](t)(s.InsertReplay(t.Context(), &replay)))
	equal(t, false, must[bool](t)(s.InsertReplay(t.Context(), &twin)))
	equal(t, replay, must[models.Replay](t)(s.RunningReplay(t.Context(), c.workspace.ID, "same")))
	equal(t, replay, must[models.Replay](t)(s.Replay(t.Context(), c.workspace.ID, replay.ID)))
	for _, err := range []error{
		second(s.RunningReplay(t.Context(), c.workspace.ID, "other")), second(s.RunningReplay(t.Context(), s.NewID(), "same")),
		second(s.Replay(t.Context(), c.workspace.ID, twin.ID)), second(s.Replay(t.Context(), s.NewID(), replay.ID)),
	} {
		refused(t, err, fault.NotFound, "workflow not found")
	}
	other := c.newReplay("other")
	equal(t, true, must[bool](t)(s.InsertReplay(t.Context(), &other)))

	claimed := must[models.Replay](t)(s.ClaimReplay(t.Context(), "lease", born, after(time.Minute)))
	claimed.State, claimed.CompletedAt = models.ReplayCompleted, pointer(after(time.Second))
	noError(t, s.KeepReplay(t.Context(), &claimed))
	equal(t, claimed, must[models.Replay](t)(s.Replay(t.Context(), c.workspace.ID, replay.ID)))
	equal(t, true, must[bool](t)(s.InsertReplay(t.Context(), &twin))) // the first one is over
}

func second[T any](_ T, err error) error { return err }

func replaysLeased(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	none := func(at time.Time) {
		t.Helper()
		_, err := s.ClaimReplay(t.Context(), "x", at, at)
		refused(t, err, fault.NotFound, "workflow not found")
	}
	none(born)
	replay := c.newReplay("{}")
	must[bool](t)(s.InsertReplay(t.Context(), &replay))
	first := must[models.Replay](t)(s.ClaimReplay(t.Context(), "first", born, after(time.Minute)))
	replay.Lease, replay.LeasedUntil = "first", pointer(after(time.Minute))
	equal(t, replay, first)
	none(after(time.Minute - time.Millisecond))

	first.Completed, first.Failed, first.Position, first.Total = 2, 1, s.NewID(), 5
	first.Failures, first.LeasedUntil = models.List{map[string]any{"event_id": "x"}}, pointer(after(2*time.Minute))
	noError(t, s.KeepReplay(t.Context(), &first))
	none(after(time.Minute))
	next := must[models.Replay](t)(s.ClaimReplay(t.Context(), "next", after(2*time.Minute), after(3*time.Minute)))
	refused(t, s.KeepReplay(t.Context(), &first), fault.Conflict, "the replay is run by another")
	first.Lease, first.LeasedUntil = "next", pointer(after(3*time.Minute))
	equal(t, first, next)
}

func analyticsEventsFiltered(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	event := func(kind string, change func(*models.AnalyticsEvent)) models.AnalyticsEvent {
		e := models.AnalyticsEvent{
			ID: s.NewID(), WorkspaceID: c.workspace.ID, RoomID: c.room.ID, Type: kind, SessionID: "s", PeerID: "p", UserID: "u", BeamID: "b",
			Data: models.Document{"x": "y"}, CreatedAt: born,
		}
		change(&e)
		return e
	}
	other := c.addRoom(t, "other", nil)
	all := []models.AnalyticsEvent{
		event("a", func(e *models.AnalyticsEvent) { e.SessionID, e.Problem = "s2", true }),
		event("b", func(e *models.AnalyticsEvent) { e.PeerID = "p2" }),
		event("c", func(e *models.AnalyticsEvent) { e.UserID, e.BeamID = "u2", "b2" }),
		event("c", func(e *models.AnalyticsEvent) { e.RoomID = other.ID }),
	}
	noError(t, s.InsertAnalyticsEvents(t.Context(), all))
	for name, tc := range map[string]struct {
		change func(f *store.AnalyticsFilter)
		want   []models.AnalyticsEvent // newest first
	}{
		"of a room":    {func(*store.AnalyticsFilter) {}, []models.AnalyticsEvent{all[2], all[1], all[0]}},
		"types":        {func(f *store.AnalyticsFilter) { f.Types = []string{"a", "b"} }, []models.AnalyticsEvent{all[1], all[0]}},
		"session":      {func(f *store.AnalyticsFilter) { f.SessionID = "s2" }, []models.AnalyticsEvent{all[0]}},
		"peer":         {func(f *store.AnalyticsFilter) { f.PeerID = "p2" }, []models.AnalyticsEvent{all[1]}},
		"user":         {func(f *store.AnalyticsFilter) { f.UserID = "u2" }, []models.AnalyticsEvent{all[2]}},
		"beam":         {func(f *store.AnalyticsFilter) { f.BeamID = "b2" }, []models.AnalyticsEvent{all[2]}},
		"errors":       {func(f *store.AnalyticsFilter) { f.Problem = pointer(true) }, []models.AnalyticsEvent{all[0]}},
		"no errors":    {func(f *store.AnalyticsFilter) { f.Problem = pointer(false) }, []models.AnalyticsEvent{all[2], all[1]}},
		"no newer":     {func(f *store.AnalyticsFilter) { f.Newest = all[1].ID }, []models.AnalyticsEvent{all[1], all[0]}},
		"of no tenant": {func(f *store.AnalyticsFilter) { f.WorkspaceID = s.NewID() }, []models.AnalyticsEvent{}},
	} {
		f := &store.AnalyticsFilter{WorkspaceID: c.workspace.ID, RoomID: string(c.room.ID)}
		tc.change(f)
		t.Run(name, func(t *testing.T) {
			equal(t, tc.want, must[[]models.AnalyticsEvent](t)(s.AnalyticsEvents(t.Context(), f, store.Page{Limit: 9})))
			equal(t, len(tc.want), must[int](t)(s.CountAnalyticsEvents(t.Context(), f)))
		})
	}
	f := &store.AnalyticsFilter{WorkspaceID: c.workspace.ID, RoomID: string(c.room.ID)}
	equal(t, all[1:2], must[[]models.AnalyticsEvent](t)(s.AnalyticsEvents(t.Context(), f, store.Page{Limit: 1, Start: all[2].ID})))
}

// replayMethods is what methods says of replays and analytics events.
func (c *scene) replayMethods() map[string]func(ctx context.Context) error {
	w, at, page, replay, event := c.workspace.ID, born, store.Page{Limit: 1}, c.newReplay("{}"), models.AnalyticsEvent{ID: c.NewID(), WorkspaceID: c.workspace.ID, RoomID: c.room.ID}
	return map[string]func(ctx context.Context) error{
		"AnalyticsEvents": func(ctx context.Context) error {
			_, err := c.AnalyticsEvents(ctx, &store.AnalyticsFilter{}, page)
			return err
		},
		"ClaimReplay": func(ctx context.Context) error { _, err := c.ClaimReplay(ctx, "lease", at, at); return err },
		"CountAnalyticsEvents": func(ctx context.Context) error {
			_, err := c.CountAnalyticsEvents(ctx, &store.AnalyticsFilter{})
			return err
		},
		"InsertAnalyticsEvents": func(ctx context.Context) error { return c.InsertAnalyticsEvents(ctx, []models.AnalyticsEvent{event}) },
		"InsertReplay":          func(ctx context.Context) error { _, err := c.InsertReplay(ctx, &replay); return err },
		"KeepReplay":            func(ctx context.Context) error { return c.KeepReplay(ctx, &replay) },
		"Replay":                func(ctx context.Context) error { _, err := c.Replay(ctx, w, replay.ID); return err },
		"RunningReplay":         func(ctx context.Context) error { _, err := c.RunningReplay(ctx, w, "{}"); return err },
	}
}
