package usage_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
	"foyer/usage"
)

func TestCreateFindsOrMakes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		made, err := h.service.Create(t.Context(), h.workspace, "default", "")
		if err != nil || made.Plan != models.PlanUnlimited {
			t.Fatalf("an account that nobody gave a plan: %+v, %v", made, err)
		}
		for _, plan := range []string{"", models.PlanUnlimited} {
			found, err := h.service.Create(t.Context(), h.workspace, "default", plan)
			if err != nil || found.ID != made.ID {
				t.Errorf("plan %q: another account, %v", plan, err)
			}
		}
		_, err = h.service.Create(t.Context(), h.workspace, "default", models.PlanFree)
		refused(t, err, fault.Conflict)
		for _, name := range []string{"", strings.Repeat("é", 65), "a\nb", "a\xff", "a\x00"} {
			_, err := h.service.Create(t.Context(), h.workspace, name, "")
			refused(t, err, fault.Invalid)
		}
		for _, plan := range []string{"gold", "Free", " free"} {
			_, err := h.service.Create(t.Context(), h.workspace, "other", plan)
			refused(t, err, fault.Invalid)
			_, err = h.service.SetPlan(t.Context(), h.workspace, "default", plan)
			refused(t, err, fault.Invalid)
		}
		_, err = h.service.SetPlan(t.Context(), h.workspace, "other", models.PlanFree)
		refused(t, err, fault.NotFound)
		_, err = h.service.Balance(t.Context(), h.workspace, "other")
		refused(t, err, fault.NotFound)
	})
}

func TestCreateAtOnceMakesOne(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		ids := make([]models.ID, 32)
		together(len(ids), func(caller int) {
			account, err := h.service.Create(t.Context(), h.workspace, "one", models.PlanFree)
			if err != nil {
				t.Error(err)
			}
			ids[caller] = account.ID
		})
		for _, id := range ids {
			if id != ids[0] {
				t.Fatalf("two accounts of one name: %s, %s", ids[0], id)
			}
		}
	})
}

func TestEachActionHasItsCost(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		account := h.account(t, models.PlanFree)
		room := h.NewID()
		used := 0
		for _, step := range []struct {
			action usage.Action
			cost   int
		}{{usage.GetClientToken, 0}, {usage.RequestRoom, 10}, {usage.JoinRoom, 1}, {usage.ExtendRoom, 5}, {usage.Message, 1}} {
			accepted(t, h.charge(account, step.action, room))
			used += step.cost
			h.want(t, account, balance{Daily: 100 - used, Used: used})
		}
		rows, err := h.service.Ledger(t.Context(), account.ID, store.Page{Limit: 9})
		if err != nil || len(rows) != 4 || rows[0].Action != "message" || rows[0].RoomID != room || !rows[0].At.Equal(h.Stamp()) || rows[0].Cost != 1 {
			t.Errorf("the ledger, newest first, without what is free: %+v, %v", rows, err)
		}
		if err := h.charge(account, "nonsense", room); fault.KindOf(err) != fault.Internal {
			t.Errorf("an action that nobody knows: %v", err)
		}
	})
}

func TestARefusalTakesNothingAndSaysWhenToComeBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		account := h.account(t, models.PlanFree)
		h.spend(t, account, 95)
		h.clock.set(time.Date(2024, 2, 28, 23, 59, 30, 500_000_000, time.UTC))
		err := h.charge(account, usage.RequestRoom, "")
		refused(t, err, fault.RateLimited)
		if ours, ok := errors.AsType[*fault.Error](err); !ok || ours.RetryAfter != 30*time.Second {
			t.Errorf("want half a minute until midnight: %+v", ours)
		}
		h.want(t, account, balance{Daily: 5, Used: 95})
		accepted(t, h.charge(account, usage.ExtendRoom, ""))
		refused(t, h.charge(account, usage.JoinRoom, ""), fault.RateLimited)
		h.clock.midnight()
		accepted(t, h.charge(account, usage.RequestRoom, ""))
		h.want(t, account, balance{Daily: 90, Used: 10})
	})
}

func TestAChargeIsUndoneWithItsCause(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		account := h.account(t, models.PlanPremium)
		h.clock.midnight() // the turn of the day is undone too, and comes again
		cause := errors.New("the room could not be made")
		err := h.Tx(t.Context(), func(tx *store.Store) error {
			if err := h.service.Charge(t.Context(), tx, account.ID, usage.RequestRoom, ""); err != nil {
				return err
			}
			return cause
		})
		if !errors.Is(err, cause) {
			t.Error(err)
		}
		h.want(t, account, balance{Daily: 1000, Rollover: 1000})
		if sum, rows := h.paid(t, account); sum != 0 || rows != 0 {
			t.Errorf("%d rows of what was undone", rows)
		}
		accepted(t, h.service.Charge(t.Context(), h.Store, account.ID, usage.RequestRoom, "")) // alone it is a transaction of its own
		h.want(t, account, balance{Daily: 990, Used: 10, Rollover: 1000})
	})
}

func TestFreePointsNeverRollOver(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		account := h.account(t, models.PlanFree)
		h.spend(t, account, 30)
		h.clock.midnight()
		h.want(t, account, balance{Daily: 100})
		h.clock.pass(72 * time.Hour)
		h.spend(t, account, 1)
		h.want(t, account, balance{Daily: 99, Used: 1})
	})
}

