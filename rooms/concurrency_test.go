package rooms_test

import (
	"fmt"
	"net/netip"
	"regexp"
	"sync"
	"sync/atomic"
	"testing"

	"foyer/codes"
	"foyer/models"
	"foyer/rooms"
	"foyer/store"
	"foyer/store/storetest"
	"foyer/templates"

	"golang.org/x/sync/errgroup"
)

var local = netip.MustParseAddr("127.0.0.1")

// demo is a workspace with one room.
func demo(t *testing.T, f *foyer) (models.Workspace, models.Room) {
	t.Helper()
	w := f.newWorkspace(t)
	room, err := f.rooms.Create(t.Context(), &w, rooms.Change{})
	must(t, err)
	return w, room
}

// TestCodesAreDistinct makes 2,000 codes: all distinct, all of the one shape.
func TestCodesAreDistinct(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		f := newFoyer(t, storetest.URL(t, database))
		w := f.newWorkspace(t)
		shape := regexp.MustCompile(`^[a-z]{3}-[a-z]{4}-[a-z]{3}$`)
		seen := map[string]bool{}
		for range 2000 / codes.Limit {
			room, err := f.rooms.Create(t.Context(), &w, rooms.Change{})
			must(t, err)
			list, err := f.codes.Mint(t.Context(), w.ID, room.ID, "guest", codes.Terms{}, codes.Limit)
			must(t, err)
			for _, c := range list {
				if !shape.MatchString(c.Code) {
					t.Errorf("a code of another shape, %d letters", len(c.Code))
				}
				seen[c.Code] = true
			}
		}
		if len(seen) != 2000 {
			t.Errorf("%d distinct codes of 2000", len(seen))
		}
	})
}

// TestUsesNeverExceedTheirBound lets 64 exchange at once what may be used ten times.
func TestUsesNeverExceedTheirBound(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		f := newFoyer(t, storetest.URL(t, database))
		w, room := demo(t, f)
		ten := 10
		for name, user := range map[string]func(i int) string{
			"nobody named": func(int) string { return "" },
			"all others":   func(i int) string { return fmt.Sprint("user", i) },
			"few users":    func(i int) string { return fmt.Sprint("user", i%16) },
		} {
			list, err := f.codes.Mint(t.Context(), w.ID, room.ID, "guest", codes.Terms{MaxUses: &ten}, 1)
			must(t, err)
			var let sync.Map
			var count atomic.Int64
			var work errgroup.Group
			for i := range 64 {
				work.Go(func() error {
					_, err := f.rooms.Exchange(t.Context(), rooms.Entry{Code: list[0].Code, User: user(i), From: local})
					if err == nil {
						count.Add(1)
						let.Store(user(i), true)
						return nil
					}
					if causeOf(err) != codes.UsedUp {
						return err
					}
					return nil
				})
			}
			must(t, work.Wait())
			distinct := 0
			let.Range(func(any, any) bool { distinct++; return true })
			if name == "nobody named" && count.Load() != 10 || name != "nobody named" && distinct != 10 {
				t.Errorf("%s: %d exchanges by %d users, want 10", name, count.Load(), distinct)
			}
			after, err := f.codes.List(t.Context(), w.ID, room.ID, store.CodeFilter{}, store.Page{Limit: 1000})
			must(t, err)
			for _, c := range after {
				if c.Code == list[0].Code && c.Uses != 10 {
					t.Errorf("%s: %d uses are counted", name, c.Uses)
				}
			}
		}
	})
}

