package codes_test

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"foyer/codes"
	"foyer/fault"
)

// clock is a time that passes only when told to.
type clock struct{ at time.Time }

func (c *clock) now() time.Time       { return c.at }
func (c *clock) pass(d time.Duration) { c.at = c.at.Add(d) }

var (
	errUnknown = fault.New(fault.NotFound, "Room code does not exist", "unknown")
	office     = netip.MustParseAddr("192.0.2.1")
	attacker   = netip.MustParseAddr("198.51.100.7")
)

// guarded is a guard with the default limits and the clock it goes by.
func guarded() (*codes.Guard, *clock) {
	c := &clock{at: time.Date(2027, 1, 2, 3, 4, 5, 0, time.UTC)}
	return codes.NewGuard(codes.Limits{Now: c.now}), c
}

// guess sends one wrong code and reports whether it was looked up.
func guess(g *codes.Guard, addr netip.Addr) (looked bool) {
	if g.Admit(addr) != nil {
		return false
	}
	_ = g.Failed(addr, errUnknown)
	return true
}

// suspect makes an address suspicious, then lets a second pass.
func suspect(g *codes.Guard, c *clock, addr netip.Addr) {
	for range 10 {
		guess(g, addr)
	}
	c.pass(time.Second)
}

// admitted counts how many of n look-ups are admitted at once.
func admitted(g *codes.Guard, addr netip.Addr, n int) (count int) {
	for range n {
		if g.Admit(addr) == nil {
			count++
		}
	}
	return count
}

func retryAfter(t *testing.T, err error) time.Duration {
	t.Helper()
	limit, ok := errors.AsType[*fault.Error](err)
	if !ok || limit.Kind != fault.RateLimited || len(limit.Details) != 0 || limit.Err != nil {
		t.Fatalf("got %#v, want a bare refusal of kind RateLimited", err)
	}
	if want := fmt.Sprintf("rate limit exceeded, retry after %d seconds", limit.RetryAfter/time.Second); limit.Message != want {
		t.Errorf("message %q, want %q", limit.Message, want)
	}
	if strings.Contains(err.Error(), "unknown") {
		t.Errorf("%q names the cause", err)
	}
	return limit.RetryAfter
}

func TestAnAddressWithTenFailuresGetsTwentyLookUpsASecond(t *testing.T) {
	t.Parallel()
	g, c := guarded()
	suspect(g, c, attacker)
	var looks []time.Time
	for range 10_000 { // 100 s, 100 tries a second
		if g.Admit(attacker) == nil {
			looks = append(looks, c.now())
		}
		c.pass(10 * time.Millisecond)
	}
	if len(looks) != 2000 {
		t.Errorf("%d look-ups in 100 s, want 2000", len(looks))
	}
	for i := range looks[20:] {
		if looks[i+20].Sub(looks[i]) < time.Second {
			t.Fatalf("more than 20 look-ups in the second after %v", looks[i])
		}
	}
}

func TestAnAddressWithNineFailuresIsNeverLimited(t *testing.T) {
	t.Parallel()
	g, _ := guarded()
	for range 9 {
		if err := g.Failed(office, errUnknown); !errors.Is(err, errUnknown) {
			t.Fatalf("the cause is hidden: %v", err)
		}
	}
	if n := admitted(g, office, 100_000); n != 100_000 {
		t.Errorf("%d of 100,000 look-ups admitted", n)
	}
}

func TestFailuresCountForThirtyMinutes(t *testing.T) {
	t.Parallel()
	g, c := guarded()
	for range 100 { // one failure each 200 s: nine within any 30 minutes
		if !guess(g, office) || admitted(g, office, 50) != 50 {
			t.Fatal("limited with nine failures in the window")
		}
		c.pass(200 * time.Second)
	}
	suspect(g, c, attacker)
	c.pass(30*time.Minute - time.Second - 1)
	if n := admitted(g, attacker, 100); n != 20 {
		t.Errorf("%d look-ups at once just before the window ends, want 20", n)
	}
	c.pass(1)
	if n := admitted(g, attacker, 100); n != 100 {
		t.Errorf("%d of 100 look-ups after the window", n)
	}
}

