package main

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

func TestLogLinesAreWrittenTogether(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		out := &writes{}
		log, lines, err := gathered((&Settings{Log: "info"}).logger, out)
		if err != nil {
			t.Fatal(err)
		}
		for i := range 3 {
			log.Info("line", "n", i)
		}
		out.want(t, 0, 0)
		synctest.Wait()
		time.Sleep(logDelay) //nolint:forbidigo // virtual time
		synctest.Wait()
		out.want(t, 1, 3)

		log.Info("before")
		log.With("a", 1).WithGroup("g").Warn("at once")
		out.want(t, 2, 5)

		log.Info("the last")
		if err := lines.flush(); err != nil {
			t.Fatal(err)
		}
		out.want(t, 3, 6)
		time.Sleep(2 * logDelay) //nolint:forbidigo // virtual time; the timers of what is written already find nothing
		synctest.Wait()
		out.want(t, 3, 6)
	})
}

func TestLogDoesNotWaitBeyondItsBuffer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		out := &writes{}
		log, lines, err := gathered((&Settings{Log: "info,json"}).logger, out)
		if err != nil {
			t.Fatal(err)
		}
		long := strings.Repeat("x", logBuffer/4)
		for range 9 {
			log.Info(long) //nolint:sloglint // as long as a line may be
		}
		out.want(t, 2, 8)
		if err := lines.flush(); err != nil {
			t.Fatal(err)
		}
		out.want(t, 3, 9)
	})
}

// writes counts the writes, and keeps what they wrote.
type writes struct {
	mu    sync.Mutex
	text  bytes.Buffer
	count int
}

func (w *writes) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.count++
	return w.text.Write(p)
}

func (w *writes) want(t *testing.T, count, lines int) {
	t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	got, want := fmt.Sprint(w.count, strings.Count(w.text.String(), "\n")), fmt.Sprint(count, lines)
	if got != want {
		t.Fatalf("writes and lines: %s, want %s", got, want)
	}
}
