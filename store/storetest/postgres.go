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
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"
)

// mark begins the name of every database that is made here.
const mark = "foyer_tests_"

// newPostgres makes a database in the test server and drops it when the test ends.
func newPostgres(tb testing.TB, migrated bool) string {
	tb.Helper()
	server := Server(tb)
	mine, err := self()
	if err != nil {
		tb.Fatalf("get ready for Postgres databases: %v", err)
	}
	name := mine.newName()
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

// process is this process to the test server. Its connection stays open, under the name that its databases begin with: when it
// is gone, they belong to nobody.
type process struct {
	name  string
	alive *pgx.Conn
	made  atomic.Int64
}

func (p *process) newName() string { return p.name + "_" + strconv.FormatInt(p.made.Add(1), 10) }

// self is this process, known to the server. It drops what processes that have ended left behind.
var self = sync.OnceValues(func() (*process, error) {
	ctx := context.Background()
	config, err := pgx.ParseConfig(testServer())
	if err != nil {
		return nil, errUnreadable
	}
	p := &process{name: mark + strings.ToLower(rand.Text()[:16])}
	config.RuntimeParams["application_name"] = p.name
	if p.alive, err = pgx.ConnectConfig(ctx, config); err != nil {
		return nil, unreachable(err)
	}
	return p, sweep(ctx, p.alive)
})

const nobodys = `
	SELECT datname FROM pg_database d WHERE starts_with(datname, $1) AND NOT EXISTS (
		SELECT 1 FROM pg_stat_activity a WHERE starts_with(a.application_name, $1) AND starts_with(d.datname, a.application_name || '_'))`

// sweep drops the databases of processes that have ended. Another process may be at it too: a database that resists is left.
func sweep(ctx context.Context, conn *pgx.Conn) error {
	rows, err := conn.Query(ctx, nobodys, mark)
	if err != nil {
		return err
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	for _, name := range names {
		_, _ = conn.Exec(ctx, "DROP DATABASE IF EXISTS "+pgx.Identifier{name}.Sanitize()+" WITH (FORCE)")
	}
	return err
}

// migratedTemplate names a migrated database to copy, made once per process. Nobody knows when the last test of a process has
// ended, so it stays until another process sweeps.
var migratedTemplate = sync.OnceValues(func() (string, error) {
	mine, err := self()
	if err != nil {
		return "", err
	}
	server, name := testServer(), mine.newName()
	if err := execute(server, "CREATE DATABASE "+name); err != nil {
		return "", err
	}
	address, err := addressOf(server, name)
	if err != nil {
		return "", err
	}
	return name, migrate(address)
})

// errUnreadable stands for the parsers' errors: those repeat the password.
var errUnreadable = errors.New("FOYER_TEST_POSTGRES is not a URL")

func unreachable(err error) error {
	return fmt.Errorf("connect to the Postgres of FOYER_TEST_POSTGRES: %w", err)
}

func addressOf(server, database string) (string, error) {
	address, err := url.Parse(server)
	if err != nil {
		return "", errUnreadable
	}
	address.Path = "/" + database
	return address.String(), nil
}

// execute runs one statement on a server, over a connection of its own.
func execute(server, statement string) error {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		return unreachable(err)
	}
	defer func() { _ = conn.Close(ctx) }()
	_, err = conn.Exec(ctx, statement)
	return err
}
