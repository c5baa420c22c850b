package roomcodes_test

import (
	"os"
	"regexp"
	"slices"
	"testing"
)

// docs/protocol-roomcodes.md names every code with its text, and every code of a close, and no others.
func TestDocs(t *testing.T) {
	t.Parallel()
	page, wire := read(t, "../../docs/protocol-roomcodes.md"), read(t, "wire.go")
	codes := found(`"(rc\.\d{3})"`, wire)
	told := found("(?m)^\\| `(rc\\.\\d{3})` \\|", page)
	if slices.Sort(told); !slices.Equal(codes, told) {
		t.Errorf("the page has %v, want %v", told, codes)
	}
	for _, text := range found(`(?m)^\trc\w+: +"(.*)",$`, wire) {
		if text != "Initial room joining update." && !regexp.MustCompile(`\| SYSTEM \| `+regexp.QuoteMeta(text)+` \|`).MatchString(page) {
			t.Errorf("the page does not tell %q", text)
		}
	}
	want := []string{"1000", "1001", "1002", "1007", "1009", "1013", "4002", "4004"}
	if got := found(`(?m)^\| (\d{4}) \|`, page); !slices.Equal(got, want) {
		t.Errorf("the page has the close codes %v, want %v", got, want)
	}
}

// found is what the groups of a pattern match.
func found(pattern, text string) []string {
	var all []string
	for _, match := range regexp.MustCompile(pattern).FindAllStringSubmatch(text, -1) {
		all = append(all, match[1])
	}
	return all
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	must(t, err)
	return string(text)
}
