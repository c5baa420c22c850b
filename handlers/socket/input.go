package socket

import "io"

// readBuffer is small: it is what an idle connection costs.
const readBuffer = 512

// input is what a connection is read through. Whoever sends much at once is lent more memory for as long as that lasts: a read costs the
// same whether it brings one frame or ten. It is not much more, since a connection that goes silent at the right moment keeps it.
type input struct {
	from       io.Reader
	own        []byte         // of readBuffer bytes, or more when there was so much already
	lent       *[scratch]byte // nil: own is in use
	start, end int            // what is read and not yet used
}

// newInput is an input that begins with what was read already.
func newInput(from io.Reader, early []byte) input {
	own := make([]byte, max(readBuffer, len(early)))
	return input{from: from, own: own, end: copy(own, early)}
}

// Read gives what there is, and waits only when there is nothing.
func (in *input) Read(b []byte) (int, error) {
	if in.empty() {
		if err := in.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(b, in.buffer()[in.start:in.end])
	in.start += n
	return n, nil
}

func (in *input) empty() bool { return in.start == in.end }

func (in *input) buffer() []byte {
	if in.lent != nil {
		return in.lent[:]
	}
	return in.own
}

// fill waits for more, when all is used.
func (in *input) fill() error {
	switch full := in.end == len(in.buffer()); {
	case full && in.lent == nil: // there is probably more
		in.lent = scratches.Get().(*[scratch]byte) //nolint:forcetypeassert // nothing else is put there
	case !full:
		in.giveBack()
	}
	in.start, in.end = 0, 0
	n, err := in.from.Read(in.buffer())
	in.end = n
	if n > 0 {
		return nil // the next one will err again
	}
	return err
}

// giveBack returns what was lent.
func (in *input) giveBack() {
	if in.lent != nil {
		scratches.Put(in.lent)
		in.lent, in.start, in.end = nil, 0, 0
	}
}
