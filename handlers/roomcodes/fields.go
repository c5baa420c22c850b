package roomcodes

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"

	"foyer/fault"
	"foyer/models"

	"github.com/labstack/echo/v4"
)

// maxBody is how many bytes a request may bring.
const maxBody = 16 << 10

// fields are what a request asks for: those of a JSON object, or of the query where there is none (contract 2, R3). The first mistake is
// kept in err.
type fields struct {
	doc   models.Document // nil: the query counts
	query url.Values
	err   error
}

// readFields takes the fields where the request has them. Its Content-Type does not matter.
func readFields(c echo.Context) *fields {
	f := &fields{query: c.QueryParams()}
	if c.Request().Method != http.MethodPost {
		return f
	}
	all, err := io.ReadAll(http.MaxBytesReader(c.Response(), c.Request().Body, maxBody))
	if err != nil {
		f.err = fault.Wrap(fault.Invalid, "the body is too long, or ended early", err)
		return f
	}
	if all = bytes.TrimSpace(all); len(all) == 0 {
		return f
	}
	if f.doc, err = models.ParseDocument(all); err != nil || f.doc == nil {
		f.doc = models.Document{}
		f.wrong("the body must be a JSON object")
	}
	return f
}

func (f *fields) wrong(format string, args ...any) {
	if f.err == nil {
		f.err = fault.Invalidf(format, args...)
	}
}

// value is a field as it was given; nil when it was not.
func (f *fields) value(name string) any {
	if f.doc != nil {
		value, given := f.doc[name]
		if given && value == nil {
			f.wrong("%s must not be null", name)
		}
		return value
	}
	switch values := f.query[name]; len(values) {
	case 0:
		return nil
	case 1:
		return values[0]
	}
	f.wrong("%s is given more than once", name)
	return nil
}

// text is a mandatory string.
func (f *fields) text(name string) string {
	value := f.value(name)
	text, ok := value.(string)
	switch {
	case value == nil, text == "" && ok:
		f.wrong("%s is required", name)
	case !ok:
		f.wrong("%s must be a string", name)
	}
	return text
}

// oneOf is a mandatory string that can only have some values.
func (f *fields) oneOf(name string, values ...string) string {
	text := f.text(name)
	for _, each := range values {
		if text == each {
			return text
		}
	}
	f.wrong("%s must be one of %q", name, values)
	return text
}

// number is a mandatory integer. A query has but texts; in JSON a text is none.
func (f *fields) number(name string) int {
	value := f.value(name)
	if value == nil {
		f.wrong("%s is required", name)
	}
	literal, ok := value.(json.Number)
	if text, plain := value.(string); plain && f.doc == nil {
		literal, ok = json.Number(text), true
	}
	n, err := strconv.Atoi(string(literal))
	if !ok || err != nil {
		f.wrong("%s must be an integer", name)
	}
	return n
}

// flag is a boolean, or its name (contract 2, R4); false when it is absent.
func (f *fields) flag(name string) bool {
	switch value := f.value(name); value {
	case nil, false, "false":
		return false
	case true, "true":
		return true
	}
	f.wrong("%s must be true or false", name)
	return false
}
