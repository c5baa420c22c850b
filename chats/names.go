package chats

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"foyer/fault"
	"foyer/models"
)

// nameForm is the rule of usernames but for their length (contract 1). It says ASCII on purpose: folding by (?i) would let in letters that
// only look like it.
var nameForm = regexp.MustCompile(`^[A-Za-z](?:[-_]?[A-Za-z0-9])*$`)

// fold is a username as it is stored, and whether it can be one.
func fold(name string) (string, bool) {
	ok := len(name) >= 3 && len(name) <= longestName && nameForm.MatchString(name)
	return strings.ToLower(name), ok
}

// Same reports whether two texts are the same username.
func Same(a, b string) bool { return strings.EqualFold(a, b) }

// What is not there.
const (
	RoomNotFound     = "Room not found"
	NextRoomNotFound = "Next room not found"
	MessageNotFound  = "Message not found"
	UserNotFound     = "User not found"
)

// longestName is how many letters a username has at most.
const longestName = 30

const badName = "a username has 3 to 30 letters and digits, begins with a letter, and may have single - or _ between them"

// checkName gives a username as it is stored. Kind Invalid.
func (s *Service) checkName(name string) (string, error) {
	folded, ok := fold(name)
	if !ok {
		return "", fault.Invalidf(badName)
	}
	if s.rude(folded) {
		return "", fault.Invalidf("the username contains inappropriate language")
	}
	return folded, nil
}

const maxRoomName = 64

// checkRoomName errs unless a public room can be called so (contract 3.2).
func (s *Service) checkRoomName(name string) error {
	if utf8.RuneCountInString(name) > maxRoomName || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) {
		return fault.Invalidf("the room name has at most %d characters", maxRoomName)
	}
	if s.rude(name) {
		return fault.Invalidf("the room name contains inappropriate language")
	}
	return nil
}

// looksLike are characters that stand in for letters (contract 1).
var looksLike = strings.NewReplacer("$", "s", "@", "a", "0", "o", "1", "i", "!", "i", "3", "e", "4", "a", "5", "s", "7", "t")

// plain is a word without disguise.
func plain(word string) string { return looksLike.Replace(strings.ToLower(word)) }

// rude reports a text one of whose words is not wanted, or all of it when its letters stand apart. Whole words only: parts of words hit
// the innocent. Entries of fewer than three letters do not count (contract 1).
func (s *Service) rude(text string) bool {
	apart := strings.FieldsFunc(plain(text), func(r rune) bool { return unicode.IsSpace(r) || r == '_' || r == '-' || r == '.' })
	return slices.ContainsFunc(s.words, func(word string) bool {
		return utf8.RuneCountInString(word) >= 3 && (slices.Contains(apart, word) || strings.Join(apart, "") == word)
	})
}

// checkID gives the id of a room or a message, by what is said when there is none. Kind Invalid only for characters that none of ours has,
// NotFound for what cannot be one otherwise (contract 11, D8).
func checkID(text, absent string) (models.ID, error) {
	if text == "" || strings.ContainsFunc(text, func(r rune) bool {
		return (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	}) {
		return "", fault.Invalidf("an id has only letters and digits")
	}
	if !models.ValidID(text) {
		return "", fault.New(fault.NotFound, absent)
	}
	return models.ID(text), nil
}
