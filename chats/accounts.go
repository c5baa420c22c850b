package chats

import (
	"context"
	"unicode/utf8"

	"foyer/fault"
	"foyer/models"
	"foyer/seal"
	"foyer/store"
)

// The refusals that a client shows as they are (contract 7).
const (
	NameTaken          = "Username already taken"
	InvalidCredentials = "Invalid credentials"
	banned             = "Forbidden - this account is banned"
)

func checkPassword(password string) error {
	if n := utf8.RuneCountInString(password); n < 8 || n > 128 {
		return fault.Invalidf("a password has 8 to 128 characters")
	}
	return nil
}

// Register makes an account and signs in; it says whether it made one. When there is one whose password fits, it signs in (contract 7).
// Kinds RateLimited; Invalid; Conflict when the name is taken, as the admin's always is; Forbidden when the account is banned.
func (s *Service) Register(ctx context.Context, from, name, password string) (token string, made bool, err error) {
	if err := s.meter.spend(from, s.meter.register()); err != nil {
		return "", false, err
	}
	name, err = s.checkName(name)
	if err == nil {
		err = checkPassword(password)
	}
	if err != nil {
		return "", false, err
	}
	if _, err := s.store.ChatUser(ctx, name); fault.Is(err, fault.NotFound) && name != s.admin {
		token, made, err = s.create(ctx, name, password)
		if err != nil || made {
			return token, made, err
		}
	}
	known, err := s.checked(ctx, name, password)
	if fault.Is(err, fault.Unauthenticated) {
		err = fault.New(fault.Conflict, NameTaken)
	}
	if err != nil {
		return "", false, err
	}
	token, err = s.signIn(ctx, name, "", samePassword(known.PasswordHash))
	return token, false, err
}

// create makes an account unless there is one by now.
func (s *Service) create(ctx context.Context, name, password string) (token string, made bool, err error) {
	hash, err := s.hash(ctx, password)
	if err != nil {
		return "", false, err
	}
	at := s.stamp()
	err = s.store.Tx(ctx, func(tx *store.Store) (err error) {
		made, err = tx.InsertChatUser(ctx, &models.ChatUser{Name: name, PasswordHash: hash, ActiveAt: at, CreatedAt: at})
		if err != nil || !made {
			return err
		}
		token, err = s.issue(ctx, tx, name)
		return err
	})
	return token, made, err
}

// Proof is what somebody signs in with. Old is the token that they had before, if any.
type Proof struct{ Name, Password, Old string }

// Login signs in. The old token, if there is one, is retired. Kinds RateLimited; Invalid; Unauthenticated, of an unknown user too;
// Forbidden when the account is banned.
func (s *Service) Login(ctx context.Context, from string, p Proof) (string, error) {
	if p.Name == "" || p.Password == "" {
		return "", fault.Invalidf("username and password are required")
	}
	if err := s.meter.spend(from, s.meter.login()); err != nil {
		return "", err
	}
	user, err := s.checked(ctx, p.Name, p.Password)
	if err != nil {
		return "", err
	}
	return s.signIn(ctx, user.Name, p.Old, samePassword(user.PasswordHash))
}

// checked gives an account whose password fits. A name that nobody has takes as long. Wrong passwords count against the name;
// the attempt counts before it is known whether it is one, so that many at once are no way around.
func (s *Service) checked(ctx context.Context, name, password string) (models.ChatUser, error) {
	folded, ok := fold(name)
	rule := s.meter.failures()
	if ok {
		if err := s.meter.spend(folded, rule); err != nil {
			return models.ChatUser{}, err
		}
	}
	user, err := s.store.ChatUser(ctx, folded)
	if fault.Is(err, fault.NotFound) || !ok {
		user = models.ChatUser{PasswordHash: s.decoy()}
	} else if err != nil {
		return models.ChatUser{}, err
	}
	fits, err := s.fits(ctx, user.PasswordHash, password)
	switch {
	case err != nil:
		return models.ChatUser{}, err
	case !fits || user.Name == "":
		return models.ChatUser{}, fault.New(fault.Unauthenticated, InvalidCredentials)
	}
	s.meter.forgive(folded, rule)
	if user.Banned {
		return models.ChatUser{}, fault.New(fault.Forbidden, banned)
	}
	return user, nil
}

// EnsureAdmin makes the admin's account, or gives it the password. An account of somebody else that has its name becomes the admin's, and
// all that was signed in with it ends. Kind Invalid.
func (s *Service) EnsureAdmin(ctx context.Context, password string) error {
	if _, ok := fold(s.admin); !ok {
		return fault.Invalidf("the admin's name: %s", badName)
	}
	if err := checkPassword(password); err != nil {
		return err
	}
	hash, err := s.hash(ctx, password)
	if err != nil {
		return err
	}
	err = s.store.Tx(ctx, func(tx *store.Store) error {
		at := s.stamp()
		admin := models.ChatUser{Name: s.admin, PasswordHash: hash, Admin: true, ActiveAt: at, CreatedAt: at}
		if made, err := tx.InsertChatUser(ctx, &admin); err != nil || made {
			return err
		}
		before, err := tx.LockChatUser(ctx, s.admin)
		if err != nil || before.Admin && !before.Banned && seal.FitsPassword(before.PasswordHash, password) {
			return err
		}
		if _, err := tx.DeleteChatTokens(ctx, s.admin, at); err != nil {
			return err
		}
		return tx.UpdateChatUser(ctx, admin)
	})
	return err
}

// Ban keeps a user from signing in, or lets it again. What was signed in ends. Kind NotFound.
func (s *Service) Ban(ctx context.Context, name string, banned bool) error {
	folded, _ := fold(name)
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		user, err := tx.LockChatUser(ctx, folded)
		if err != nil {
			return err
		}
		user.Banned = banned
		if err := tx.UpdateChatUser(ctx, user); err != nil || !banned {
			return err
		}
		_, err = tx.DeleteChatTokens(ctx, folded, s.stamp())
		return err
	})
	if err == nil && banned {
		s.board.end(folded, "")
	}
	return err
}

// hash hashes a password when it is its turn: that takes 19 MiB.
func (s *Service) hash(ctx context.Context, password string) (string, error) {
	if err := s.takeHashing(ctx); err != nil {
		return "", err
	}
	defer func() { <-s.hashing }()
	return seal.HashPassword(password), nil
}

// fits is hash for a password that may be the one of a hash.
func (s *Service) fits(ctx context.Context, hash, password string) (bool, error) {
	if err := s.takeHashing(ctx); err != nil {
		return false, err
	}
	defer func() { <-s.hashing }()
	return seal.FitsPassword(hash, password), nil
}

func (s *Service) takeHashing(ctx context.Context) error {
	select {
	case s.hashing <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
