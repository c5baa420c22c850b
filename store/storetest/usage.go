package storetest

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

// addAccount adds a premium account of day 100 with 10 points of the day and 5 of before.
func (c *scene) addAccount(t *testing.T, name string, change func(*models.Account)) models.Account {
	t.Helper()
	account := models.Account{
		ID: c.NewID(), WorkspaceID: c.workspace.ID, Name: name, Plan: models.PlanPremium, Day: 100, DailyLeft: 10, Rollover: 5,
		CreatedAt: born, UpdatedAt: born,
	}
	if change != nil {
		change(&account)
	}
	if !must[bool](t)(c.InsertAccount(t.Context(), &account)) {
		t.Fatalf("the account %q was not inserted", name)
	}
	return account
}

func accountRoundTrip(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	plain := c.addAccount(t, "plain", nil)
	full := c.addAccount(t, "žluťoučký '", func(a *models.Account) {
		a.DailyLeft, a.Used, a.Rollover, a.Frozen, a.Parked = 1, 2, 3_000_000_000, 4_000_000_000_000, 5
		a.UpdatedAt = after(time.Hour)
	})
	for _, want := range []models.Account{plain, full} {
		equal(t, want, must[models.Account](t)(s.Account(t.Context(), want.ID)))
		equal(t, want, must[models.Account](t)(s.AccountNamed(t.Context(), want.WorkspaceID, want.Name)))
		noError(t, s.Tx(t.Context(), func(tx *store.Store) error {
			equal(t, want, must[models.Account](t)(tx.LockAccount(t.Context(), want.ID)))
			equal(t, want, must[models.Account](t)(tx.LockAccountNamed(t.Context(), want.WorkspaceID, want.Name)))
			return nil
		}))
	}
	twin := plain
	twin.ID = s.NewID()
	equal(t, false, must[bool](t)(s.InsertAccount(t.Context(), &twin)))
	other := &scene{Store: s, workspace: c.addWorkspace(t)}
	other.addAccount(t, "plain", nil)

	changed := full
	changed.Plan, changed.Day, changed.DailyLeft, changed.Used, changed.Rollover, changed.Frozen, changed.Parked = models.PlanFree, 101, 0, 0, 0, 0, 0
	changed.UpdatedAt = after(2 * time.Hour)
	foreign := changed
	foreign.Name, foreign.WorkspaceID, foreign.CreatedAt = "renamed", other.workspace.ID, after(time.Hour)
	noError(t, s.UpdateAccount(t.Context(), foreign))
	equal(t, changed, must[models.Account](t)(s.Account(t.Context(), full.ID)))
}

func accountAbsent(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	account := c.addAccount(t, "there", nil)
	_, err := s.Account(t.Context(), s.NewID())
	refused(t, err, fault.NotFound, "account not found")
	_, err = s.LockAccount(t.Context(), s.NewID())
	refused(t, err, fault.NotFound, "account not found")
	_, err = s.AccountNamed(t.Context(), c.workspace.ID, "There")
	refused(t, err, fault.NotFound, "account not found")
	_, err = s.LockAccountNamed(t.Context(), s.NewID(), account.Name)
	refused(t, err, fault.NotFound, "account not found")
}

func accountPays(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	account := c.addAccount(t, "payer", nil)
	pay := func(points, day int, daily, rollover int) {
		t.Helper()
		equal(t, store.Payment{Plan: account.Plan, Day: account.Day}, must[store.Payment](t)(s.Pay(t.Context(), account.ID, points, day)))
		account.DailyLeft, account.Rollover, account.Used = daily, rollover, account.Used+points
		equal(t, account, must[models.Account](t)(s.Account(t.Context(), account.ID)))
	}
	refuse := func(points, day int) {
		t.Helper()
		_, err := s.Pay(t.Context(), account.ID, points, day)
		refused(t, err, fault.NotFound, "the account cannot pay")
		equal(t, account, must[models.Account](t)(s.Account(t.Context(), account.ID)))
	}
	pay(4, 100, 6, 5)
	pay(6, 99, 0, 5) // the clock of this node is behind
	pay(2, 100, 0, 3)
	refuse(4, 100)
	refuse(1, 101) // of a day that is over
	pay(3, 100, 0, 0)
	refuse(1, 100)

	mixed := c.addAccount(t, "both at once", nil)
	account = mixed
	pay(12, 100, 0, 3)

	account = c.addAccount(t, "unlimited", func(a *models.Account) { a.Plan, a.DailyLeft, a.Rollover = models.PlanUnlimited, 0, 0 })
	pay(1_000_000, 100, 0, 0)
	_, err := s.Pay(t.Context(), s.NewID(), 1, 100)
	refused(t, err, fault.NotFound, "the account cannot pay")
}

