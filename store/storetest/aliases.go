package storetest

import (
	"context"
	"testing"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

// aliasMethods is what methods says of aliases.
func (c *scene) aliasMethods() map[string]func(ctx context.Context) error {
	alias := c.newAlias("FRESH1")
	return map[string]func(ctx context.Context) error{
		"InsertAlias":    func(ctx context.Context) error { _, err := c.InsertAlias(ctx, &alias); return err },
		"Alias":          func(ctx context.Context) error { _, err := c.Alias(ctx, "tongue", "FRESH1"); return err },
		"CountAliases":   func(ctx context.Context) error { _, err := c.CountAliases(ctx, "tongue", 6); return err },
		"CountKept":      func(ctx context.Context) error { _, err := c.CountKept(ctx, "tongue"); return err },
		"KeptSince":      func(ctx context.Context) error { _, err := c.KeptSince(ctx, "tongue", born); return err },
		"StrayAliases":   func(ctx context.Context) error { _, err := c.StrayAliases(ctx); return err },
		"ExpiredAliases": func(ctx context.Context) error { _, err := c.ExpiredAliases(ctx, born); return err },
		"CloseRoom":      func(ctx context.Context) error { return c.CloseRoom(ctx, c.room.ID, born) },
		"CloseExpired":   func(ctx context.Context) error { return c.CloseExpired(ctx, c.room.ID, born) },
		"SetExpiry":      func(ctx context.Context) error { return c.SetExpiry(ctx, c.room.ID, born) },
	}
}

func (c *scene) newAlias(name string) models.Alias {
	return models.Alias{ID: c.NewID(), Dialect: "tongue", Name: name, RoomID: c.room.ID, Password: []byte{1}, Creator: []byte{2}, CreatedAt: born}
}

// aliasRoundTrip: a name is one open room's, and free when that closes.
func aliasRoundTrip(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	first, second := c.newAlias("ABC123"), c.newAlias("ABC123")
	equal(t, true, must[bool](t)(s.InsertAlias(t.Context(), &first)))
	equal(t, false, must[bool](t)(s.InsertAlias(t.Context(), &second)))
	equal(t, first, must[models.Alias](t)(s.Alias(t.Context(), "tongue", "ABC123")))
	_, err := s.Alias(t.Context(), "other", "ABC123")
	refused(t, err, fault.NotFound, "Error: Room not found")
	equal(t, 1, must[int](t)(s.CountAliases(t.Context(), "tongue", 6)))
	equal(t, 0, must[int](t)(s.CountAliases(t.Context(), "tongue", 5)))

	noError(t, s.CloseRoom(t.Context(), c.room.ID, after(time.Hour)))
	noError(t, s.CloseRoom(t.Context(), c.room.ID, after(2*time.Hour)))
	_, err = s.Alias(t.Context(), "tongue", "ABC123")
	refused(t, err, fault.NotFound, "Error: Room not found")
	room := must[models.Room](t)(s.Room(t.Context(), c.workspace.ID, c.room.ID))
	equal(t, false, room.Enabled)
	equal(t, after(time.Hour), room.UpdatedAt)
	equal(t, true, must[bool](t)(s.InsertAlias(t.Context(), &second)))
}

// aliasesLeft: which aliases are kept, stray or expired depends on sessions and on the room's time.
func aliasesLeft(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	kept := c.newAlias("KEPT01")
	kept.Kept = true
	equal(t, true, must[bool](t)(s.InsertAlias(t.Context(), &kept)))
	ids := func(list []models.Alias, err error) int { noError(t, err); return len(list) }
	equal(t, 1, must[int](t)(s.CountKept(t.Context(), "tongue")))
	equal(t, 1, ids(s.KeptSince(t.Context(), "tongue", after(time.Hour))))
	equal(t, 0, ids(s.KeptSince(t.Context(), "tongue", born)))
	equal(t, 0, ids(s.StrayAliases(t.Context())))

	session := c.newSession()
	must[[]models.ID](t)(s.OpenSessions(t.Context(), []*models.Session{session}))
	equal(t, 0, must[int](t)(s.CountKept(t.Context(), "tongue")))
	equal(t, 0, ids(s.KeptSince(t.Context(), "tongue", after(time.Hour))))
	session.EndedAt = pointer(after(2 * time.Hour))
	must[[]models.ID](t)(s.EndSessions(t.Context(), []*models.Session{session}))
	equal(t, 0, ids(s.KeptSince(t.Context(), "tongue", after(time.Hour))))
	equal(t, 1, ids(s.KeptSince(t.Context(), "tongue", after(3*time.Hour))))

	stray := c.newAlias("STRAY1")
	equal(t, true, must[bool](t)(s.InsertAlias(t.Context(), &stray)))
	equal(t, 1, ids(s.StrayAliases(t.Context())))
	noError(t, s.SetExpiry(t.Context(), c.room.ID, after(time.Hour)))
	equal(t, 0, ids(s.StrayAliases(t.Context())))
	equal(t, 0, ids(s.ExpiredAliases(t.Context(), born)))
	equal(t, 2, ids(s.ExpiredAliases(t.Context(), after(time.Hour))))
	noError(t, s.CloseExpired(t.Context(), c.room.ID, born))
	equal(t, 2, ids(s.ExpiredAliases(t.Context(), after(time.Hour))))
	equal(t, after(time.Hour), *must[models.Room](t)(s.Room(t.Context(), c.workspace.ID, c.room.ID)).ExpiresAt)
	noError(t, s.CloseExpired(t.Context(), c.room.ID, after(time.Hour)))
	equal(t, 0, ids(s.ExpiredAliases(t.Context(), after(time.Hour))))
}
