package seal

import (
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"

	"golang.org/x/crypto/argon2"
)

// The cost of a password's hash: Argon2id with 19 MiB and two passes, the least that OWASP recommends; about 30 ms. Whoever hashes for
// anybody who asks bounds how many at once.
const (
	memoryKiB = 19 * 1024
	passes    = 2
	lanes     = 1
	hashBytes = 32
)

// HashPassword is a password as it is stored: one way, with a salt of its own.
func HashPassword(password string) string {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails
	sum := argon2.IDKey([]byte(password), salt, passes, memoryKiB, lanes, hashBytes)
	encode := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memoryKiB, passes, lanes, encode(salt), encode(sum))
}

// FitsPassword reports whether a password is the one of a hash, in constant time. A hash that cannot be read fits none.
func FitsPassword(hash, password string) bool {
	var version, memory, time int
	var threads uint8
	parts := strings.Split(hash, "$")
	if len(parts) != 6 {
		return false
	}
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &version, &memory, &time, &threads); err != nil {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(want) == 0 || time < 1 || threads < 1 || memory < 0 {
		return false
	}
	got := argon2.IDKey([]byte(password), salt, uint32(time), uint32(memory), threads, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1
}