func TestBeyondTwentyASecondTheCodeStaysUnread(t *testing.T) {
	t.Parallel()
	g, c := guarded()
	suspect(g, c, attacker)
	if n := admitted(g, attacker, 20); n != 20 {
		t.Fatalf("%d look-ups admitted, want 20", n)
	}
	if got := retryAfter(t, g.Admit(attacker)); got != time.Second {
		t.Errorf("RetryAfter %v, want 1 s", got)
	}
	if n := g.Stats().Unread; n != 1 {
		t.Errorf("%d unread, want 1", n)
	}
	if n := g.Stats().Failures; n != 10 {
		t.Errorf("%d failures, want 10: what is unread is none", n)
	}
}

func TestAWrongCodeUnderSuspicionIsAnsweredWithAGrowingRetryAfterAndNoCause(t *testing.T) {
	t.Parallel()
	g, c := guarded()
	for range 10 {
		if err := g.Failed(attacker, errUnknown); !errors.Is(err, errUnknown) {
			t.Fatalf("one of the first ten is told %v", err)
		}
	}
	want := time.Second
	for range 20 {
		if got := retryAfter(t, g.Failed(attacker, errUnknown)); got != want {
			t.Fatalf("RetryAfter %v, want %v", got, want)
		}
		want = min(2*want, 30*time.Minute)
	}
	c.pass(30 * time.Minute)
	if err := g.Failed(attacker, errUnknown); !errors.Is(err, errUnknown) {
		t.Errorf("after the window: %v", err)
	}
	suspect(g, c, attacker)
	if got := retryAfter(t, g.Failed(attacker, errUnknown)); got != 2*time.Second {
		t.Errorf("RetryAfter starts anew and is %v at the second failure under suspicion, want 2 s", got)
	}
}

func TestAValidCodeCountsAgainstNobody(t *testing.T) {
	t.Parallel()
	g, _ := guarded()
	if n := admitted(g, office, 100_000); n != 100_000 {
		t.Errorf("%d of 100,000 look-ups admitted", n)
	}
	if got, want := g.Stats(), (codes.Stats{Threshold: 10, Rate: 20}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestHonestUsersBehindOneNATAreNeverLockedOut(t *testing.T) {
	t.Parallel()
	g, c := guarded()
	for second := range 600 { // ten minutes under attack by 100 addresses, with a typo from the office every ten seconds
		for _, bot := range bots(100) {
			for range 10 {
				guess(g, bot)
			}
		}
		if second%10 == 0 {
			guess(g, office)
		}
		if n := admitted(g, office, 1); n != 1 {
			t.Fatalf("second %d: a valid code from the office is refused: %+v", second, g.Stats())
		}
		c.pass(time.Second)
	}
	if got := g.Stats(); got.Rate != 2 || got.Threshold != 1 {
		t.Errorf("the attack left threshold and rate at %d and %d, want 1 and 2", got.Threshold, got.Rate)
	}
}

func TestNoRequestIsHeldOpen(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		g := codes.NewGuard(codes.Limits{})
		for range 10_000 {
			guess(g, attacker)
		}
		if took := time.Since(start); took != 0 {
			t.Errorf("10,000 guesses waited %v", took)
		}
		if got := g.Stats(); got.Failures != 30 || got.Unread != 9970 {
			t.Errorf("%d looked up and %d unread, want 10 + 20 and 9970", got.Failures, got.Unread)
		}
	})
}

func TestTenThousandGuessesByOneAddress(t *testing.T) {
	t.Parallel()
	g, c := guarded()
	looked := 0
	for range 10_000 { // 20 s, 500 guesses a second
		if guess(g, attacker) {
			looked++
		}
		c.pass(2 * time.Millisecond)
	}
	if looked > 10+20*20 {
		t.Errorf("%d guesses looked up in 20 s, want 410 at most", looked)
	}
	if got := g.Stats(); got.Addresses != 1 || got.Suspicious != 1 || got.LastMinute != looked {
		t.Errorf("%+v, want one suspicious address and %d failures", got, looked)
	}
	if n := admitted(g, office, 1000); n != 1000 {
		t.Errorf("%d of 1000 look-ups of another address admitted", n)
	}
}

