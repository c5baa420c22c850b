package e2e_test

import (
	"testing"

	"foyer/store/storetest"
)

// The two databases that every flow is run on.
const (
	sqlite   = storetest.SQLite
	postgres = storetest.Postgres
)

var databases = storetest.Databases

// newDatabase creates an empty Postgres database and gives its URL. It is dropped after the test. For SQLite the URL
// is empty: the file in the data dir is what foyer takes by itself.
func newDatabase(t *testing.T, database string) string {
	t.Helper()
	if database == sqlite {
		return ""
	}
	return storetest.Empty(t, database)
}
