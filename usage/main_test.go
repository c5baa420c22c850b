package usage_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
	"foyer/store/storetest"
	"foyer/usage"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// clock is what the store's time is read from.
type clock struct{ milliseconds atomic.Int64 }

func (c *clock) now() time.Time       { return time.UnixMilli(c.milliseconds.Load()) }
func (c *clock) pass(d time.Duration) { c.milliseconds.Add(d.Milliseconds()) }
func (c *clock) set(at time.Time)     { c.milliseconds.Store(at.UnixMilli()) }

// midnight goes to the beginning of the next day, also when many do.
func (c *clock) midnight() {
	const day = int64(24 * time.Hour / time.Millisecond)
	for {
		at := c.milliseconds.Load()
		if c.milliseconds.CompareAndSwap(at, (at/day+1)*day) {
			return
		}
	}
}

func day(year, month, day int) time.Time {
	return time.Date(year, time.Month(month), day, 9, 0, 0, 0, time.UTC)
}

// house is a store with a workspace, a clock and the service with small figures: a free day has 100 points, a premium one 1000.
type house struct {
	*store.Store

	clock     *clock
	service   *usage.Service
	workspace models.ID
}

func figures() usage.Options {
	o := usage.Standard()
	o.Allowances = usage.Allowances{Free: 100, Premium: 1000}
	return o
}

func furnish(t *testing.T, database string) *house {
	t.Helper()
	h := &house{clock: &clock{}}
	h.clock.set(day(2024, 2, 28))
	h.Store = storetest.Open(t, store.Options{URL: storetest.URL(t, database), Now: h.clock.now})
	h.service = usage.New(h.Store, figures())
	at := h.Stamp()
	w := models.Workspace{ID: h.NewID(), AppID: h.NewID(), Name: "w", Region: "auto", CreatedAt: at, UpdatedAt: at}
	if err := h.CreateWorkspace(t.Context(), &w); err != nil {
		t.Fatal(err)
	}
	h.workspace = w.ID
	return h
}

// each runs a test in a house of each database.
func each(t *testing.T, test func(t *testing.T, h *house)) {
	t.Helper()
	storetest.EachDatabase(t, func(t *testing.T, database string) { test(t, furnish(t, database)) })
}

// account makes an account.
func (h *house) account(t *testing.T, plan string) models.Account {
	t.Helper()
	account, err := h.service.Create(t.Context(), h.workspace, plan+string(h.NewID()), plan)
	if err != nil {
		t.Fatal(err)
	}
	return account
}

// balance is what an account has today.
type balance struct{ Daily, Used, Rollover, Frozen int }

func (h *house) balance(t *testing.T, a models.Account) balance {
	t.Helper()
	got, err := h.service.Balance(t.Context(), h.workspace, a.Name)
	if err != nil {
		t.Fatal(err)
	}
	return balance{got.DailyLeft, got.Used, got.Rollover, got.Frozen}
}

func (h *house) want(t *testing.T, a models.Account, want balance) {
	t.Helper()
	if diff := cmp.Diff(want, h.balance(t, a)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func (h *house) charge(a models.Account, action usage.Action, room models.ID) error {
	return h.Tx(context.Background(), func(tx *store.Store) error {
		return h.service.Charge(context.Background(), tx, a.ID, action, room)
	})
}

// spend makes an account pay points, by rooms and joins.
func (h *house) spend(t *testing.T, a models.Account, points int) {
	t.Helper()
	for range points / 10 {
		accepted(t, h.charge(a, usage.RequestRoom, ""))
	}
	for range points % 10 {
		accepted(t, h.charge(a, usage.JoinRoom, ""))
	}
}

func accepted(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (h *house) change(t *testing.T, a models.Account, plan string) {
	t.Helper()
	changed, err := h.service.SetPlan(t.Context(), h.workspace, a.Name, plan)
	if err != nil || changed.Plan != plan {
		t.Fatalf("plan %s: %v", changed.Plan, err)
	}
}

// paid is the sum of an account's ledger, and how many rows it has.
func (h *house) paid(t *testing.T, a models.Account) (sum, rows int) {
	t.Helper()
	ledger, err := h.service.Ledger(t.Context(), a.ID, store.Page{Limit: 1 << 20})
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range ledger {
		sum += row.Cost
	}
	return sum, len(ledger)
}

func refused(t *testing.T, err error, kind fault.Kind) {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Errorf("want kind %s, got %v", kind, err)
	}
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
