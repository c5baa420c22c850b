package store

import (
	"gorm.io/gorm"
	"gorm.io/gorm/callbacks"
	"gorm.io/gorm/clause"
	gormlog "gorm.io/gorm/logger"
	"gorm.io/gorm/schema"
)

// sqliteDialector lets GORM speak to the pure-Go SQLite driver. It is our own (docs/adr/0006) since the official one links C
// code in every cgo build. It has no migrator: the schema is goose's.
type sqliteDialector struct{ pool *statements }

// Name is how GORM calls the database.
func (sqliteDialector) Name() string { return "sqlite" }

// Initialize hands GORM the pool and the clauses that SQLite knows.
func (d sqliteDialector) Initialize(db *gorm.DB) error {
	db.ConnPool = d.pool
	callbacks.RegisterDefaultCallbacks(db, &callbacks.Config{
		CreateClauses: []string{"INSERT", "VALUES", "ON CONFLICT", "RETURNING"},
		UpdateClauses: []string{"UPDATE", "SET", "FROM", "WHERE", "RETURNING"},
		DeleteClauses: []string{"DELETE", "FROM", "WHERE", "RETURNING"},
	})
	db.ClauseBuilders["FOR"] = func(clause.Clause, clause.Builder) {} // no row locks: writers are alone
	return nil
}

// Migrator is absent: migrations are SQL files.
func (sqliteDialector) Migrator(*gorm.DB) gorm.Migrator { return nil }

// DataTypeOf is asked by migrators only.
func (sqliteDialector) DataTypeOf(*schema.Field) string { return "" }

// DefaultValueOf is the value of a column that an insert leaves out.
func (sqliteDialector) DefaultValueOf(*schema.Field) clause.Expression {
	return clause.Expr{SQL: "NULL"}
}

// BindVarTo writes the place of a value.
func (sqliteDialector) BindVarTo(writer clause.Writer, _ *gorm.Statement, _ any) {
	_ = writer.WriteByte('?')
}

// QuoteTo writes a name, each part of table.column in quotes. Names come from this program, never from a request.
func (sqliteDialector) QuoteTo(writer clause.Writer, name string) {
	_ = writer.WriteByte('"')
	for i := range len(name) {
		if name[i] == '.' {
			_, _ = writer.WriteString(`"."`)
			continue
		}
		_ = writer.WriteByte(name[i])
	}
	_ = writer.WriteByte('"')
}

// Explain writes a statement for the log.
func (sqliteDialector) Explain(statement string, values ...any) string {
	return gormlog.ExplainSQL(statement, nil, `"`, values...)
}

// SavePoint begins a nested transaction.
func (sqliteDialector) SavePoint(tx *gorm.DB, name string) error {
	return tx.Exec("SAVEPOINT " + name).Error
}

// RollbackTo undoes a nested transaction.
func (sqliteDialector) RollbackTo(tx *gorm.DB, name string) error {
	return tx.Exec("ROLLBACK TO SAVEPOINT " + name).Error
}
