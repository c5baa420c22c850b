package handlers_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"

	"foyer/handlers/apitest"
	"foyer/store/storetest"
)

// Issue, Operation: /healthz is about this process, /readyz about the database too.
func TestProbes(t *testing.T) {
	t.Parallel()
	apitest.Play(t, []apitest.Scenario{
		{Name: "healthz", Request: `GET /healthz`, Status: http.StatusOK, Contains: []string{`{"status":"ok"}`}},
		{Name: "HEAD of healthz, as monitors ask", Request: `HEAD /healthz`, Status: http.StatusOK},
		{Name: "HEAD of readyz", Request: `HEAD /readyz`, Status: http.StatusOK},
		{Name: "HEAD of metrics", Request: `HEAD /metrics`, Status: http.StatusOK},
		{Name: "readyz", Request: `GET /readyz`, Status: http.StatusOK, Contains: []string{`{"status":"ready"}`}},
	})
}

// With the database closed the process is alive and not ready, and the metrics go on.
func TestProbesWithoutADatabase(t *testing.T) {
	t.Parallel()
	apitest.Each(t, apitest.Options{}, func(t *testing.T, f *apitest.Foyer) {
		w := f.Workspace(t)
		if err := f.Store.Close(); err != nil {
			t.Fatal(err)
		}
		for line, status := range map[string]int{`GET /healthz`: http.StatusOK, `GET /readyz`: http.StatusServiceUnavailable, `GET /metrics`: http.StatusOK} {
			if a := w.Do(line); a.Status != status {
				t.Errorf("%s: %d %s, want %d", line, a.Status, a.Body, status)
			}
		}
	})
}

// A Postgres that went away is 503 to everybody, and all is well when it is back.
func TestPostgresAway(t *testing.T) {
	t.Parallel()
	line := newWire(t, storetest.URL(t, storetest.Postgres))
	w := apitest.Start(t, storetest.Postgres, apitest.Options{URL: line.url}).Workspace(t)
	all := func(status int) {
		t.Helper()
		for _, request := range []string{`GET /readyz`, `GET /v2/rooms`, `POST /v2/rooms {"name":"lesson"}`, `POST /v2/token {"code":"{host}"}`, `GET /meeting/{host}`} {
			if a := w.Do(request); a.Status != status {
				t.Errorf("%s: %d %s, want %d", request, a.Status, a.Body, status)
			}
		}
	}
	all(http.StatusOK)
	line.cut()
	all(http.StatusServiceUnavailable)
	if a := w.Do(`POST /v2/token {"code":"{host}"}`); a.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Error("a browser cannot read that the server is not available")
	}
	if page := w.Do(`GET /meeting/{host}`); !strings.Contains(string(page.Body), "Something went wrong on our side. Please try again.") {
		t.Errorf("page: %s", page.Body)
	}
	line.mend(t)
	all(http.StatusOK)
}

// wire is a line to a server that can be cut and mended.
type wire struct {
	url, server string

	mu       sync.Mutex
	address  string       // guarded by mu
	listener net.Listener // guarded by mu
	ends     []net.Conn   // guarded by mu
	copies   sync.WaitGroup
}

func newWire(t *testing.T, address string) *wire {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	l := &wire{server: u.Host, address: "127.0.0.1:0"}
	l.mend(t)
	u.Host = l.address
	l.url = u.String()
	t.Cleanup(l.cut)
	return l
}

// mend listens, on the same port as before.
func (l *wire) mend(t *testing.T) {
	t.Helper()
	l.mu.Lock()
	defer l.mu.Unlock()
	var err error
	if l.listener, err = (&net.ListenConfig{}).Listen(t.Context(), "tcp", l.address); err != nil {
		t.Fatal(err)
	}
	l.address = l.listener.Addr().String()
	l.copies.Go(func() { l.serve(l.listener) })
}

func (l *wire) serve(listener net.Listener) {
	for {
		near, err := listener.Accept()
		if err != nil {
			return
		}
		far, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", l.server)
		if err != nil {
			_ = near.Close()
			continue
		}
		l.mu.Lock()
		l.ends = append(l.ends, near, far)
		l.mu.Unlock()
		for from, to := range map[net.Conn]net.Conn{near: far, far: near} {
			l.copies.Go(func() {
				_, _ = io.Copy(to, from)
				_ = errors.Join(to.Close(), from.Close())
			})
		}
	}
}

// cut ends all connections and takes no new ones.
func (l *wire) cut() {
	l.mu.Lock()
	_ = l.listener.Close()
	for _, end := range l.ends {
		_ = end.Close()
	}
	l.ends = nil
	l.mu.Unlock()
	l.copies.Wait()
}
