package storetest

import (
	"context"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"sync"
	"testing"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

// methods calls every method of a store that takes a context, with arguments that fit the scene.
func (c *scene) methods(folder string) map[string]func(ctx context.Context) error {
	all := map[string]func(ctx context.Context) error{
		"Alone": func(ctx context.Context) error {
			return c.Tx(ctx, func(tx *store.Store) error { return tx.Alone(ctx, "reason") })
		},
		"Backup":  func(ctx context.Context) error { return c.Backup(ctx, folder) },
		"Migrate": func(ctx context.Context) error { return c.Migrate(ctx) },
		"Ping":    func(ctx context.Context) error { return c.Ping(ctx) },
		"Tx":      func(ctx context.Context) error { return c.Tx(ctx, func(*store.Store) error { return nil }) },
	}
	for _, some := range []map[string]func(ctx context.Context) error{
		c.workspaceMethods(),
		c.keyMethods(),
		c.templateMethods(),
		c.roomMethods(),
		c.codeMethods(),
		c.sessionMethods(),
		c.banMethods(),
		c.aliasMethods(),
		c.webhookMethods(),
		c.deliveryMethods(),
		c.replayMethods(),
		c.measurementMethods(),
		c.pollMethods(),
		c.chatMethods(),
		c.usageMethods(),
	} {
		maps.Copy(all, some)
	}
	return all
}

// everythingCancelled: no method works for a caller who has gone, and none panics.
func everythingCancelled(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	methods := c.methods(t.TempDir())
	for method := range reflect.TypeFor[*store.Store]().Methods() {
		waits := method.Type.NumIn() > 1 && method.Type.In(1) == reflect.TypeFor[context.Context]()
		if _, known := methods[method.Name]; waits && !known {
			t.Errorf("the suite does not know %s", method.Name)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, call := range methods {
		t.Run(name, func(t *testing.T) {
			if err := call(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("want context.Canceled, got %v", err)
			}
		})
	}
	equal(t, 1, len(must[[]models.Room](t)(s.Rooms(t.Context(), c.workspace.ID, store.RoomFilter{}, store.Page{Limit: 9}))))
}

// zeroBytesRefused: the databases part ways on text with zero bytes, but neither blames itself for it.
func zeroBytesRefused(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	room := c.newRoom("zero\x00byte")
	inserted, err := s.InsertRoom(t.Context(), &room)
	if err == nil && inserted {
		equal(t, c.seen(room), must[models.Room](t)(s.Room(t.Context(), c.workspace.ID, room.ID)))
		return
	}
	const message = "text must be UTF-8 without zero bytes"
	refused(t, err, fault.Invalid, message)
	_, err = s.Rooms(t.Context(), c.workspace.ID, store.RoomFilter{NameKey: "zero\x00byte"}, store.Page{Limit: 1})
	refused(t, err, fault.Invalid, message)
}

func idsAndStamps(t *testing.T, s *store.Store) {
	const callers, each = 8, 500
	var mu sync.Mutex
	seen := map[models.ID]bool{}
	together(callers, func(int) {
		mine := make([]models.ID, each)
		for i := range mine {
			mine[i] = s.NewID()
			if i > 0 && mine[i] <= mine[i-1] {
				t.Errorf("%s follows %s", mine[i], mine[i-1])
			}
		}
		mu.Lock()
		defer mu.Unlock()
		for _, id := range mine {
			seen[id] = true
		}
	})
	equal(t, callers*each, len(seen))

	noError(t, s.Tx(t.Context(), func(tx *store.Store) error {
		if before, inside := s.NewID(), tx.NewID(); inside <= before {
			t.Errorf("%s of a transaction follows %s", inside, before)
		}
		return nil
	}))
	now := s.Stamp()
	if now.Location() != time.UTC || now.Nanosecond()%int(time.Millisecond) != 0 || time.Since(now).Abs() > patience {
		t.Errorf("%v is not now in UTC and whole milliseconds", now)
	}
}

// backupRestores: a backup that is taken while others write opens as a database with one moment's rows.
func backupRestores(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	code := c.addCode(t, "guest", nil)
	c.addKey(t, "key", born)
	full := fullTemplate(c)
	noError(t, s.CreateTemplate(t.Context(), &full))

	folder := filepath.Join(t.TempDir(), "a new", "folder")
	ctx, cancel := deadline(t)
	defer cancel()
	together(4, func(caller int) {
		if caller == 0 {
			if err := s.Backup(ctx, folder); err != nil {
				t.Error(err)
			}
			return
		}
		for range 8 {
			room := c.newRoom("written meanwhile " + string(s.NewID()))
			if _, err := s.InsertRoom(ctx, &room); err != nil {
				t.Error(err)
			}
		}
	})
	copied := c.restored(t, folder)
	noError(t, copied.Migrate(t.Context()))
	equal(t, must[models.Door](t)(s.Door(t.Context(), code.Code)), must[models.Door](t)(copied.Door(t.Context(), code.Code)))
	equal(t, fullTemplateAgain(c, full), must[models.Template](t)(copied.Template(t.Context(), c.workspace.ID, full.ID)))
	equal(t, c.seen(c.room), must[models.Room](t)(copied.Room(t.Context(), c.workspace.ID, c.room.ID)))

	if err := s.Backup(t.Context(), folder); err == nil {
		t.Error("the second backup overwrote the first")
	}
	equal(t, c.seen(c.room), must[models.Room](t)(copied.Room(t.Context(), c.workspace.ID, c.room.ID)))
}

// restored opens what Backup wrote: SQLite's file as it is, Postgres' dump in a fresh database.
func (c *scene) restored(t *testing.T, folder string) *store.Store {
	t.Helper()
	file, dump := filepath.Join(folder, "foyer.db"), filepath.Join(folder, "foyer.dump")
	address := "sqlite:" + file
	if _, err := os.Stat(dump); err == nil {
		file, address = dump, Empty(t, Postgres)
		restore := exec.CommandContext(t.Context(), "pg_restore", "--exit-on-error", "--no-owner", "--dbname="+address, dump)
		if out, err := restore.CombinedOutput(); err != nil {
			t.Fatalf("pg_restore: %v\n%s", err, out)
		}
	}
	info := must[os.FileInfo](t)(os.Stat(file))
	equal(t, os.FileMode(0o600), info.Mode().Perm())
	return Open(t, store.Options{URL: address})
}

func closedStore(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	noError(t, s.Ping(t.Context()))
	methods := c.methods(t.TempDir())
	noError(t, s.Close())
	refused(t, s.Ping(t.Context()), fault.Unavailable, "the database is not available")
	delete(methods, "Backup") // reads the database by a connection of its own
	for name, call := range methods {
		if err := call(t.Context()); err == nil {
			t.Errorf("%s works on a closed store", name)
		}
	}
	noError(t, s.Close())
}
