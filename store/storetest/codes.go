package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

func fullCode(c *scene) models.Code {
	code := c.newCode("host")
	code.Enabled, code.Orphaned, code.RetiresAt, code.NotBefore = false, true, pointer(after(time.Hour)), pointer(after(time.Millisecond))
	code.ExpiresAt, code.MaxUses, code.Uses, code.UserID, code.Label = pointer(after(10*time.Millisecond)), pointer(5), 4, pointer("ján"), pointer("")
	code.UpdatedAt = after(100 * time.Millisecond)
	return code
}

func codeRoundTrip(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	for _, want := range []models.Code{fullCode(c), c.newCode("guest")} {
		row := want
		equal(t, true, must[bool](t)(s.InsertCode(t.Context(), &row)))
		equal(t, want, row)
		equal(t, want, must[models.Code](t)(s.Code(t.Context(), c.workspace.ID, want.Code)))
		noError(t, s.Tx(t.Context(), func(tx *store.Store) error {
			equal(t, want, must[models.Code](t)(tx.LockCode(t.Context(), c.workspace.ID, want.Code)))
			return nil
		}))
	}
}

func codeInsertedOnce(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	first := c.addCode(t, "guest", func(code *models.Code) { code.Enabled = false })
	second := c.newCode("host")
	second.Code = first.Code
	equal(t, false, must[bool](t)(s.InsertCode(t.Context(), &second)))
	equal(t, first, must[models.Code](t)(s.Code(t.Context(), c.workspace.ID, first.Code)))

	// The letters are taken everywhere, and a refused insert leaves its transaction usable.
	elsewhere := newScene(t, s)
	second.RoomID = elsewhere.room.ID
	noError(t, s.Tx(t.Context(), func(tx *store.Store) error {
		equal(t, false, must[bool](t)(tx.InsertCode(t.Context(), &second)))
		second.Code = "other"
		equal(t, true, must[bool](t)(tx.InsertCode(t.Context(), &second)))
		return nil
	}))
	equal(t, second, must[models.Code](t)(s.Code(t.Context(), elsewhere.workspace.ID, "other")))
}

func codeUpdate(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	was := c.addCode(t, "guest", nil)
	changed := fullCode(c)
	changed.ID = was.ID
	noError(t, s.UpdateCode(t.Context(), changed))

	want := was // only the switches
	want.Enabled, want.RetiresAt, want.UpdatedAt = changed.Enabled, changed.RetiresAt, changed.UpdatedAt
	equal(t, want, must[models.Code](t)(s.Code(t.Context(), c.workspace.ID, was.Code)))
	noError(t, s.UpdateCode(t.Context(), was))
	equal(t, was, must[models.Code](t)(s.Code(t.Context(), c.workspace.ID, was.Code)))

	changed.ID = s.NewID()
	if err := s.UpdateCode(t.Context(), changed); err == nil {
		t.Error("a code that is not there was updated")
	}
}

func codeAbsent(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	code, stranger := c.addCode(t, "guest", nil), c.addWorkspace(t)
	const absent = "Error: Code not found"
	for _, row := range []struct {
		workspace models.ID
		code      string
	}{{c.workspace.ID, "unknown"}, {stranger.ID, code.Code}, {c.workspace.ID, ""}} {
		_, err := s.Code(t.Context(), row.workspace, row.code)
		refused(t, err, fault.NotFound, absent)
		noError(t, s.Tx(t.Context(), func(tx *store.Store) error {
			_, err := tx.LockCode(t.Context(), row.workspace, row.code)
			refused(t, err, fault.NotFound, absent)
			return nil
		}))
	}
}

// switched is a room's codes in every state of their switches, at one moment.
type switched struct {
	*scene

	now                             time.Time
	host, guest, plain, grace       models.Code // enabled
	off, orphan, justRetired, ended models.Code
}

func newSwitched(t *testing.T, s *store.Store) *switched {
	t.Helper()
	c := &switched{scene: newScene(t, s), now: after(time.Hour)}
	retires := func(at time.Time) func(*models.Code) {
		return func(code *models.Code) { code.RetiresAt = &at }
	}
	c.host = c.addCode(t, "host", nil)
	c.off = c.addCode(t, "guest", func(code *models.Code) { code.Enabled = false })
	c.grace = c.addCode(t, "guest", retires(c.now.Add(time.Millisecond)))
	c.justRetired = c.addCode(t, "guest", retires(c.now))
	c.guest = c.addCode(t, "guest", func(code *models.Code) { code.MaxUses = pointer(1) })
	c.orphan = c.addCode(t, "former", func(code *models.Code) { code.Enabled, code.Orphaned = false, true })
	c.ended = c.addCode(t, "guest", func(code *models.Code) { code.Enabled, code.RetiresAt = false, pointer(c.now.Add(time.Hour)) })
	c.plain = c.addCode(t, "guest", nil)

	elsewhere := newScene(t, s)
	elsewhere.addCode(t, "host", nil)
	return c
}

