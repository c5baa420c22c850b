package models

import (
	"encoding/binary"
	"encoding/hex"
	"io"
	"sync"
	"time"
)

// ID names a row: 24 lower-case hex digits that sort in the order of creation (server contract 1.8).
type ID string

// ValidID reports whether s has the shape of an ID.
func ValidID(s string) bool {
	if len(s) != 24 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// IDs makes ids. An id is 4 bytes of seconds, 2 bytes of 1/65536 seconds, 2 bytes of counter and 4 random bytes, so that
// ids of one process always grow and ids of two processes sort by their clocks. Safe for concurrent use.
type IDs struct {
	random io.Reader        // static
	now    func() time.Time // static

	mu   sync.Mutex
	last uint64 // guarded by mu: time (48 bits) and counter (16 bits) of the id given last
}

// NewIDs makes ids from a clock and a source of random bytes that never fails (crypto/rand.Reader).
func NewIDs(now func() time.Time, random io.Reader) *IDs {
	return &IDs{now: now, random: random}
}

// Next is a fresh id, greater than every id given before, even when the clock steps back.
func (g *IDs) Next() ID {
	now := g.now()
	tick := uint64(now.Unix())<<32 | uint64(now.Nanosecond())<<16/1_000_000_000<<16

	g.mu.Lock()
	g.last = max(tick, g.last+1)
	mark := g.last
	g.mu.Unlock()

	var raw [12]byte
	binary.BigEndian.PutUint64(raw[:8], mark)
	_, _ = io.ReadFull(g.random, raw[8:]) // a repeat within one tick of one process is already excluded by the counter
	return ID(hex.EncodeToString(raw[:]))
}

// Stamp is the one place where a time loses its fraction: UTC, whole milliseconds (server contract 1.8).
func Stamp(t time.Time) time.Time { return t.UTC().Truncate(time.Millisecond) }
