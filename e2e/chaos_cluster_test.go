package e2e_test

import (
	"context"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"testing"
)

// cluster is a Postgres server of a test's own, which it may stop and start again.
type cluster struct {
	url      string
	dir      string
	binaries string
}

// newCluster starts one by ci/postgres.sh. It is removed after the test.
func newCluster(t *testing.T) *cluster {
	t.Helper()
	c := &cluster{}
	var err error
	if c.binaries, err = postgresScript("find"); err != nil {
		if os.Getenv("FOYER_TEST_POSTGRES") != "" {
			t.Skip("the Postgres of FOYER_TEST_POSTGRES is not this test's to stop, and there are no binaries for another one")
		}
		lacking(t, "there are no binaries of a Postgres server")
	}
	if c.dir, err = os.MkdirTemp("/tmp", "foyer-postgres."); err != nil { // not in TMPDIR: the server may run as another user
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if out, err := postgresScript("stop", c.dir); err != nil {
			t.Errorf("stop Postgres: %v %s", err, out)
		}
	})
	if c.url, err = postgresScript("start", c.dir); err != nil {
		t.Fatalf("start Postgres: %v", err)
	}
	return c
}

func postgresScript(arguments ...string) (string, error) {
	cmd := exec.CommandContext(context.Background(), "bash", append([]string{"../ci/postgres.sh"}, arguments...)...)
	out, err := cmd.Output()
	return strings.TrimSpace(string(out)), err
}

// stop ends the server as an operator would who does not wait for its clients.
func (c *cluster) stop(t *testing.T) {
	t.Helper()
	c.control(t, "stop", "--mode=fast", "--wait")
}

// again starts the server on the same port.
func (c *cluster) again(t *testing.T) {
	t.Helper()
	address, err := url.Parse(c.url)
	if err != nil {
		t.Fatal(err)
	}
	c.control(t, "start", "--wait", "--timeout=60", "--log="+filepath.Join(c.dir, "log"), "--options=-p "+address.Port())
}

// control runs pg_ctl as whoever owns the server: Postgres refuses to run as root.
func (c *cluster) control(t *testing.T, arguments ...string) {
	t.Helper()
	arguments = append([]string{filepath.Join(c.binaries, "pg_ctl"), "--pgdata=" + filepath.Join(c.dir, "data"), "--silent"}, arguments...)
	if os.Getuid() == 0 {
		owner := "nobody"
		if _, err := user.Lookup("postgres"); err == nil {
			owner = "postgres"
		}
		arguments = append([]string{"runuser", "-u", owner, "--"}, arguments...)
	}
	cmd := exec.CommandContext(context.Background(), arguments[0], arguments[1:]...)
	cmd.Dir = "/"
	if err := cmd.Run(); err != nil { // its output is inherited by the server: who waited for it would wait for ever
		t.Fatalf("pg_ctl %v: %v", arguments, err)
	}
}
