package store

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"net/url"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"gorm.io/driver/postgres"
	"gorm.io/gorm"
)

// postgresConnections is how many connections one Foyer holds at most; many nodes share a server's hundred.
const postgresConnections = 16

type postgresEngine struct{ url string }

func (e postgresEngine) open(ctx context.Context, s *Store, log *logger) error {
	config, err := e.config()
	if err != nil {
		return err
	}
	pool := stdlib.OpenDB(*config, stdlib.OptionAfterConnect(prepare))
	pool.SetMaxOpenConns(postgresConnections)
	pool.SetMaxIdleConns(postgresConnections)
	s.closers = append(s.closers, pool)
	if err := pool.PingContext(ctx); err != nil {
		return fmt.Errorf("connect to postgres at %s: %w", config.Host, err)
	}
	s.db, err = gorm.Open(postgres.New(postgres.Config{Conn: pool}), &gorm.Config{
		Logger: log, SkipDefaultTransaction: true, DisableAutomaticPing: true, // pgx prepares and keeps statements itself
	})
	s.reader = s.db
	return err
}

func (e postgresEngine) config() (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(e.url)
	if err != nil {
		return nil, errors.New("the database URL cannot be read") // the parser's own error repeats the URL, password and all
	}
	config.RuntimeParams["timezone"] = "UTC"
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "foyer"
	}
	return config, nil
}

// prepare has a connection give times in UTC, wherever the machine is, and wait for nothing for ever.
func prepare(ctx context.Context, conn *pgx.Conn) error {
	if _, err := conn.Exec(ctx, "SET statement_timeout = '20s'; SET lock_timeout = '10s'"); err != nil {
		return err
	}
	conn.TypeMap().RegisterType(&pgtype.Type{
		Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
	})
	return nil
}

// migrate holds an advisory lock meanwhile: any number of nodes may start at once. It has connections of its own, since a migration may
// take as long as it needs.
func (e postgresEngine) migrate(ctx context.Context, s *Store) error {
	turns, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 600))
	if err != nil {
		return err
	}
	if err := s.Ping(ctx); err != nil {
		return err
	}
	config, err := e.config()
	if err != nil {
		return err
	}
	pool := stdlib.OpenDB(*config)
	err = up(ctx, pool, goose.DialectPostgres, "postgres", goose.WithSessionLocker(turns))
	return errors.Join(err, pool.Close())
}

func (e postgresEngine) alone(tx *gorm.DB, reason string) error {
	h := fnv.New64a()
	_, _ = h.Write([]byte("foyer " + reason))
	return tx.Exec("SELECT pg_advisory_xact_lock(?)", int64(h.Sum64())).Error
}

func (e postgresEngine) forUpdate() string { return " FOR UPDATE" }
func (e postgresEngine) forShare() string  { return " FOR SHARE" }

func (e postgresEngine) place(n int, kind string) string {
	if kind == "" {
		return "$" + strconv.Itoa(n)
	}
	return "$" + strconv.Itoa(n) + "::" + kind
}

func (e postgresEngine) again(err error) bool {
	pg, ok := errors.AsType[*pgconn.PgError](err)
	return ok && (pg.Code == "40001" || pg.Code == "40P01")
}

// backup has pg_dump write its custom format. The password goes by the environment: arguments can be read by others.
func (e postgresEngine) backup(ctx context.Context, _ *Store, folder string) error {
	tool, err := exec.LookPath("pg_dump")
	if err != nil {
		return errors.New("pg_dump is needed to back up Postgres: install the postgresql-client package, or run your own backup")
	}
	config, err := pgx.ParseConfig(e.url)
	if err != nil {
		return errors.New("the database URL cannot be read")
	}
	return newFile(filepath.Join(folder, "foyer.dump"), func(target string) error {
		var said strings.Builder
		dump := exec.CommandContext(ctx, tool, "--format=custom", "--no-owner", "--file", target)
		dump.Env = append(dump.Environ(), e.environment(config)...)
		dump.Stderr = &said
		if err := dump.Run(); err != nil {
			return fmt.Errorf("pg_dump: %w: %s", err, strings.TrimSpace(said.String()))
		}
		return nil
	})
}

// environment tells a Postgres tool to go where config goes, and to be as careful about TLS as the URL asks.
func (e postgresEngine) environment(config *pgx.ConnConfig) []string {
	env := []string{
		"PGHOST=" + config.Host, "PGPORT=" + strconv.Itoa(int(config.Port)), "PGUSER=" + config.User,
		"PGPASSWORD=" + config.Password, "PGDATABASE=" + config.Database,
	}
	address, err := url.Parse(e.url)
	if err != nil {
		return env
	}
	for _, setting := range []string{"sslmode", "sslrootcert", "sslcert", "sslkey"} {
		if value := address.Query().Get(setting); value != "" {
			env = append(env, "PG"+strings.ToUpper(setting)+"="+value)
		}
	}
	return env
}
