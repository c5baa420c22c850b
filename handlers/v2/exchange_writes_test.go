package v2_test

import (
	"database/sql"
	"net/http"
	"strings"
	"testing"

	"foyer/handlers/apitest"
	"foyer/store/storetest"

	_ "modernc.org/sqlite"
)

// Issue, Codes: an exchange writes to the database only when the code has max_uses. On Postgres it is done over connections that
// cannot write.
func TestExchangeWritesNothingOnPostgres(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t, storetest.Postgres)
	w := apitest.Start(t, storetest.Postgres, apitest.Options{URL: url}).Workspace(t)
	given(w)
	sign := "?"
	if strings.Contains(url, "?") {
		sign = "&"
	}
	w.Foyer = apitest.Start(t, storetest.Postgres, apitest.Options{URL: url + sign + "default_transaction_read_only=on"})
	exchanges(t, w, http.StatusServiceUnavailable)
}

// On SQLite another connection watches for commits.
func TestExchangeWritesNothingOnSQLite(t *testing.T) {
	t.Parallel()
	url := storetest.URL(t, storetest.SQLite)
	w := apitest.Start(t, storetest.SQLite, apitest.Options{URL: url}).Workspace(t)
	given(w)
	db, err := sql.Open("sqlite", strings.TrimPrefix(url, "sqlite:"))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	watch, err := db.Conn(t.Context()) // data_version is told anew to each connection
	if err != nil {
		t.Fatal(err)
	}
	version := func() (n int) {
		t.Helper()
		if err := watch.QueryRowContext(t.Context(), "PRAGMA data_version").Scan(&n); err != nil {
			t.Fatal(err)
		}
		return n
	}
	before := version()
	exchanges(t, w, 0)
	if version() != before {
		t.Error("exchanges wrote to the database")
	}
	w.Do(`POST /v2/token {"code":"{counted.code}"}`)
	if version() == before {
		t.Error("a counted exchange wrote nothing: this test sees no writes at all")
	}
}

func given(w *apitest.Workspace) {
	w.Given(`bound = POST /v2/room-codes/room/{room}/role/guest {"user_id":"ada","expires_at":"2030-01-01T00:00:00Z"}`)
	w.Given(`off = POST /v2/room-codes/room/{room}/role/guest`)
	w.Given(`POST /v2/room-codes/code {"code":"{off.code}","enabled":false}`)
	w.Given(`counted = POST /v2/room-codes/room/{room}/role/guest {"max_uses":1}`)
}

// exchanges are those that need not write; the last one, of a code that counts, is left out when its status is 0.
func exchanges(t *testing.T, w *apitest.Workspace, counted int) {
	t.Helper()
	for _, exchange := range []struct {
		line   string
		status int
	}{
		{`POST /v2/token {"code":"{host}"}`, http.StatusOK},
		{`POST /v2/token {"code":"{host}","user_id":"ada"}`, http.StatusOK},
		{`POST /v2/token {"code":"{bound.code}"}`, http.StatusOK},
		{`POST /v2/token {"code":"{bound.code}","user_id":"bob"}`, http.StatusForbidden},
		{`POST /v2/token {"code":"{off.code}"}`, http.StatusForbidden},
		{`POST /v2/token {"code":"zzz-zzzz-zzz"}`, http.StatusNotFound},
		{`GET /meeting/{host}`, http.StatusOK},
		{`GET /meeting/{counted.code}`, http.StatusOK},
		{`POST /v2/token {"code":"{counted.code}"}`, counted},
	} {
		if exchange.status == 0 {
			continue
		}
		if a := w.Do(exchange.line); a.Status != exchange.status {
			t.Errorf("%s: %d %s, want %d", exchange.line, a.Status, a.Body, exchange.status)
		}
	}
}
