package sessions

import (
	"context"
	"errors"
	"time"

	"foyer/models"
)

// Why a line is not written.
var (
	errStopped   = errors.New("the journal has ended")
	errTooMany   = errors.New("too many events wait to be written")
	errWithdrawn = errors.New("the join took too long to be written")
	errGone      = errors.New("whoever wanted to join has gone")
)

// phase is how far a line has come.
type phase uint8

const (
	waiting phase = iota
	writing
	settled
)

// Pending is a line that was submitted. Safe for concurrent use.
type Pending struct {
	service *Service // static, as are the next two
	joins   bool
	undoes  bool // a join is taken back whose caller was told that it failed

	// Guarded by the service's mu; the entry belongs to the writer while it is being written.
	entry   models.Entry
	phase   phase
	err     error
	done    chan struct{} // closed when settled; nil while nobody waits
	older   []*Pending    // lines that this one stands for
	forsook bool          // a join that is being written after its caller was told that it failed
}

// Wait returns nil once the line is committed. Kind Unavailable when ctx ends before; of a join also when the database is away or too
// slow: then the line is withdrawn and will never be written.
func (p *Pending) Wait(ctx context.Context) error {
	done := p.watch()
	if !p.joins {
		return p.await(ctx, done, nil)
	}
	begun := time.NewTimer(patience)
	defer begun.Stop()
	err := p.await(ctx, done, begun.C)
	if err == nil || !p.withdraw(err) {
		return p.outcome()
	}
	written := time.NewTimer(patience)
	defer written.Stop()
	_ = p.await(context.WithoutCancel(ctx), done, written.C)
	p.forsake()
	return p.outcome()
}

// watch is a channel that is closed when the line is settled.
func (p *Pending) watch() <-chan struct{} {
	p.service.mu.Lock()
	defer p.service.mu.Unlock()
	if p.done == nil {
		p.done = make(chan struct{})
		if p.phase == settled {
			close(p.done)
		}
	}
	return p.done
}

func (p *Pending) await(ctx context.Context, done <-chan struct{}, late <-chan time.Time) error {
	select {
	case <-done:
		return p.outcome()
	case <-ctx.Done():
		return away(errors.Join(errGone, ctx.Err()))
	case <-late:
		return away(errWithdrawn)
	}
}

func (p *Pending) outcome() error {
	p.service.mu.Lock()
	defer p.service.mu.Unlock()
	return p.err
}

// withdraw takes back a join that nobody has begun to write. It reports whether it is being written instead.
func (p *Pending) withdraw(cause error) (begun bool) {
	p.service.mu.Lock()
	defer p.service.mu.Unlock()
	if p.phase == waiting {
		p.settleLocked(cause)
	}
	return p.phase == writing
}

// forsake says that nobody waits for a join any more. Should it come to be written it is undone.
func (p *Pending) forsake() {
	p.service.mu.Lock()
	defer p.service.mu.Unlock()
	if p.phase == writing {
		p.forsook, p.err = true, away(errWithdrawn)
	}
}

// settleLocked says how it ended, once.
func (p *Pending) settleLocked(err error) {
	if p.phase == settled {
		return
	}
	p.phase = settled
	if !p.forsook {
		p.err = err
	}
	if p.done != nil {
		close(p.done)
	}
	for _, older := range p.older {
		older.settleLocked(err)
	}
	p.older = nil
}
