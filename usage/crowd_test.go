package usage_test

import (
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"

	"foyer/fault"
	"foyer/models"
	"foyer/usage"

	"github.com/google/go-cmp/cmp"
)

// crowd is how many spend at once.
const crowd = 64

// TestCrowd lets many spend at once, by charges and by the leases of rooms, on random days and plans: what they paid is what an
// oracle, who only hears of the sum, takes off, and nobody pays with points that are not there.
func TestCrowd(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		for seed := range uint64(4) {
			t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
				random := rand.New(rand.NewPCG(seed, 0))
				plan := plans[random.IntN(2)]
				h.clock.midnight()
				account, oracle := h.account(t, plan), newOracle(plan)
				for range 4 {
					h.phase(t, random, account, oracle)
					for range random.IntN(3) {
						oracle.sleep()
						h.clock.midnight()
					}
					plan := plans[random.IntN(len(plans))]
					oracle.change(plan)
					h.change(t, account, plan)
				}
				if sum, _ := h.paid(t, account); sum != oracle.ledger {
					t.Errorf("the ledger has %d points, the oracle %d", sum, oracle.ledger)
				}
			})
		}
	})
}

// phase is one in which neither the day nor the plan changes.
func (h *house) phase(t *testing.T, random *rand.Rand, account models.Account, oracle *oracle) {
	t.Helper()
	leases := make([]*usage.Lease, 4)
	for i := range leases {
		leases[i] = h.service.Lease(account.ID, "")
	}
	seeds := make([]uint64, crowd)
	for i := range seeds {
		seeds[i] = random.Uint64()
	}
	var paid, refusals atomic.Int64
	together(crowd, func(caller int) {
		mine := rand.New(rand.NewPCG(seeds[caller], 1))
		for range 3 {
			points, err := h.payment(t, mine, account, leases)
			switch {
			case err == nil:
				paid.Add(int64(points))
			case fault.Is(err, fault.RateLimited):
				refusals.Add(1)
			default:
				t.Error(err)
			}
		}
	})
	for _, lease := range leases {
		accepted(t, lease.Return(t.Context()))
	}
	if !oracle.spend(int(paid.Load())) {
		t.Fatalf("%d points were paid of %d", paid.Load(), oracle.spendable())
	}
	if diff := cmp.Diff(oracle.balance(), h.balance(t, account)); diff != "" {
		t.Fatalf("after %d points and %d refusals: -oracle +account\n%s", paid.Load(), refusals.Load(), diff)
	}
}

// payment is one of any sort, and how many points it costs.
func (h *house) payment(t *testing.T, random *rand.Rand, account models.Account, leases []*usage.Lease) (int, error) {
	t.Helper()
	switch random.IntN(3) {
	case 0:
		return 10, h.charge(account, usage.RequestRoom, "")
	case 1:
		return 5, h.charge(account, usage.ExtendRoom, "")
	}
	points := 1 + random.IntN(4)
	return points, leases[random.IntN(len(leases))].Spend(t.Context(), points)
}

// TestCrowdSpendsAllAndNoMore has more spenders than points.
func TestCrowdSpendsAllAndNoMore(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		account := h.account(t, models.PlanFree)
		lease := h.service.Lease(account.ID, "")
		var paid atomic.Int64
		together(crowd, func(caller int) {
			for range 4 {
				pay := func() error { return h.charge(account, usage.JoinRoom, "") }
				if caller%2 == 0 {
					pay = func() error { return lease.Spend(t.Context(), 1) }
				}
				err := pay()
				switch {
				case err == nil:
					paid.Add(1)
				case !fault.Is(err, fault.RateLimited):
					t.Error(err)
				}
			}
		})
		accepted(t, lease.Return(t.Context()))
		got := h.balance(t, account)
		if int(paid.Load())+got.Daily != 100 || got.Used != int(paid.Load()) {
			t.Errorf("%d points were paid, %d are left of 100: %+v", paid.Load(), got.Daily, got)
		}
	})
}

// TestCrowdAtMidnight turns the days while many spend: nothing of a premium account is lost or found on the way.
func TestCrowdAtMidnight(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		account := h.account(t, models.PlanPremium)
		leases := []*usage.Lease{h.service.Lease(account.ID, ""), h.service.Lease(account.ID, "")}
		var paid atomic.Int64
		const nights = 5
		together(crowd, func(caller int) {
			random := rand.New(rand.NewPCG(uint64(caller), 2))
			for range 3 {
				if caller < nights {
					h.clock.midnight()
					return
				}
				points, err := h.payment(t, random, account, leases)
				switch {
				case err == nil:
					paid.Add(int64(points))
				case !fault.Is(err, fault.RateLimited):
					t.Error(err)
				}
			}
		})
		for _, lease := range leases {
			accepted(t, lease.Return(t.Context()))
		}
		got := h.balance(t, account)
		if sum := int(paid.Load()) + got.Daily + got.Rollover; sum != 1000*(1+nights) {
			t.Errorf("%d points paid and left, %d were given: %+v", sum, 1000*(1+nights), got)
		}
	})
}
