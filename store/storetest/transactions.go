package storetest

import (
	"context"
	"errors"
	"testing"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

var errRefusal = errors.New("refusal")

func (c *scene) rename(ctx context.Context, s *store.Store, name string) error {
	w := c.workspace
	w.Name = name
	return s.UpdateWorkspace(ctx, w)
}

func (c *scene) named(t *testing.T, want string) {
	t.Helper()
	equal(t, want, must[models.Workspace](t)(c.Workspace(context.Background(), c.workspace.ID)).Name)
}

func txUndone(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	noError(t, s.Tx(t.Context(), func(tx *store.Store) error { return c.rename(t.Context(), tx, "kept") }))
	c.named(t, "kept")

	err := s.Tx(t.Context(), func(tx *store.Store) error {
		noError(t, c.rename(t.Context(), tx, "undone"))
		equal(t, "undone", must[models.Workspace](t)(tx.Workspace(t.Context(), c.workspace.ID)).Name)
		return errRefusal
	})
	if !errors.Is(err, errRefusal) {
		t.Errorf("want the function's own error, got %v", err)
	}
	c.named(t, "kept")

	err = s.Tx(t.Context(), func(tx *store.Store) error {
		noError(t, c.rename(t.Context(), tx, "undone"))
		twin := c.workspace
		return tx.CreateWorkspace(t.Context(), &twin)
	})
	refused(t, err, fault.Conflict, "already exists")
	c.named(t, "kept")
}

func txPanics(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	for range 20 { // more than there are connections
		func() {
			defer func() { equal(t, any("on purpose"), recover()) }()
			_ = s.Tx(t.Context(), func(tx *store.Store) error {
				noError(t, c.rename(t.Context(), tx, "undone"))
				panic("on purpose")
			})
		}()
	}
	c.named(t, "acme")
	noError(t, s.Tx(t.Context(), func(tx *store.Store) error { return c.rename(t.Context(), tx, "kept") }))
	c.named(t, "kept")
}

// txNested: a transaction inside a transaction is the same one.
func txNested(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	err := s.Tx(t.Context(), func(tx *store.Store) error {
		noError(t, tx.Tx(t.Context(), func(inner *store.Store) error { return c.rename(t.Context(), inner, "inner") }))
		equal(t, "inner", must[models.Workspace](t)(tx.Workspace(t.Context(), c.workspace.ID)).Name)
		return errRefusal
	})
	if !errors.Is(err, errRefusal) {
		t.Error(err)
	}
	c.named(t, "acme")

	noError(t, s.Tx(t.Context(), func(tx *store.Store) error {
		return tx.Tx(t.Context(), func(inner *store.Store) error { return c.rename(t.Context(), inner, "both") })
	}))
	c.named(t, "both")
}

// txCancelled: a caller who has gone away leaves nothing behind, and no connection occupied.
func txCancelled(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	for range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		err := s.Tx(ctx, func(tx *store.Store) error {
			noError(t, c.rename(ctx, tx, "undone"))
			cancel()
			return nil
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("want the commit refused since the caller has gone, got %v", err)
		}
	}
	c.named(t, "acme")
	noError(t, s.Tx(t.Context(), func(tx *store.Store) error { return c.rename(t.Context(), tx, "kept") }))
	c.named(t, "kept")
}
