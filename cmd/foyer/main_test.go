package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// output is a buffer that a server writes while a test reads.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// foyer runs one command line to its end, in a data folder, and gives what it printed.
func foyer(t *testing.T, dir string, environ []string, args ...string) (string, error) {
	t.Helper()
	var out, log output
	environ = append([]string{"FOYER_DATA_DIR=" + dir}, environ...)
	err := run(t.Context(), args, environ, streams{strings.NewReader(""), &out, &log})
	return out.String(), err
}

// must is foyer for what has to succeed.
func must(t *testing.T, dir string, environ []string, args ...string) string {
	t.Helper()
	out, err := foyer(t, dir, environ, args...)
	if err != nil {
		t.Fatalf("foyer %v: %v", args, err)
	}
	return out
}

// server is a `foyer serve` under test.
type server struct {
	url  string // of its listener
	out  *output
	log  *output
	stop func() error // ends it and waits
}

var listening = regexp.MustCompile(`msg=listening addr=(\S+)`)

// serve starts `foyer serve` in a data folder and waits until it listens.
func serve(t *testing.T, dir string, environ ...string) *server {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	s := &server{out: &output{}, log: &output{}}
	ended := make(chan error, 1)
	environ = append([]string{"FOYER_DATA_DIR=" + dir, "FOYER_ADDR=127.0.0.1:0", "FOYER_MEDIA_ADDR=127.0.0.1:0"}, environ...)
	go func() { ended <- run(ctx, nil, environ, streams{strings.NewReader(""), s.out, s.log}) }()
	s.stop = sync.OnceValue(func() error {
		cancel()
		return <-ended
	})
	t.Cleanup(func() { _ = s.stop() })

	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for {
		if found := listening.FindStringSubmatch(s.log.String()); found != nil {
			s.url = "http://" + found[1]
			return s
		}
		select {
		case err := <-ended:
			t.Fatalf("foyer ended before it listened: %v\n%s", err, s.log)
		case <-deadline:
			t.Fatalf("foyer does not listen\n%s", s.log)
		case <-tick.C:
		}
	}
}

// call makes a request and gives status and body.
func call(t *testing.T, client *http.Client, method, url, token, body string) (int, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	request.Close = true // no connection outlives the test
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	answer, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(text)
}

// shownValue is what a line of the output shows behind a word.
func shownValue(t *testing.T, out, word string) string {
	t.Helper()
	found := regexp.MustCompile(`(?m)^\s*` + word + `\s+(\S.*)$`).FindStringSubmatch(out)
	if found == nil {
		t.Fatalf("no %q in\n%s", word, out)
	}
	return found[1]
}

func TestFirstStartShowsSecretsOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := serve(t, dir)
	out := first.out.String()
	secret, password := shownValue(t, out, "secret"), shownValue(t, out, "operator password")
	hidden := map[string]string{"secret": secret, "password": password, "token": "eyJ"}
	for _, role := range []string{"host", "guest"} {
		link := shownValue(t, out, "as "+role)
		hidden["code of "+role] = link[strings.LastIndex(link, "/")+1:]
		status, page := call(t, httpClient, "GET", first.url+link[strings.Index(link, "/meeting/"):], "", "")
		if status != 200 || !strings.Contains(page, "demo") || !strings.Contains(page, role) {
			t.Errorf("link of %s: %d %s", role, status, page)
		}
	}
	if err := first.stop(); err != nil {
		t.Fatal(err)
	}

	second := serve(t, dir)
	later := second.out.String() + second.log.String() + first.log.String()
	for name, value := range hidden {
		if strings.Contains(later, value) {
			t.Errorf("a later start, or a log, shows the %s", name)
		}
	}
	if !strings.Contains(second.out.String(), filepath.Base(dir)) {
		t.Errorf("a later start does not say where things are:\n%s", second.out)
	}
}

func TestFirstStartTakesWhatIsGiven(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := serve(t, dir, "FOYER_ACCESS_KEY=mine", "FOYER_SECRET=very-secret", "FOYER_OPERATOR_PASSWORD=open-sesame")
	for _, hidden := range []string{"very-secret", "open-sesame"} {
		if strings.Contains(s.out.String(), hidden) {
			t.Errorf("the output repeats a secret that was given: %s", hidden)
		}
	}
	token := strings.TrimSpace(must(t, dir, nil, "token", "management"))
	if status, body := call(t, httpClient, "GET", s.url+"/v2/workspace", token, ""); status != 200 {
		t.Errorf("a token of the given pair: %d %s", status, body)
	}
	if out := must(t, dir, nil, "keys", "list"); !strings.Contains(out, "mine") {
		t.Errorf("the given access key is not listed:\n%s", out)
	}
}

