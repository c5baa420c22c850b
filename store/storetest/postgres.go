package storetest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// mark begins the name of every database that is made here; the time of its birth follows.
	mark = "foyer_test_"

	// stale is the age at which a database is what a killed test left behind. No test takes that long.
	stale = time.Hour
)

// newPostgres makes a database in the test server and drops it when the test ends.
func newPostgres(tb testing.TB, migrated bool) string {
	tb.Helper()
	server := Server(tb)
	name := newName()
	statement := "CREATE DATABASE " + name
	if migrated {
		template, err := migratedTemplate()
		if err != nil {
			tb.Fatalf("make the template database: %v", err)
		}
		statement += " TEMPLATE " + template
	}
	if err := execute(server, statement); err != nil {
		tb.Fatalf("make a Postgres database: %v", err)
	}
	tb.Cleanup(func() {
		if err := execute(server, "DROP DATABASE "+name+" WITH (FORCE)"); err != nil {
			tb.Errorf("drop the Postgres database: %v", err)
		}
	})
	address, err := addressOf(server, name)
	if err != nil {
		tb.Fatal(err)
	}
	return address
}

// Server is the address of the Postgres server for tests. Without one the test is skipped, or fails when CI=true.
func Server(tb testing.TB) string {
	tb.Helper()
	server := testServer()
	if server != "" {
		return server
	}
	const reason = "FOYER_TEST_POSTGRES names no Postgres server; bash ci/test.sh starts one"
	if os.Getenv("CI") == "true" { //nolint:forbidigo // the test command tells tests this way that nothing may be skipped
		tb.Fatal(reason)
	}
	tb.Skip(reason)
	return ""
}

func testServer() string {
	return os.Getenv("FOYER_TEST_POSTGRES") //nolint:forbidigo // the test command tells tests this way where the server is
}

// migratedTemplate names a migrated database to copy, made once per process. Nobody knows when the last test of a process has
// ended, so it stays: the next process drops what is stale.
var migratedTemplate = sync.OnceValues(func() (string, error) {
	server := testServer()
	if err := sweep(server); err != nil {
		return "", err
	}
	name := newName()
	if err := execute(server, "CREATE DATABASE "+name); err != nil {
		return "", err
	}
	address, err := addressOf(server, name)
	if err != nil {
		return "", err
	}
	return name, migrate(address)
})

func newName() string {
	return mark + strconv.FormatInt(time.Now().Unix(), 10) + "_" + strings.ToLower(rand.Text())
}

func addressOf(server, database string) (string, error) {
	address, err := url.Parse(server)
	if err != nil {
		return "", errors.New("FOYER_TEST_POSTGRES is not a URL") // the parser's error would repeat the password
	}
	address.Path = "/" + database
	return address.String(), nil
}

// sweep drops the stale databases of earlier processes. Another process may be at it too, so a database that resists is left.
func sweep(server string) error {
	ctx := context.Background()
	conn, err := connect(ctx, server)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	rows, err := conn.Query(ctx, "SELECT datname FROM pg_database WHERE starts_with(datname, $1)", mark)
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	for _, name := range names {
		born, _, _ := strings.Cut(strings.TrimPrefix(name, mark), "_")
		seconds, unread := strconv.ParseInt(born, 10, 64)
		if unread == nil && time.Since(time.Unix(seconds, 0)) > stale {
			_, _ = conn.Exec(ctx, "DROP DATABASE IF EXISTS "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)")
		}
	}
	return err
}

// execute runs one statement on a server, over a connection of its own.
func execute(server, statement string) error {
	ctx := context.Background()
	conn, err := connect(ctx, server)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, statement)
	return err
}

func connect(ctx context.Context, server string) (*pgx.Conn, error) {
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return nil, fmt.Errorf("connect to the Postgres of FOYER_TEST_POSTGRES: %w", err)
	}
	return conn, nil
}
