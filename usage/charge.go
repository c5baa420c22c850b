package usage

import (
	"context"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

// Charge takes what an action costs from an account, days' turn included, in the caller's transaction: if that is undone, so is the
// charge. The room may be empty. Kind RateLimited, with RetryAfter up to the next day, when the account cannot pay: then nothing was
// taken.
func (s *Service) Charge(ctx context.Context, tx *store.Store, account models.ID, action Action, room models.ID) error {
	cost, err := s.options.Costs.of(action)
	if err != nil || cost == 0 {
		return err
	}
	row := models.LedgerRow{AccountID: account, Action: string(action), Cost: cost, RoomID: room}
	return tx.Tx(ctx, func(tx *store.Store) error {
		_, err := s.pay(ctx, tx, row)
		return err
	})
}

// pay takes the cost of a row from its account and adds the row to the ledger. Kind RateLimited when the account cannot pay; it is
// locked then, and of this day.
func (s *Service) pay(ctx context.Context, tx *store.Store, row models.LedgerRow) (store.Payment, error) {
	row.ID, row.At = tx.NewID(), tx.Stamp()
	paid, err := tx.Pay(ctx, row.AccountID, row.Cost, dayOf(row.At))
	if fault.Is(err, fault.NotFound) { // perhaps only because the day has turned
		if _, err = s.lock(ctx, tx, row.AccountID); err != nil {
			return paid, err
		}
		if paid, err = tx.Pay(ctx, row.AccountID, row.Cost, dayOf(row.At)); fault.Is(err, fault.NotFound) {
			return paid, tooFew(row.At)
		}
	}
	if err != nil {
		return paid, err
	}
	return paid, tx.InsertLedgerRow(ctx, &row)
}

// lock keeps an account for the transaction, and brings it to this day.
func (s *Service) lock(ctx context.Context, tx *store.Store, id models.ID) (models.Account, error) {
	account, err := tx.LockAccount(ctx, id)
	at := tx.Stamp()
	if err != nil || account.Day >= dayOf(at) {
		return account, err
	}
	s.options.Allowances.turn(&account, dayOf(at))
	account.UpdatedAt = at
	return account, tx.UpdateAccount(ctx, account)
}

// tooFew says that an account cannot pay, and when its plan gives points again.
func tooFew(at time.Time) error {
	return &fault.Error{Kind: fault.RateLimited, Message: "not enough usage points", RetryAfter: untilTomorrow(at)}
}
