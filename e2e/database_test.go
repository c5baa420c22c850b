package e2e_test

import (
	"context"
	"crypto/rand"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// The two databases that every flow is run on.
const (
	sqlite   = "sqlite"
	postgres = "postgres"
)

var databases = []string{sqlite, postgres}

// newDatabase creates an empty Postgres database and gives its URL. It is dropped after the test. For SQLite the URL
// is empty: the file in the data dir is what foyer takes by itself.
func newDatabase(t *testing.T, database string) string {
	t.Helper()
	if database == sqlite {
		return ""
	}
	server := os.Getenv("FOYER_TEST_POSTGRES")
	if server == "" {
		lacking(t, "FOYER_TEST_POSTGRES names no Postgres server; ci/test.sh starts one")
	}
	name := "foyer_e2e_" + strings.ToLower(rand.Text())
	execute(t, server, "CREATE DATABASE "+name)
	t.Cleanup(func() { execute(t, server, "DROP DATABASE "+name+" WITH (FORCE)") })

	address, err := url.Parse(server)
	if err != nil {
		t.Fatal("FOYER_TEST_POSTGRES is not a URL")
	}
	address.Path = "/" + name
	return address.String()
}

// execute runs one statement on the server, over a connection of its own.
func execute(t *testing.T, server, statement string) {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		t.Fatalf("connect to Postgres: %v", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	if _, err := conn.Exec(ctx, statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}
