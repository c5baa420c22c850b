package sessions

import (
	"context"
	"errors"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

// longest is how long one transaction of the journal may take: a database that takes longer counts as away.
const longest = 5 * time.Second

// writer is what the one goroutine that writes remembers.
type writer struct {
	open  map[models.ID]bool // sessions that are known to be open
	doubt *attempt           // whose outcome is not known; nil: there is none
	due   bool               // a heartbeat is to be written
}

// attempt is a page whose commit failed: it may have been carried out all the same, when the answer was lost. The mark tells.
type attempt struct {
	page *page
	mark models.ID
}

// flush writes all that waits. An error says that the database is away: what is not written waits on.
func (s *Service) flush(ctx context.Context) error {
	for {
		if err := s.settleDoubt(ctx); err != nil {
			return err
		}
		s.mu.Lock()
		lines := s.waiting.take(most)
		s.mu.Unlock()
		if len(lines) == 0 {
			return nil
		}
		if err := s.write(ctx, lines); err != nil {
			return err
		}
	}
}

// write writes lines in one transaction, or one by one when the database refuses them together.
func (s *Service) write(ctx context.Context, lines []*Pending) error {
	err := s.commit(ctx, lines, s.hooks)
	switch {
	case err == nil || s.doubt != nil:
		return err
	case isAway(err):
		s.postpone(lines, err)
		return err
	default:
		return s.sift(ctx, lines)
	}
}

// sift writes lines one by one, so that a bad one does not keep the others from being written.
func (s *Service) sift(ctx context.Context, lines []*Pending) error {
	for i := range lines {
		err := s.single(ctx, lines[i:i+1])
		if err == nil {
			continue
		}
		if s.doubt != nil {
			i++ // that one is not for later, see settleDoubt
		}
		s.postpone(lines[i:], err)
		return err
	}
	return nil
}

// single writes one line. One that the database refuses while it takes a heartbeat is bad: it is written without the event that tells of
// it, or left out. An error says that the database is away.
func (s *Service) single(ctx context.Context, line []*Pending) error {
	err := s.commit(ctx, line, s.hooks)
	if err == nil || s.doubt != nil || isAway(err) {
		return err
	}
	if err := s.beat(ctx); err != nil {
		return err
	}
	if !isEvent(&line[0].entry) {
		again := s.commit(ctx, line, Hooks{})
		if again == nil {
			s.log.ErrorContext(ctx, "webhooks are not told of a line of the journal", lineAttrs(&line[0].entry, err)...)
		}
		if again == nil || s.doubt != nil || isAway(again) {
			return again
		}
	}
	s.drop(ctx, line[0], err)
	return nil
}

// commit writes lines in one transaction, with the events that tell of them.
func (s *Service) commit(ctx context.Context, lines []*Pending, hooks Hooks) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), longest)
	defer cancel()
	a := &attempt{page: newPage(lines, s.open), mark: s.store.NewID()}
	at, complete := s.stamp(), false
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		complete = false
		o, err := a.page.write(ctx, tx)
		if err != nil {
			return err
		}
		if err := a.page.tell(ctx, tx, o, hooks); err != nil {
			return err
		}
		if err := tx.Beat(ctx, node, at, a.mark); err != nil {
			return err
		}
		complete = true
		return nil
	})
	switch {
	case err == nil:
		s.written(a.page)
	case complete:
		s.doubt = a
	}
	return err
}

// settleDoubt asks the database whether it carried out a transaction whose answer was lost.
func (s *Service) settleDoubt(ctx context.Context) error {
	if s.doubt == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), longest)
	defer cancel()
	last, err := s.store.LastBeat(ctx, node)
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	a := s.doubt
	s.doubt = nil
	if last.Mark == a.mark {
		s.written(a.page)
	} else {
		s.postpone(a.page.lines, errors.New("the transaction was lost"))
	}
	return nil
}

// written settles the lines of a page that is committed. A join whose caller was told that it failed is undone.
func (s *Service) written(p *page) {
	for _, session := range p.unknown {
		s.open[session.ID] = true
	}
	for _, session := range p.ended {
		delete(s.open, session.ID)
	}
	for _, session := range p.undone {
		delete(s.open, session) // perhaps: it is asked for again
	}
	s.nudge()
	var undo []*Pending
	s.mu.Lock()
	for _, line := range p.lines {
		line.settleLocked(nil)
		if line.forsook {
			undo = append(undo, s.undoing(&line.entry))
		}
	}
	s.waiting.back(undo)
	s.mu.Unlock()
}

func (s *Service) nudge() {
	if s.hooks.Nudge != nil {
		s.hooks.Nudge()
	}
}

// undoing takes a join back: a leg of no length, and no session if that was all there was in it.
func (s *Service) undoing(e *models.Entry) *Pending {
	peer := *e.Joined
	peer.LeftAt, peer.Reason = &peer.JoinedAt, "websocket closed"
	return &Pending{service: s, undoes: true, entry: models.Entry{Session: e.Session, Left: &peer}}
}

// postpone keeps lines for later. Joins are not kept: whoever wants to come in is told to try again.
func (s *Service) postpone(lines []*Pending, cause error) {
	cause = away(cause)
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, line := range lines {
		if line.entry.Joined != nil {
			line.settleLocked(cause)
		}
	}
	s.waiting.back(lines)
	s.waiting.refuse(cause)
}

// drop leaves out a line that the database refuses.
func (s *Service) drop(ctx context.Context, line *Pending, cause error) {
	s.log.ErrorContext(ctx, "a line of the journal is left out: the database refuses it", lineAttrs(&line.entry, cause)...)
	if line.joins {
		cause = away(cause)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	line.settleLocked(cause)
}

// lineAttrs say which line it is, without what people wrote.
func lineAttrs(e *models.Entry, cause error) []any {
	attrs := []any{"error", cause}
	if e.Session != nil {
		attrs = append(attrs, "session_id", e.Session.ID)
	}
	switch {
	case e.Joined != nil:
		attrs = append(attrs, "line", "joined", "peer_row", e.Joined.ID)
	case e.Kept != nil:
		attrs = append(attrs, "line", "kept", "peer_row", e.Kept.ID)
	case e.Left != nil:
		attrs = append(attrs, "line", "left", "peer_row", e.Left.ID)
	case e.Ended != nil:
		attrs = append(attrs, "line", "ended")
	case e.Told != nil:
		attrs = append(attrs, "line", e.Told.Type)
	case e.Track != nil:
		attrs = append(attrs, "line", e.Track.Fate)
	case e.Measured != nil:
		attrs = append(attrs, "line", "measured")
	case e.Queue != nil:
		attrs = append(attrs, "line", "queue", "room_id", e.Queue.RoomID)
	default:
		attrs = append(attrs, "line", "state")
	}
	return attrs
}

// beat writes that Foyer lives.
func (s *Service) beat(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), longest)
	defer cancel()
	return s.store.Beat(ctx, node, s.stamp(), s.store.NewID())
}

// isAway reports that a later try may succeed, as it is.
func isAway(err error) bool {
	return fault.Is(err, fault.Unavailable) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}
