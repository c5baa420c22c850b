package forward

import "encoding/binary"

// The types of H.264 units that matter here (RFC 6184, 5.2).
const (
	unitIDR    = 5
	unitSPS    = 7
	unitStapA  = 24
	unitFuA    = 28
	unitsMixed = 0x1f
)

// h264 finds where key frames of one stream begin: at the parameters, without which the new size is not known; or at the picture, in a
// stream that has never had them with it.
type h264 struct{ parameters bool }

func (h *h264) starts(b []byte) bool {
	if len(b) == 0 {
		return false
	}
	switch kind := b[0] & unitsMixed; kind {
	case unitStapA:
		return h.startsAny(b[1:])
	case unitFuA:
		return len(b) > 1 && b[1]&0x80 != 0 && h.unit(b[1]&unitsMixed)
	default:
		return h.unit(kind)
	}
}

func (h *h264) startsAny(b []byte) (starts bool) {
	for len(b) > 2 {
		size := int(binary.BigEndian.Uint16(b))
		starts = h.unit(b[2]&unitsMixed) || starts
		b = b[min(2+size, len(b)):]
	}
	return starts
}

func (h *h264) unit(kind byte) bool {
	h.parameters = h.parameters || kind == unitSPS
	return kind == unitSPS || kind == unitIDR && !h.parameters
}
