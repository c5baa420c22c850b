package mikroroom_test

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"foyer/handlers/mikroroom"
)

// docs/protocol-mikroroom.md names every message, in both directions, and every error.
func TestDocs(t *testing.T) {
	t.Parallel()
	page := read(t, "../../docs/protocol-mikroroom.md")
	words := mikroroom.Ops()
	for _, found := range regexp.MustCompile(`(?:Type: |note\()"([a-z-]+)"`).FindAllStringSubmatch(read(t, "wire.go")+read(t, "member.go"), -1) {
		words = append(words, found[1])
	}
	for _, word := range words {
		if !strings.Contains(page, "`"+word+"`") {
			t.Errorf("the page does not tell of %s", word)
		}
	}
	for _, found := range regexp.MustCompile(`= &refusal\{(?:message: )?"([^"]+)"(?:, "(\w+)")?`).FindAllStringSubmatch(read(t, "errors.go"), -1) {
		if !strings.Contains(page, found[1]) || !strings.Contains(page, found[2]) {
			t.Errorf("the page does not tell of %q %s", found[1], found[2])
		}
	}
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
