package storetest

import (
	"context"
	"testing"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

func keyRoundTrip(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	active := models.Key{ID: "active", WorkspaceID: c.workspace.ID, Secret: []byte{1, 0, 0xff}, CreatedAt: born}
	revoked := models.Key{ID: "revoked", WorkspaceID: c.workspace.ID, Secret: []byte{2}, CreatedAt: born, RevokedAt: pointer(after(time.Second))}
	for _, want := range []models.Key{active, revoked} {
		row := want
		noError(t, s.CreateKey(t.Context(), &row))
		equal(t, want, must[models.Key](t)(s.Key(t.Context(), want.ID)))
		refused(t, s.CreateKey(t.Context(), &row), fault.Conflict, "already exists")
	}
	_, err := s.Key(t.Context(), "Active")
	refused(t, err, fault.NotFound, "access key not found")
}

func keysInOrder(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	newest := c.addKey(t, "a newest", after(time.Hour))
	old := c.addKey(t, "b old", born)
	twin := c.addKey(t, "c twin", born)
	other := &scene{Store: s, workspace: c.addWorkspace(t)}
	other.addKey(t, "d foreign", after(2*time.Hour))

	equal(t, []models.Key{old, twin, newest}, must[[]models.Key](t)(s.Keys(t.Context(), c.workspace.ID)))
	equal(t, 0, len(must[[]models.Key](t)(s.Keys(t.Context(), s.NewID()))))

	for _, want := range []models.Key{newest, twin, old} {
		equal(t, want, must[models.Key](t)(s.SigningKey(t.Context(), c.workspace.ID)))
		noError(t, s.RevokeKey(t.Context(), want.ID, after(3*time.Hour)))
	}
	_, err := s.SigningKey(t.Context(), c.workspace.ID)
	refused(t, err, fault.NotFound, "the workspace has no active access key")
	equal(t, 3, len(must[[]models.Key](t)(s.Keys(t.Context(), c.workspace.ID))))
}

func keyRevoked(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	key := c.addKey(t, "key", born)
	key.RevokedAt = pointer(after(time.Minute))
	noError(t, s.RevokeKey(t.Context(), "key", *key.RevokedAt))
	equal(t, key, must[models.Key](t)(s.Key(t.Context(), "key")))

	refused(t, s.RevokeKey(t.Context(), "key", after(time.Hour)), fault.NotFound, "no active key of that name")
	refused(t, s.RevokeKey(t.Context(), "unknown", born), fault.NotFound, "no active key of that name")
	equal(t, key, must[models.Key](t)(s.Key(t.Context(), "key")))
	refused(t, s.CreateKey(t.Context(), &models.Key{ID: "key", WorkspaceID: c.workspace.ID, Secret: []byte{1}, CreatedAt: born}),
		fault.Conflict, "already exists")
}

func bearerInOne(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	key := c.addKey(t, "key", born)
	equal(t, store.Bearer{Key: key, Workspace: c.workspace}, must[store.Bearer](t)(s.Bearer(t.Context(), "key")))

	c.workspace.WebhookURL, c.workspace.WebhookHeaders = pointer("https://example.com"), []byte{7}
	c.workspace.RoomLinksEnabled, c.workspace.UpdatedAt = false, after(time.Second)
	noError(t, s.UpdateWorkspace(t.Context(), c.workspace))
	equal(t, store.Bearer{Key: key, Workspace: c.workspace}, must[store.Bearer](t)(s.Bearer(t.Context(), "key")))

	other := c.addKey(t, "other", born)
	noError(t, s.RevokeKey(t.Context(), "key", born))
	for _, id := range []string{"key", "unknown", ""} {
		_, err := s.Bearer(t.Context(), id)
		refused(t, err, fault.NotFound, "not found")
	}
	equal(t, other, must[store.Bearer](t)(s.Bearer(t.Context(), "other")).Key)
}

// keyMethods is what methods says of keys.
func (c *scene) keyMethods() map[string]func(ctx context.Context) error {
	w, at := c.workspace.ID, born
	return map[string]func(ctx context.Context) error{
		"Bearer": func(ctx context.Context) error { _, err := c.Bearer(ctx, "key"); return err },
		"CreateKey": func(ctx context.Context) error {
			return c.CreateKey(ctx, &models.Key{ID: "x", WorkspaceID: w, Secret: []byte{1}})
		},
		"Key":        func(ctx context.Context) error { _, err := c.Key(ctx, "key"); return err },
		"Keys":       func(ctx context.Context) error { _, err := c.Keys(ctx, w); return err },
		"RevokeKey":  func(ctx context.Context) error { return c.RevokeKey(ctx, "key", at) },
		"SigningKey": func(ctx context.Context) error { _, err := c.SigningKey(ctx, w); return err },
	}
}