func letters(codes []models.Code) []string {
	out := make([]string, len(codes))
	for i := range codes {
		out[i] = codes[i].Code
	}
	return out
}

func codesLive(t *testing.T, s *store.Store) {
	c := newSwitched(t, s)
	want := []models.Code{c.grace, c.guest, c.plain, c.host}
	equal(t, want, must[[]models.Code](t)(s.LiveCodes(t.Context(), c.room.ID, c.now)))
	noError(t, s.Tx(t.Context(), func(tx *store.Store) error {
		equal(t, want, must[[]models.Code](t)(tx.LiveCodes(t.Context(), c.room.ID, c.now)))
		return nil
	}))
	for _, code := range []models.Code{c.host, c.guest, c.plain, c.grace, c.off, c.orphan, c.justRetired, c.ended} {
		equal(t, slices.Contains(letters(want), code.Code), code.Live(c.now)) // the model says the same
	}
	// By the wall clock all but the retired ones are live: three here, and one elsewhere.
	equal(t, int64(4), must[int64](t)(s.CountLiveCodes(t.Context())))
}

// codesCounted: a code counts as long as it may open its room, now or later.
func codesCounted(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	count := func(want int64) {
		t.Helper()
		equal(t, want, must[int64](t)(s.CountLiveCodes(t.Context())))
	}
	count(0)
	c.addCode(t, "guest", func(code *models.Code) { code.NotBefore = pointer(s.Stamp().Add(time.Hour)) })
	c.addCode(t, "guest", func(code *models.Code) { code.ExpiresAt = pointer(s.Stamp().Add(time.Hour)) })
	c.addCode(t, "guest", func(code *models.Code) { code.RetiresAt = pointer(s.Stamp().Add(time.Hour)) })
	count(3)
	c.addCode(t, "guest", func(code *models.Code) { code.ExpiresAt = pointer(s.Stamp()) })
	c.addCode(t, "guest", func(code *models.Code) { code.RetiresAt = pointer(s.Stamp()) })
	c.addCode(t, "guest", func(code *models.Code) { code.Enabled = false })
	count(3)

	elsewhere := newScene(t, s)
	elsewhere.addCode(t, "host", nil)
	count(4)
	c.room.Enabled = false
	noError(t, s.UpdateRoom(t.Context(), c.room))
	count(1)
}

func codesFiltered(t *testing.T, s *store.Store) {
	c := newSwitched(t, s)
	guests := []models.Code{c.off, c.grace, c.justRetired, c.guest, c.ended, c.plain}
	for name, row := range map[string]struct {
		filter store.CodeFilter
		want   []models.Code
	}{
		"none":          {store.CodeFilter{}, append([]models.Code{c.orphan}, append(guests, c.host)...)},
		"role":          {store.CodeFilter{Role: "guest"}, guests},
		"former role":   {store.CodeFilter{Role: "former"}, []models.Code{c.orphan}},
		"unknown role":  {store.CodeFilter{Role: "Guest"}, nil},
		"enabled":       {store.CodeFilter{Enabled: pointer(true)}, []models.Code{c.grace, c.guest, c.plain, c.host}},
		"disabled":      {store.CodeFilter{Enabled: pointer(false)}, []models.Code{c.orphan, c.off, c.justRetired, c.ended}},
		"enabled guest": {store.CodeFilter{Role: "guest", Enabled: pointer(true)}, []models.Code{c.grace, c.guest, c.plain}},
	} {
		t.Run(name, func(t *testing.T) {
			got := must[[]models.Code](t)(s.Codes(t.Context(), c.room.ID, row.filter, c.now, store.Page{Limit: 20}))
			equal(t, letters(row.want), letters(got))
		})
	}
	for role, want := range map[string]bool{"guest": true, "former": true, "host": true, "Guest": false, "": false} {
		equal(t, want, must[bool](t)(s.HadRole(t.Context(), c.room.ID, role)))
	}
}

func codesInPages(t *testing.T, s *store.Store) {
	c := newSwitched(t, s)
	for _, filter := range []store.CodeFilter{{}, {Role: "guest"}, {Enabled: pointer(true)}, {Enabled: pointer(false)}} {
		want := must[[]models.Code](t)(s.Codes(t.Context(), c.room.ID, filter, c.now, store.Page{Limit: 100}))
		var got []models.Code
		for page := (store.Page{Limit: 1}); ; page.Start = got[len(got)-1].ID {
			list := must[[]models.Code](t)(s.Codes(t.Context(), c.room.ID, filter, c.now, page))
			if len(list) == 0 {
				break
			}
			got = append(got, list...)
		}
		equal(t, want, got)
	}
	list := must[[]models.Code](t)(s.Codes(t.Context(), c.room.ID, store.CodeFilter{}, c.now, store.Page{Start: s.NewID(), Limit: 5}))
	equal(t, 0, len(list))
}