// TestAddressesInTheWelcome holds the links and curl lines against the settings that they follow.
func TestAddressesInTheWelcome(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ addr, public, link, line string }{
		{"127.0.0.1:18080", "", "http://localhost:18080/meeting/", "http://127.0.0.1:18080/v2/token"},
		{":18081", "", "http://localhost:18081/meeting/", "http://localhost:18081/v2/token"},
		{"0.0.0.0:18082", "https://meet.example.org", "https://meet.example.org/meeting/", "http://localhost:18082/v2/token"},
	} {
		s := &Settings{Addr: c.addr, PublicURL: c.public, DataDir: t.TempDir(), Log: "error", ACME: "off", RateLimits: "on"}
		s.MikroroomRate, s.MikroroomLatentAge, s.ChatPresenceTTL = "10/min", time.Hour, time.Hour
		s.RoomcodesTTL, s.RoomcodesMaxFrame = time.Minute, "64KiB"
		s.TURNAddr, s.TURNPorts = ":3478", "49160-49359"
		if err := s.AfterApply(); err != nil {
			t.Fatal(err)
		}
		log, err := s.logger(io.Discard)
		if err != nil {
			t.Fatal(err)
		}
		foyer, err := s.begin(t.Context(), log)
		if err != nil {
			t.Fatal(err)
		}
		public, err := s.public()
		if err != nil {
			t.Fatal(err)
		}
		var out output
		if err := s.firstStart(t.Context(), foyer, public, &out); err != nil {
			t.Error(err)
		}
		if err := foyer.store.Close(); err != nil {
			t.Error(err)
		}
		if text := out.String(); !strings.Contains(text, c.link) || !strings.Contains(text, "curl -sS -X POST "+c.line) {
			t.Errorf("%s: want %s and %s in\n%s", c.addr, c.link, c.line, text)
		}
	}
}

func TestMasterKey(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := serve(t, dir).stop(); err != nil {
		t.Fatal(err)
	}
	const other = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
	for name, environ := range map[string][]string{
		"another": {"FOYER_MASTER_KEY=" + other},
		"none":    {"FOYER_DATABASE_URL=sqlite:" + filepath.Join(dir, "foyer.db"), "FOYER_DATA_DIR=" + t.TempDir()},
		"no key":  {"FOYER_MASTER_KEY=short"},
	} {
		if out, err := foyer(t, dir, append(environ, "FOYER_ADDR=127.0.0.1:0", "FOYER_MEDIA_ADDR=127.0.0.1:0"), "serve"); err == nil || !strings.Contains(err.Error(), "master key") {
			t.Errorf("%s: got %v, want a start refused for its master key\n%s", name, err, out)
		}
	}

	given := t.TempDir()
	if err := serve(t, given, "FOYER_MASTER_KEY="+other).stop(); err != nil {
		t.Fatal(err)
	}
	must(t, given, []string{"FOYER_MASTER_KEY=" + other}, "token", "management")
}

func TestKeysRotate(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := serve(t, dir)
	old := shownValue(t, s.out.String(), "access key")
	oldToken := strings.TrimSpace(must(t, dir, nil, "token", "management"))
	made := must(t, dir, nil, "keys", "create")
	fresh := shownValue(t, made, "access key")
	newToken := strings.TrimSpace(must(t, dir, nil, "token", "management"))

	answers := func(token string) int {
		status, _ := call(t, httpClient, "GET", s.url+"/v2/rooms", token, "")
		return status
	}
	if a, b := answers(oldToken), answers(newToken); a != 200 || b != 200 {
		t.Errorf("both pairs should be good: %d %d", a, b)
	}
	must(t, dir, nil, "keys", "revoke", old)
	if a, b := answers(oldToken), answers(newToken); a != 401 || b != 200 {
		t.Errorf("after the revocation: old %d, new %d; want 401 and 200", a, b)
	}
	if _, err := foyer(t, dir, nil, "keys", "revoke", old); err == nil {
		t.Error("a revoked key was revoked again")
	}
	if list := must(t, dir, nil, "keys", "list"); !regexp.MustCompile(old+`.*revoked`).MatchString(list) || !regexp.MustCompile(fresh+`.*active`).MatchString(list) {
		t.Errorf("the list does not tell them apart:\n%s", list)
	}
}

func TestWorkspacesAreApart(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := serve(t, dir)
	other := shownValue(t, must(t, dir, nil, "workspace", "create", "acme"), "workspace")
	if list := must(t, dir, nil, "workspace", "list"); !strings.Contains(list, other) || !strings.Contains(list, "acme") {
		t.Errorf("the new workspace is not listed:\n%s", list)
	}
	token := strings.TrimSpace(must(t, dir, nil, "token", "management", "--workspace", other))
	status, body := call(t, httpClient, "GET", s.url+"/v2/rooms", token, "")
	if status != 200 || strings.Contains(body, "demo") {
		t.Errorf("the other workspace's rooms: %d %s", status, body)
	}
	if status, body = call(t, httpClient, "GET", s.url+"/v2/templates", token, ""); !strings.Contains(body, `"default":true`) {
		t.Errorf("the other workspace has no default template: %d %s", status, body)
	}
}

