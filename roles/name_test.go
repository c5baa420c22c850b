package roles_test

import (
	"strings"
	"testing"

	"foyer/fault"
	"foyer/roles"
)

func TestValidName(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		name string
		want string // the message; "" when the name is fine
	}{
		"plain":                   {"host", ""},
		"with spaces and signs":   {"Stage hand #2 (left)", ""},
		"not ASCII":               {"先生", ""},
		"one character":           {"x", ""},
		"64 characters":           {strings.Repeat("é", 64), ""},
		"two underscores":         {"__host", ""},
		"reserved word in middle": {"my__internal_x", ""},
		"empty":                   {"", "a role name must have 1 to 64 characters"},
		"65 characters":           {strings.Repeat("é", 65), "a role name must have 1 to 64 characters"},
		"slash":                   {"a/b", "a role name must not hold a slash"},
		"line break":              {"a\nb", "a role name must hold printable characters only"},
		"invisible":               {"a\u200bb", "a role name must hold printable characters only"},
		"not UTF-8":               {"a\xffb", "a role name must hold printable characters only"},
		"recorder":                {roles.Recorder, "role names that begin with __internal_ are reserved"},
		"another bot":             {"__internal_x", "role names that begin with __internal_ are reserved"},
	}
	for title, test := range tests {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			refused(t, roles.ValidName(test.name), test.want)
		})
	}
}

// refused checks that err is of kind Invalid with this message, or nil when the message is "".
func refused(t *testing.T, err error, want string) {
	t.Helper()
	got := ""
	if err != nil {
		got = err.Error()
	}
	if got != want {
		t.Errorf("got error %q, want %q", got, want)
	}
	if err != nil && !fault.Is(err, fault.Invalid) {
		t.Errorf("error %q is of kind %s, want invalid", err, fault.KindOf(err))
	}
}
