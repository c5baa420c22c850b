package store

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"gorm.io/gorm"
	gormlog "gorm.io/gorm/logger"
)

// logger tells slog what GORM tells. Statements are logged without their values: those hold codes and sealed secrets.
type logger struct {
	log  *slog.Logger
	slow time.Duration
}

func newLogger(log *slog.Logger, slow time.Duration) *logger {
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	return &logger{log: log, slow: slow}
}

// LogMode is GORM's; the level is slog's affair.
func (l *logger) LogMode(gormlog.LogLevel) gormlog.Interface { return l }

// Info is GORM's.
func (l *logger) Info(ctx context.Context, message string, _ ...any) {
	l.log.DebugContext(ctx, message)
}

// Warn is GORM's.
func (l *logger) Warn(ctx context.Context, message string, _ ...any) { l.log.WarnContext(ctx, message) }

// Error is GORM's.
func (l *logger) Error(ctx context.Context, message string, _ ...any) {
	l.log.ErrorContext(ctx, message)
}

// ParamsFilter keeps the values out of the statement's text.
func (l *logger) ParamsFilter(_ context.Context, sql string, _ ...any) (string, []any) {
	return sql, nil
}

// Trace tells of slow statements. Failures are returned to the caller, who logs or answers them.
func (l *logger) Trace(ctx context.Context, began time.Time, statement func() (string, int64), err error) {
	took := time.Since(began)
	if took < l.slow || errors.Is(err, gorm.ErrRecordNotFound) {
		return
	}
	sql, rows := statement()
	l.log.WarnContext(ctx, "slow statement", "sql", sql, "rows", rows, "took", took)
}
