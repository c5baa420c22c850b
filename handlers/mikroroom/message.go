package mikroroom

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// message is one that a client has sent.
type message struct {
	text    string // as it came: an object
	members members
}

// members are those of a JSON object, by name. Of some with the same name the last one counts, as it does for the clients.
type members map[string]gjson.Result

// parse reads a message (contract 8): errFormat for what is no JSON, and null; errUnknownType for what is no object with a type.
func parse(text []byte) (message, error) {
	if !json.Valid(text) {
		return message{}, errFormat
	}
	whole := string(text)
	root := gjson.Parse(whole)
	switch {
	case root.Type == gjson.Null:
		return message{}, errFormat
	case !root.IsObject():
		return message{}, errUnknownType
	}
	return message{text: whole, members: membersOf(whole)}, nil
}

func membersOf(object string) members {
	m := members{}
	gjson.Parse(object).ForEach(func(key, value gjson.Result) bool {
		m[key.String()] = value
		return true
	})
	return m
}

// text is a member that is a text, empty when there is none or it is null; sound is false when it is anything else. It does not keep the
// message in memory.
func (m members) text(name string) (text string, sound bool) {
	value := m[name]
	return strings.Clone(value.Str), value.Type == gjson.String || value.Type == gjson.Null
}

// word is text, where anything else counts as none.
func (m members) word(name string) string {
	text, _ := m.text(name)
	return text
}

// flag is a member that is true or false; nil when it is neither.
func (m members) flag(name string) *bool {
	value := m[name]
	if !value.IsBool() {
		return nil
	}
	on := value.Bool()
	return &on
}

// longestName is how many characters a name has at most: what is beyond is cut off.
const longestName = 100

// nameless is what somebody is called who gives no name.
const nameless = "Guest"

// person is the name that a client gives.
func (m members) person() string {
	name := strings.TrimSpace(m.word("name"))
	if utf8.RuneCountInString(name) > longestName {
		name = string([]rune(name)[:longestName])
	}
	if name == "" {
		return nameless
	}
	return name
}
