package store

import (
	"context"
	"strings"
	"time"

	"foyer/models"
)

// bulk is a statement over many rows at once: what stands before and behind the list of their values. It goes past GORM, like scan. The
// databases keep each of its texts prepared, so that rows go by powers of two: there are few texts.
type bulk struct {
	before, after string
	kinds         []string // the types of a row's values, where Postgres cannot tell them; empty texts where it can
	returns       bool     // gives the ids of the rows that it has changed
}

// mostRows is how many rows one statement takes. A greater number makes no row cheaper.
const mostRows = 16

// run writes rows, whose values stand in args one behind the other.
func (b *bulk) run(ctx context.Context, s *Store, args []any) (changed []models.ID, err error) {
	width := len(b.kinds)
	for size := mostRows; size > 0; size /= 2 {
		for ; len(args) >= size*width; args = args[size*width:] {
			ids, err := b.once(ctx, s, size, args[:size*width])
			if err != nil {
				return nil, translate(err)
			}
			changed = append(changed, ids...)
		}
	}
	return changed, nil
}

func (b *bulk) once(ctx context.Context, s *Store, size int, args []any) (changed []models.ID, err error) {
	query, began := b.text(s.engine, size), time.Now()
	defer func() {
		s.db.Logger.Trace(ctx, began, func() (string, int64) { return b.before, int64(size) }, err)
	}()
	if !b.returns {
		_, err = s.db.Statement.ConnPool.ExecContext(ctx, query, args...)
		return nil, err
	}
	rows, err := s.db.Statement.ConnPool.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id models.ID
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		changed = append(changed, id)
	}
	return changed, rows.Err()
}

// text is the statement for a number of rows.
func (b *bulk) text(e engine, size int) string {
	var text strings.Builder
	text.WriteString(b.before)
	for i := range size * len(b.kinds) {
		column := i % len(b.kinds)
		switch {
		case i == 0:
			text.WriteString("(")
		case column == 0:
			text.WriteString("), (")
		default:
			text.WriteString(", ")
		}
		text.WriteString(e.place(i+1, b.kinds[column]))
	}
	text.WriteString(")")
	text.WriteString(b.after)
	return text.String()
}
