package roles

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"foyer/fault"
)

// Recorder is the role of the bot that records. No template may hold it, but recordings and destinations may name it.
const Recorder = "__internal_recorder"

const (
	reserved    = "__internal_" // names of bots begin so
	longestName = 64            // characters
)

// ValidName errs with Invalid unless name can be the name of a role: 1 to 64 printable characters without '/', and none of the
// names that are kept for bots. Names are compared exactly, case included (contract 4.2, 14.17).
func ValidName(name string) error {
	length := utf8.RuneCountInString(name)
	switch {
	case length < 1 || length > longestName:
		return fault.Invalidf("a role name must have 1 to %d characters", longestName)
	case !utf8.ValidString(name) || strings.ContainsFunc(name, unprintable):
		return fault.Invalidf("a role name must hold printable characters only")
	case strings.Contains(name, "/"):
		return fault.Invalidf("a role name must not hold a slash")
	case strings.HasPrefix(name, reserved):
		return fault.Invalidf("role names that begin with %s are reserved", reserved)
	}
	return nil
}

func unprintable(r rune) bool { return !unicode.IsPrint(r) }
