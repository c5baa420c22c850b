package hms_test

import (
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"foyer/handlers/hms"
	"foyer/handlers/socket"
)

// docs/protocol-100ms.md names every method, every notification and every close code, and no others.
func TestDocs(t *testing.T) {
	t.Parallel()
	text := read(t, "../../docs/protocol-100ms.md")
	for _, method := range hms.Methods() {
		if !strings.Contains(text, "`"+method+"`") {
			t.Errorf("the page does not tell of %s", method)
		}
	}
	told := regexp.MustCompile(`note(?:Of)?\("([a-z-]+)"`)
	for _, file := range []string{"wire.go", "policy.go", "polls_wire.go", "media_wire.go"} {
		for _, found := range told.FindAllStringSubmatch(read(t, file), -1) {
			if !strings.Contains(text, "`"+found[1]+"`") {
				t.Errorf("the page does not tell of %s", found[1])
			}
		}
	}
	_, table, _ := strings.Cut(text, "| code | why |")
	var codes []socket.Code
	for _, row := range regexp.MustCompile(`(?m)^\| (\d{4}) \|`).FindAllStringSubmatch(table, -1) {
		code, err := strconv.Atoi(row[1])
		if err != nil {
			t.Fatal(err)
		}
		codes = append(codes, socket.Code(code))
	}
	want := []socket.Code{
		socket.Normal, socket.Violated, socket.Unsupported, socket.NotText, socket.TooBig, socket.Restarting,
		socket.TooSlow, socket.TooMany, socket.Replaced, socket.Silent,
	}
	if !slices.Equal(codes, want) {
		t.Errorf("the table has %v, want %v", codes, want)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
