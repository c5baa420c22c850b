package codes_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"regexp"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"foyer/codes"

	"github.com/sqids/sqids-go"
)

var shape = regexp.MustCompile(`^[a-z]{3}-[a-z]{4}-[a-z]{3}$`)

func source(t testing.TB, random io.Reader) *codes.Source {
	t.Helper()
	s, err := codes.NewSource(random)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// drawn is a reader that makes Draw's numbers come out as given.
func drawn(numbers ...uint64) io.Reader {
	var b bytes.Buffer
	for _, n := range numbers {
		_ = binary.Write(&b, binary.BigEndian, n<<22)
	}
	return &b
}

func TestSpaceIsWhatSqidsWritesWithTenLetters(t *testing.T) {
	t.Parallel()
	encoder, err := sqids.New(sqids.Options{Alphabet: "abcdefghijklmnopqrstuvwxyz"})
	if err != nil {
		t.Fatal(err)
	}
	lowest := uint64(math.Pow(25, 8))
	for number, want := range map[uint64]int{
		lowest - 1: 9, lowest: 10, lowest + codes.Space/2: 10, lowest + codes.Space - 1: 10, lowest + codes.Space: 11,
	} {
		id, err := encoder.Encode([]uint64{number})
		if err != nil || len(id) != want {
			t.Errorf("%d is written %q (%v), want %d letters", number, id, err, want)
		}
	}
	if bits := math.Log2(float64(codes.Space)); bits < 41 || bits > 42 {
		t.Errorf("the space has %.2f bits, want about 41.7", bits)
	}
}

func TestDrawnCodesAreDistinctAndWellFormed(t *testing.T) {
	t.Parallel()
	s := source(t, nil)
	seen := map[string]bool{}
	var mu sync.Mutex
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 500 {
				code, err := s.Draw()
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				if seen[code] || !shape.MatchString(code) {
					t.Errorf("drew %q: seen before, or not a code", code)
				}
				seen[code] = true
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if len(seen) != 2000 {
		t.Errorf("%d distinct codes of 2000", len(seen))
	}
}

func TestDrawCoversTheSpaceFromEndToEnd(t *testing.T) {
	t.Parallel()
	s := source(t, drawn(0, codes.Space-1))
	first, err1 := s.Draw()
	last, err2 := s.Draw()
	if err1 != nil || err2 != nil || !shape.MatchString(first) || !shape.MatchString(last) {
		t.Errorf("the ends of the space are %q (%v) and %q (%v)", first, err1, last, err2)
	}
}

func TestDrawDrawsAgainBeyondTheSpace(t *testing.T) {
	t.Parallel()
	got, err := source(t, drawn(codes.Space, 1<<42-1, 7)).Draw()
	want, _ := source(t, drawn(7)).Draw()
	if err != nil || got != want {
		t.Errorf("drew %q, %v, want the third number's %q", got, err, want)
	}
}

func TestDrawnCodesHoldNoBlockedWord(t *testing.T) {
	t.Parallel()
	// Numbers spread over the space; what sqids lets pass are the three-letter words inside an id.
	plain, err := sqids.New(sqids.Options{Alphabet: "abcdefghijklmnopqrstuvwxyz"})
	if err != nil {
		t.Fatal(err)
	}
	list := sqids.Blocklist()
	var passed int
	for n := range uint64(10_000) {
		number := n * 365_999_983
		id, _ := plain.Encode([]uint64{152_587_890_625 + number})
		if blocked(list, id) == "" {
			continue
		}
		passed++
		code, err := source(t, drawn(number, 1)).Draw()
		if err != nil {
			t.Fatal(err)
		}
		if word := blocked(list, strings.ReplaceAll(code, "-", "")); word != "" {
			t.Errorf("drew %s, which holds %q", code, word)
		}
	}
	if passed == 0 {
		t.Error("no number of the sample tests the short words")
	}
}

// blocked is a word of the list in the letters, "" when there is none.
func blocked(list []string, id string) string {
	for _, word := range list {
		if strings.Contains(id, word) {
			return word
		}
	}
	return ""
}

func TestDrawFailsWithItsReader(t *testing.T) {
	t.Parallel()
	broken := errors.New("no entropy")
	if code, err := source(t, iotest.ErrReader(broken)).Draw(); !errors.Is(err, broken) || code != "" {
		t.Errorf("drew %q, %v from a broken reader", code, err)
	}
	stuck := bytes.NewReader(bytes.Repeat([]byte{0xff}, 1<<10))
	if code, err := source(t, stuck).Draw(); err == nil {
		t.Errorf("drew %q from a reader that repeats itself", code)
	}
}

func TestParse(t *testing.T) {
	t.Parallel()
	const want = "abc-defg-hij"
	for _, in := range []string{
		want, "abcdefghij", "ABC-DEFG-HIJ", " abc-defg-hij\r\n", "abc defg hij", "a b c d e f g h i j", "abcde-fghij",
		"--abc--defg--hij--", "abc\u2013defg\u2014hij", "abc\u2010defg\u2011hij", "abc\u2212defg-hij", "abc\u00addefg\u00a0hij", "\ufeffabc-defg-hij\u200b",
		"abc\tDEFG\u3000hij", "abc\uff0ddefg\uff0dhij",
	} {
		if got, ok := codes.Parse(in); !ok || got != want {
			t.Errorf("Parse(%q) = %q, %v, want %q", in, got, ok, want)
		}
	}
	for _, in := range []string{
		"", "-", "abcdefghi", "abcdefghijk", "abc-defg-hi1", "abc_defg_hij", "abc.defg.hij", "abc-defg-h\u00efj", "abc-defg-hi\u212a",
		"\u0430bc-defg-hij", "abc-defg-hij\x00", "abc-defg-hi\xff", strings.Repeat(" ", 60) + "abcdefghij", "/abc-defg-hij",
	} {
		if got, ok := codes.Parse(in); ok || got != "" {
			t.Errorf("Parse(%q) = %q, %v, want no code", in, got, ok)
		}
	}
}

func TestParseAllocatesAtMostOnce(t *testing.T) { // not parallel: AllocsPerRun counts for the whole process
	for in, want := range map[string]float64{"abc-defg-hij": 0, "ABC\u2013DEFG\u2013HIJ": 1, "no code": 0} {
		if got := testing.AllocsPerRun(100, func() { codes.Parse(in) }); got > want {
			t.Errorf("Parse(%q) allocates %v times, want %v", in, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"abc-defg-hij", "ABCDEFGHIJ", " a b c\u2013defg\u2014hij ", "abc-defg-hi1", "", "\xff\xfe", "abc\u00addefg\u200bhij", "\u017fbc-defg-hij",
		strings.Repeat("-", 65), strings.Repeat("a", 11),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, in string) {
		code, ok := codes.Parse(in)
		if !ok {
			if code != "" {
				t.Errorf("Parse(%q) refuses and answers %q", in, code)
			}
			return
		}
		if !shape.MatchString(code) || len(in) > 64 {
			t.Errorf("Parse(%q) = %q", in, code)
		}
		if again, ok := codes.Parse(code); !ok || again != code {
			t.Errorf("Parse(%q) = %q, %v: not the same again", code, again, ok)
		}
	})
}

func BenchmarkDraw(b *testing.B) {
	s := source(b, nil)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Draw(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	for name, in := range map[string]string{"stored": "abc-defg-hij", "pasted": " ABC\u2013DEFG\u2013HIJ"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				codes.Parse(in)
			}
		})
	}
}
