package usage_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
	"foyer/usage"
)

// say spends one point of a lease so many times.
func say(t *testing.T, l *usage.Lease, times int) {
	t.Helper()
	for range times {
		accepted(t, l.Spend(t.Context(), 1))
	}
}

func TestALeaseWritesBlocks(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		account := h.account(t, models.PlanPremium)
		room := h.NewID()
		lease := h.service.Lease(account.ID, room)
		h.want(t, account, balance{Daily: 1000}) // a room in which nobody talks costs nothing
		say(t, lease, 100)
		h.want(t, account, balance{Daily: 900, Used: 100})
		say(t, lease, 30)
		h.want(t, account, balance{Daily: 800, Used: 200})
		accepted(t, lease.Return(t.Context()))
		h.want(t, account, balance{Daily: 870, Used: 130})
		accepted(t, lease.Return(t.Context())) // once
		h.want(t, account, balance{Daily: 870, Used: 130})
		rows, err := h.service.Ledger(t.Context(), account.ID, store.Page{Limit: 9})
		if err != nil || len(rows) != 3 || rows[0].Cost != 100 || rows[2].Cost != -70 && rows[1].Cost != -70 {
			t.Errorf("%+v, %v", rows, err)
		}
		for _, row := range rows {
			if row.Action != "message" || row.RoomID != room {
				t.Errorf("%+v is not a message of the room", row)
			}
		}
		refused(t, lease.Spend(t.Context(), 1), fault.Gone)
	})
}

func TestALeaseTakesWhatIsLeft(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		account := h.account(t, models.PlanFree)
		h.spend(t, account, 67)
		lease := h.service.Lease(account.ID, "")
		say(t, lease, 30)
		refused(t, lease.Spend(t.Context(), 4), fault.RateLimited) // 3 are left
		accepted(t, lease.Spend(t.Context(), 3))
		refused(t, lease.Spend(t.Context(), 1), fault.RateLimited)
		h.want(t, account, balance{Used: 100})
		h.clock.midnight()
		say(t, lease, 1)
		accepted(t, lease.Return(t.Context()))
		h.want(t, account, balance{Daily: 99, Used: 1})
	})
}

func TestALongMessageIsPaidFromOneBlock(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		dear := figures()
		dear.Costs.Message = 30
		h.service = usage.New(h.Store, dear)
		account := h.account(t, models.PlanPremium)
		lease := h.service.Lease(account.ID, "")
		accepted(t, lease.Spend(t.Context(), usage.MessagePoints(40<<10))) // 3 pieces of 30
		h.want(t, account, balance{Daily: 900, Used: 100})
		accepted(t, lease.Spend(t.Context(), 4)) // 120, more than a block, and 10 are left
		h.want(t, account, balance{Daily: 790, Used: 210})
		accepted(t, lease.Return(t.Context()))
		h.want(t, account, balance{Daily: 790, Used: 210})
		if sum, _ := h.paid(t, account); sum != 210 {
			t.Errorf("the ledger has %d points", sum)
		}
		dear.Costs.Message = 0
		free := usage.New(h.Store, dear).Lease(h.NewID(), "") // not even the account is asked for
		accepted(t, free.Spend(t.Context(), 1000))
	})
}

