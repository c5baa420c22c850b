package v2

import (
	"cmp"
	"errors"
	"fmt"
	"strconv"
	"time"

	"foyer/models"
	"foyer/store"

	"github.com/labstack/echo/v4"
)

// query takes values from the query string. The first wrong one is kept in err.
type query struct {
	c   echo.Context
	err error
}

func (q *query) wrong(cause string) {
	if q.err == nil {
		q.err = queryFault(cause)
	}
}

// text takes any text that a database can hold.
func (q *query) text(key string) string {
	text := q.c.QueryParam(key)
	if !storable(text) {
		q.wrong(key + " must be UTF-8 without zero bytes")
		return ""
	}
	return text
}

func (q *query) flag(key string) *bool {
	var value bool
	switch q.text(key) {
	case "":
		return nil
	case "true":
		value = true
	case "false":
	default:
		q.wrong(key + " must be true or false")
	}
	return &value
}

func (q *query) time(key string) *time.Time {
	text := q.text(key)
	if text == "" {
		return nil
	}
	at, ok := moment(text)
	if !ok {
		q.wrong(key + " must be a time such as 2026-01-05T10:00:00.000Z")
	}
	return &at
}

// maxPage is the longest page; asking for more gives this (server contract 14.8).
const maxPage = 100

// page is the wanted part of a list (server contract 1.7).
func (q *query) page(standard int) store.Page {
	p := store.Page{Limit: q.limit(standard), Start: models.ID(q.text("start"))}
	if p.Start != "" && !models.ValidID(string(p.Start)) {
		q.wrong("start must be the last of the page before")
	}
	return p
}

// limit is how long a page may be.
func (q *query) limit(standard int) int {
	text := q.text("limit")
	if text == "" {
		return standard
	}
	n, err := strconv.Atoi(text)
	if n < 1 || err != nil && !errors.Is(err, strconv.ErrRange) { // beyond all integers is above 100 too
		q.wrong("limit must be an integer from 1 to 100")
	}
	return min(n, maxPage)
}

// number takes an integer within bounds.
func (q *query) number(key string, standard, least, most int) int {
	text := q.text(key)
	if text == "" {
		return standard
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < least || n > most {
		q.wrong(fmt.Sprintf("%s must be an integer from %d to %d", key, least, most))
	}
	return n
}

// texts takes all values of a key that is repeated.
func (q *query) texts(key string) []string {
	list := q.c.QueryParams()[key]
	for _, text := range list {
		if !storable(text) {
			q.wrong(key + " must be UTF-8 without zero bytes")
			return nil
		}
	}
	return list
}

// word takes a text that has a default.
func (q *query) word(key, standard string) string { return cmp.Or(q.text(key), standard) }

// needed takes a text that must be there.
func (q *query) needed(key string) string {
	text := q.text(key)
	if text == "" {
		q.wrong(key + " is required")
	}
	return text
}

// listing is a page of a list on the wire.
type listing[T any] struct {
	Limit int    `json:"limit"`
	Data  []T    `json:"data"`
	Last  string `json:"last"`
}

// newListing is a page of rows as they go out; last is the id of the last one, empty for an empty page.
func newListing[R, T any](p store.Page, rows []R, id func(*R) models.ID, wire func(*R) T) listing[T] {
	l := listing[T]{Limit: p.Limit, Data: make([]T, len(rows))}
	for i := range rows {
		l.Data[i] = wire(&rows[i])
		l.Last = string(id(&rows[i]))
	}
	return l
}

// emptyListing is a page of a list in which nothing is.
func emptyListing(p store.Page) listing[struct{}] {
	return listing[struct{}]{Limit: p.Limit, Data: []struct{}{}}
}
