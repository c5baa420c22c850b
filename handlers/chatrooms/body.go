package chatrooms

import (
	"bytes"
	"io"
	"net/http"

	"foyer/fault"
	"foyer/models"

	"github.com/labstack/echo/v4"
)

// maxBody is how many bytes a request may bring: the longest message in the dearest writing, and then some.
const maxBody = 64 << 10

// body is a JSON object from which values are taken by name; a null counts as absent. The first wrong type is kept in err.
type body struct {
	doc models.Document
	err error
}

// readBody reads the body, whatever its Content-Type says. An empty one is {}.
func readBody(c echo.Context) *body {
	all, err := io.ReadAll(http.MaxBytesReader(c.Response(), c.Request().Body, maxBody))
	if err != nil {
		return &body{err: fault.Wrap(fault.Invalid, "the body is too long, or ended early", err)}
	}
	if all = bytes.TrimSpace(all); len(all) == 0 {
		return &body{}
	}
	doc, err := models.ParseDocument(all)
	if err != nil || all[0] != '{' { // a null is none
		return &body{err: fault.Invalidf("the body must be a JSON object")}
	}
	return &body{doc: doc}
}

func (b *body) wrong(key, want string) {
	if b.err == nil {
		b.err = fault.Invalidf("%s must be %s", key, want)
	}
}

// text is a string, empty when it is absent.
func (b *body) text(key string) string {
	value, ok := b.doc[key].(string)
	if !ok && b.doc[key] != nil {
		b.wrong(key, "a string")
	}
	return value
}

// flag is a boolean that has a default.
func (b *body) flag(key string, standard bool) bool {
	value, ok := b.doc[key].(bool)
	if ok {
		return value
	}
	if b.doc[key] != nil {
		b.wrong(key, "true or false")
	}
	return standard
}

// texts is an array of strings, empty when it is absent.
func (b *body) texts(key string) []string {
	list, ok := b.doc[key].([]any)
	if !ok && b.doc[key] != nil {
		b.wrong(key, "an array of strings")
	}
	var words []string
	for _, each := range list {
		word, ok := each.(string)
		if !ok {
			b.wrong(key, "an array of strings")
		}
		words = append(words, word)
	}
	return words
}
