package sessions

import (
	"foyer/models"
)

// line is what waits to be written, in order. What is out of date when it is written is not written: of a peer's states, a session's
// and a queue's only the latest one waits.
type line struct {
	list    []*Pending
	kept    map[models.ID]*Pending // by the peer's row
	states  map[models.ID]*Pending // by session
	queues  map[models.ID]*Pending // by room
	joins   int                    // of those in list, also of those that were withdrawn
	told    int                    // events of those in list
	samples int                    // measurements of those in list
	dropped int                    // events that found no place
}

func newLine() line {
	return line{kept: map[models.ID]*Pending{}, states: map[models.ID]*Pending{}, queues: map[models.ID]*Pending{}}
}

// latest is where the latest line of the same sort about the same thing is kept; nil for a sort of which each line counts.
func (l *line) latest(e *models.Entry) (map[models.ID]*Pending, models.ID) {
	switch {
	case e.Kept != nil:
		return l.kept, e.Kept.ID
	case e.Queue != nil:
		return l.queues, e.Queue.RoomID
	case e.State != nil:
		return l.states, e.Session.ID
	default:
		return nil, ""
	}
}

// add takes a line at the end, or in the place of one that it makes out of date, and gives the one that waits; nil when it found no place.
func (l *line) add(p *Pending) *Pending {
	if twins, id := l.latest(&p.entry); twins != nil {
		if twin := twins[id]; twin != nil {
			twin.entry = p.entry
			return twin
		}
		twins[id] = p
	}
	if l.full(&p.entry) {
		l.dropped++
		return nil
	}
	l.count(p, 1)
	l.list = append(l.list, p)
	return p
}

// isEvent reports a line that only tells of something: nothing builds on it.
func isEvent(e *models.Entry) bool { return e.Told != nil || e.Track != nil || e.Measured != nil }

// full reports whether there is no place for a line. Only events need one.
func (l *line) full(e *models.Entry) bool {
	n := samples(e)
	return isEvent(e) && l.told >= mostTold || n > 0 && l.samples+n > mostSamples
}

func (l *line) count(p *Pending, by int) {
	if isEvent(&p.entry) {
		l.told += by
	}
	l.samples += by * samples(&p.entry)
	if p.entry.Joined != nil {
		l.joins += by
	}
}

// take takes lines that can be written at once off the front, so many at most, fewer when they are long. No line builds on another one
// of them.
func (l *line) take(limit int) []*Pending {
	var batch []*Pending
	begun, before := map[models.ID]bool{}, l.samples
	for len(l.list) > 0 && len(batch) < limit && before-l.samples < mostTogether {
		p := l.list[0]
		if p.phase == waiting && builds(&p.entry, begun) {
			break
		}
		l.list[0], l.list = nil, l.list[1:]
		l.count(p, -1)
		if p.phase != waiting {
			continue // withdrawn
		}
		if twins, id := l.latest(&p.entry); twins != nil {
			delete(twins, id)
		}
		switch e := &p.entry; {
		case e.Joined != nil:
			begun[e.Joined.ID], begun[e.Session.ID] = true, true
		case e.Left != nil:
			begun[e.Left.ID] = true
		case e.Ended != nil:
			begun[e.Session.ID] = true
		}
		p.phase = writing
		batch = append(batch, p)
	}
	if len(l.list) == 0 {
		l.list = nil
	}
	return batch
}

// builds reports whether a line is about a peer that came or left, or the end of a session that began or ended, a moment ago.
func builds(e *models.Entry, begun map[models.ID]bool) bool {
	switch {
	case e.Kept != nil:
		return begun[e.Kept.ID]
	case e.Left != nil:
		return begun[e.Left.ID]
	case e.Ended != nil:
		return begun[e.Session.ID]
	default:
		return false
	}
}

// back puts lines that could not be written to the front again, but those that are out of date by now.
func (l *line) back(batch []*Pending) {
	front := make([]*Pending, 0, len(batch)+len(l.list))
	for _, p := range batch {
		if p.phase == settled {
			continue
		}
		if twins, id := l.latest(&p.entry); twins != nil {
			if newer := twins[id]; newer != nil {
				newer.older = append(newer.older, p)
				continue
			}
			twins[id] = p
		}
		p.phase = waiting
		l.count(p, 1)
		front = append(front, p)
	}
	l.list = append(front, l.list...)
}

// refuse settles all joins with an error: whoever wants to come in shall not wait for a database that is away.
func (l *line) refuse(err error) {
	if l.joins == 0 {
		return
	}
	rest := l.list[:0]
	for _, p := range l.list {
		if p.entry.Joined != nil {
			p.settleLocked(err)
			continue
		}
		rest = append(rest, p)
	}
	clear(l.list[len(rest):])
	l.list, l.joins = rest, 0
}
