package store

import "foyer/models"

// Page is the part of a list that is wanted: at most Limit rows behind the row Start, or from the beginning.
type Page struct {
	Start models.ID
	Limit int
}

// before is an id that all wanted rows of a newest-first list are smaller than.
func (p Page) before() models.ID {
	if p.Start == "" {
		return "g" // greater than every hex digit
	}
	return p.Start
}
