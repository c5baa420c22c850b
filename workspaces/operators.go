package workspaces

import (
	"context"
	"crypto/rand"
	"strings"
	"unicode/utf8"

	"foyer/fault"
	"foyer/models"
	"foyer/seal"
)

// Operator is the name of the operator that the first start makes.
const Operator = "operator"

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
	return wanted, seal.HashPassword(wanted), nil
}

// CheckPassword reports whether a password is the operator's, in constant time.
func CheckPassword(o models.Operator, password string) bool {
	return seal.FitsPassword(o.PasswordHash, password)
}
