package usage_test

import (
	"context"
	"testing"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
	"foyer/store/storetest"
	"foyer/usage"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// plans are all that there are.
var plans = []string{models.PlanFree, models.PlanPremium, models.PlanUnlimited}

// costs are those of the actions, by the action.
var costs = map[usage.Action]int{usage.GetClientToken: 0, usage.RequestRoom: 10, usage.JoinRoom: 1, usage.ExtendRoom: 5, usage.Message: 1}

// machine is an account beside its oracle.
type machine struct {
	*house

	account models.Account
	oracle  *oracle
	leases  []*usage.Lease
	purses  []*purse
}

// TestModel lives through random days, plans, actions and leases beside an oracle: the balance is the oracle's after each step.
func TestModel(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		h := furnish(t, database)
		rapid.Check(t, func(t *rapid.T) {
			m := newMachine(t, h)
			t.Repeat(map[string]func(*rapid.T){
				"charge": m.charge,
				"sleep":  m.sleep,
				"wait":   func(*rapid.T) { m.clock.pass(time.Minute) },
				"plan":   m.plan,
				"say":    m.say,
				"close":  m.close,
				"":       m.check,
			})
			for len(m.leases) > 0 {
				m.put(t, 0)
			}
			m.check(t)
			m.checkLedger(t)
		})
	})
}

func newMachine(t *rapid.T, h *house) *machine {
	plan := rapid.SampledFrom(plans).Draw(t, "plan")
	h.clock.midnight() // so that no step before a sleep turns the day
	account, err := h.service.Create(context.Background(), h.workspace, "account "+string(h.NewID()), plan)
	if err != nil {
		t.Fatal(err)
	}
	return &machine{house: h, account: account, oracle: newOracle(plan)}
}

func (m *machine) charge(t *rapid.T) {
	action := rapid.SampledFrom([]usage.Action{
		usage.GetClientToken, usage.RequestRoom, usage.JoinRoom, usage.ExtendRoom, usage.Message,
	}).Draw(t, "action")
	for range rapid.SampledFrom([]int{1, 1, 3, 30}).Draw(t, "times") {
		agree(t, m.oracle.spend(costs[action]), m.house.charge(m.account, action, ""))
	}
}

// agree holds what became of a payment against what the oracle says.
func agree(t *rapid.T, want bool, err error) {
	t.Helper()
	if err != nil && !fault.Is(err, fault.RateLimited) || want != (err == nil) {
		t.Fatalf("paid: %v, the oracle says %v", err, want)
	}
}

func (m *machine) sleep(t *rapid.T) {
	for range rapid.IntRange(1, 3).Draw(t, "days") {
		m.oracle.sleep()
		m.clock.midnight()
	}
}

func (m *machine) plan(t *rapid.T) {
	plan := rapid.SampledFrom(plans).Draw(t, "plan")
	m.oracle.change(plan)
	if _, err := m.service.SetPlan(context.Background(), m.workspace, m.account.Name, plan); err != nil {
		t.Fatal(err)
	}
}

func (m *machine) say(t *rapid.T) {
	which := rapid.IntRange(0, 2).Draw(t, "lease")
	if which >= len(m.leases) {
		which = len(m.leases)
		m.leases = append(m.leases, m.service.Lease(m.account.ID, ""))
		m.purses = append(m.purses, &purse{})
	}
	points := rapid.SampledFrom([]int{1, 4, 70, 120}).Draw(t, "points")
	agree(t, m.oracle.say(m.purses[which], points), m.leases[which].Spend(context.Background(), points))
}

func (m *machine) close(t *rapid.T) {
	if len(m.leases) == 0 {
		t.Skip("no room is open")
	}
	m.put(t, rapid.IntRange(0, len(m.leases)-1).Draw(t, "lease"))
}

func (m *machine) put(t *rapid.T, which int) {
	m.oracle.put(m.purses[which])
	if err := m.leases[which].Return(context.Background()); err != nil {
		t.Fatal(err)
	}
	last := len(m.leases) - 1
	m.leases[which], m.purses[which] = m.leases[last], m.purses[last]
	m.leases, m.purses = m.leases[:last], m.purses[:last]
}

func (m *machine) check(t *rapid.T) {
	a, err := m.service.Balance(context.Background(), m.workspace, m.account.Name)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(m.oracle.balance(), balance{a.DailyLeft, a.Used, a.Rollover, a.Frozen}); diff != "" {
		t.Fatalf("-oracle +account\n%s", diff)
	}
}

func (m *machine) checkLedger(t *rapid.T) {
	rows, err := m.service.Ledger(context.Background(), m.account.ID, store.Page{Limit: 1 << 20})
	sum := 0
	for _, row := range rows {
		sum += row.Cost
	}
	if err != nil || sum != m.oracle.ledger {
		t.Fatalf("the ledger has %d points, the oracle %d: %v", sum, m.oracle.ledger, err)
	}
}
