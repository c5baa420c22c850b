package v2

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"foyer/fault"
	"foyer/models"

	"github.com/labstack/echo/v4"
)

// MaxBody is how many bytes a request may bring. firstRead is how many are made room for at first.
const (
	MaxBody   = 1 << 20
	firstRead = 8 << 10
)

// raw reads the body, whatever its Content-Type says. An empty one is {} (server contract 1.2).
func raw(c echo.Context) ([]byte, error) {
	request := c.Request()
	if request.ContentLength > MaxBody {
		return nil, tooLarge()
	}
	// What is claimed is not made room for before it comes: that would be a mebibyte for a header.
	text := bytes.NewBuffer(make([]byte, 0, min(max(request.ContentLength, 0)+bytes.MinRead, firstRead)))
	_, err := text.ReadFrom(http.MaxBytesReader(c.Response(), request.Body, MaxBody))
	all := text.Bytes()
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return nil, tooLarge()
	}
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "the body ended early", err)
	}
	if all = bytes.TrimSpace(all); len(all) == 0 {
		return []byte("{}"), nil
	}
	return all, nil
}

func tooLarge() error {
	return echo.NewHTTPError(http.StatusRequestEntityTooLarge, "the body is larger than 1 MiB")
}

// body is a JSON object from which values are taken by name. A null counts as absent, unless the taker says otherwise. The first
// wrong type is kept in err; what is taken after it does not matter.
type body struct {
	doc models.Document
	err error
}

func readBody(c echo.Context) *body {
	all, err := raw(c)
	if err != nil {
		return &body{err: err}
	}
	if all[0] != '{' {
		return &body{err: fault.Invalidf("the body must be a JSON object")}
	}
	doc, err := models.ParseDocument(all)
	if err != nil {
		return &body{err: fault.Invalidf("the body is not valid JSON")}
	}
	return &body{doc: doc}
}

func (b *body) wrong(key, want string) {
	if b.err == nil {
		b.err = fault.Invalidf("%s must be %s", key, want)
	}
}

// take is a value of a JSON type, nil when it is absent.
func take[T any](b *body, key, want string) *T {
	value, given := b.doc[key]
	if !given || value == nil {
		return nil
	}
	typed, ok := value.(T)
	if !ok {
		b.wrong(key, want)
		return nil
	}
	return &typed
}

func (b *body) text(key string) *string {
	text := take[string](b, key, "a string")
	if text != nil && !storable(*text) {
		b.wrong(key, "a string without zero bytes")
		return nil
	}
	return text
}

// storable reports whether every database can hold the text.
func storable(text string) bool { return utf8.ValidString(text) && strings.IndexByte(text, 0) < 0 }

func (b *body) flag(key string) *bool { return take[bool](b, key, "true or false") }

func (b *body) id(key string) *models.ID {
	text := b.text(key)
	return (*models.ID)(text)
}

func (b *body) integer(key string) *int {
	number := take[json.Number](b, key, "an integer")
	if number == nil {
		return nil
	}
	whole, err := number.Int64()
	if err != nil || int64(int32(whole)) != whole {
		b.wrong(key, "an integer")
		return nil
	}
	n := int(whole)
	return &n
}

func (b *body) time(key string) *time.Time {
	text := b.text(key)
	if text == nil {
		return nil
	}
	at, ok := moment(*text)
	if !ok || at.Year() < 1970 {
		b.wrong(key, "a time such as 2026-01-05T10:00:00.000Z")
		return nil
	}
	at = models.Stamp(at)
	return &at
}

// moment reads a time. One beyond the year 9999, where its zone may carry it, cannot be written again.
func moment(text string) (time.Time, bool) {
	at, err := time.Parse(time.RFC3339, text)
	at = at.UTC()
	return at, err == nil && at.Year() >= 0 && at.Year() <= 9999
}

func (b *body) object(key string) models.Document {
	if o := take[map[string]any](b, key, "an object"); o != nil {
		return *o
	}
	return nil
}

func (b *body) list(key string) models.List {
	if l := take[[]any](b, key, "an array"); l != nil {
		return *l
	}
	return nil
}

// given says whether a key is there, null or not.
func (b *body) given(key string) bool {
	_, given := b.doc[key]
	return given
}

// optional takes a value that may be null on purpose.
func optional[T any](b *body, key string, take func(string) T) models.Optional[T] {
	return models.Optional[T]{Given: b.given(key), Value: take(key)}
}
