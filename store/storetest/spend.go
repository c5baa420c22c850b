package storetest

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"foyer/models"
	"foyer/store"
)

var errUsedUp = errors.New("used up")

// spend is what the caller of Spend must do: undo on false.
func spend(ctx context.Context, s *store.Store, code models.ID, user string, at time.Time) error {
	return s.Tx(ctx, func(tx *store.Store) error {
		counted, err := tx.Spend(ctx, code, user, at)
		if err == nil && !counted {
			err = errUsedUp
		}
		return err
	})
}

func (c *scene) uses(t *testing.T, code models.Code) int {
	t.Helper()
	return must[models.Code](t)(c.Code(t.Context(), c.workspace.ID, code.Code)).Uses
}

func spendOnce(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	code := c.addCode(t, "guest", func(code *models.Code) { code.MaxUses, code.RetiresAt = pointer(2), pointer(after(time.Hour)) })
	try := func(user string, at time.Time, want error, uses int) {
		t.Helper()
		if err := spend(t.Context(), s, code.ID, user, at); !errors.Is(err, want) {
			t.Errorf("user %s: want %v, got %v", user, want, err)
		}
		equal(t, uses, c.uses(t, code))
	}
	try("first", born, nil, 1)
	try("first", born, nil, 1)
	try("", born, nil, 2)
	try("third", born, errUsedUp, 2)
	try("", born, nil, 2)
	try("first", born, nil, 2)

	limit := c.addCode(t, "guest", func(code *models.Code) { code.MaxUses, code.RetiresAt = pointer(9), pointer(after(time.Hour)) })
	code = limit
	try("first", after(time.Hour), errUsedUp, 0) // the grace has ended
	try("first", after(time.Hour-time.Millisecond), nil, 1)
	noError(t, s.UpdateCode(t.Context(), models.Code{ID: code.ID, UpdatedAt: born}))
	try("second", born, errUsedUp, 1) // disabled meanwhile

	noError(t, s.UpdateCode(t.Context(), models.Code{ID: code.ID, Enabled: true, UpdatedAt: born}))
	try("second", born, nil, 2) // the undone use of before does not count as one
}

// crowd lets 64 callers spend at once, each a user by its number, and says who succeeded.
func (c *scene) crowd(t *testing.T, code models.Code, user func(caller int) string) map[string]int {
	t.Helper()
	ctx, cancel := deadline(t)
	defer cancel()
	var mu sync.Mutex
	won := map[string]int{}
	together(64, func(caller int) {
		err := spend(ctx, c.Store, code.ID, user(caller), born)
		if err != nil && !errors.Is(err, errUsedUp) {
			t.Errorf("caller %d: %v", caller, err)
		}
		if err == nil {
			mu.Lock()
			defer mu.Unlock()
			won[user(caller)]++
		}
	})
	return won
}

// together runs fn in n goroutines that start at one moment, and returns when all have ended.
func together(n int, fn func(caller int)) {
	var all sync.WaitGroup
	var ready atomic.Int32
	start := make(chan struct{}) // closed by the last to get ready
	for caller := range n {
		all.Go(func() {
			if int(ready.Add(1)) == n {
				close(start)
			}
			<-start
			fn(caller)
		})
	}
	all.Wait()
}

func spendUnderLoad(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	code := c.addCode(t, "guest", func(code *models.Code) { code.MaxUses = pointer(10) })
	equal(t, 10, len(c.crowd(t, code, strconv.Itoa)))
	equal(t, 10, c.uses(t, code))
}

func spendByFewUsers(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	user := func(caller int) string { return strconv.Itoa(caller % 8) }
	roomy := c.addCode(t, "guest", func(code *models.Code) { code.MaxUses = pointer(64) })
	equal(t, map[string]int{"0": 8, "1": 8, "2": 8, "3": 8, "4": 8, "5": 8, "6": 8, "7": 8}, c.crowd(t, roomy, user))
	equal(t, 8, c.uses(t, roomy))

	narrow := c.addCode(t, "guest", func(code *models.Code) { code.MaxUses = pointer(5) })
	won := c.crowd(t, narrow, user)
	equal(t, 5, len(won))
	for user, times := range won {
		if times != 8 {
			t.Errorf("user %s has used the code but was let in %d times of 8", user, times)
		}
	}
	equal(t, 5, c.uses(t, narrow))
}
