package seal_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"strings"
	"sync"
	"testing"

	"foyer/seal"

	"github.com/google/go-cmp/cmp"
)

// master is the key of these tests: the bytes 0 to 31.
func master() []byte {
	key := make([]byte, seal.KeySize)
	for i := range key {
		key[i] = byte(i)
	}
	return key
}

func newBox(t *testing.T, key []byte) *seal.Box {
	t.Helper()
	box, err := seal.New(key)
	if err != nil {
		t.Fatal(err)
	}
	return box
}

func TestSealedOpens(t *testing.T) {
	t.Parallel()
	box := newBox(t, master())
	for _, secret := range [][]byte{{}, {0}, []byte("swordfish"), bytes.Repeat([]byte{0xff}, 100_000)} {
		for _, context := range []string{"", "key abc", strings.Repeat("x", 1000)} {
			got, err := newBox(t, master()).Open(box.Seal(secret, context), context)
			if err != nil || !bytes.Equal(got, secret) {
				t.Errorf("%d bytes in %q: got %d bytes, %v", len(secret), context, len(got), err)
			}
		}
	}
}

// What an earlier Foyer sealed opens for ever.
func TestSealedLongAgoOpens(t *testing.T) {
	t.Parallel()
	sealed, err := base64.StdEncoding.DecodeString("Ac0KOQD/e3cdbsoXUAlsNfv195mMIhu7dSSyqPHdTKWK1Ak/0xY=")
	if err != nil {
		t.Fatal(err)
	}
	got, err := newBox(t, master()).Open(sealed, "key abc")
	if err != nil || string(got) != "swordfish" {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestSealIsNeverTheSame(t *testing.T) {
	t.Parallel()
	box := newBox(t, master())
	first, second := box.Seal([]byte("swordfish"), "c"), box.Seal([]byte("swordfish"), "c")
	if bytes.Equal(first, second) {
		t.Error("two seals of one secret are alike: who reads the database learns that they are")
	}
	if bytes.Contains(first, []byte("sword")) {
		t.Error("the secret is in clear")
	}
}

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	box, other := newBox(t, master()), newBox(t, bytes.Repeat([]byte{7}, seal.KeySize))
	sealed := box.Seal([]byte("swordfish"), "key abc")
	refuse := func(what string, box *seal.Box, sealed []byte, context string) {
		t.Helper()
		if got, err := box.Open(sealed, context); !errors.Is(err, seal.ErrNotOpened) || got != nil {
			t.Errorf("%s: got %q, %v", what, got, err)
		}
	}
	refuse("another context", box, sealed, "key abd")
	refuse("no context", box, sealed, "")
	refuse("another master key", other, sealed, "key abc")
	refuse("nothing", box, nil, "key abc")
	for size := range sealed {
		refuse("cut off", box, sealed[:size], "key abc")
	}
	refuse("more", box, append(bytes.Clone(sealed), 0), "key abc")
	for at := range sealed {
		for _, flip := range []byte{1, 0x80} {
			tampered := bytes.Clone(sealed)
			tampered[at] ^= flip
			refuse("tampered", box, tampered, "key abc")
		}
	}
}

// The box keeps nothing of the slice that it was made from.
func TestBoxKeepsItsOwnKey(t *testing.T) {
	t.Parallel()
	key := master()
	box := newBox(t, key)
	sealed := box.Seal([]byte("swordfish"), "c")
	before, _ := box.Derive("p")
	clear(key)
	after, _ := box.Derive("p")
	if _, err := newBox(t, master()).Open(sealed, "c"); err != nil || !bytes.Equal(before, after) {
		t.Errorf("the key changed under the box: %v", err)
	}
}

func TestBoxAtOnce(t *testing.T) {
	t.Parallel()
	box := newBox(t, master())
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 100 {
				if _, err := box.Open(box.Seal([]byte("swordfish"), "c"), "c"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
}

func TestDerive(t *testing.T) {
	t.Parallel()
	derive := func(key []byte, purpose string) string {
		derived, err := newBox(t, key).Derive(purpose)
		if err != nil {
			t.Fatal(err)
		}
		return hex.EncodeToString(derived)
	}
	const stable = "b261cc9acd74e7bc07cde2aff85ddc949dbd4a61fa9818b62d5cd0265baf399a" // HKDF-SHA256, worked out by another program
	if got := derive(master(), "tokens"); got != stable {
		t.Errorf("want %s, got %s", stable, got)
	}
	seen := map[string]string{}
	for _, purpose := range []string{"tokens", "token", "", "secrets at rest", "Tokens"} {
		key := derive(master(), purpose)
		if twin, double := seen[key]; double {
			t.Errorf("%q and %q have one key", purpose, twin)
		}
		seen[key] = purpose
	}
	if derive(bytes.Repeat([]byte{7}, seal.KeySize), "tokens") == stable {
		t.Error("two master keys give one key")
	}
}

func TestNewRefusesKeysOfOtherSizes(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 16, 31, 33, 64} {
		if _, err := seal.New(make([]byte, size)); err == nil {
			t.Errorf("a key of %d bytes was taken", size)
		}
	}
}

func TestParseKey(t *testing.T) {
	t.Parallel()
	high := bytes.Repeat([]byte{0xfb, 0xff}, 16) // base64 with + and /, or - and _
	for text, want := range map[string][]byte{
		hex.EncodeToString(master()):                        master(),
		strings.ToUpper(hex.EncodeToString(high)):           high,
		base64.StdEncoding.EncodeToString(high):             high,
		base64.RawStdEncoding.EncodeToString(high):          high,
		base64.URLEncoding.EncodeToString(high):             high,
		base64.RawURLEncoding.EncodeToString(high):          high,
		"  \t" + seal.FormatKey(master()) + "\r\n":          master(),
		"\n" + hex.EncodeToString(master()) + "\n":          master(),
		seal.FormatKey(bytes.Repeat([]byte("f"), 32)):       bytes.Repeat([]byte("f"), 32),
		hex.EncodeToString(bytes.Repeat([]byte{0}, 32)):     bytes.Repeat([]byte{0}, 32),
		base64.StdEncoding.EncodeToString(make([]byte, 32)): make([]byte, 32),
	} {
		got, err := seal.ParseKey(text)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%q: got %x, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"", " ", "secret", hex.EncodeToString(master())[2:], hex.EncodeToString(master()) + "00",
		base64.StdEncoding.EncodeToString(make([]byte, 31)), base64.StdEncoding.EncodeToString(make([]byte, 33)),
		strings.Repeat("g", 64), strings.Repeat("=", 44), hex.EncodeToString(master())[:62] + "zz",
	} {
		got, err := seal.ParseKey(text)
		if err == nil {
			t.Errorf("%q was taken as %x", text, got)
		}
		if err != nil && text != "" && text != " " && strings.Contains(err.Error(), text) {
			t.Errorf("the error repeats the key: %v", err)
		}
	}
}

func TestFormatKey(t *testing.T) {
	t.Parallel()
	first, second := seal.NewKey(), seal.NewKey()
	if len(first) != seal.KeySize || bytes.Equal(first, second) {
		t.Errorf("two new keys: %x, %x", first, second)
	}
	got, err := seal.ParseKey(seal.FormatKey(first))
	if diff := cmp.Diff(first, got); diff != "" || err != nil {
		t.Errorf("%v: -want +got\n%s", err, diff)
	}
}