func TestPremiumPointsAddUp(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		account := h.account(t, models.PlanPremium)
		h.spend(t, account, 300)
		h.clock.midnight()
		h.want(t, account, balance{Daily: 1000, Rollover: 700})
		h.clock.pass(3 * 24 * time.Hour) // over the 29th of February: two days that nobody looked
		h.spend(t, account, 10)
		h.want(t, account, balance{Daily: 990, Used: 10, Rollover: 700 + 1000 + 2000})
		h.spend(t, account, 1000) // those of the day first
		h.want(t, account, balance{Used: 1010, Rollover: 3690})
	})
}

func TestADayThatIsOverDoesNotComeBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		account := h.account(t, models.PlanPremium)
		h.clock.midnight()
		h.spend(t, account, 10)
		h.clock.pass(-time.Minute) // another node, whose clock is behind
		h.spend(t, account, 10)
		h.want(t, account, balance{Daily: 980, Used: 20, Rollover: 1000})
		h.clock.pass(time.Minute)
		h.spend(t, account, 10)
		h.want(t, account, balance{Daily: 970, Used: 30, Rollover: 1000})
	})
}

func TestLeavingPremiumFreezesItsPoints(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		account := h.account(t, models.PlanPremium)
		h.clock.midnight()
		h.spend(t, account, 40)
		h.change(t, account, models.PlanFree)
		h.want(t, account, balance{Daily: 60, Used: 40, Frozen: 1960}) // less what was used today
		h.spend(t, account, 60)
		refused(t, h.charge(account, usage.JoinRoom, ""), fault.RateLimited)
		h.clock.pass(10 * 24 * time.Hour)
		h.want(t, account, balance{Daily: 100, Frozen: 1960})
		h.spend(t, account, 25)
		h.change(t, account, models.PlanPremium) // back at once
		h.want(t, account, balance{Daily: 975, Used: 25, Rollover: 1960})
	})
}

func TestAUsedUpDayIsUsedUpInTheNextPlanToo(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		account := h.account(t, models.PlanPremium)
		h.spend(t, account, 150)
		h.change(t, account, models.PlanFree)
		h.want(t, account, balance{Used: 150, Frozen: 850})
		refused(t, h.charge(account, usage.JoinRoom, ""), fault.RateLimited)
		h.clock.midnight()
		h.want(t, account, balance{Daily: 100, Frozen: 850})
	})
}

func TestFreeLeftoversAreDropped(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		account := h.account(t, models.PlanFree)
		h.spend(t, account, 30)
		h.change(t, account, models.PlanPremium)
		h.want(t, account, balance{Daily: 970, Used: 30})
		h.change(t, account, models.PlanPremium) // the same again
		h.want(t, account, balance{Daily: 970, Used: 30})
	})
}

func TestNobodyGainsByGoingToAndFro(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		account := h.account(t, models.PlanPremium)
		h.clock.midnight()
		h.spend(t, account, 20)
		for _, other := range []string{models.PlanFree, models.PlanUnlimited, models.PlanFree} {
			h.change(t, account, other)
			h.change(t, account, models.PlanPremium)
			h.want(t, account, balance{Daily: 980, Used: 20, Rollover: 1000})
		}
		h.change(t, account, models.PlanFree)
		h.spend(t, account, 50)
		h.change(t, account, models.PlanUnlimited)
		h.change(t, account, models.PlanPremium)
		h.want(t, account, balance{Daily: 930, Used: 70, Rollover: 1000})
	})
}

func TestUnlimitedRefusesNobody(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		account := h.account(t, models.PlanUnlimited)
		h.spend(t, account, 130)
		h.want(t, account, balance{Used: 130})
		if sum, rows := h.paid(t, account); sum != 130 || rows != 13 {
			t.Errorf("the ledger has %d points in %d rows", sum, rows)
		}
		h.change(t, account, models.PlanFree)
		h.want(t, account, balance{Used: 130})
		h.clock.midnight()
		h.change(t, account, models.PlanUnlimited)
		h.want(t, account, balance{})
		h.spend(t, account, 10)
	})
}

func TestChargeOfNobody(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		refused(t, h.charge(models.Account{ID: h.NewID()}, usage.JoinRoom, ""), fault.NotFound)
		refused(t, h.service.Lease(h.NewID(), "").Spend(t.Context(), 1), fault.NotFound)
	})
}

func TestCodeLengthsOfPlans(t *testing.T) {
	t.Parallel()
	service := usage.New(nil, usage.Options{}) // no options are the standard ones
	for plan, want := range map[string][2]int{models.PlanFree: {4, 6}, models.PlanPremium: {3, 12}, models.PlanUnlimited: {3, 12}} {
		for length := -1; length < 20; length++ {
			err := service.CheckLength(models.Account{Plan: plan}, length)
			if fits := length >= want[0] && length <= want[1]; fits != (err == nil) || err != nil && !fault.Is(err, fault.Invalid) {
				t.Errorf("%s, length %d: %v", plan, length, err)
			}
		}
	}
}

func TestMessagePoints(t *testing.T) {
	t.Parallel()
	for bytes, want := range map[int]int{0: 1, 1: 1, 16384: 1, 16385: 2, 32768: 2, 65536: 4, 65537: 5} {
		if got := usage.MessagePoints(bytes); got != want {
			t.Errorf("%d bytes: %d points, want %d", bytes, got, want)
		}
	}
}