// TestSyncsInParallelLeaveOneCodeARole is create-all, 50 times at once, in a room whose roles change meanwhile.
func TestSyncsInParallelLeaveOneCodeARole(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		f := newFoyer(t, storetest.URL(t, database))
		w, room := demo(t, f)
		var work errgroup.Group
		for i := range 50 {
			work.Go(func() error {
				if i%10 == 5 { // somebody adds a role and takes it away again
					name := fmt.Sprint("extra", i)
					if _, err := f.templates.SetRole(t.Context(), w.ID, room.TemplateID, name, models.Document{}); err != nil {
						return err
					}
					return f.templates.DeleteRole(t.Context(), w.ID, room.TemplateID, name)
				}
				_, err := f.codes.Sync(t.Context(), w.ID, room.ID)
				return err
			})
		}
		must(t, work.Wait())
		enabled := true
		list, err := f.codes.List(t.Context(), w.ID, room.ID, store.CodeFilter{Enabled: &enabled}, store.Page{Limit: 1000})
		must(t, err)
		count := map[string]int{}
		for _, c := range list {
			count[c.Role]++
		}
		if len(count) != 2 || count["host"] != 1 || count["guest"] != 1 {
			t.Errorf("enabled codes by role: %v, want one of host and one of guest", count)
		}
	})
}

// TestNoExchangeAfterADisable lets many exchange while each of the switches is thrown: whoever begins after it was thrown is refused.
func TestNoExchangeAfterADisable(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		f := newFoyer(t, storetest.URL(t, database))
		off := false
		for name, throw := range map[string]func(w models.Workspace, r models.Room, code string) error{
			"code": func(w models.Workspace, _ models.Room, code string) error {
				_, err := f.codes.Switch(t.Context(), w.ID, code, false)
				return err
			},
			"room": func(w models.Workspace, r models.Room, _ string) error {
				_, err := f.rooms.Update(t.Context(), w.ID, r.ID, rooms.Change{Enabled: &off})
				return err
			},
			"role": func(w models.Workspace, r models.Room, _ string) error {
				return f.templates.DeleteRole(t.Context(), w.ID, r.TemplateID, "guest")
			},
			"template": func(w models.Workspace, r models.Room, _ string) error {
				_, err := f.templates.Update(t.Context(), w.ID, r.TemplateID, templates.Draft{
					Roles: map[string]models.Document{"host": {}}, Settings: models.Document{},
				})
				return err
			},
			"rotation": func(w models.Workspace, _ models.Room, code string) error {
				_, err := f.codes.Rotate(t.Context(), w.ID, code, 0)
				return err
			},
		} {
			w, room := demo(t, f)
			list, err := f.codes.Mint(t.Context(), w.ID, room.ID, "guest", codes.Terms{}, 1)
			must(t, err)
			var thrown atomic.Bool
			var late, before atomic.Int64
			var work errgroup.Group
			for range 8 {
				work.Go(func() error {
					for range 50 {
						already := thrown.Load()
						_, err := f.rooms.Exchange(t.Context(), rooms.Entry{Code: list[0].Code, From: local})
						switch {
						case err == nil && already:
							late.Add(1)
						case err == nil:
							before.Add(1)
						case causeOf(err) == err.Error(): // it has no cause: it is no refusal
							return err
						}
					}
					return nil
				})
			}
			must(t, throw(w, room, list[0].Code))
			thrown.Store(true)
			must(t, work.Wait())
			if late.Load() > 0 {
				t.Errorf("%s: %d exchanges succeeded after the disable (%d before)", name, late.Load(), before.Load())
			}
			if _, err := f.rooms.Exchange(t.Context(), rooms.Entry{Code: list[0].Code, From: local}); err == nil {
				t.Errorf("%s: an exchange succeeded at last", name)
			}
		}
	})
}

// TestOneNameIsOneRoom creates a room of one name, in many spellings, at once.
func TestOneNameIsOneRoom(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		f := newFoyer(t, storetest.URL(t, database))
		w := f.newWorkspace(t)
		var ids sync.Map
		var work errgroup.Group
		for i := range 32 {
			work.Go(func() error {
				name := []string{"Math-9b", "math-9b", "MATH-9B"}[i%3]
				r, err := f.rooms.Create(t.Context(), &w, rooms.Change{Name: &name})
				ids.Store(r.ID, true)
				return err
			})
		}
		must(t, work.Wait())
		count := 0
		ids.Range(func(any, any) bool { count++; return true })
		if count != 1 {
			t.Errorf("%d rooms of one name", count)
		}
	})
}
