package peers

import (
	"encoding/binary"
	"errors"
	"io"
	"slices"

	"github.com/gobwas/ws"
)

// Text is a text frame as a client sends it.
func Text(message string) []byte { return masked(ws.NewTextFrame([]byte(message))) }

// Ping is a frame that asks for a pong.
func Ping() []byte { return masked(ws.NewPingFrame(nil)) }

func masked(f ws.Frame) []byte {
	return ws.MustCompileFrame(ws.MaskFrameInPlaceWith(f, [4]byte{7, 1, 3, 5}))
}

// frames cuts what a server sends into frames.
type frames struct {
	from  io.Reader
	bytes []byte // read and not yet used, from the start to the end
	start int
	end   int
}

// next gives the payload of the next text frame, good until the next call. Other frames are dropped; a goodbye is io.EOF.
func (f *frames) next() ([]byte, error) {
	for {
		op, payload, err := f.frame()
		switch {
		case err != nil:
			return nil, err
		case op == ws.OpText:
			return payload, nil
		case op == ws.OpClose:
			return nil, io.EOF
		}
	}
}

func (f *frames) frame() (ws.OpCode, []byte, error) {
	if err := f.need(2); err != nil {
		return 0, nil, err
	}
	head, size := 2, int(f.bytes[f.start+1])
	switch {
	case size == 126:
		head = 4
	case size == 127:
		head = 10
	case size > 127:
		return 0, nil, errors.New("a masked frame from a server")
	}
	if err := f.need(head); err != nil {
		return 0, nil, err
	}
	switch at := f.bytes[f.start:]; head {
	case 4:
		size = int(binary.BigEndian.Uint16(at[2:]))
	case 10:
		size = int(binary.BigEndian.Uint64(at[2:]))
	}
	if err := f.need(head + size); err != nil {
		return 0, nil, err
	}
	whole := f.bytes[f.start : f.start+head+size]
	f.start += len(whole)
	return ws.OpCode(whole[0] & 0x0f), whole[head:], nil
}

// need has so many bytes ready.
func (f *frames) need(n int) error {
	for f.end-f.start < n {
		if f.start > 0 {
			f.end = copy(f.bytes, f.bytes[f.start:f.end])
			f.start = 0
		}
		if n > len(f.bytes) {
			f.bytes = append(f.bytes, slices.Repeat([]byte{0}, n-len(f.bytes))...)
			f.bytes = f.bytes[:cap(f.bytes)]
		}
		read, err := f.from.Read(f.bytes[f.end:])
		f.end += read
		if read == 0 && err != nil {
			return err
		}
	}
	return nil
}
