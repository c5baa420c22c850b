package models

import "database/sql/driver"

// Words is a list of short texts that is kept in one column.
type Words []string

// Scan reads a JSON column (database/sql.Scanner).
func (w *Words) Scan(column any) error {
	raw, err := text(column)
	*w = nil
	if err != nil || raw == nil {
		return err
	}
	return ParseJSON(raw, (*[]string)(w))
}

// Value writes a JSON column (database/sql/driver.Valuer). A nil list is the empty one.
func (w Words) Value() (driver.Value, error) {
	if w == nil {
		return "[]", nil
	}
	return written([]string(w))
}

// GormDataType tells the store's mapper that the list is one column.
func (Words) GormDataType() string { return "text" }