// orphaned is a code after its role was taken at a time: its own time moves only when a reader saw it enabled before.
func orphaned(code models.Code, at time.Time) models.Code {
	if code.Settle(at); code.Enabled {
		code.UpdatedAt = at
	}
	code.Enabled, code.Orphaned = false, true
	return code
}

func (c *switched) expect(t *testing.T, want ...models.Code) {
	t.Helper()
	for _, code := range want {
		equal(t, code, must[models.Code](t)(c.Code(t.Context(), c.workspace.ID, code.Code)))
	}
}

func codesOrphaned(t *testing.T, s *store.Store) {
	c := newSwitched(t, s)
	other := *c.scene
	other.template = c.addTemplate(t, "other", "host")
	other.room = other.addRoom(t, "other", nil)
	untouched := other.addCode(t, "guest", nil)

	noError(t, s.OrphanCodes(t.Context(), c.template.ID, []string{"host", "moderator"}, c.now))
	after := []models.Code{
		orphaned(c.off, c.now), orphaned(c.grace, c.now), orphaned(c.justRetired, c.now), orphaned(c.guest, c.now),
		orphaned(c.ended, c.now), orphaned(c.plain, c.now), c.host, c.orphan, untouched,
	}
	c.expect(t, after...)
	noError(t, s.OrphanCodes(t.Context(), c.template.ID, []string{"host"}, c.now.Add(time.Hour)))
	c.expect(t, after...)
}

func codesOfRoomOrphaned(t *testing.T, s *store.Store) {
	c := newSwitched(t, s)
	other := *c.scene
	other.room = c.addRoom(t, "other", nil)
	untouched := other.addCode(t, "guest", nil)

	noError(t, s.Tx(t.Context(), func(tx *store.Store) error {
		return tx.OrphanRoomCodes(t.Context(), c.room.ID, []string{"guest"}, c.now)
	}))
	c.expect(t, orphaned(c.host, c.now), c.orphan, c.off, c.grace, c.justRetired, c.guest, c.ended, c.plain, untouched)
}

func codesWithoutRoles(t *testing.T, s *store.Store) {
	c := newSwitched(t, s)
	noError(t, s.OrphanRoomCodes(t.Context(), c.room.ID, nil, c.now))
	c.expect(t, orphaned(c.host, c.now), c.orphan, orphaned(c.plain, c.now))
	equal(t, 0, len(must[[]models.Code](t)(s.LiveCodes(t.Context(), c.room.ID, c.now))))
	equal(t, int64(1), must[int64](t)(s.CountLiveCodes(t.Context())))
}

// codeMethods is what methods says of codes.
func (c *scene) codeMethods() map[string]func(ctx context.Context) error {
	w, id, at, page, code := c.workspace.ID, c.room.ID, born, store.Page{Limit: 1}, c.newCode("guest")
	return map[string]func(ctx context.Context) error{
		"Code":            func(ctx context.Context) error { _, err := c.Code(ctx, w, "code"); return err },
		"Codes":           func(ctx context.Context) error { _, err := c.Codes(ctx, id, store.CodeFilter{}, at, page); return err },
		"CountLiveCodes":  func(ctx context.Context) error { _, err := c.CountLiveCodes(ctx); return err },
		"Door":            func(ctx context.Context) error { _, err := c.Door(ctx, "code"); return err },
		"HadRole":         func(ctx context.Context) error { _, err := c.HadRole(ctx, id, "guest"); return err },
		"HasSpent":        func(ctx context.Context) error { _, err := c.HasSpent(ctx, code.ID, "user"); return err },
		"InsertCode":      func(ctx context.Context) error { _, err := c.InsertCode(ctx, &code); return err },
		"LiveCodes":       func(ctx context.Context) error { _, err := c.LiveCodes(ctx, id, at); return err },
		"LockCode":        func(ctx context.Context) error { _, err := c.LockCode(ctx, w, "code"); return err },
		"OrphanCodes":     func(ctx context.Context) error { return c.OrphanCodes(ctx, c.template.ID, nil, at) },
		"OrphanRoomCodes": func(ctx context.Context) error { return c.OrphanRoomCodes(ctx, id, nil, at) },
		"Spend":           func(ctx context.Context) error { _, err := c.Spend(ctx, code.ID, "user", at); return err },
		"UpdateCode":      func(ctx context.Context) error { return c.UpdateCode(ctx, code) },
	}
}
