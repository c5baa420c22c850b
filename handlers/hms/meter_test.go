package hms_test

import (
	"bytes"
	"context"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"foyer/handlers/apitest"
)

// meter measures how long messages take to reach the peers of a room.
type meter struct {
	talkers []*apitest.Peer

	mu    sync.Mutex
	took  []time.Duration // guarded by mu
	began time.Time
}

// sign is what stands before the time in a message that is measured.
const sign = `"sent at `

// measure makes peers that talk to each other.
func measure(room *apitest.Room, peers int) *meter {
	m := &meter{began: time.Now()}
	for i := range peers {
		m.talkers = append(m.talkers, room.Join("talker"+strconv.Itoa(i), "guest"))
	}
	for _, p := range m.talkers {
		p.Heard()
		p.Tap(m.sees)
	}
	return m
}

func (m *meter) sees(payload []byte) bool {
	at := bytes.Index(payload, []byte(sign))
	if at < 0 {
		return true // nothing that is heard besides is asked for
	}
	digits, _, _ := bytes.Cut(payload[at+len(sign):], []byte(`"`))
	sent, err := strconv.ParseInt(string(digits), 10, 64)
	if err != nil {
		return true
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.took = append(m.took, time.Since(m.began)-time.Duration(sent))
	return true
}

// during has all talk, each 50 times a second, while something goes on, and gives the 99th percentile of the delivery times and the most
// memory that was in use.
func (m *meter) during(ctx context.Context, bad func(ctx context.Context)) (p99 time.Duration, deliveries int, most uint64) {
	m.mu.Lock()
	m.took = nil
	m.mu.Unlock()
	ctx, cancel := context.WithCancel(ctx)
	var talking sync.WaitGroup
	for _, p := range m.talkers {
		talking.Go(func() { m.talk(ctx, p) })
	}
	talking.Go(func() { most = watchMemory(ctx) })
	bad(ctx)
	cancel()
	talking.Wait()
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.took) == 0 {
		return 0, 0, most
	}
	slices.Sort(m.took)
	return m.took[len(m.took)*99/100], len(m.took), most
}

func (m *meter) talk(ctx context.Context, p *apitest.Peer) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
			p.Notifies("broadcast", `{"info":{"message":`+sign+strconv.FormatInt(int64(time.Since(m.began)), 10)+`"}}`)
		}
	}
}

// watchMemory gives the most memory that was in use until the context ends.
func watchMemory(ctx context.Context) (most uint64) {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		var now runtime.MemStats
		runtime.ReadMemStats(&now)
		most = max(most, now.HeapInuse+now.StackInuse)
		select {
		case <-ctx.Done():
			return most
		case <-tick.C:
		}
	}
}

// for a while: bad input goes on for that long, so that there is something to measure.
const while = 3 * time.Second

// holds fails unless the other peers hardly notice.
func (m *meter) holds(t *testing.T, bad func(ctx context.Context)) {
	t.Helper()
	p99, deliveries, most := m.during(t.Context(), func(ctx context.Context) {
		over := time.NewTimer(while)
		defer over.Stop()
		bad(ctx)
		<-over.C
	})
	t.Logf("%d deliveries, 99%% of them within %s; at most %d MiB of memory", deliveries, p99.Round(10*time.Microsecond), most>>20)
	if deliveries < 500 {
		t.Errorf("only %d deliveries", deliveries)
	}
	if p99 > tolerable {
		t.Errorf("1%% of the deliveries took longer than %s", p99)
	}
	if most > mostMemory {
		t.Errorf("%d MiB of memory were in use", most>>20)
	}
}
