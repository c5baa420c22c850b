package main

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

var write = flag.Bool("write-readme", false, "write the settings table into the README")

// TestREADME holds the README's table of settings against the one source they have. To write it anew:
// go test ./cmd/foyer -run TestREADME -write-readme.
func TestREADME(t *testing.T) {
	t.Parallel()
	const path, begin, end = "../../README.md", "readme_test.go -->\n", "<!-- end of settings -->"
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, found := strings.Cut(string(raw), begin)
	have, after, closed := strings.Cut(rest, end)
	if !found || !closed {
		t.Fatal("the README has lost the marks around its settings")
	}
	want := table(t)
	if *write {
		if err := os.WriteFile(path, []byte(before+begin+want+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if have != want {
		t.Errorf("the README's settings are not those of the program; write them anew with -write-readme")
	}
}

func table(t *testing.T) string {
	t.Helper()
	parser, err := kong.New(&commands{})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString("| variable | flag | default | |\n|---|---|---|---|\n")
	for _, flag := range parser.Model.Flags {
		if len(flag.Envs) == 0 {
			continue
		}
		standard := ""
		if flag.Default != "" {
			standard = "`" + flag.Default + "`"
		}
		fmt.Fprintf(&b, "| `%s` | `--%s` | %s | %s |\n", flag.Envs[0], flag.Name, standard, strings.ReplaceAll(flag.Help, "|", "\\|"))
	}
	return b.String()
}
