package webhooks

import (
	"context"
	"strconv"
	"time"

	"foyer/models"
	"foyer/store"
)

// Record writes analytics events down, in the caller's transaction (server contract 7.7). Their ids are made here, and a time that
// is not set is now.
func (s *Service) Record(ctx context.Context, tx *store.Store, events ...models.AnalyticsEvent) error {
	for i := range events {
		e := &events[i]
		e.ID = tx.NewID()
		if e.CreatedAt.IsZero() {
			e.CreatedAt = tx.Stamp()
		}
		e.CreatedAt = models.Stamp(e.CreatedAt)
		if e.Data == nil {
			e.Data = models.Document{}
		}
	}
	return tx.InsertAnalyticsEvents(ctx, events)
}

// AnalyticsPage is a part of a list of analytics events.
type AnalyticsPage struct {
	Events []models.AnalyticsEvent // newest first
	Total  int                     // in all parts
	Next   string                  // where the next part begins; empty: there is none
}

// Analytics lists analytics events. Next of the part before says where to go on: the parts of a list show what was there when the first
// one was read, for a day. Kind Invalid when it is not one, or too old.
func (s *Service) Analytics(ctx context.Context, f store.AnalyticsFilter, next string, limit int) (AnalyticsPage, error) {
	at := s.store.Stamp()
	mark := cursor{newest: s.store.NewID(), issued: at}
	if next != "" {
		var err error
		if mark, err = readCursor(next, at); err != nil {
			return AnalyticsPage{}, err
		}
	}
	f.Newest = mark.newest
	total, err := s.store.CountAnalyticsEvents(ctx, &f)
	if err != nil {
		return AnalyticsPage{}, err
	}
	rows, err := s.store.AnalyticsEvents(ctx, &f, store.Page{Limit: limit + 1, Start: mark.last})
	page := AnalyticsPage{Events: rows, Total: total}
	if len(rows) > limit {
		page.Events = rows[:limit]
		mark.last = rows[limit-1].ID
		page.Next = mark.text()
	}
	return page, err
}

// snapshot is how long a list can be read on (server contract 7.7).
const snapshot = 24 * time.Hour

// cursor says where the next part of a list begins, and as of when.
type cursor struct {
	newest models.ID // what came later is not in the list
	last   models.ID // the last one of the part before
	issued time.Time // of the first part
}

func (c *cursor) text() string {
	return string(c.newest) + string(c.last) + strconv.FormatInt(c.issued.Unix(), 16)
}

func readCursor(text string, now time.Time) (cursor, error) {
	const id = 2 * 12
	wrong := refuse("start must be the next of the page before, which holds for 24 hours")
	if len(text) <= 2*id || !models.ValidID(text[:id]) || !models.ValidID(text[id:2*id]) {
		return cursor{}, wrong
	}
	seconds, err := strconv.ParseInt(text[2*id:], 16, 64)
	if err != nil {
		return cursor{}, wrong
	}
	c := cursor{newest: models.ID(text[:id]), last: models.ID(text[id : 2*id]), issued: time.Unix(seconds, 0)}
	if now.Sub(c.issued) > snapshot || c.issued.After(now) {
		return cursor{}, wrong
	}
	return c, nil
}
