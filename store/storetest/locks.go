package storetest

import (
	"context"
	"strconv"
	"sync/atomic"
	"testing"

	"foyer/models"
	"foyer/store"
)

// locksTakeTurns lets callers that hold the same lock change a row by what they read of it. A lock that lets two in at once
// is seen at once, or loses a change.
func locksTakeTurns(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	code := c.addCode(t, "guest", nil)
	chat := c.addChatRoom(t, false, born)
	for name, lock := range map[string]func(ctx context.Context, tx *store.Store) error{
		"LockWorkspace": func(ctx context.Context, tx *store.Store) error {
			_, err := tx.LockWorkspace(ctx, c.workspace.ID)
			return err
		},
		"LockTemplate": func(ctx context.Context, tx *store.Store) error {
			_, err := tx.LockTemplate(ctx, c.workspace.ID, c.template.ID)
			return err
		},
		"LockTemplateNamed": func(ctx context.Context, tx *store.Store) error {
			_, err := tx.LockTemplateNamed(ctx, c.workspace.ID, c.template.Name)
			return err
		},
		"LockRoom": func(ctx context.Context, tx *store.Store) error {
			_, err := tx.LockRoom(ctx, c.workspace.ID, c.room.ID)
			return err
		},
		"LockRoomNamed": func(ctx context.Context, tx *store.Store) error {
			_, err := tx.LockRoomNamed(ctx, c.workspace.ID, c.room.NameKey)
			return err
		},
		"LockCode": func(ctx context.Context, tx *store.Store) error {
			_, err := tx.LockCode(ctx, c.workspace.ID, code.Code)
			return err
		},
		"LockChatRoom": func(ctx context.Context, tx *store.Store) error {
			_, err := tx.LockChatRoom(ctx, chat.ID)
			return err
		},
		"Alone": func(ctx context.Context, tx *store.Store) error { return tx.Alone(ctx, "the suite") },
	} {
		t.Run(name, func(t *testing.T) { takeTurns(t, c, lock) })
	}
}

// takeTurns counts in a room of its own, under a lock that is not that room's.
func takeTurns(t *testing.T, c *scene, lock func(ctx context.Context, tx *store.Store) error) {
	t.Helper()
	const callers, rounds = 8, 4
	counter := c.addRoom(t, t.Name(), func(r *models.Room) { r.Description = "0" })
	ctx, cancel := deadline(t)
	defer cancel()

	var inside atomic.Int32
	together(callers, func(int) {
		for range rounds {
			err := c.Tx(ctx, func(tx *store.Store) error {
				if err := lock(ctx, tx); err != nil {
					return err
				}
				if inside.Add(1) > 1 {
					t.Error("two hold the lock at once")
				}
				defer inside.Add(-1) // before the commit lets the next one in
				return increment(ctx, tx, counter)
			})
			if err != nil {
				t.Error(err)
			}
		}
	})
	got := must[models.Room](t)(c.Room(t.Context(), counter.WorkspaceID, counter.ID))
	equal(t, strconv.Itoa(callers*rounds), got.Description)
}

func increment(ctx context.Context, tx *store.Store, counter models.Room) error {
	room, err := tx.Room(ctx, counter.WorkspaceID, counter.ID)
	if err != nil {
		return err
	}
	count, err := strconv.Atoi(room.Description)
	if err != nil {
		return err
	}
	room.Description = strconv.Itoa(count + 1)
	return tx.UpdateRoom(ctx, room)
}

// keptTemplateStays replaces a template's roles all the time: whoever keeps the template sees the same ones until the end.
func keptTemplateStays(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	ctx, cancel := deadline(t)
	defer cancel()
	together(8, func(caller int) {
		for round := range 6 {
			err := c.Tx(ctx, func(tx *store.Store) error {
				if caller < 2 {
					return c.swapRoles(ctx, tx, caller+round)
				}
				return c.readTwice(t, ctx, tx)
			})
			if err != nil {
				t.Error(err)
			}
		}
	})
}

func (c *scene) swapRoles(ctx context.Context, tx *store.Store, turn int) error {
	template, err := tx.LockTemplate(ctx, c.workspace.ID, c.template.ID)
	if err != nil {
		return err
	}
	template.Roles = []models.Role{{Name: "role" + strconv.Itoa(turn), Document: models.Document{}}}
	return tx.ReplaceTemplate(ctx, &template)
}

func (c *scene) readTwice(t *testing.T, ctx context.Context, tx *store.Store) error { //nolint:revive // a test's t goes first
	first, err := tx.KeepTemplate(ctx, c.template.ID)
	if err != nil {
		return err
	}
	for range 3 {
		again, err := tx.KeepTemplate(ctx, c.template.ID)
		if err != nil {
			return err
		}
		equal(t, first, again)
	}
	return nil
}
