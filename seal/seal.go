package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// KeySize is the length of a master key in bytes.
const KeySize = 32

// format is the first byte of everything sealed, so that another way of sealing can be told from this one.
const format = 1

// ErrNotOpened says that sealed bytes do not open: another master key, another context, or damage.
var ErrNotOpened = errors.New("the master key does not open this secret")

// Box seals and opens secrets under one master key. Safe for concurrent use.
type Box struct {
	master []byte
	aead   cipher.AEAD
}

// New makes a box from a master key of KeySize bytes.
func New(master []byte) (*Box, error) {
	if len(master) != KeySize {
		return nil, fmt.Errorf("a master key has %d bytes, not %d", KeySize, len(master))
	}
	b := &Box{master: append([]byte(nil), master...)}
	key, err := b.Derive("secrets at rest")
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	b.aead, err = cipher.NewGCMWithRandomNonce(block)
	return b, err
}

// Derive is a key of 32 bytes for one purpose, the same for the same master key (HKDF-SHA256).
func (b *Box) Derive(purpose string) ([]byte, error) {
	return hkdf.Key(sha256.New, b.master, nil, "foyer "+purpose, KeySize)
}

// Seal encrypts a secret. The context says where it is kept ("key 65f0..."): sealed bytes that are moved elsewhere do not open.
func (b *Box) Seal(secret []byte, context string) []byte {
	return append([]byte{format}, b.aead.Seal(nil, nil, secret, []byte(context))...)
}

// Open decrypts what Seal made with the same context, else ErrNotOpened.
func (b *Box) Open(sealed []byte, context string) ([]byte, error) {
	if len(sealed) == 0 || sealed[0] != format {
		return nil, ErrNotOpened
	}
	secret, err := b.aead.Open(nil, nil, sealed[1:], []byte(context))
	if err != nil {
		return nil, ErrNotOpened
	}
	return secret, nil
}

// NewKey is a fresh random master key.
func NewKey() []byte {
	key := make([]byte, KeySize)
	_, _ = rand.Read(key) // never fails
	return key
}

// ParseKey reads a master key as people write it: 64 hex digits, or base64 of 32 bytes in either alphabet, padded or not.
func ParseKey(text string) ([]byte, error) {
	text = strings.TrimSpace(text)
	if key, err := hex.DecodeString(text); err == nil && len(key) == KeySize {
		return key, nil
	}
	plain := strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(text, "="))
	if key, err := base64.RawStdEncoding.DecodeString(plain); err == nil && len(key) == KeySize {
		return key, nil
	}
	return nil, errors.New("a master key is 64 hex digits or the base64 of 32 bytes (openssl rand -base64 32)")
}

// FormatKey writes a master key so that ParseKey reads it.
func FormatKey(key []byte) string { return base64.StdEncoding.EncodeToString(key) }
