package main

import (
	"bytes"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestTongues holds each mistake in the settings of other protocols against the words that name the setting.
func TestTongues(t *testing.T) {
	t.Parallel()
	for setting, values := range map[string][]string{
		"FOYER_DIALECTS":             {"irc", "all,mikroroom"},
		"FOYER_HOSTS":                {"irc=chat.example.org", "chat", "chat=", "chat=a b", "chat=x/y", "chat=a.example.org,mikroroom=A.example.org"},
		"FOYER_STUN_URLS":            {"stun.example.org:3478", "https://stun.example.org", "turn:turn.example.org:3478"},
		"FOYER_MIKROROOM_RATE":       {"10", "0/min", "-1/min", "x/min", "10/s"},
		"FOYER_MIKROROOM_MAX_LATENT": {"-1", "many"},
		"FOYER_MIKROROOM_LATENT_AGE": {"0s", "1s", "day", "-1h"},
		"FOYER_ROOMCODES_TTL":        {"0s", "soon", "10ms"},
		"FOYER_ROOMCODES_WARNING":    {"5m", "-1s"},
		"FOYER_ROOMCODES_GRACE":      {"-1s"},
		"FOYER_ROOMCODES_MAX_FRAME":  {"0", "2MiB", "64KB", "-1", "much"},
		"FOYER_CHAT_PRESENCE_TTL":    {"0s", "1s"},
	} {
		for _, value := range values {
			out, err := foyer(t, t.TempDir(), []string{setting + "=" + value}, "config")
			flag := "--" + strings.ToLower(strings.ReplaceAll(strings.TrimPrefix(setting, "FOYER_"), "_", "-"))
			if err == nil || !strings.Contains(err.Error(), setting) && !strings.Contains(err.Error(), flag) {
				t.Errorf("%s=%s: got %v, want an error that names it\n%s", setting, value, err, out)
			}
		}
	}
	if _, err := foyer(t, t.TempDir(), []string{"FOYER_DIALECTS=chat", "FOYER_HOSTS=mikroroom=meet.example.org"}, "config"); err == nil ||
		!strings.Contains(err.Error(), "switched off") {
		t.Errorf("a host of a protocol that is switched off: %v", err)
	}
}

// TestMounts has each protocol below its prefix, at the root of its own host, and nowhere when it is switched off.
func TestMounts(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir(), "FOYER_DIALECTS=mikroroom,chat", "FOYER_HOSTS=mikroroom=meet.example.org,chat=chat.example.org")
	for _, c := range []struct {
		host, path string
		status     int
		body       string
	}{
		{"", "/mikroroom/health", 200, `"status":"ok"`},
		{"", "/mikroroom", 200, "MikroRoom API"},
		{"", "/mikroroom/nothing", 404, "Not found"},
		{"", "/chat/api/rooms", 200, `{"rooms":[]}`},
		{"", "/health", 404, `"code":404`},
		{"", "/roomcodes/api/v1/getclienttoken", 404, `"code":404`},
		{"meet.example.org", "/health", 200, `"status":"ok"`},
		{"MEET.example.org:8080", "/", 200, "MikroRoom API"},
		{"meet.example.org", "//", 200, "MikroRoom API"},
		{"meet.example.org", "/api/rooms", 404, "Not found"},
		{"chat.example.org", "/api/rooms", 200, `{"rooms":[]}`},
		{"chat.example.org", "/v2/rooms", 404, `"error"`},
		{"elsewhere.example.org", "/health", 404, `"code":404`},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.url+c.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if c.host != "" {
			r.Host = c.host
		}
		answer, err := httpClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		var body bytes.Buffer
		_, err = body.ReadFrom(answer.Body)
		_ = answer.Body.Close()
		if err != nil || answer.StatusCode != c.status || !strings.Contains(body.String(), c.body) {
			t.Errorf("%s%s: got %d %s, want %d with %s", c.host, c.path, answer.StatusCode, body.String(), c.status, c.body)
		}
	}
}

// TestDialectsCanBeRemoved takes each protocol's folder away, and its lines in dialects.go: the rest still builds.
func TestDialectsCanBeRemoved(t *testing.T) {
	t.Parallel()
	if os.Getenv("FOYER_TEST_SOAK") == "" {
		t.Skip("three builds take minutes: make soak; TestDialects of the root holds that nothing else imports a protocol")
	}
	for folder, function := range map[string]string{"mikroroom": "mikroroom", "roomcodes": "roomcodes", "chatrooms": "chat"} {
		copied := t.TempDir()
		shell(t, "../..", `git ls-files -z --cached --others --exclude-standard '*.go' 'go.*' '*.sql' '*.json' '*.html' '*.css' '*.yaml' '*.txt' |
			tar --create --null --files-from - --ignore-failed-read | tar --extract --directory `+copied)
		shell(t, copied, "rm -r handlers/"+folder)
		file := filepath.Join(copied, "cmd", "foyer", "dialects.go")
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, lines := range []string{
			`\t"foyer/handlers/` + folder + `"\n`,
			`\t\t"` + function + `": +d\.` + function + `,\n`,
			`(?s)func \(d \*desk\) ` + function + `\(\) handlers\.Dialect \{.*?\n\}\n`,
			folder + `\.Dialect: s\.\w+`,
		} {
			text = regexp.MustCompile(lines).ReplaceAll(text, nil)
		}
		if err := os.WriteFile(file, text, 0o600); err != nil {
			t.Fatal(err)
		}
		shell(t, copied, "CGO_ENABLED=0 go build -o /dev/null ./cmd/foyer") // as ci/test.sh builds, so that what is the same is in the cache
	}
}

// shell runs a line in a folder.
func shell(t *testing.T, folder, line string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "bash", "-o", "pipefail", "-c", line)
	cmd.Dir = folder
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", line, err, out)
	}
}
