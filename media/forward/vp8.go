package forward

import "encoding/binary"

// vp8 is what the descriptor before a VP8 payload says (RFC 7741, 4.2).
type vp8 struct {
	key       bool  // the first packet of a key frame
	pictureAt uint8 // where the picture id lies; 0: there is none
	wide      bool  // the picture id has 15 bits, not 7
	levelAt   uint8 // where TL0PICIDX lies; 0: there is none
	picture   uint16
	level     uint8

	width, height uint16 // of a key frame; 0: not known
}

// parseVP8 reads a descriptor; one that is cut short is none.
func parseVP8(b []byte) (d vp8) {
	if len(b) == 0 {
		return vp8{}
	}
	at, first := 1, b[0]
	if first&0x80 != 0 {
		if len(b) < 2 {
			return vp8{}
		}
		at = d.parseOptions(b)
	}
	if at >= len(b) {
		return vp8{}
	}
	if d.key = first&0x10 != 0 && first&0x07 == 0 && b[at]&0x01 == 0; d.key {
		d.parseSize(b[at:])
	}
	return d
}

// parseSize reads how large the pictures are, from the head of a key frame (RFC 6386, 9.1). The upper two bits of each number are for scaling.
func (d *vp8) parseSize(frame []byte) {
	if len(frame) >= 10 && frame[3] == 0x9d && frame[4] == 0x01 && frame[5] == 0x2a {
		d.width, d.height = binary.LittleEndian.Uint16(frame[6:])&0x3fff, binary.LittleEndian.Uint16(frame[8:])&0x3fff
	}
}

// parseOptions reads the optional fields, and says where the payload begins. Behind the end means that they are cut short.
func (d *vp8) parseOptions(b []byte) int {
	at, options := 2, b[1]
	if options&0x80 != 0 {
		if at+1 >= len(b) {
			return len(b)
		}
		d.pictureAt, d.wide, d.picture = uint8(at), b[at]&0x80 != 0, uint16(b[at]&0x7f)
		if at++; d.wide {
			d.picture = d.picture<<8 | uint16(b[at])
			at++
		}
	}
	if options&0x40 != 0 {
		if at >= len(b) {
			return len(b)
		}
		d.levelAt, d.level = uint8(at), b[at]
		at++
	}
	if options&0x30 != 0 {
		at++
	}
	return at
}

// put writes other numbers into a descriptor, in place.
func (d *vp8) put(b []byte, picture uint16, level uint8) {
	switch {
	case d.pictureAt == 0:
	case d.wide:
		binary.BigEndian.PutUint16(b[d.pictureAt:], picture|0x8000)
	default:
		b[d.pictureAt] = byte(picture) & 0x7f
	}
	if d.levelAt != 0 {
		b[d.levelAt] = level
	}
}

// widen copies a payload to where there is room, and makes its picture id one of 15 bits. The two may lie in the same place.
func (d *vp8) widen(to, b []byte) []byte {
	at := int(d.pictureAt)
	copy(to[at+1:], b[at:])
	copy(to[:at], b[:at])
	d.wide = true
	if d.levelAt != 0 {
		d.levelAt++
	}
	return to[:len(b)+1]
}

// pictures goes on counting pictures over changes of layer. The zero value has not begun.
type pictures struct {
	begun               bool
	wide                bool // 15 bits have been sent: a subscriber never sees fewer again
	lastIn, lastOut     uint16
	levelsIn, levelsOut uint8
}

// start counts one on: the packet begins a picture that follows the last one.
func (n *pictures) start(d *vp8) {
	if n.begun {
		n.lastOut, n.levelsOut = n.lastOut+1, n.levelsOut+1
	} else {
		n.lastOut, n.levelsOut = d.picture, d.level
	}
	n.begun, n.lastIn, n.levelsIn = true, d.picture, d.level
}

// number is what the picture of a packet is called to the subscriber.
func (n *pictures) number(d *vp8) (picture uint16, level uint8) {
	n.wide = n.wide || d.wide
	shift := 9 // of 7 bits
	if d.wide {
		shift = 1
	}
	step := int16((d.picture-n.lastIn)<<shift) >> shift
	picture, level = n.lastOut+uint16(step), n.levelsOut+(d.level-n.levelsIn)
	if step > 0 {
		n.lastIn, n.lastOut = d.picture, picture
	}
	if int8(d.level-n.levelsIn) > 0 {
		n.levelsIn, n.levelsOut = d.level, level
	}
	return picture & 0x7fff, level
}
