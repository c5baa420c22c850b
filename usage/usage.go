package usage

import (
	"context"
	"unicode"
	"unicode/utf8"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

// Account is who pays.
type Account = models.Account

// Service keeps accounts. Safe for concurrent use, also by several processes over one database: but for the leases that it gives, it
// remembers nothing by itself.
type Service struct {
	store   *store.Store
	options Options
}

// New makes the service. No options at all are the standard ones.
func New(s *store.Store, o Options) *Service {
	if o == (Options{}) {
		o = Standard()
	}
	return &Service{store: s, options: o}
}

// Create finds the account of a name, or makes it: with the unlimited plan if none is wanted, which refuses nobody by accident (Room
// Codes contract 8). Kinds Invalid; Conflict when the account is there with another plan than the one wanted.
func (s *Service) Create(ctx context.Context, workspace models.ID, name, plan string) (models.Account, error) {
	if err := checkName(name); err != nil {
		return models.Account{}, err
	}
	wanted := plan
	if plan == "" {
		plan = models.PlanUnlimited
	}
	if err := checkPlan(plan); err != nil {
		return models.Account{}, err
	}
	at := s.store.Stamp()
	fresh := models.Account{
		ID: s.store.NewID(), WorkspaceID: workspace, Name: name, Plan: plan, Day: dayOf(at), DailyLeft: s.options.Allowances.of(plan),
		CreatedAt: at, UpdatedAt: at,
	}
	if made, err := s.store.InsertAccount(ctx, &fresh); made || err != nil {
		return fresh, err
	}
	found, err := s.store.AccountNamed(ctx, workspace, name)
	if err == nil && wanted != "" && found.Plan != wanted {
		err = fault.New(fault.Conflict, "the account is there already, with the plan "+found.Plan)
	}
	return found, err
}

func checkName(name string) error {
	if name == "" || !utf8.ValidString(name) || utf8.RuneCountInString(name) > 64 {
		return fault.Invalidf("the name of an account must have 1 to 64 characters")
	}
	for _, r := range name {
		if !unicode.IsPrint(r) {
			return fault.Invalidf("the name of an account must be printable")
		}
	}
	return nil
}

func checkPlan(plan string) error {
	switch plan {
	case models.PlanFree, models.PlanPremium, models.PlanUnlimited:
		return nil
	}
	return fault.Invalidf("plan must be %s, %s or %s", models.PlanFree, models.PlanPremium, models.PlanUnlimited)
}

// SetPlan gives an account another plan, and its points what becomes of them (Room Codes contract 8). The plan that it has already
// changes nothing. Kinds NotFound, Invalid.
func (s *Service) SetPlan(ctx context.Context, workspace models.ID, name, plan string) (models.Account, error) {
	var account models.Account
	if err := checkPlan(plan); err != nil {
		return account, err
	}
	err := s.store.Tx(ctx, func(tx *store.Store) (err error) {
		if account, err = tx.LockAccountNamed(ctx, workspace, name); err != nil {
			return err
		}
		account.UpdatedAt = tx.Stamp()
		s.options.Allowances.turn(&account, dayOf(account.UpdatedAt))
		s.options.Allowances.change(&account, plan)
		return tx.UpdateAccount(ctx, account)
	})
	return account, err
}

// Balance reads an account with the points that it has today. Kind NotFound.
func (s *Service) Balance(ctx context.Context, workspace models.ID, name string) (models.Account, error) {
	account, err := s.store.AccountNamed(ctx, workspace, name)
	if err == nil {
		s.options.Allowances.turn(&account, dayOf(s.store.Stamp()))
	}
	return account, err
}

// Ledger lists what an account has paid, newest first.
func (s *Service) Ledger(ctx context.Context, account models.ID, page store.Page) ([]models.LedgerRow, error) {
	return s.store.Ledger(ctx, account, page)
}

// CheckLength refuses the length of a code that the account's plan does not give, by kind Invalid (Room Codes contract 2, R5).
func (s *Service) CheckLength(a models.Account, length int) error {
	r := s.options.Lengths.of(a.Plan)
	if length < r.Least || length > r.Most {
		return fault.Invalidf("codeLength must be an integer from %d to %d", r.Least, r.Most)
	}
	return nil
}