func TestWhatCountsAsOneAddress(t *testing.T) {
	t.Parallel()
	for name, same := range map[string][2]string{
		"the /64 of IPv6":     {"2001:db8:1:2::1", "2001:db8:1:2:ffff::9"},
		"IPv4 in IPv6":        {"192.0.2.9", "::ffff:192.0.2.9"},
		"a zone":              {"fe80::1%eth0", "fe80::2%eth1"},
		"IPv4 in IPv6, zoned": {"192.0.2.9", "::ffff:192.0.2.9%eth0"},
	} {
		g, c := guarded()
		suspect(g, c, netip.MustParseAddr(same[0]))
		if n := admitted(g, netip.MustParseAddr(same[1]), 100); n != 20 {
			t.Errorf("%s: %d look-ups at once, want 20", name, n)
		}
	}
	for name, other := range map[string][2]string{
		"another /64":     {"2001:db8:1:2::1", "2001:db8:1:3::1"},
		"another IPv4":    {"192.0.2.9", "192.0.2.10"},
		"an invalid one":  {"0.0.0.0", ""},
		"the IPv6 zero":   {"0.0.0.0", "::"},
		"not IPv4 mapped": {"192.0.2.9", "::192.0.2.9"},
	} {
		g, c := guarded()
		suspect(g, c, netip.MustParseAddr(other[0]))
		addr, _ := netip.ParseAddr(other[1])
		if n := admitted(g, addr, 100); n != 100 {
			t.Errorf("%s: %d look-ups at once, want 100", name, n)
		}
	}
	g, c := guarded()
	suspect(g, c, netip.Addr{})
	if n := admitted(g, netip.Addr{}, 100); n != 20 {
		t.Errorf("invalid addresses: %d look-ups at once, want 20 for all of them", n)
	}
}

func TestAGuardAtRestAdmitsEverythingAndHidesNothing(t *testing.T) {
	t.Parallel()
	g := codes.NewGuard(codes.Limits{Off: true})
	for range 1000 {
		if err := g.Admit(attacker); err != nil {
			t.Fatal(err)
		}
		if err := g.Failed(attacker, errUnknown); !errors.Is(err, errUnknown) {
			t.Fatal(err)
		}
	}
	if got := g.Stats(); got != (codes.Stats{}) {
		t.Errorf("it counts: %+v", got)
	}
}

func TestManyAtOnceGetNoMoreThanOne(t *testing.T) {
	t.Parallel()
	g, c := guarded()
	suspect(g, c, attacker)
	var all sync.WaitGroup
	for i := range 64 {
		all.Go(func() {
			for range 200 {
				guess(g, attacker)
				_ = g.Admit(netip.AddrFrom4([4]byte{10, 0, 0, byte(i)}))
				guess(g, netip.AddrFrom16([16]byte{0x20, 0x01, 0x0d, 0xb8, 0, byte(i)}))
				_ = g.Stats()
			}
		})
	}
	all.Wait()
	looked := int(g.Stats().Failures)
	if most := 10 + 20 + 64*30; looked > most {
		t.Errorf("%d look-ups in a moment, want %d at most", looked, most)
	}
}

func BenchmarkAdmit(b *testing.B) {
	full := codes.NewGuard(codes.Limits{})
	for _, bot := range bots(1 << 17) {
		_ = full.Failed(bot, errUnknown)
	}
	for name, addr := range map[string]string{"unknown4": "192.0.2.1", "unknown6": "2001:db8:1:2::1"} {
		addr := netip.MustParseAddr(addr)
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					_ = full.Admit(addr)
				}
			})
		})
	}
	b.Run("suspicious", func(b *testing.B) {
		for range 20 {
			_ = full.Failed(attacker, errUnknown)
		}
		b.ReportAllocs()
		for b.Loop() {
			_ = full.Admit(attacker)
		}
	})
}

func BenchmarkFailed(b *testing.B) {
	g := codes.NewGuard(codes.Limits{})
	all := bots(1 << 17)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		_ = g.Failed(all[i%len(all)], errUnknown)
	}
}

func BenchmarkStatsOfAFullTable(b *testing.B) {
	g := codes.NewGuard(codes.Limits{})
	for _, bot := range bots(1 << 17) {
		_ = g.Failed(bot, errUnknown)
	}
	for b.Loop() {
		g.Stats()
	}
}
