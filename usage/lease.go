package usage

import (
	"context"
	"sync"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

// BlockSize is how many points a lease takes at once, so that messages are not written down one by one (Room Codes contract 8).
const BlockSize = 100

// piece is how many bytes of a message are paid for at once.
const piece = 16 << 10

// MessagePoints is how many points a message counts: 1 for each 16 KiB begun, at least 1 (Room Codes contract 8). What a message costs is
// the price of each.
func MessagePoints(bytes int) int { return max(1, (bytes+piece-1)/piece) }

// Lease pays for the messages of a room from points that its account has paid in advance. What they are worth is gone when the process
// dies: a block at most. Safe for concurrent use.
type Lease struct {
	service *Service  // static, as are the three below
	account models.ID // who pays
	room    models.ID
	receipt models.ID // names the ledger's row of the return: there can only be one

	turn chan struct{} // full while somebody takes or gives back points; never closed

	mu    sync.Mutex
	held  block // guarded by mu: not spent yet
	ended bool  // guarded by mu: Return was called
}

// Lease gives a room a purse of its account, empty at first. Whoever has it calls Return when the room closes.
func (s *Service) Lease(account, room models.ID) *Lease {
	return &Lease{service: s, account: account, room: room, receipt: s.store.NewID(), turn: make(chan struct{}, 1)}
}

// Spend pays for a message that counts so many points (MessagePoints), at the price of messages. Kind RateLimited, as with Charge, when
// neither the lease nor the account has enough: nothing is taken then. Kind Gone after Return. It asks the database once for each
// block, and others wait meanwhile.
func (l *Lease) Spend(ctx context.Context, points int) error {
	cost := max(0, points) * l.service.options.Costs.Message
	if cost == 0 {
		return nil
	}
	if paid, err := l.take(cost); paid || err != nil {
		return err
	}
	select {
	case l.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-l.turn }()
	if paid, err := l.take(cost); paid || err != nil { // what another has brought meanwhile
		return err
	}
	rest := l.empty()
	fresh, err := l.service.refill(ctx, l, rest, cost)
	if err != nil {
		l.fill(rest)
		return err
	}
	fresh.points -= cost
	l.fill(fresh)
	return nil
}

// take pays from what is held.
func (l *Lease) take(cost int) (paid bool, err error) {
	today := dayOf(l.service.store.Stamp())
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended {
		return false, fault.New(fault.Gone, "the room is closed")
	}
	if l.held.void(today) {
		l.held = block{}
	}
	if l.held.points < cost {
		return false, nil
	}
	l.held.points -= cost
	return true, nil
}

// empty takes all out, so that nobody else pays with it.
func (l *Lease) empty() block {
	l.mu.Lock()
	defer l.mu.Unlock()
	rest := l.held
	l.held = block{}
	return rest
}

func (l *Lease) fill(b block) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.held = b
}

// Return gives back what was not spent and ends the lease. Points that were frozen or have ended meanwhile do not become spendable by it.
// After an error it may be called again, and else does nothing the second time.
func (l *Lease) Return(ctx context.Context) error {
	l.mu.Lock()
	l.ended = true
	l.mu.Unlock()
	select {
	case l.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-l.turn }()
	rest := l.empty()
	if rest.points == 0 {
		return nil
	}
	err := l.service.store.Tx(ctx, func(tx *store.Store) error { return l.service.giveBack(ctx, tx, l.row(l.receipt), rest) })
	if err == nil || fault.Is(err, fault.Conflict) { // the receipt is there: it was only not heard of
		return nil
	}
	l.fill(rest)
	return err
}

func (l *Lease) row(id models.ID) models.LedgerRow {
	return models.LedgerRow{ID: id, AccountID: l.account, Action: string(Message), RoomID: l.room}
}

// refill takes a block for a lease, of enough points for a cost. What the lease has left goes back first: a block has one origin.
func (s *Service) refill(ctx context.Context, l *Lease, rest block, cost int) (block, error) {
	var fresh block
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		err := s.giveBack(ctx, tx, l.row(tx.NewID()), rest)
		if err == nil {
			fresh, err = s.payBlock(ctx, tx, l.row(""), cost)
		}
		return err
	})
	return fresh, err
}

// payBlock takes a block from an account, or all that it has left, if that covers the cost.
func (s *Service) payBlock(ctx context.Context, tx *store.Store, row models.LedgerRow, cost int) (block, error) {
	row.Cost = max(BlockSize, cost)
	paid, err := s.pay(ctx, tx, row)
	if fault.Is(err, fault.RateLimited) {
		account, failed := s.lock(ctx, tx, row.AccountID)
		if failed != nil {
			return block{}, failed
		}
		if account.Spendable() < cost {
			return block{}, err
		}
		row.Cost = account.Spendable()
		paid, err = s.pay(ctx, tx, row)
	}
	return block{points: row.Cost, plan: paid.Plan, day: paid.Day}, err
}

// giveBack puts a block back into its account, with a row in the ledger, unless it is good for nothing any more.
func (s *Service) giveBack(ctx context.Context, tx *store.Store, row models.LedgerRow, b block) error {
	if b.points == 0 {
		return nil
	}
	account, err := s.lock(ctx, tx, row.AccountID)
	if err != nil || b.void(account.Day) {
		return err
	}
	s.options.Allowances.back(&account, b)
	row.At, row.Cost = tx.Stamp(), -b.points
	account.UpdatedAt = row.At
	if err := tx.UpdateAccount(ctx, account); err != nil {
		return err
	}
	return tx.InsertLedgerRow(ctx, &row)
}
