package store_test

import (
	"database/sql"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"foyer/models"
	"foyer/store"
	"foyer/store/storetest"

	"github.com/google/go-cmp/cmp"
	"gorm.io/gorm/schema"
)

// nouns are all models that have a table.
var nouns = []any{
	models.Workspace{},
	models.Key{},
	models.Operator{},
	models.Template{},
	models.Role{},
	models.Room{},
	models.Code{},
	models.StreamKey{},
	models.Session{},
	models.Peer{},
	models.Ban{},
	models.Alias{},
	models.Poll{},
	models.PollRun{},
	models.PollResponse{},
	models.Delivery{},
	models.Lane{},
	models.WebhookSecret{},
	models.Replay{},
	models.AnalyticsEvent{},
	models.Measurement{},
	models.Account{},
	models.APIKey{},
	models.LedgerRow{},
	models.ChatUser{},
	models.ChatToken{},
	models.ChatTicket{},
	models.ChatRoom{},
	models.ChatMember{},
	models.ChatPresence{},
	models.ChatMessage{},
}

// column is what matters of one: the word for its type, and whether it may be absent.
type column struct {
	Type     string
	Nullable bool
}

var types = map[string]string{
	"TEXT": "text", "text": "text",
	"BLOB": "bytes", "bytea": "bytes",
	"BOOLEAN": "boolean", "boolean": "boolean",
	"INTEGER": "integer", "integer": "integer", "bigint": "integer",
	"TIMESTAMP": "time", "timestamp with time zone": "time",
}

const (
	sqliteColumns = `SELECT t.name, c.name, c.type, c."notnull" = 0 AND c.pk = 0
		FROM sqlite_master t JOIN pragma_table_info(t.name) c
		WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\_%' ESCAPE '\' AND t.name <> 'goose_db_version'`
	postgresColumns = `SELECT table_name, column_name, data_type, is_nullable = 'YES'
		FROM information_schema.columns WHERE table_schema = 'public' AND table_name <> 'goose_db_version'`
)

// columns reads the schema: table, column.
func columns(t *testing.T, pool *sql.DB, database string) map[string]map[string]column {
	t.Helper()
	query := map[string]string{storetest.SQLite: sqliteColumns, storetest.Postgres: postgresColumns}[database]
	rows, err := pool.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	tables := map[string]map[string]column{}
	for rows.Next() {
		var table, name, kind string
		var c column
		if err := rows.Scan(&table, &name, &kind, &c.Nullable); err != nil {
			t.Fatal(err)
		}
		var known bool
		if c.Type, known = types[kind]; !known {
			t.Errorf("%s.%s has the type %s, which both databases do not have a word for", table, name, kind)
		}
		if tables[table] == nil {
			tables[table] = map[string]column{}
		}
		tables[table][name] = c
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return tables
}

// needed is what the models need, with the tables that have none.
func needed(t *testing.T) map[string]map[string]column {
	t.Helper()
	tables := map[string]map[string]column{
		"code_uses":   {"code_id": {Type: "text"}, "user_id": {Type: "text"}, "used_at": {Type: "time"}},
		"queues":      {"room_id": {Type: "text"}, "waiters": {Type: "text"}},
		"heartbeat":   {"node": {Type: "text"}, "beat_at": {Type: "time"}, "mark": {Type: "text"}},
		"revocations": {"token": {Type: "text"}, "room_id": {Type: "text"}, "until": {Type: "time"}},
	}
	for _, noun := range nouns {
		parsed, err := schema.Parse(noun, &sync.Map{}, schema.NamingStrategy{})
		if err != nil {
			t.Fatal(err)
		}
		tables[parsed.Table] = map[string]column{}
		for _, field := range parsed.Fields {
			if field.DBName != "" && (field.Creatable || !field.IgnoreMigration) { // not what is only read along
				tables[parsed.Table][field.DBName] = column{Type: typeOf(t, field.FieldType), Nullable: field.FieldType.Kind() == reflect.Pointer}
			}
		}
	}
	return tables
}

func typeOf(t *testing.T, field reflect.Type) string {
	t.Helper()
	if field.Kind() == reflect.Pointer {
		field = field.Elem()
	}
	switch {
	case field == reflect.TypeFor[time.Time]():
		return "time"
	case field == reflect.TypeFor[models.Questions](), field == reflect.TypeFor[models.Positions]():
		return "text"
	case field == reflect.TypeFor[[]byte]():
		return "bytes"
	case field == reflect.TypeFor[models.Document](), field == reflect.TypeFor[models.List](), field == reflect.TypeFor[models.Words](), field == reflect.TypeFor[models.Rules](), field.Kind() == reflect.String:
		return "text"
	case field.Kind() == reflect.Bool:
		return "boolean"
	case field.Kind() == reflect.Int:
		return "integer"
	}
	t.Fatalf("no column holds a %s", field)
	return ""
}

// absent are the columns that may hold NULL though their fields are no pointers: their nil is the absent one.
var absent = map[string]bool{
	"sessions.state": true, "workspaces.webhook_headers": true, "rooms.recording_info": true, "rooms.polls": true, "rooms.webhook_headers": true,
	"aliases.password": true, "aliases.creator": true,
}

func TestSchemaIsWhatModelsNeed(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		pool, _ := store.Pools(storetest.Open(t, store.Options{URL: storetest.URL(t, database)}))
		got := columns(t, pool, database)
		for table, list := range got {
			for name, c := range list {
				if absent[table+"."+name] && c.Nullable {
					c.Nullable = false
					list[name] = c
				}
			}
		}
		if diff := cmp.Diff(needed(t), got); diff != "" {
			t.Errorf("-models +tables\n%s", diff)
		}
	})
}

const (
	sqliteLinks = `SELECT t.name || '.' || f."from" || ' -> ' || f."table" || '.' || f."to"
		FROM sqlite_master t JOIN pragma_foreign_key_list(t.name) f WHERE t.type = 'table'
		UNION ALL
		SELECT 'index ' || name || ' on ' || tbl_name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL`
	postgresLinks = `SELECT c.conrelid::regclass || '.' || a.attname || ' -> ' || c.confrelid::regclass || '.' || b.attname
		FROM pg_constraint c
		JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
		JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1]
		WHERE c.contype = 'f'
		UNION ALL
		SELECT 'index ' || indexname || ' on ' || tablename FROM pg_indexes
		WHERE schemaname = 'public' AND indexname NOT IN (SELECT conname FROM pg_constraint)`
)

// Both databases have the same references and the same indexes beside those of their keys.
func TestSchemasAreAlike(t *testing.T) {
	t.Parallel()
	links := func(database, query string) map[string]bool {
		pool, _ := store.Pools(storetest.Open(t, store.Options{URL: storetest.URL(t, database)}))
		rows, err := pool.QueryContext(t.Context(), query)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = rows.Close() }()
		found := map[string]bool{}
		for rows.Next() {
			var line string
			if err := rows.Scan(&line); err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(line, "goose_db_version") {
				found[line] = true
			}
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		return found
	}
	lite, pg := links(storetest.SQLite, sqliteLinks), links(storetest.Postgres, postgresLinks)
	if diff := cmp.Diff(lite, pg); diff != "" || len(lite) == 0 {
		t.Errorf("-sqlite +postgres\n%s", diff)
	}
}
