package models

import (
	"bytes"
	"database/sql/driver"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Document is a JSON object that Foyer keeps as it came, unknown keys and the digits of numbers included (numbers are
// json.Number). A nil Document is the absent one: NULL in the database, null on the wire.
type Document map[string]any

// ParseDocument reads one JSON object and nothing after it. The text null gives the absent document.
func ParseDocument(raw []byte) (Document, error) {
	var d Document
	if err := ParseJSON(raw, &d); err != nil {
		return nil, err
	}
	return d, nil
}

// ParseJSON reads one JSON value and nothing after it into target, with numbers kept to the digit.
func ParseJSON(raw []byte, target any) error {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.UseNumber()
	if err := decoder.Decode(target); err != nil {
		return err
	}
	if _, err := decoder.Token(); err != io.EOF {
		return errors.New("more than one JSON value")
	}
	return nil
}

// Clone is a deep copy. Inner objects are plain maps, as the decoder makes them.
func (d Document) Clone() Document {
	if d == nil {
		return nil
	}
	return clone(map[string]any(d)).(map[string]any)
}

func clone(v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, inner := range v {
			out[key] = clone(inner)
		}
		return out
	case Document:
		return clone(map[string]any(v))
	case []any:
		out := make([]any, len(v))
		for i, inner := range v {
			out[i] = clone(inner)
		}
		return out
	default:
		return v
	}
}

// Scan reads a JSON column (database/sql.Scanner).
func (d *Document) Scan(column any) error {
	raw, err := text(column)
	if err != nil || raw == nil {
		*d = nil
		return err
	}
	*d, err = ParseDocument(raw)
	return err
}

// Value writes a JSON column (database/sql/driver.Valuer).
func (d Document) Value() (driver.Value, error) {
	if d == nil {
		return nil, nil //nolint:nilnil // NULL
	}
	return written(d)
}

// List is a JSON array that Foyer keeps as it came. A nil List is NULL in the database.
type List []any

// Scan reads a JSON column (database/sql.Scanner).
func (l *List) Scan(column any) error {
	raw, err := text(column)
	if err != nil || raw == nil {
		*l = nil
		return err
	}
	*l = nil
	return ParseJSON(raw, (*[]any)(l))
}

// Value writes a JSON column (database/sql/driver.Valuer).
func (l List) Value() (driver.Value, error) {
	if l == nil {
		return nil, nil //nolint:nilnil // NULL
	}
	return written([]any(l))
}

// GormDataType tells the store's mapper that a document is one column.
func (Document) GormDataType() string { return "text" }

// GormDataType tells the store's mapper that a list is one column.
func (List) GormDataType() string { return "text" }

func text(column any) ([]byte, error) {
	switch v := column.(type) {
	case nil:
		return nil, nil
	case string:
		return []byte(v), nil
	case []byte:
		return v, nil
	default:
		return nil, fmt.Errorf("a JSON column holds a %T", column)
	}
}

func written(v any) (driver.Value, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(v); err != nil {
		return nil, err
	}
	return string(bytes.TrimSuffix(b.Bytes(), []byte{'\n'})), nil
}
