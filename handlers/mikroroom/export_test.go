package mikroroom

import (
	"bytes"
	"io"
	"maps"
	"slices"

	"github.com/gobwas/ws"
)

// Ops are the types that a client may send.
func Ops() []string { return slices.Sorted(maps.Keys(ops)) }

// Copied is a message as another client gets it; nil when it is none.
func Copied(text []byte, from string, at int64) ([]byte, error) {
	m, err := parse(text)
	if err != nil {
		return nil, err
	}
	t := (&Handler{}).teller("ABC123")
	frame := bytes.NewReader(t.copied(m.text, from, at))
	if _, err := ws.ReadHeader(frame); err != nil {
		return nil, err
	}
	return io.ReadAll(frame)
}
