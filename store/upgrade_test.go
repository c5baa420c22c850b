package store_test

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"foyer/models"
	"foyer/store"
	"foyer/store/storetest"

	"github.com/google/go-cmp/cmp"
	"github.com/pressly/goose/v3"
)

// provider applies the migrations of this checkout one by one.
func provider(t *testing.T, pool *sql.DB, database string) *goose.Provider {
	t.Helper()
	dialect := map[string]goose.Dialect{storetest.SQLite: goose.DialectSQLite3, storetest.Postgres: goose.DialectPostgres}[database]
	p, err := goose.NewProvider(dialect, pool, os.DirFS("migrations/"+database), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// versions lists the versions of the schema, oldest first.
func versions(t *testing.T, database string) []string {
	t.Helper()
	files, err := os.ReadDir("migrations/" + database)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, file := range files {
		number, _, _ := strings.Cut(file.Name(), "_")
		version, err := strconv.Atoi(number)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, strconv.Itoa(version))
	}
	return list
}

var binary = regexp.MustCompile(`bytes'([0-9a-f]*)'`)

// addRows adds to a database of an old version the rows that such a Foyer may have left behind: testdata/rows/<version>.sql.
func addRows(t *testing.T, pool *sql.DB, database string, version int64) {
	t.Helper()
	name := fmt.Sprintf("testdata/rows/%05d.sql", version)
	text, err := os.ReadFile(name)
	if errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("%s is not there: write two rows for every table that version %d added", name, version)
	}
	if err != nil {
		t.Fatal(err)
	}
	literal := map[string]string{storetest.SQLite: "X'$1'", storetest.Postgres: `'\x$1'`}[database]
	for statement := range strings.SplitSeq(binary.ReplaceAllString(string(text), literal), ";\n") {
		if strings.TrimSpace(statement) == "" {
			continue
		}
		if _, err := pool.ExecContext(t.Context(), statement); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, statement)
		}
	}
}

// counts tells how many rows each table has.
func counts(t *testing.T, pool *sql.DB, database string) map[string]int {
	t.Helper()
	rows := map[string]int{}
	for table := range columns(t, pool, database) {
		var count int
		if err := pool.QueryRowContext(t.Context(), "SELECT count(*) FROM "+table).Scan(&count); err != nil { //nolint:gosec // a table of ours
			t.Fatal(err)
		}
		rows[table] = count
	}
	return rows
}

// TestUpgrade brings a database of every version, this one included, to this version with rows in it: none is lost, all are
// read as before, and the schema is that of a new database.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		fresh, _ := store.Pools(storetest.Open(t, store.Options{URL: storetest.URL(t, database)}))
		want := columns(t, fresh, database)
		for _, version := range versions(t, database) {
			t.Run("from "+version, func(t *testing.T) {
				from, err := strconv.ParseInt(version, 10, 64)
				if err != nil {
					t.Fatal(err)
				}
				s := storetest.Open(t, store.Options{URL: storetest.Empty(t, database)})
				pool, _ := store.Pools(s)
				for version := range from {
					if _, err := provider(t, pool, database).UpTo(t.Context(), version+1); err != nil {
						t.Fatal(err)
					}
					addRows(t, pool, database, version+1)
				}
				before := counts(t, pool, database)
				if err := s.Migrate(t.Context()); err != nil {
					t.Fatal(err)
				}
				keepsRows(t, before, counts(t, pool, database))
				if diff := cmp.Diff(want, columns(t, pool, database)); diff != "" {
					t.Errorf("-new database +upgraded\n%s", diff)
				}
				sound(t, pool, database)
				readsOld(t, s)
			})
		}
	})
}

func keepsRows(t *testing.T, before, after map[string]int) {
	t.Helper()
	for table, count := range before {
		if count < 2 {
			t.Errorf("%s has %d rows before the upgrade: put two at least, or it proves nothing", table, count)
		}
		if got, there := after[table]; there && got < count {
			t.Errorf("%s had %d rows and has %d", table, count, got)
		}
	}
}

