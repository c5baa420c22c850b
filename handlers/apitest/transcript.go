package apitest

import (
	"bytes"
	"sync"
)

// Transcript is all that a Foyer logged. Safe for concurrent use.
type Transcript struct {
	mu   sync.Mutex
	text bytes.Buffer // guarded by mu
}

// Write takes a line of the log (io.Writer).
func (l *Transcript) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(line)
}

// String is the log so far, one JSON object a line.
func (l *Transcript) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}