func accountsNeverOverdrawn(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	account := c.addAccount(t, "payer", func(a *models.Account) { a.DailyLeft, a.Rollover = 20, 17 })
	ctx, cancel := deadline(t)
	defer cancel()
	var paid atomic.Int32
	together(64, func(int) {
		switch _, err := s.Pay(ctx, account.ID, 1, 100); {
		case err == nil:
			paid.Add(1)
		case !fault.Is(err, fault.NotFound):
			t.Error(err)
		}
	})
	equal(t, int32(37), paid.Load())
	got := must[models.Account](t)(s.Account(t.Context(), account.ID))
	equal(t, []int{0, 0, 37}, []int{got.DailyLeft, got.Rollover, got.Used})

	got.Rollover = -1
	if err := s.UpdateAccount(t.Context(), got); err == nil {
		t.Error("a balance below zero was kept")
	}
}

func accountsTakeTurns(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	account := c.addAccount(t, "payer", nil)
	takeTurns(t, c, func(ctx context.Context, tx *store.Store) error {
		_, err := tx.LockAccount(ctx, account.ID)
		return err
	})
	t.Run("by name", func(t *testing.T) {
		takeTurns(t, c, func(ctx context.Context, tx *store.Store) error {
			_, err := tx.LockAccountNamed(ctx, c.workspace.ID, account.Name)
			return err
		})
	})
}

func ledgerAdded(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	account, other := c.addAccount(t, "payer", nil), c.addAccount(t, "other", nil)
	add := func(account models.ID, cost int, room models.ID) models.LedgerRow {
		t.Helper()
		row := models.LedgerRow{ID: s.NewID(), AccountID: account, Action: "requestroom", Cost: cost, RoomID: room, At: born}
		noError(t, s.InsertLedgerRow(t.Context(), &row))
		return row
	}
	first, second := add(account.ID, 10, c.room.ID), add(account.ID, -4, "")
	add(other.ID, 1, "")
	third := add(account.ID, 5, c.room.ID)
	list := func(page store.Page) []models.LedgerRow {
		return must[[]models.LedgerRow](t)(s.Ledger(t.Context(), account.ID, page))
	}
	equal(t, []models.LedgerRow{third, second, first}, list(store.Page{Limit: 9}))
	equal(t, []models.LedgerRow{third}, list(store.Page{Limit: 1}))
	equal(t, []models.LedgerRow{second, first}, list(store.Page{Start: third.ID, Limit: 9}))

	refused(t, s.InsertLedgerRow(t.Context(), &first), fault.Conflict, "already exists")
	err := s.Tx(t.Context(), func(tx *store.Store) error { // a charge goes with what it is for
		if _, err := tx.Pay(t.Context(), account.ID, 1, 100); err != nil {
			return err
		}
		return errRefusal
	})
	if !errors.Is(err, errRefusal) {
		t.Error(err)
	}
	equal(t, account, must[models.Account](t)(s.Account(t.Context(), account.ID)))
}

