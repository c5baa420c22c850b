package sessions

import (
	"context"

	"foyer/models"
	"foyer/store"
)

// page is what one transaction writes: lines in their order, and what they say by sort. A statement writes all of a sort.
type page struct {
	lines   []*Pending
	unknown []*models.Session // not known to be open
	joined  []*models.Peer
	kept    []*models.Peer
	left    []*models.Peer
	ended   []*models.Session
	states  []*models.Entry
	queues  []*models.Queue
	tracks  []models.AnalyticsEvent
	stays   []models.Measurement // how their media did
	undone  []models.ID          // sessions in which a join is undone
}

func newPage(lines []*Pending, open map[models.ID]bool) *page {
	p := &page{lines: lines}
	opening := map[models.ID]bool{}
	for _, line := range lines {
		switch e := &line.entry; {
		case e.Joined != nil:
			if id := e.Session.ID; !open[id] && !opening[id] {
				opening[id] = true
				p.unknown = append(p.unknown, e.Session)
			}
			e.Joined = sound(e.Joined)
			p.joined = append(p.joined, e.Joined)
		case e.Kept != nil:
			p.kept = append(p.kept, sound(e.Kept))
		case e.Left != nil:
			e.Left = sound(e.Left)
			p.left = append(p.left, e.Left)
			if line.undoes {
				p.undone = append(p.undone, e.Session.ID)
			}
		case e.Ended != nil:
			session := *e.Session
			session.EndedAt = e.Ended
			p.ended = append(p.ended, &session)
		case e.State != nil:
			p.states = append(p.states, e)
		case e.Queue != nil:
			p.queues = append(p.queues, e.Queue)
		case e.Track != nil:
			p.tracks = append(p.tracks, trackEvent(e))
		case e.Measured != nil:
			p.stays = append(p.stays, measurement(e))
		}
	}
	return p
}

// outcome is what of a page was news to the database.
type outcome struct {
	opened, left, ended map[models.ID]bool
	emptied             []models.Session // by undone joins
}

// write writes the page. What ends goes before what begins: a room has one session at a time. Whatever waits in one page builds on
// nothing else in it, see line.take.
func (p *page) write(ctx context.Context, tx *store.Store) (o outcome, err error) {
	if err = tx.KeepPeers(ctx, p.kept); err != nil {
		return o, err
	}
	if o.left, err = set(tx.EndPeers(ctx, p.left)); err != nil {
		return o, err
	}
	if o.ended, err = set(tx.EndSessions(ctx, p.ended)); err != nil {
		return o, err
	}
	if len(p.undone) > 0 {
		if o.emptied, err = tx.EndEmptySessions(ctx, p.undone...); err != nil {
			return o, err
		}
	}
	if o.opened, err = set(tx.OpenSessions(ctx, p.unknown)); err != nil {
		return o, err
	}
	if err = tx.InsertPeers(ctx, p.joined); err != nil {
		return o, err
	}
	for _, e := range p.states {
		if err = tx.KeepState(ctx, e.Session.ID, e.State); err != nil {
			return o, err
		}
	}
	for _, q := range p.queues {
		if err = tx.KeepQueue(ctx, q); err != nil {
			return o, err
		}
	}
	return o, tx.InsertMeasurements(ctx, p.stays)
}

// tell writes the events that tell of the page.
func (p *page) tell(ctx context.Context, tx *store.Store, o outcome, hooks Hooks) error {
	if events := p.events(o); len(events) > 0 && hooks.Emit != nil {
		if err := hooks.Emit(ctx, tx, events...); err != nil {
			return err
		}
	}
	if len(p.tracks) > 0 && hooks.Record != nil {
		return hooks.Record(ctx, tx, p.tracks...)
	}
	return nil
}

func set(ids []models.ID, err error) (map[models.ID]bool, error) {
	all := make(map[models.ID]bool, len(ids))
	for _, id := range ids {
		all[id] = true
	}
	return all, err
}

// events are what webhooks tell of the page, in order: only of what was news, so that nothing is told twice.
func (p *page) events(o outcome) []models.Event {
	events := make([]models.Event, 0, len(p.lines)+len(o.opened)+len(o.emptied))
	for _, line := range p.lines {
		switch e := &line.entry; {
		case e.Joined != nil:
			if o.opened[e.Session.ID] {
				delete(o.opened, e.Session.ID)
				events = append(events, opened(e.Session))
			}
			events = append(events, joined(e.Session, e.Joined))
		case e.Left != nil && o.left[e.Left.ID]:
			events = append(events, left(e.Session, e.Left))
		case e.Ended != nil && o.ended[e.Session.ID]:
			events = append(events, closed(e.Session, *e.Ended))
		case e.Told != nil:
			events = append(events, told(e))
		}
	}
	for i := range o.emptied {
		events = append(events, closed(&o.emptied[i], *o.emptied[i].EndedAt))
	}
	return events
}