func TestOperatorPassword(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := serve(t, dir).stop(); err != nil {
		t.Fatal(err)
	}
	if out := must(t, dir, nil, "operator", "reset-password"); len(shownValue(t, out, "operator password")) < 20 {
		t.Errorf("a short password: %s", out)
	}
	if out := must(t, dir, []string{"FOYER_OPERATOR_PASSWORD=open-sesame"}, "operator", "reset-password"); strings.Contains(out, "open-sesame") {
		t.Errorf("a given password is repeated: %s", out)
	}
	if _, err := foyer(t, dir, []string{"FOYER_OPERATOR_PASSWORD=short"}, "operator", "reset-password"); err == nil {
		t.Error("a short password was taken")
	}
}

func TestBackupIsADataFolder(t *testing.T) {
	t.Parallel()
	dir, backup := t.TempDir(), filepath.Join(t.TempDir(), "backup")
	s := serve(t, dir)
	token := strings.TrimSpace(must(t, dir, nil, "token", "management"))
	must(t, dir, nil, "backup", backup)
	if _, err := foyer(t, dir, nil, "backup", backup); err == nil {
		t.Error("a backup was written over another")
	}
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	restored := serve(t, backup)
	if status, body := call(t, httpClient, "GET", restored.url+"/v2/rooms", token, ""); status != 200 || !strings.Contains(body, "demo") {
		t.Errorf("the old token on the restored Foyer: %d %s", status, body)
	}
}

func TestMigrateAndNothingThere(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := foyer(t, dir, nil, "keys", "list"); err == nil || !strings.Contains(err.Error(), "foyer serve") {
		t.Errorf("a command before the first start: %v", err)
	}
	for range 2 {
		must(t, dir, nil, "migrate")
	}
}

func TestReadyWhenItListens(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir())
	for _, path := range []string{"/healthz", "/readyz", "/metrics", "/openapi.yaml", "/docs"} {
		if status, body := call(t, httpClient, "GET", s.url+path, "", ""); status != 200 {
			t.Errorf("%s: %d %s", path, status, body)
		}
	}
	if err := s.stop(); err != nil {
		t.Errorf("a stop is not clean: %v", err)
	}
}

func TestHelp(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"--help"}, {"token", "--help"}, {"serve", "-h"}} {
		if out := must(t, t.TempDir(), nil, args...); !strings.Contains(out, "FOYER_DATA_DIR") {
			t.Errorf("%v does not tell the settings:\n%s", args, out)
		}
	}
}

func TestVersion(t *testing.T) {
	t.Parallel()
	if out := must(t, t.TempDir(), nil, "version"); strings.TrimSpace(out) == "" {
		t.Error("no version")
	}
}

func ExampleSettings_database() {
	fmt.Println((&Settings{DataDir: "/data"}).database())
	fmt.Println((&Settings{DataDir: "/data", DatabaseURL: "postgres://db/foyer"}).database())
	// Output:
	// sqlite:/data/foyer.db
	// postgres://db/foyer
}

// TestStopsInSpiteOfAHalfSentRequest has somebody send half a body and wait.
func TestStopsInSpiteOfAHalfSentRequest(t *testing.T) {
	t.Parallel()
	s := serve(t, t.TempDir())
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "POST /v2/token HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"); err != nil {
		t.Fatal(err)
	}
	if status, _ := call(t, httpClient, "GET", s.url+"/healthz", "", ""); status != 200 { // by now the other one has arrived
		t.Errorf("health is %d", status)
	}
	if err := s.stop(); err != nil {
		t.Errorf("a stop that cuts somebody off: %v", err)
	}
}

// TestSecondNodeWithAnotherKeyIsRefused lets two nodes start on one database, each with a master key of its own.
func TestSecondNodeWithAnotherKeyIsRefused(t *testing.T) {
	t.Parallel()
	database := "FOYER_DATABASE_URL=sqlite:" + filepath.Join(t.TempDir(), "foyer.db")
	outcomes := make(chan error, 2)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var logs [2]output
	for i := range logs {
		environ := []string{database, "FOYER_DATA_DIR=" + t.TempDir(), "FOYER_ADDR=127.0.0.1:0", "FOYER_MEDIA_ADDR=127.0.0.1:0"}
		go func() { outcomes <- run(ctx, nil, environ, streams{strings.NewReader(""), io.Discard, &logs[i]}) }()
	}
	first := <-outcomes // one of them must give up by itself
	if first == nil || !strings.Contains(first.Error(), "master key") {
		t.Errorf("got %v, want a start refused for its master key", first)
	}
	for deadline := time.Now().Add(30 * time.Second); !listening.MatchString(logs[0].String() + logs[1].String()); {
		if time.Now().After(deadline) {
			t.Fatal("the other one does not listen")
		}
		runtime.Gosched()
	}
	cancel()
	if err := <-outcomes; err != nil {
		t.Errorf("the other one: %v", err)
	}
}
