package codes_test

import (
	"encoding/binary"
	"net/netip"
	"runtime"
	"testing"
	"time"

	"foyer/codes"
)

// bots are n IPv4 addresses.
func bots(n int) []netip.Addr {
	all := make([]netip.Addr, n)
	for i := range all {
		var raw [4]byte
		binary.BigEndian.PutUint32(raw[:], 0x0a000000+uint32(i))
		all[i] = netip.AddrFrom4(raw)
	}
	return all
}

// attack lets each address guess some times a second for four minutes and counts what is looked up in the last one.
func attack(g *codes.Guard, c *clock, from []netip.Addr, speed int) (lastMinute int) {
	for second := range 240 {
		if second%60 == 0 {
			lastMinute = 0
		}
		for range speed {
			for _, addr := range from {
				if guess(g, addr) {
					lastMinute++
				}
			}
			c.pass(time.Second / time.Duration(speed))
		}
	}
	return lastMinute
}

func TestSuspiciousAddressesShareTheBudget(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]int{1: 600, 3: 600, 5: 600, 20: 20 * 120, 50: 50 * 120} {
		g, c := guarded()
		got := attack(g, c, bots(n), max(4, 100/n))
		if got > want*21/20 || got < want*3/4 {
			t.Errorf("%d addresses: %d guesses a minute looked up, want about %d and hardly more", n, got, want)
		}
	}
}

func TestAManyFoldBudgetTightensTheThreshold(t *testing.T) {
	t.Parallel()
	for failures, want := range map[int][2]int{
		600: {10, 20}, 601: {9, 10}, 1200: {5, 10}, 3000: {2, 10}, 6000: {1, 10}, 9000: {1, 10},
	} {
		g, _ := guarded()
		for _, bot := range bots(failures) { // one failure each
			_ = g.Failed(bot, errUnknown)
		}
		got := g.Stats()
		if got.Threshold != want[0] {
			t.Errorf("%d failures in a minute: threshold %d, want %d", failures, got.Threshold, want[0])
		}
		if got.Rate != want[1] {
			t.Errorf("%d failures in a minute: rate %d, want %d", failures, got.Rate, want[1])
		}
		if admitted(g, office, 1000) != 1000 {
			t.Errorf("%d failures in a minute limit an address without any", failures)
		}
	}
}

func TestTheNumbersRelaxWhenTheMinuteHasPassed(t *testing.T) {
	t.Parallel()
	g, c := guarded()
	for _, bot := range bots(5000) {
		_ = g.Failed(bot, errUnknown)
	}
	for range 2 {
		_ = g.Failed(office, errUnknown)
	}
	c.pass(59 * time.Second)
	if n := admitted(g, office, 100); n >= 20 {
		t.Errorf("%d look-ups at once while the minute lasts", n)
	}
	c.pass(time.Second)
	if n := admitted(g, office, 100); n != 100 {
		t.Errorf("%d of 100 look-ups with two failures and a calm minute", n)
	}
	if got := g.Stats(); got.Threshold != 10 || got.Rate != 20 || got.LastMinute != 0 {
		t.Errorf("%+v, want the calm numbers", got)
	}
}

func TestBeyondTheBudgetAnIPv6SiteIsOneAddress(t *testing.T) {
	t.Parallel()
	g, c := guarded()
	site := make([]netip.Addr, 2000)
	for i := range site {
		raw := [16]byte{0x20, 0x01, 0x0d, 0xb8, 0, 1}
		binary.BigEndian.PutUint16(raw[6:], uint16(i))
		site[i] = netip.AddrFrom16(raw)
	}
	looked := 0
	for minute := range 5 { // 2,000 networks of one site, each four times a minute
		if minute == 1 {
			looked = 0
		}
		for range 4 {
			for range 15 {
				for i, addr := range site {
					if i%15 == 0 && guess(g, addr) {
						looked++
					}
				}
				c.pass(time.Second)
			}
		}
	}
	if looked > 4*600*11/10 {
		t.Errorf("%d guesses of one site looked up in four minutes, want 2,400", looked)
	}
	if n := admitted(g, netip.MustParseAddr("2001:db8:2::1"), 100); n != 100 {
		t.Errorf("%d of 100 look-ups of another site", n)
	}
}

func TestTheTableIsBounded(t *testing.T) {
	t.Parallel()
	c := &clock{at: time.Unix(0, 0)}
	g := codes.NewGuard(codes.Limits{Now: c.now, Addresses: 1000})
	for _, bot := range bots(10_000) {
		_ = g.Failed(bot, errUnknown)
	}
	if got := g.Stats(); got.Addresses != 1000 || got.Failures != 10_000 {
		t.Errorf("%+v, want 1000 addresses of 10,000 failures", got)
	}
	c.pass(30 * time.Minute)
	if got := g.Stats(); got.Addresses != 0 || got.Suspicious != 0 {
		t.Errorf("%+v, want no address after the window", got)
	}
}

func TestAFullTableFitsIntoItsMemory(t *testing.T) { // not parallel: it reads the heap of the whole process
	before := heap()
	c := &clock{at: time.Unix(0, 0)}
	g := codes.NewGuard(codes.Limits{Now: c.now, Addresses: 1 << 12})
	for range 12 {
		for _, bot := range bots(1 << 12) {
			_ = g.Failed(bot, errUnknown)
			_ = g.Admit(bot)
		}
		c.pass(time.Second)
	}
	used := heap() - before
	runtime.KeepAlive(g)
	if each := used >> 12; each > 600 {
		t.Errorf("%d bytes an address", each)
	}
}

func heap() uint64 {
	var stats runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&stats)
	return stats.HeapAlloc
}