func apiKeyRoundTrip(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	account, other := c.addAccount(t, "payer", nil), c.addAccount(t, "other", nil)
	add := func(account models.ID, digest string, at time.Time) models.APIKey {
		t.Helper()
		key := models.APIKey{ID: s.NewID(), AccountID: account, Digest: digest, CreatedAt: at}
		noError(t, s.CreateAPIKey(t.Context(), &key))
		equal(t, key, must[models.APIKey](t)(s.APIKey(t.Context(), digest)))
		return key
	}
	later, key := add(account.ID, "digest later", after(time.Hour)), add(account.ID, "digest", born)
	foreign := &scene{Store: s, workspace: c.addWorkspace(t)}
	add(foreign.addAccount(t, "payer", nil).ID, "digest elsewhere", born)

	twin := models.APIKey{ID: s.NewID(), AccountID: other.ID, Digest: "digest", CreatedAt: born}
	refused(t, s.CreateAPIKey(t.Context(), &twin), fault.Conflict, "already exists")
	_, err := s.APIKey(t.Context(), "Digest")
	refused(t, err, fault.NotFound, "API key not found")

	equal(t, account, must[models.Account](t)(s.AccountOf(t.Context(), account.ID, key.ID)))
	_, err = s.AccountOf(t.Context(), other.ID, key.ID)
	refused(t, err, fault.NotFound, "account not found")

	noError(t, s.RevokeAPIKey(t.Context(), key.ID, "", after(time.Minute)))
	noError(t, s.RevokeAPIKey(t.Context(), "", "digest later", after(time.Hour)))
	refused(t, s.RevokeAPIKey(t.Context(), key.ID, "digest", after(time.Hour)), fault.NotFound, "no active key of that name")
	key.RevokedAt, later.RevokedAt = pointer(after(time.Minute)), pointer(after(time.Hour))
	equal(t, key, must[models.APIKey](t)(s.APIKey(t.Context(), "digest")))
	_, err = s.AccountOf(t.Context(), account.ID, key.ID)
	refused(t, err, fault.NotFound, "account not found")
	equal(t, []store.AccountKey{
		{APIKey: key, Account: "payer", Plan: models.PlanPremium}, {APIKey: later, Account: "payer", Plan: models.PlanPremium},
	}, must[[]store.AccountKey](t)(s.APIKeys(t.Context(), c.workspace.ID)))
}

// usageMethods is what methods says of accounts and their keys.
func (c *scene) usageMethods() map[string]func(ctx context.Context) error {
	w, id, at := c.workspace.ID, c.NewID(), born
	return map[string]func(ctx context.Context) error{
		"Account":      func(ctx context.Context) error { _, err := c.Account(ctx, id); return err },
		"AccountNamed": func(ctx context.Context) error { _, err := c.AccountNamed(ctx, w, "name"); return err },
		"AccountOf":    func(ctx context.Context) error { _, err := c.AccountOf(ctx, id, id); return err },
		"APIKey":       func(ctx context.Context) error { _, err := c.APIKey(ctx, "digest"); return err },
		"APIKeys":      func(ctx context.Context) error { _, err := c.APIKeys(ctx, w); return err },
		"CreateAPIKey": func(ctx context.Context) error { return c.CreateAPIKey(ctx, &models.APIKey{ID: id, AccountID: id}) },
		"InsertLedgerRow": func(ctx context.Context) error {
			return c.InsertLedgerRow(ctx, &models.LedgerRow{ID: id, AccountID: id})
		},
		"InsertAccount": func(ctx context.Context) error {
			_, err := c.InsertAccount(ctx, &models.Account{ID: id, WorkspaceID: w, Name: "new"})
			return err
		},
		"Ledger":           func(ctx context.Context) error { _, err := c.Ledger(ctx, id, store.Page{Limit: 1}); return err },
		"LockAccount":      func(ctx context.Context) error { _, err := c.LockAccount(ctx, id); return err },
		"LockAccountNamed": func(ctx context.Context) error { _, err := c.LockAccountNamed(ctx, w, "name"); return err },
		"Pay":              func(ctx context.Context) error { _, err := c.Pay(ctx, id, 1, 1); return err },
		"RevokeAPIKey":     func(ctx context.Context) error { return c.RevokeAPIKey(ctx, id, "", at) },
		"UpdateAccount":    func(ctx context.Context) error { return c.UpdateAccount(ctx, models.Account{}) },
	}
}
