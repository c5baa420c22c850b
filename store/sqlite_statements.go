package store

import (
	"context"
	"database/sql"
	"slices"
	"sync"

	"gorm.io/gorm"
)

// statements is a pool that prepares a statement once and keeps it until the pool is closed. Their number is bounded: texts come
// from this program only, a few for each length of an IN list. Safe for concurrent use. It stands in for GORM's own cache,
// which panics when a row's statement cannot be prepared, fails the callers who wait for one that was cancelled, prepares
// again in every transaction, and leaves a goroutine behind.
//
// What is begun is not interrupted when the caller goes: to watch for that takes two goroutines a statement, which cost more than
// nearly every statement itself. A transaction whose caller goes is undone all the same.
type statements struct {
	*sql.DB

	mu     sync.RWMutex
	kept   map[string]*sql.Stmt // guarded by mu
	wanted []string             // guarded by mu: what transactions ran unprepared
}

func newStatements(pool *sql.DB) *statements {
	return &statements{DB: pool, kept: map[string]*sql.Stmt{}}
}

// GetDBConn gives GORM the pool itself.
func (p *statements) GetDBConn() (*sql.DB, error) { return p.DB, nil }

// ExecContext runs a statement.
func (p *statements) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	stmt, err := p.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	return stmt.ExecContext(ctx, args...)
}

// QueryContext reads rows.
func (p *statements) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	stmt, err := p.prepared(ctx, query)
	if err != nil {
		return nil, err
	}
	return stmt.QueryContext(context.WithoutCancel(ctx), args...)
}

// QueryRowContext reads a row.
func (p *statements) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	stmt, err := p.prepared(ctx, query)
	if err != nil {
		return p.DB.QueryRowContext(ctx, query, args...) // nobody else can make a row that holds its error
	}
	return stmt.QueryRowContext(context.WithoutCancel(ctx), args...)
}

// BeginTx begins a transaction. It first prepares what earlier ones lacked: inside of one, the pool's only connection is taken.
func (p *statements) BeginTx(ctx context.Context, o *sql.TxOptions) (gorm.ConnPool, error) {
	p.mu.Lock()
	wanted := p.wanted
	p.wanted = nil
	p.mu.Unlock()
	for _, query := range wanted {
		_, _ = p.prepared(ctx, query) // whoever needs it will want it again, and learn why it cannot be
	}
	tx, err := p.DB.BeginTx(ctx, o)
	if err != nil {
		return nil, err
	}
	return &transaction{Tx: tx, pool: p}, nil
}

func (p *statements) find(query string) (*sql.Stmt, bool) {
	p.mu.RLock()
	defer p.mu.RUnlock()
	stmt, ok := p.kept[query]
	return stmt, ok
}

// prepared finds a statement or prepares it. Two callers may do so at once; the first one's is kept.
func (p *statements) prepared(ctx context.Context, query string) (*sql.Stmt, error) {
	if stmt, ok := p.find(query); ok {
		return stmt, nil
	}
	fresh, err := p.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if stmt, ok := p.kept[query]; ok {
		return stmt, fresh.Close()
	}
	p.kept[query] = fresh
	return fresh, nil
}

func (p *statements) want(query string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !slices.Contains(p.wanted, query) {
		p.wanted = append(p.wanted, query)
	}
}

// transaction is one of a pool of statements: it uses those that are kept, and leaves word of others.
type transaction struct {
	*sql.Tx

	pool *statements
}

// ExecContext runs a statement.
func (t *transaction) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if stmt, ok := t.pool.find(query); ok {
		return t.StmtContext(ctx, stmt).ExecContext(context.WithoutCancel(ctx), args...)
	}
	t.pool.want(query)
	return t.Tx.ExecContext(ctx, query, args...)
}

// QueryContext reads rows.
func (t *transaction) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	if stmt, ok := t.pool.find(query); ok {
		return t.StmtContext(ctx, stmt).QueryContext(context.WithoutCancel(ctx), args...)
	}
	t.pool.want(query)
	return t.Tx.QueryContext(ctx, query, args...)
}

// QueryRowContext reads a row.
func (t *transaction) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if stmt, ok := t.pool.find(query); ok {
		return t.StmtContext(ctx, stmt).QueryRowContext(context.WithoutCancel(ctx), args...)
	}
	t.pool.want(query)
	return t.Tx.QueryRowContext(ctx, query, args...)
}
