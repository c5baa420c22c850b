package foyer_test

import (
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// floors says on which floor a package stands; a package imports from lower floors only (docs/architecture.md). Neighbours are the few
// imports within a floor that are allowed.
var floors = map[string]int{
	"cmd/foyer": 6,
	"handlers":  5, "handlers/v2": 5, "handlers/meeting": 5, "handlers/reply": 5,
	"handlers/hms": 5, "handlers/socket": 5, "handlers/roomcodes": 5, "handlers/mikroroom": 5,
	"rooms": 4, "sessions": 4,
	"hub": 3, "polls": 3, "webhooks": 3,
	"workspaces": 3, "templates": 3, "codes": 3, "tokens": 3, "usage": 3,
	"chats": 3, "handlers/chatrooms": 5,
	"store": 2, "roles": 2,
	"models": 1, "fault": 1, "bus": 1, "seal": 1, "web": 1, "": 1,
	"media": 1, "media/forward": 1, "media/sfu": 1, "media/turn": 1, "media/loopback": 1,
}

var neighbours = map[string][]string{
	"media/forward":  {"media"},
	"media/sfu":      {"media", "media/forward"},
	"media/turn":     {"media"},
	"media/loopback": {"media"},

	"handlers":         {"handlers/v2", "handlers/hms", "handlers/meeting", "handlers/reply", "handlers/socket"},
	"handlers/hms":     {"handlers/reply", "handlers/socket"},
	"handlers/v2":      {"handlers/reply"},
	"handlers/meeting": {"handlers/reply"},

	"handlers/chatrooms": {"handlers/reply", "handlers/socket"},
	"handlers/mikroroom": {"handlers/reply", "handlers/socket"},
	"handlers/roomcodes": {"handlers/reply", "handlers/socket"},
}

// owners are the only packages that may import a library.
var owners = map[string]string{
	"gorm.io/":                "store",
	"github.com/labstack/":    "handlers",
	"github.com/pressly/":     "store",
	"modernc.org/":            "store",
	"github.com/golang-jwt/":  "tokens",
	"github.com/alecthomas/":  "cmd",
	"github.com/prometheus/":  "handlers",
	"github.com/sqids/":       "codes",
	"github.com/jackc/pgx/v5": "store",
	"github.com/pion/":        "media",
	"foyer/media/sfu":         "cmd",
	"foyer/media/turn":        "cmd",
}

// outside are packages that are not part of the house: tests' and tools' own.
var outside = regexp.MustCompile(`^(e2e|bench)(/|$)|test$`)

// TestImports keeps the law of imports.
func TestImports(t *testing.T) {
	t.Parallel()
	list := exec.CommandContext(t.Context(), "go", "list", "-f", `{{.ImportPath}}|{{join .Imports " "}}`, "./...")
	out, err := list.Output()
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(out)) {
		path, imports, _ := strings.Cut(strings.TrimSpace(line), "|")
		name := inside(path)
		if outside.MatchString(name) {
			continue
		}
		floor, known := floors[name]
		if !known {
			t.Errorf("package %s stands on no floor: say on which, here and in docs/architecture.md", path)
			continue
		}
		for _, imported := range strings.Fields(imports) {
			checkImport(t, name, floor, imported)
		}
	}
}

func inside(path string) string {
	return strings.TrimPrefix(strings.TrimPrefix(path, "foyer"), "/")
}

func checkImport(t *testing.T, name string, floor int, imported string) {
	t.Helper()
	ours := imported == "foyer" || strings.HasPrefix(imported, "foyer/")
	switch target := inside(imported); {
	case ours && floors[target] >= floor && !slices.Contains(neighbours[name], target):
		t.Errorf("%s (floor %d) must not import %s (floor %d)", name, floor, target, floors[target])
	case ours:
	case name == "seal" && imported == "golang.org/x/crypto/argon2": // hashing passwords is not in the standard library
	case strings.HasPrefix(name, "media/"): // engines stand on a library
	case floor == 1 && strings.Contains(imported, "."):
		t.Errorf("%s is on floor 1 and must not import %s: the standard library only", name, imported)
	case floor < 5 && imported == "net/http" && name != "webhooks": // which sends, and answers nobody
		t.Errorf("%s must not import %s: HTTP stands on floor 5", name, imported)
	}
	for library, owner := range owners {
		if strings.HasPrefix(imported, library) && name != owner && !strings.HasPrefix(name, owner+"/") {
			t.Errorf("%s must not import %s: only %s may", name, imported, owner)
		}
	}
}

// TestDialects has the other protocols known in one file only, so that each can be taken out of the house.
func TestDialects(t *testing.T) {
	t.Parallel()
	out, err := exec.CommandContext(t.Context(), "git", "grep", "--untracked", "-lE", `"foyer/handlers/(mikroroom|roomcodes|chatrooms)"`, "--", "*.go", ":!*_test.go").Output()
	if got := strings.TrimSpace(string(out)); err != nil || got != "cmd/foyer/dialects.go" {
		t.Errorf("protocols are imported by %s (%v), want cmd/foyer/dialects.go alone", got, err)
	}
}

var environment = regexp.MustCompile(`\bos\.(Getenv|LookupEnv|Environ)\(`)

// TestEnvironment keeps the environment out of everything but cmd: settings are passed as values. What runs another program may hand
// its own environment on.
func TestEnvironment(t *testing.T) {
	t.Parallel()
	files, err := exec.CommandContext(t.Context(), "git", "ls-files", "--cached", "--others", "--exclude-standard", "*.go").Output()
	if err != nil {
		t.Fatal(err)
	}
	for path := range strings.Lines(string(files)) {
		path = strings.TrimSpace(path)
		test := strings.HasSuffix(path, "_test.go") || regexp.MustCompile(`^(e2e|bench|cmd)/|test/`).MatchString(path)
		if test || path == "store/postgres.go" {
			continue
		}
		text, err := os.ReadFile(path)
		if err != nil {
			continue // deleted and not yet committed
		}
		if found := environment.Find(text); found != nil {
			t.Errorf("%s reads the environment by %s", path, found)
		}
	}
}
