package e2e_test

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// browser is one headless Chromium and a web server for its pages, both run by browser/start.mjs.
type browser struct {
	Address string `json:"browser"` // where scripts connect to it
	Pages   string `json:"pages"`   // the pages' origin, which is not Foyer's

	network *network // nil: this machine's own
}

// startBrowser starts the browser, and ends it with the test.
func startBrowser(t *testing.T) *browser { return startBrowserIn(t, nil) }

// startBrowserIn starts the browser in a network of its own; nil: in this machine's.
func startBrowserIn(t *testing.T, n *network) *browser {
	t.Helper()
	needNode(t)
	if _, err := os.Stat(filepath.Join("prebuilt", "node_modules")); err != nil {
		lacking(t, "e2e/prebuilt/node_modules is not there; ci/npm.sh makes it")
	}
	path, err := exec.LookPath(cmp.Or(os.Getenv("FOYER_TEST_CHROMIUM"), "chromium"))
	if err != nil {
		lacking(t, "there is no chromium on the PATH; FOYER_TEST_CHROMIUM may name one")
	}
	environment := append(n.environment(), "FOYER_CHROMIUM="+path)
	cmd := n.within(nodeCommand(context.Background(), environment, filepath.Join("browser", "start.mjs")))
	stdin, stdout, stderr := pipes(t, cmd)
	if err := cmd.Start(); err != nil {
		t.Fatalf("start the browser: %v", err)
	}
	t.Cleanup(func() {
		_ = stdin.Close() // asks it to end
		if err := cmd.Wait(); err != nil {
			t.Errorf("the browser: %v\n%s", err, stderr.String())
		}
	})
	b := &browser{network: n}
	if err := json.NewDecoder(bufio.NewReader(stdout)).Decode(b); err != nil {
		t.Fatalf("the browser did not start: %v\n%s", err, stderr.String())
	}
	return b
}

// pipes connects what a process reads and writes. What it writes on stderr is kept.
func pipes(t *testing.T, cmd *exec.Cmd) (stdin io.WriteCloser, stdout io.ReadCloser, stderr *transcript) {
	t.Helper()
	stderr = &transcript{}
	cmd.Stderr = stderr
	stdin, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	stdout, err = cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	return stdin, stdout, stderr
}

// play is one scenario while it runs.
type play struct {
	stdin  io.WriteCloser
	asked  chan string // what the script asks for, see browser/ask.mjs; closed when it has ended
	stderr *transcript
	err    error // how it has ended
}

// play starts browser/scenarios/<name>.mjs against the server. It ends with the test at the latest.
func (b *browser) play(t *testing.T, s *server, name string) *play {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), longestScript)
	environment := append(s.scriptEnvironment(), "FOYER_BROWSER="+b.Address, "FOYER_PAGES="+b.Pages)
	cmd := b.network.within(nodeCommand(ctx, environment, filepath.Join("browser", "scenarios", name+".mjs")))
	p := &play{asked: make(chan string)}
	var stdout io.ReadCloser
	p.stdin, stdout, p.stderr = pipes(t, cmd)
	if err := cmd.Start(); err != nil {
		t.Fatalf("start the scenario: %v", err)
	}
	// Not when the test asks how it has ended: by then its time may be over.
	go func() {
		defer close(p.asked)
		for lines := bufio.NewScanner(stdout); lines.Scan(); {
			select {
			case p.asked <- lines.Text():
			case <-ctx.Done():
			}
		}
		p.err = cmd.Wait()
	}()
	t.Cleanup(func() {
		cancel()
		for range p.asked {
			continue
		}
	})
	return p
}

// serve does to the server what the script asks for, until the script ends.
func (p *play) serve(t *testing.T, s *server) {
	t.Helper()
	p.obey(t, map[string]func(){
		"stop": func() {
			s.stop(t)
			s.start(t)
		},
		"kill": func() {
			s.kill(t)
			s.start(t)
		},
	})
}

// obey does what the script asks for, until the script ends.
func (p *play) obey(t *testing.T, do map[string]func()) {
	t.Helper()
	for what := range p.asked {
		act := do[what]
		if act == nil {
			t.Fatalf("the scenario asks for %q", what)
		}
		act()
		if _, err := io.WriteString(p.stdin, "done\n"); err != nil {
			t.Fatalf("answer the scenario: %v", err)
		}
	}
}

// await fails the test if the scenario does not end well.
func (p *play) await(t *testing.T) {
	t.Helper()
	for what := range p.asked {
		t.Errorf("the scenario asks for %q, and nobody is there to do it", what)
	}
	if p.err != nil {
		t.Fatalf("%v\n%s", p.err, p.stderr.String())
	}
}