// sound asks SQLite for rows whose reference leads nowhere: a table that is made anew is where they come from.
func sound(t *testing.T, pool *sql.DB, database string) {
	t.Helper()
	if database != storetest.SQLite {
		return
	}
	var violations int
	if err := pool.QueryRowContext(t.Context(), "SELECT count(*) FROM pragma_foreign_key_check").Scan(&violations); err != nil {
		t.Fatal(err)
	}
	var verdict string
	if err := pool.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&verdict); err != nil {
		t.Fatal(err)
	}
	if violations != 0 || verdict != "ok" {
		t.Errorf("%d references lead nowhere; integrity: %s", violations, verdict)
	}
}

func at(text string) time.Time {
	parsed, err := time.Parse("2006-01-02 15:04:05", "2024-03-12 07:06:"+text)
	if err != nil {
		panic(err)
	}
	return parsed
}

// readsOld reads, through the store as it is now, what the rows of every version have in common.
func readsOld(t *testing.T, s *store.Store) {
	t.Helper()
	ctx, hook := t.Context(), "https://example.com/hook"
	same := func(what string, want, got any, err error) {
		t.Helper()
		if diff := cmp.Diff(want, got); diff != "" || err != nil {
			t.Errorf("%s: %v: -want +got\n%s", what, err, diff)
		}
	}
	workspace := models.Workspace{
		ID: "65f000000000000000000001", AppID: "65f000000000000000000002", Name: "acme", Region: "eu",
		DefaultTemplateID: "65f000000000000000000020", RoomLinksEnabled: true, WebhookURL: &hook, WebhookHeaders: []byte{1, 0, 0xff},
		CreatedAt: at("08"), UpdatedAt: at("08.09"),
	}
	key := models.Key{ID: "key-active", WorkspaceID: workspace.ID, Secret: []byte{1, 2}, CreatedAt: at("08.123")}
	bearer, err := s.Bearer(ctx, "key-active")
	same("the bearer", store.Bearer{Key: key, Workspace: workspace}, bearer, err)
	keys, err := s.Keys(ctx, workspace.ID)
	same("the keys", 2, len(keys), err)
	operator, err := s.Operator(ctx, "operator")
	same("the operator", "$argon2id$v=19$old", operator.PasswordHash, err)

	template, err := s.Template(ctx, workspace.ID, "65f000000000000000000020")
	same("the settings", models.Document{"region": "us", "big": json.Number("12345678901234567890")}, template.Settings, err)
	same("the roles", []string{"guest", "host"}, template.RoleNames(), err)
	room, err := s.Room(ctx, workspace.ID, "65f000000000000000000030")
	same("the room", "Demo of default", room.Name+" of "+room.TemplateName, err)
	same("the room's recording", models.Document{"enabled": true}, room.RecordingInfo, err)

	code, err := s.Code(ctx, workspace.ID, "abc-defg-hij")
	retires, uses := at("11").AddDate(10, 0, 0), 5
	same("the code's use", []any{true, &retires, &uses, 1}, []any{code.Enabled, code.RetiresAt, code.MaxUses, code.Uses}, err)
	door, err := s.Door(ctx, "abc-defg-hij")
	same("the door", []any{true, true, true, "key-active"}, []any{door.RoomEnabled, door.LinksOn, door.RoleExists, door.KeyID}, err)
	door, err = s.Door(ctx, "klm-nopq-rst")
	same("the orphan's door", []any{true, false}, []any{door.Code.Orphaned, door.RoleExists}, err)
	counted, err := s.Spend(ctx, code.ID, "user", s.Stamp())
	same("the use of before", true, counted, err)
	streams, err := s.StreamKeys(ctx, room.ID)
	same("the stream keys", 2, len(streams), err)
}
