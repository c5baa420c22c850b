package e2e_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
)

// startsWithin is a generous bound for a busy machine: alone, a first start takes a tenth of it. The time is logged.
const startsWithin = 5 * time.Second

// printedLink finds the join links in what the first start prints.
var printedLink = regexp.MustCompile(`https?://\S+/meeting/([a-z]{3}-[a-z]{4}-[a-z]{3})`)

// TestFirstStart starts foyer in an empty folder with nothing set but where to listen, and does what a new user does
// with what it prints: every curl line as printed, every link. A later start prints no secret.
func TestFirstStart(t *testing.T) {
	t.Parallel()
	for _, database := range databases {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			s := newServer(t, database, settings{"FOYER_ACCESS_KEY": "", "FOYER_SECRET": "", "FOYER_OPERATOR_PASSWORD": ""})
			checkStart(t, "first", s.start(t))
			printed := s.stdout.String()

			secrets := printedSecrets(t, printed)
			s.keep(secrets...)
			checkCurls(t, printed)
			checkLinks(t, printed)
			s.stop(t)

			checkStart(t, "second", s.start(t))
			s.stop(t)
			again := strings.TrimPrefix(s.stdout.String(), printed)
			if what := leak(again, secrets); what != "" {
				t.Errorf("the second start prints %s", what)
			}
			if !strings.Contains(again, s.url) {
				t.Error("the second start does not print where things are")
			}
		})
	}
}

func checkStart(t *testing.T, which string, took time.Duration) {
	t.Helper()
	t.Logf("%s start to the first answer of /readyz: %v", which, took)
	if took >= startsWithin {
		t.Errorf("the %s start took %v, want under %v", which, took, startsWithin)
	}
}

// printedSecrets finds the secret of the key pair and the operator's password in what the first start printed.
func printedSecrets(t *testing.T, printed string) []string {
	t.Helper()
	if !regexp.MustCompile(`(?im)^\s*access key[: ]+[0-9a-f]{24}\s*$`).MatchString(printed) {
		t.Error("the first start prints no access key")
	}
	var secrets []string
	for _, label := range []string{"secret", "operator password"} {
		found := regexp.MustCompile(`(?im)^\s*` + label + `[: ]+(\S+)\s*$`).FindStringSubmatch(printed)
		if found == nil {
			t.Errorf("the first start prints no %s", label)
			continue
		}
		secrets = append(secrets, found[1])
	}
	return secrets
}

// checkCurls runs each printed curl line in a shell. A .curlrc makes curl add the status as a last line.
func checkCurls(t *testing.T, printed string) {
	t.Helper()
	if _, err := exec.LookPath("curl"); err != nil {
		lacking(t, "there is no curl on the PATH")
	}
	home := t.TempDir()
	if err := os.WriteFile(filepath.Join(home, ".curlrc"), []byte(`write-out = "\n%{http_code}"`+"\nsilent\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	run := 0
	for line := range strings.Lines(strings.ReplaceAll(printed, "\\\n", " ")) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "curl ") {
			continue
		}
		run++
		cmd := exec.CommandContext(t.Context(), "bash", "-c", line)
		cmd.Env = append(bareEnvironment(), "CURL_HOME="+home)
		out, err := cmd.Output()
		if err != nil {
			t.Errorf("curl line %d: %v", run, err)
			continue
		}
		body, status, _ := cutLast(string(out), "\n")
		if code, err := strconv.Atoi(status); err != nil || code >= http.StatusBadRequest {
			t.Errorf("curl line %d: status %s: %s", run, status, body)
		}
		if !json.Valid([]byte(body)) {
			t.Errorf("curl line %d: the answer is not JSON", run)
		}
	}
	t.Logf("%d curl lines were run as printed", run)
	if run < 4 {
		t.Errorf("the first start prints %d curl lines, want one for each of the main calls", run)
	}
}

// cutLast cuts the text around the last separator.
func cutLast(text, separator string) (before, after string, found bool) {
	i := strings.LastIndex(text, separator)
	if i < 0 {
		return text, "", false
	}
	return text[:i], text[i+len(separator):], true
}

// checkLinks opens the two printed links: each shows the demo room and its role.
func checkLinks(t *testing.T, printed string) {
	t.Helper()
	links := map[string]bool{}
	for _, link := range printedLink.FindAllString(printed, -1) {
		links[link] = true
	}
	if len(links) != 2 {
		t.Fatalf("the first start prints %d different join links, want 2", len(links))
	}
	roles := map[string]bool{}
	for link := range links {
		page, err := open(t, link)
		if err != nil {
			t.Error(err)
			continue
		}
		if !strings.Contains(page, "demo") {
			t.Error("a printed link does not show the demo room")
		}
		for _, role := range []string{"host", "guest"} {
			roles[role] = roles[role] || strings.Contains(page, role)
		}
	}
	if !roles["host"] || !roles["guest"] {
		t.Errorf("the printed links show these roles: %v, want host and guest", roles)
	}
}

// open fetches a page that must answer 200.
func open(t *testing.T, link string) (string, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, link, nil)
	if err != nil {
		return "", err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	page, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("a printed link answers %s", response.Status)
	}
	return string(page), err
}
