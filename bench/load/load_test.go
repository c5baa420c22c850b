package load_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"foyer/bench/load"
)

var request = []byte("GET /x HTTP/1.1\r\nHost: bench\r\n\r\n")

func again() ([]byte, bool) { return request, true }

// dial opens connections to a server that answers as handler says.
func dial(t *testing.T, connections int, handler http.HandlerFunc) *load.Client {
	t.Helper()
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	client, err := load.Dial(t.Context(), strings.TrimPrefix(server.URL, "http://"), connections)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func TestClosedCountsEveryAnswer(t *testing.T) {
	t.Parallel()
	var answered, asked atomic.Int64
	client := dial(t, 3, func(w http.ResponseWriter, _ *http.Request) {
		answered.Add(1)
		_, _ = w.Write([]byte("{}"))
	})
	round, err := client.Closed(t.Context(), time.Minute, func() ([]byte, bool) { return request, asked.Add(1) <= 100 })
	if err != nil {
		t.Fatal(err)
	}
	if round.Requests != 100 || answered.Load() != 100 || len(round.Latencies) != 100 || round.Rate() <= 0 {
		t.Errorf("100 requests were answered %d times and counted as %d", answered.Load(), round.Requests)
	}
	if half, all := round.Quantile(0.5), round.Quantile(1); half <= 0 || all < half || all > round.Took {
		t.Errorf("p50 is %v, the slowest %v, of %v", half, all, round.Took)
	}
}

// A server that stalls for a while lets those wait who meanwhile wanted to ask, whether their requests were sent or not.
func TestOpenCountsFromTheIntendedMoment(t *testing.T) {
	t.Parallel()
	const stall = 200 * time.Millisecond
	var first sync.Once
	client := dial(t, 1, func(w http.ResponseWriter, _ *http.Request) {
		first.Do(func() { <-time.After(stall) })
		_, _ = w.Write([]byte("{}"))
	})
	round, err := client.Open(t.Context(), 1000, stall/2, again)
	if err != nil {
		t.Fatal(err)
	}
	if round.Requests != 100 {
		t.Errorf("%d requests instead of 100", round.Requests)
	}
	if fastest := round.Quantile(0); fastest < stall/4 {
		t.Errorf("one request took %v, though nothing was answered for %v", fastest, stall)
	}
}

func TestOtherStatusesAreErrors(t *testing.T) {
	t.Parallel()
	client := dial(t, 2, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "gone", http.StatusGone) })
	if _, err := client.Do(request); err == nil || !strings.Contains(err.Error(), "410") {
		t.Errorf("Do: %v", err)
	}
	if _, err := client.Closed(t.Context(), time.Minute, again); err == nil {
		t.Error("a closed loop took 410 for an answer")
	}
	if _, err := client.Open(t.Context(), 1000, 50*time.Millisecond, again); err == nil {
		t.Error("an open loop took 410 for an answer")
	}
}
