package store

import (
	"context"

	"foyer/models"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

const accountNotFound = "account not found"

// InsertAccount inserts an account unless its workspace has one of that name; then it answers false.
func (s *Store) InsertAccount(ctx context.Context, a *models.Account) (bool, error) {
	done := gorm.WithResult()
	err := gorm.G[models.Account](s.db, clause.OnConflict{
		Columns: []clause.Column{{Name: "workspace_id"}, {Name: "name"}}, DoNothing: true,
	}, done).Create(ctx, a)
	return done.RowsAffected == 1, translate(err)
}

// Account reads an account. Kind NotFound.
func (s *Store) Account(ctx context.Context, id models.ID) (models.Account, error) {
	return one[models.Account](ctx, s.reader, accountNotFound, "SELECT * FROM accounts WHERE id = ?", id)
}

// AccountNamed reads the account of a name. Kind NotFound.
func (s *Store) AccountNamed(ctx context.Context, workspace models.ID, name string) (models.Account, error) {
	return one[models.Account](ctx, s.reader, accountNotFound, "SELECT * FROM accounts WHERE workspace_id = ? AND name = ?", workspace, name)
}

// LockAccount reads an account and keeps it from being changed by others until the transaction ends. Kind NotFound.
func (s *Store) LockAccount(ctx context.Context, id models.ID) (models.Account, error) {
	return one[models.Account](ctx, s.db, accountNotFound, "SELECT * FROM accounts WHERE id = ?"+s.engine.forUpdate(), id)
}

// LockAccountNamed is LockAccount by the name.
func (s *Store) LockAccountNamed(ctx context.Context, workspace models.ID, name string) (models.Account, error) {
	return one[models.Account](ctx, s.db, accountNotFound,
		"SELECT * FROM accounts WHERE workspace_id = ? AND name = ?"+s.engine.forUpdate(), workspace, name)
}

// UpdateAccount writes the plan and the points of an account.
func (s *Store) UpdateAccount(ctx context.Context, a models.Account) error {
	return update(ctx, s, a, []string{"Plan", "Day", "DailyLeft", "Used", "Rollover", "Frozen", "Parked", "UpdatedAt"}, "id = ?", a.ID)
}

// Payment says of which points a charge was paid: of which plan and day.
type Payment struct {
	Plan string
	Day  int
}

// Pay takes points off an account, those of the day first, if it has them and they are of that day or a later one. Kind NotFound when
// not: nothing was taken.
func (s *Store) Pay(ctx context.Context, account models.ID, points, day int) (Payment, error) {
	return one[Payment](ctx, s.db, "the account cannot pay", `
		UPDATE accounts SET
			daily_left = CASE WHEN plan = ? THEN daily_left WHEN daily_left > ? THEN daily_left - ? ELSE 0 END,
			rollover = CASE WHEN plan = ? OR daily_left >= ? THEN rollover ELSE rollover + daily_left - ? END,
			used = used + ?
		WHERE id = ? AND day >= ? AND (plan = ? OR daily_left + rollover >= ?)
		RETURNING plan, day`,
		models.PlanUnlimited, points, points, models.PlanUnlimited, points, points, points, account, day, models.PlanUnlimited, points)
}

// InsertLedgerRow adds a row to the ledger. Kind Conflict when it is there already.
func (s *Store) InsertLedgerRow(ctx context.Context, r *models.LedgerRow) error {
	return create(ctx, s, r)
}

// Ledger lists what an account has paid, newest first.
func (s *Store) Ledger(ctx context.Context, account models.ID, page Page) ([]models.LedgerRow, error) {
	return many[models.LedgerRow](ctx, s.reader,
		"SELECT * FROM ledger WHERE account_id = ? AND id < ? ORDER BY id DESC LIMIT ?", account, page.before(), page.Limit)
}
