package store

import (
	"context"
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

// Backup writes a copy of the database, as of one moment, into a folder that it makes.
func (s *Store) Backup(ctx context.Context, folder string) error {
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	return s.engine.backup(ctx, s, folder)
}

func up(ctx context.Context, s *Store, dialect goose.Dialect, folder string, options ...goose.ProviderOption) error {
	files, err := fs.Sub(migrations, "migrations/"+folder)
	if err != nil {
		return err
	}
	pool, err := s.db.DB()
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
