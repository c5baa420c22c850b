package hms_test

import (
	"bytes"
	"context"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
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

// measure makes four peers that talk to each other.
func measure(room *apitest.Room) *meter {
	m := &meter{began: time.Now()}
	for i := range 4 {
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
func (m *meter) during(ctx context.Context, bad func()) (p99 time.Duration, deliveries int, most uint64) {
	m.mu.Lock()
	m.took = nil
	m.mu.Unlock()
	ctx, cancel := context.WithCancel(ctx)
	var talking sync.WaitGroup
	for _, p := range m.talkers {
		talking.Go(func() { m.talk(ctx, p) })
	}
	talking.Go(func() { most = watchMemory(ctx) })
	bad()
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

// holds fails unless the other peers hardly notice. While other programs, such as the tests of other packages, keep the machine busy, only
// a delivery that hangs is a failure.
func (m *meter) holds(t *testing.T, bad func()) {
	t.Helper()
	others := strangers()
	p99, deliveries, most := m.during(t.Context(), func() {
		over := time.NewTimer(while)
		defer over.Stop()
		bad()
		<-over.C
	})
	busy := others()
	t.Logf("%d deliveries, 99%% of them within %s; at most %d MiB of memory; other programs used %.0f%% of the machine",
		deliveries, p99.Round(10*time.Microsecond), most>>20, 100*busy)
	if deliveries < 500 {
		t.Errorf("only %d deliveries", deliveries)
	}
	if p99 > tolerable && (busy < 0.1 || p99 > hanging) {
		t.Errorf("1%% of the deliveries took longer than %s", p99)
	}
	if most > mostMemory {
		t.Errorf("%d MiB of memory were in use", most>>20)
	}
}

// hanging is longer than any delivery takes on a busy machine.
const hanging = 5 * time.Second

// strangers gives what part of the machine's processors other programs use from now on; 0 where the system does not tell.
func strangers() (used func() float64) {
	total, idle, own := ticks()
	return func() float64 {
		totalNow, idleNow, ownNow := ticks()
		if totalNow == total {
			return 0
		}
		return 1 - (idleNow-idle+ownNow-own)/(totalNow-total)
	}
}

// ticks are those of all processors, those in which they had nothing to do, and those of this program.
func ticks() (total, idle, own float64) {
	machine, _ := os.ReadFile("/proc/stat")
	first, _, _ := strings.Cut(string(machine), "\n")
	for i, word := range strings.Fields(first) {
		n, _ := strconv.ParseFloat(word, 64)
		if i <= 8 { // behind that come parts of these
			total += n
		}
		if i == 4 || i == 5 {
			idle += n
		}
	}
	program, _ := os.ReadFile("/proc/self/stat")
	_, rest, _ := strings.Cut(string(program), ") ")
	if fields := strings.Fields(rest); len(fields) > 12 {
		for _, word := range fields[11:13] { // in the program, and in the system for it
			n, _ := strconv.ParseFloat(word, 64)
			own += n
		}
	}
	return total, idle, own
}
