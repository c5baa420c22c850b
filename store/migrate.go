package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/pressly/goose/v3"
)

//go:embed migrations
var migrations embed.FS

// Migrate brings the schema up to this program's version, and does nothing when it is there already. Any number of
// processes may call it at once. A schema newer than the program is an error.
func (s *Store) Migrate(ctx context.Context) error {
	return s.engine.migrate(ctx, s)
}

// Backup writes a copy of the database, as of one moment, into a folder that it makes. An earlier backup there is not overwritten.
func (s *Store) Backup(ctx context.Context, folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	return s.engine.backup(ctx, s, folder)
}

// newFile has a file written that must not be there yet and that only its owner may read. A failure leaves none behind.
func newFile(path string, write func(path string) error) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("%s is already there", path)
	}
	if err != nil {
		return err
	}
	if err := errors.Join(f.Close(), write(path)); err != nil {
		return errors.Join(err, os.Remove(path))
	}
	return nil
}

func up(ctx context.Context, pool *sql.DB, dialect goose.Dialect, folder string, options ...goose.ProviderOption) error {
	files, err := fs.Sub(migrations, "migrations/"+folder)
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(dialect, pool, files, append(options, goose.WithDisableGlobalRegistry(true))...)
	if err != nil {
		return err
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	sources := provider.ListSources()
	if at, err := provider.GetDBVersion(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	} else if known := sources[len(sources)-1].Version; at > known {
		return errors.New("the database was written by a newer Foyer; start that one, or restore a backup")
	}
	return nil
}
