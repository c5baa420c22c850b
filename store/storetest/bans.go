package storetest

import (
	"context"
	"testing"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

func bansHold(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	other := c.addRoom(t, "other", nil)
	add := func(room models.ID, key string, until time.Time) models.Ban {
		ban := models.Ban{ID: s.NewID(), RoomID: room, Key: key, UserID: "bad", Reason: "rude", CreatedAt: born, Until: until}
		noError(t, s.InsertBan(t.Context(), &ban))
		return ban
	}
	short, long := add(c.room.ID, "user:bad", after(time.Minute)), add(c.room.ID, "from:x", after(time.Hour))
	add(other.ID, "user:worse", after(time.Hour))
	banned := func(at time.Time, keys ...string) bool {
		t.Helper()
		return must[bool](t)(s.Banned(t.Context(), c.room.ID, keys, at))
	}
	live := func(at time.Time) []models.Ban {
		t.Helper()
		return must[[]models.Ban](t)(s.LiveBans(t.Context(), c.room.ID, at))
	}
	equal(t, []models.Ban{long, short}, live(born))
	equal(t, []models.Ban{long}, live(after(time.Minute)))
	equal(t, []models.Ban{}, live(after(time.Hour)))

	equal(t, true, banned(born, "user:good", "user:bad"))
	equal(t, true, banned(after(time.Minute-time.Millisecond), "user:bad"))
	equal(t, false, banned(after(time.Minute), "user:bad"))
	equal(t, false, banned(born, "user:worse"))
	equal(t, false, banned(born))

	refused(t, s.DeleteBan(t.Context(), other.ID, short.ID), fault.NotFound, "Error: Ban not found")
	noError(t, s.DeleteBan(t.Context(), c.room.ID, short.ID))
	refused(t, s.DeleteBan(t.Context(), c.room.ID, short.ID), fault.NotFound, "Error: Ban not found")
	equal(t, false, banned(born, "user:bad"))
	equal(t, []models.Ban{long}, live(born))
}

func tokensRevoked(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	now := s.Stamp()
	revoked := func(token string, at time.Time) bool {
		t.Helper()
		return must[bool](t)(s.Revoked(t.Context(), token, at))
	}
	noError(t, s.Revoke(t.Context(), "past", c.room.ID, now.Add(-time.Hour)))
	equal(t, true, revoked("past", now.Add(-2*time.Hour)))
	noError(t, s.Revoke(t.Context(), "token", c.room.ID, now.Add(time.Hour)))
	equal(t, false, revoked("past", now.Add(-2*time.Hour))) // forgotten
	noError(t, s.Revoke(t.Context(), "token", c.room.ID, now.Add(time.Minute)))
	equal(t, true, revoked("token", now.Add(time.Hour-time.Millisecond))) // the longer one holds
	equal(t, false, revoked("token", now.Add(time.Hour)))
	equal(t, false, revoked("other", now))
}

// banMethods is what methods says of bans.
func (c *scene) banMethods() map[string]func(ctx context.Context) error {
	id, at := c.room.ID, born
	return map[string]func(ctx context.Context) error{
		"Banned":    func(ctx context.Context) error { _, err := c.Banned(ctx, id, []string{"key"}, at); return err },
		"DeleteBan": func(ctx context.Context) error { return c.DeleteBan(ctx, id, c.NewID()) },
		"InsertBan": func(ctx context.Context) error { return c.InsertBan(ctx, &models.Ban{ID: c.NewID(), RoomID: id}) },
		"LiveBans":  func(ctx context.Context) error { _, err := c.LiveBans(ctx, id, at); return err },
		"Revoke":    func(ctx context.Context) error { return c.Revoke(ctx, "token", id, at) },
		"Revoked":   func(ctx context.Context) error { _, err := c.Revoked(ctx, "token", at); return err },
	}
}