// What comes back is where it would be if nobody had leased it, and never more.
func TestWhatComesBack(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		plan      string
		meanwhile func(t *testing.T, h *house, a models.Account) // 10 of 100 leased points are spent
		want      balance
	}{
		"free, same day": {models.PlanFree, nil, balance{Daily: 90, Used: 10}},
		"free, next day": {models.PlanFree, func(_ *testing.T, h *house, _ models.Account) { h.clock.midnight() }, balance{Daily: 100}},
		"free, now premium": {models.PlanFree, func(t *testing.T, h *house, a models.Account) {
			h.change(t, a, models.PlanPremium)
		}, balance{Daily: 990, Used: 10}},
		"free, next day premium": {models.PlanFree, func(t *testing.T, h *house, a models.Account) {
			h.clock.midnight()
			h.change(t, a, models.PlanPremium)
		}, balance{Daily: 1000}},
		"premium, next day": {models.PlanPremium, func(_ *testing.T, h *house, _ models.Account) { h.clock.midnight() }, balance{Daily: 1000, Rollover: 990}},
		"premium, days later and spent on": {models.PlanPremium, func(t *testing.T, h *house, a models.Account) {
			h.clock.pass(48 * time.Hour)
			h.spend(t, a, 500)
		}, balance{Daily: 500, Used: 500, Rollover: 1990}},
		"premium, now free": {models.PlanPremium, func(t *testing.T, h *house, a models.Account) {
			h.change(t, a, models.PlanFree)
		}, balance{Used: 100, Frozen: 990}},
		"premium, free and back": {models.PlanPremium, func(t *testing.T, h *house, a models.Account) {
			h.change(t, a, models.PlanFree)
			h.change(t, a, models.PlanPremium)
		}, balance{Daily: 990, Used: 10}},
		"premium, next day free": {models.PlanPremium, func(t *testing.T, h *house, a models.Account) {
			h.clock.midnight()
			h.change(t, a, models.PlanFree)
		}, balance{Daily: 100, Frozen: 1990}},
		"unlimited": {models.PlanUnlimited, nil, balance{Used: 10}},
		"unlimited, next day": {models.PlanUnlimited, func(_ *testing.T, h *house, _ models.Account) {
			h.clock.midnight()
		}, balance{}},
		"unlimited, now premium": {models.PlanUnlimited, func(t *testing.T, h *house, a models.Account) {
			h.change(t, a, models.PlanPremium)
		}, balance{Daily: 990, Used: 10}},
		"unlimited, next day free": {models.PlanUnlimited, func(t *testing.T, h *house, a models.Account) {
			h.clock.midnight()
			h.change(t, a, models.PlanFree)
			h.spend(t, a, 100)
		}, balance{Used: 100}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := furnish(t, "sqlite") // the other database has the same rules: they are not SQL
			account := h.account(t, c.plan)
			lease := h.service.Lease(account.ID, "")
			say(t, lease, 10)
			if c.meanwhile != nil {
				c.meanwhile(t, h, account)
			}
			accepted(t, lease.Return(t.Context()))
			h.want(t, account, c.want)
		})
	}
}

func TestRolloverComesBackFirst(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		account := h.account(t, models.PlanPremium)
		h.clock.midnight()
		h.spend(t, account, 950)
		lease := h.service.Lease(account.ID, "")
		say(t, lease, 10)
		h.want(t, account, balance{Used: 1050, Rollover: 950})
		accepted(t, lease.Return(t.Context()))
		h.want(t, account, balance{Daily: 40, Used: 960, Rollover: 1000})
	})
}

func TestFreePointsOfALeaseEndAtMidnight(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		account := h.account(t, models.PlanFree)
		lease := h.service.Lease(account.ID, "")
		say(t, lease, 1) // and holds 99
		h.clock.midnight()
		say(t, lease, 1)
		h.want(t, account, balance{Used: 100}) // a new block
		say(t, lease, 99)
		refused(t, lease.Spend(t.Context(), 1), fault.RateLimited)

		premium := h.account(t, models.PlanPremium)
		keeps := h.service.Lease(premium.ID, "")
		say(t, keeps, 1)
		h.clock.midnight()
		say(t, keeps, 99)
		h.want(t, premium, balance{Daily: 1000, Rollover: 900})
	})
}

func TestAReturnThatFailsMayBeTriedAgain(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		account := h.account(t, models.PlanPremium)
		lease := h.service.Lease(account.ID, "")
		say(t, lease, 10)
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if err := lease.Return(gone); !errors.Is(err, context.Canceled) {
			t.Errorf("a return without a database: %v", err)
		}
		refused(t, lease.Spend(t.Context(), 1), fault.Gone) // it has ended all the same
		accepted(t, lease.Return(t.Context()))
		accepted(t, lease.Return(t.Context()))
		h.want(t, account, balance{Daily: 990, Used: 10})
	})
}

func TestASpendThatFailsTakesNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		account := h.account(t, models.PlanPremium)
		lease := h.service.Lease(account.ID, "")
		gone, cancel := context.WithCancel(t.Context())
		cancel()
		if err := lease.Spend(gone, 1); !errors.Is(err, context.Canceled) {
			t.Errorf("a payment without a database: %v", err)
		}
		h.want(t, account, balance{Daily: 1000})
		say(t, lease, 1)
		accepted(t, lease.Return(t.Context()))
		h.want(t, account, balance{Daily: 999, Used: 1})
	})
}

// Messages of a room at once, while it closes: each is either paid or told that the room is closed.
func TestLeaseAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		account := h.account(t, models.PlanPremium)
		lease := h.service.Lease(account.ID, "")
		paid := make([]int, 64)
		together(len(paid), func(caller int) {
			if caller == 0 {
				if err := lease.Return(t.Context()); err != nil {
					t.Error(err)
				}
				return
			}
			for range 10 {
				switch err := lease.Spend(t.Context(), 1); {
				case err == nil:
					paid[caller]++
				case !fault.Is(err, fault.Gone):
					t.Error(err)
				}
			}
		})
		accepted(t, lease.Return(t.Context()))
		sum := 0
		for _, n := range paid {
			sum += n
		}
		h.want(t, account, balance{Daily: 1000 - sum, Used: sum})
	})
}
