package store

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
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
	config, err := pgx.ParseConfig(e.url)
	if err != nil {
		return errors.New("the database URL cannot be read") // the parser's own error repeats the URL, password and all
	}
	config.RuntimeParams["timezone"] = "UTC"
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "foyer"
	}
	pool := stdlib.OpenDB(*config)
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

// migrate holds an advisory lock meanwhile: any number of nodes may start at once.
func (e postgresEngine) migrate(ctx context.Context, s *Store) error {
	turns, err := lock.NewPostgresSessionLocker(lock.WithLockTimeout(1, 600))
	if err != nil {
		return err
	}
	return up(ctx, s, goose.DialectPostgres, "postgres", goose.WithSessionLocker(turns))
}

func (e postgresEngine) alone(tx *gorm.DB, reason string) error {
	h := fnv.New64a()
	_, _ = h.Write([]byte("foyer " + reason))
	return tx.Exec("SELECT pg_advisory_xact_lock(?)", int64(h.Sum64())).Error
}

func (e postgresEngine) forUpdate() string { return " FOR UPDATE" }
func (e postgresEngine) forShare() string  { return " FOR SHARE" }

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
	dump := exec.CommandContext(ctx, tool, "--format=custom", "--no-owner", "--file", filepath.Join(folder, "foyer.dump"))
	dump.Env = append(os.Environ(),
		"PGHOST="+config.Host, "PGPORT="+strconv.Itoa(int(config.Port)), "PGUSER="+config.User,
		"PGPASSWORD="+config.Password, "PGDATABASE="+config.Database)
	dump.Stderr = os.Stderr
	return dump.Run()
}
