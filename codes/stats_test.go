package codes_test

import (
	"fmt"
	"math"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"foyer/codes"

	"github.com/google/go-cmp/cmp"
)

func TestStatsCountWhatTheGuardSaw(t *testing.T) {
	t.Parallel()
	g, c := guarded()
	suspect(g, c, attacker)
	guess(g, office)
	for range 30 {
		guess(g, attacker)
	}
	got := g.Stats()
	want := codes.Stats{Failures: 31, LastMinute: 31, Unread: 10, Addresses: 2, Suspicious: 1, Threshold: 10, Rate: 20}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	c.pass(time.Minute)
	if got := g.Stats(); got.LastMinute != 0 || got.Suspicious != 1 {
		t.Errorf("%+v after a minute, want no failure in it and one suspicious address", got)
	}
}

func TestAnIPv6AddressIsCountedOnce(t *testing.T) {
	t.Parallel()
	g, c := guarded()
	for _, addr := range []string{"2001:db8:1:1::1", "2001:db8:1:1::2", "2001:db8:1:2::1"} {
		suspect(g, c, netip.MustParseAddr(addr))
	}
	if got := g.Stats(); got.Addresses != 2 || got.Suspicious != 2 {
		t.Errorf("%+v, want two addresses, both suspicious", got)
	}
}

func TestLuckyGuessesPerYear(t *testing.T) {
	t.Parallel()
	if got := codes.LuckyGuessesPerYear(int(codes.Space), 1); got != 365*24*60 {
		t.Errorf("where every code is live, %v of a year's guesses are lucky", got)
	}
	if got := codes.LuckyGuessesPerYear(0, 600) + codes.LuckyGuessesPerYear(-1, 600) + codes.LuckyGuessesPerYear(5, -1); got != 0 {
		t.Errorf("%v lucky guesses out of nothing", got)
	}
}

// The table of docs/guessing.md is arithmetic: its first column of numbers is failures a minute, its heading holds the live codes.
func TestThePageSaysWhatTheArithmeticSays(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile("../docs/guessing.md")
	if err != nil {
		t.Fatal(err)
	}
	live, rows := []float64(nil), 0
	for line := range strings.Lines(string(page)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 6 {
			continue
		}
		if numbers := plain(cells[2:]); live == nil {
			live = numbers
			continue
		}
		rate := plain(cells[1:2])[0]
		if math.IsNaN(rate) {
			continue // the rule under the heading
		}
		rows++
		for i, cell := range cells[2:] {
			if want := figure(codes.LuckyGuessesPerYear(int(live[i]), rate)); strings.TrimSpace(cell) != want {
				t.Errorf("%q: %s, want %s", cells[0], strings.TrimSpace(cell), want)
			}
		}
	}
	if rows == 0 {
		t.Error("the page has no table of six columns")
	}
}

// plain reads numbers with commas in them; NaN for what is none.
func plain(cells []string) []float64 {
	numbers := make([]float64, len(cells))
	for i, cell := range cells {
		n, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimSpace(cell), ",", ""), 64)
		if err != nil {
			n = math.NaN()
		}
		numbers[i] = n
	}
	return numbers
}

// figure writes a number with two significant digits, and commas from a thousand on.
func figure(x float64) string {
	unit := math.Pow(10, math.Floor(math.Log10(x))-1)
	rounded := math.Round(x/unit) * unit
	if unit < 1 {
		return strings.TrimRight(strings.TrimRight(strconv.FormatFloat(rounded, 'f', int(math.Round(-math.Log10(unit))), 64), "0"), ".")
	}
	n := int(math.Round(rounded))
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%d,%03d", n/1000, n%1000)
}
