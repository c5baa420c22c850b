package main

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"time"
)

// logDelay is how long a line of the log may wait for others, so that they are written together: a write for each request is one system
// call in four of an exchange. Warnings and errors do not wait. logBuffer is how many bytes wait at most; then the next line writes them.
const (
	logDelay  = 10 * time.Millisecond
	logBuffer = 64 << 10
)

// gathered is the log of a program that serves, and what it waits in: flush that before the end.
func gathered(log func(io.Writer) (*slog.Logger, error), to io.Writer) (*slog.Logger, *gatherer, error) {
	lines := &gatherer{to: to}
	direct, err := log(lines)
	if err != nil {
		return nil, nil, err
	}
	return slog.New(urgent{direct.Handler(), lines}), lines, nil
}

// gatherer writes lines together. Safe for concurrent use.
type gatherer struct {
	mu      sync.Mutex
	to      io.Writer
	waiting []byte // guarded by mu
}

// Write takes a line; it is written within logDelay.
func (g *gatherer) Write(line []byte) (int, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if len(g.waiting) == 0 {
		time.AfterFunc(logDelay, func() { _ = g.flush() }) // nobody could be told
	}
	g.waiting = append(g.waiting, line...)
	if len(g.waiting) < logBuffer {
		return len(line), nil
	}
	return len(line), g.flushLocked()
}

func (g *gatherer) flush() error {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.flushLocked()
}

func (g *gatherer) flushLocked() error {
	if len(g.waiting) == 0 {
		return nil
	}
	_, err := g.to.Write(g.waiting)
	g.waiting = g.waiting[:0]
	return err
}

// urgent has warnings and errors written at once, with all that waits before them: what comes next may be the end of the process.
type urgent struct {
	slog.Handler

	lines *gatherer
}

// Handle is slog's.
func (u urgent) Handle(ctx context.Context, r slog.Record) error {
	err := u.Handler.Handle(ctx, r)
	if r.Level >= slog.LevelWarn {
		err = errors.Join(err, u.lines.flush())
	}
	return err
}

// WithAttrs is slog's.
func (u urgent) WithAttrs(attrs []slog.Attr) slog.Handler {
	return urgent{u.Handler.WithAttrs(attrs), u.lines}
}

// WithGroup is slog's.
func (u urgent) WithGroup(name string) slog.Handler {
	return urgent{u.Handler.WithGroup(name), u.lines}
}
