package workspaces

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"strings"
	"unicode/utf8"

	"foyer/fault"
	"foyer/models"

	"golang.org/x/crypto/argon2"
)

// Operator is the name of the operator that the first start makes.
const Operator = "operator"

// The cost of a password's hash: Argon2id with 19 MiB and two passes, the least that OWASP recommends; about 30 ms.
const (
	memoryKiB = 19 * 1024
	passes    = 2
	lanes     = 1
	hashBytes = 32
)

// CreateOperator makes an operator. An empty password is made up; the one in force is returned, to be shown once. Kinds Invalid, Conflict.
func (s *Service) CreateOperator(ctx context.Context, name, password string) (string, error) {
	password, hash, err := newPassword(password)
	if err != nil {
		return "", err
	}
	at := s.store.Stamp()
	return password, s.store.CreateOperator(ctx, &models.Operator{
		ID: s.store.NewID(), Name: name, PasswordHash: hash, CreatedAt: at, UpdatedAt: at,
	})
}

// ResetPassword gives an operator another password, made up when empty, and returns it. Kinds NotFound, Invalid.
func (s *Service) ResetPassword(ctx context.Context, name, password string) (string, error) {
	operator, err := s.store.Operator(ctx, name)
	if err != nil {
		return "", err
	}
	password, hash, err := newPassword(password)
	if err != nil {
		return "", err
	}
	operator.PasswordHash, operator.UpdatedAt = hash, s.store.Stamp()
	return password, s.store.UpdateOperator(ctx, operator)
}

func newPassword(wanted string) (password, hash string, err error) {
	if wanted == "" {
		wanted = strings.ToLower(rand.Text()) // 130 random bits
	}
	if n := utf8.RuneCountInString(wanted); n < 8 || n > 256 {
		return "", "", fault.Invalidf("an operator's password has 8 to 256 characters")
	}
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails
	sum := argon2.IDKey([]byte(wanted), salt, passes, memoryKiB, lanes, hashBytes)
	encode := base64.RawStdEncoding.EncodeToString
	return wanted, fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s",
		argon2.Version, memoryKiB, passes, lanes, encode(salt), encode(sum)), nil
}

// CheckPassword reports whether a password is the operator's, in constant time.
func CheckPassword(o models.Operator, password string) bool {
	var ver, memory, time int
	var threads uint8
	parts := strings.Split(o.PasswordHash, "$")
	if len(parts) != 6 {
		return false
	}
	if _, err := fmt.Sscanf(parts[2]+" "+parts[3], "v=%d m=%d,t=%d,p=%d", &ver, &memory, &time, &threads); err != nil {
		return false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return false
	}
	want, err := base64.RawStdEncoding.DecodeString(parts[5])
	if err != nil || len(want) == 0 {
		return false
	}
	got := argon2.IDKey([]byte(password), salt, uint32(time), uint32(memory), threads, uint32(len(want)))
	return subtle.ConstantTimeCompare(got, want) == 1
}
