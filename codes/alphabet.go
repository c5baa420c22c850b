package codes

import (
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/sqids/sqids-go"
)

const letters = "abcdefghijklmnopqrstuvwxyz"

// Sqids writes one number as a first letter, which follows from the number, and the number itself in base 25. Ten letters are
// therefore nine digits without a leading zero: the numbers from 25⁸ to 25⁹-1. They are 24 x 25⁸, about 2 to the power of 41.7.
const (
	lowest = 152_587_890_625 // 25⁸

	// Space is how many codes there are. Draw never gives about 0.2 % of them: those with a blocked word of three letters.
	Space uint64 = 24 * lowest
)

const (
	length   = 10 // letters of a code
	written  = 12 // bytes of abc-defg-hij
	maxInput = 64 // bytes that Parse looks at
	draws    = 64 // one draw in six is outside the range: 64 in a row mean that the random bytes are none
)

// Source draws codes. It is safe for concurrent use if its reader is.
type Source struct {
	random io.Reader    // static
	sqids  *sqids.Sqids // static; keeps no state between calls
	short  []string     // static: blocked words that sqids does not look for inside an id
}

// NewSource makes a source of codes from a source of random bytes; nil means crypto/rand.Reader.
func NewSource(random io.Reader) (*Source, error) {
	if random == nil {
		random = rand.Reader
	}
	encoder, err := sqids.New(sqids.Options{Alphabet: letters})
	if err != nil {
		return nil, fmt.Errorf("set up the alphabet of codes: %w", err)
	}
	return &Source{random: random, sqids: encoder, short: shortWords()}, nil
}

// shortWords lists the blocked words that sqids compares with whole ids only. In abc-defg-hij they would stand alone in a group.
func shortWords() []string {
	var words []string
	for _, word := range sqids.Blocklist() {
		if len(word) <= 3 && strings.Trim(word, letters) == "" {
			words = append(words, word)
		}
	}
	return words
}

// Draw makes a fresh code, written abc-defg-hij: one of Space, each as likely as the other, without any word of sqids' blocklist
// in its ten letters, whether hyphens part it or not. It fails (kind Internal) only when the random bytes do. The caller sees
// to it that no code is given twice.
func (s *Source) Draw() (string, error) {
	for range draws {
		number, err := s.number()
		if err != nil {
			return "", fmt.Errorf("draw a code: %w", err)
		}
		if number >= Space {
			continue
		}
		id, err := s.sqids.Encode([]uint64{lowest + number})
		if err != nil {
			return "", fmt.Errorf("draw a code: %w", err)
		}
		if len(id) == length && !s.rude(id) {
			return id[:3] + "-" + id[3:7] + "-" + id[7:], nil
		}
	}
	return "", errors.New("draw a code: the random bytes repeat themselves")
}

// number is 42 random bits: the least that hold Space. What lies beyond Space is drawn again, so that all codes are equally likely.
func (s *Source) number() (uint64, error) {
	var raw [8]byte
	if _, err := io.ReadFull(s.random, raw[:]); err != nil {
		return 0, err
	}
	return binary.BigEndian.Uint64(raw[:]) >> (64 - 42), nil
}

func (s *Source) rude(id string) bool {
	for _, word := range s.short {
		if strings.Contains(id, word) {
			return true
		}
	}
	return false
}

// Parse reads a code as people write it: in any case, with white space anywhere, with hyphens missing, too many or of another kind.
// It answers the code as it is stored, abc-defg-hij. Anything that is not ten letters, or is longer than 64 bytes, is not ok.
// Whether such a code exists is another question.
func Parse(s string) (code string, ok bool) {
	if len(s) > maxInput {
		return "", false
	}
	out := [written]byte{3: '-', 8: '-'}
	at, n := 0, 0
	for _, r := range s {
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		if r < 'a' || r > 'z' {
			if separates(r) {
				continue
			}
			return "", false
		}
		if n == length {
			return "", false
		}
		if out[at] == '-' {
			at++
		}
		out[at] = byte(r)
		at, n = at+1, n+1
	}
	if n != length {
		return "", false
	}
	if string(out[:]) == s {
		return s, true
	}
	return string(out[:]), true
}

// separates reports whether Parse skips r: white space, every dash, what looks like one, and the invisible characters that come
// along when text is copied (soft hyphen, zero-width space, direction marks).
func separates(r rune) bool {
	switch r {
	case '-', ' ', '\u2212', '\u2043', '\u02d7': // minus sign, hyphen bullet, modifier letter minus
		return true
	}
	return r >= 0 && (unicode.IsSpace(r) || unicode.Is(unicode.Pd, r) || unicode.Is(unicode.Cf, r))
}
