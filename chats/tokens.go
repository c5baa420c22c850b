package chats

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

const (
	lifetime  = 365 * day // of a token, from its last use (contract 1)
	retired   = 30 * day  // how long one is good for little after another was given for it
	touch     = time.Hour // how often a use is written down
	maxTokens = 64        // of a user
)

const badToken = "Unauthorized - invalid token"

// newSecret is 64 random hex digits, and what is stored of them.
func newSecret() (secret, digest string) {
	var raw [32]byte
	_, _ = rand.Read(raw[:]) // never fails
	secret = hex.EncodeToString(raw[:])
	return secret, digestOf(secret)
}

// digestOf is what a token or a ticket is known by. Rows are found by it: nothing secret is compared.
func digestOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// issue makes a token.
func (s *Service) issue(ctx context.Context, tx *store.Store, user string) (string, error) {
	token, digest := newSecret()
	at := s.stamp()
	return token, tx.InsertChatToken(ctx, &models.ChatToken{
		Digest: digest, UserName: user, CreatedAt: at, UsedAt: at, ExpiresAt: at.Add(lifetime),
	}, maxTokens)
}

// still reports whether what somebody signs in with holds, in the transaction that signs in.
type still func(ctx context.Context, tx *store.Store, account *models.ChatUser) error

// samePassword is that the password is the one that was checked.
func samePassword(hash string) still {
	return func(_ context.Context, _ *store.Store, account *models.ChatUser) error {
		if account.PasswordHash != hash {
			return fault.New(fault.Unauthenticated, InvalidCredentials)
		}
		return nil
	}
}

// signIn gives a user a token, for an old one if there is one. Still is asked once more, when nobody can change the account any more, whether
// what the user signs in with holds. Kinds those of still; Forbidden when the account was banned meanwhile.
func (s *Service) signIn(ctx context.Context, user, old string, still still) (token string, err error) {
	err = s.store.Tx(ctx, func(tx *store.Store) error {
		account, err := tx.LockChatUser(ctx, user)
		if err != nil {
			return err
		}
		if account.Banned {
			return fault.New(fault.Forbidden, banned)
		}
		if err := still(ctx, tx, &account); err != nil {
			return err
		}
		if old != "" {
			if err := tx.RetireChatToken(ctx, user, digestOf(old), s.stamp().Add(retired)); err != nil {
				return err
			}
		}
		token, err = s.issue(ctx, tx, user)
		return err
	})
	if err == nil && old != "" {
		s.board.renew(user, digestOf(old), digestOf(token))
	}
	return token, err
}

// Authenticate gives whoever a token was issued to, and notes that it was used. Kind Unauthenticated when the token does not hold, was
// retired, or belongs to another name.
func (s *Service) Authenticate(ctx context.Context, name, token string) (Caller, error) {
	caller, old, err := s.Recognise(ctx, name, token)
	if err == nil && old {
		return Caller{}, fault.New(fault.Unauthenticated, badToken)
	}
	return caller, err
}

// Recognise is Authenticate for what a retired token is good for too: it says whether it is one.
func (s *Service) Recognise(ctx context.Context, name, token string) (caller Caller, old bool, err error) {
	found, err := s.session(ctx, name, token)
	if err != nil {
		return Caller{}, false, err
	}
	if at := s.stamp(); !found.Retired && at.Sub(found.UsedAt) >= touch {
		used := found.ChatToken
		used.UsedAt, used.ExpiresAt = at, at.Add(lifetime)
		err = s.store.Tx(ctx, func(tx *store.Store) error { return tx.TouchChatToken(ctx, used) })
	}
	return Caller{Name: found.UserName, Admin: found.Admin && found.UserName == s.admin, token: found.Digest}, found.Retired, err
}

// session finds a token of a user that has not expired. Kind Unauthenticated.
func (s *Service) session(ctx context.Context, name, token string) (store.ChatSession, error) {
	found, err := s.store.ChatSession(ctx, digestOf(token), s.stamp())
	folded, ok := fold(name)
	if fault.Is(err, fault.NotFound) || err == nil && (!ok || found.UserName != folded || found.Banned) {
		return found, fault.New(fault.Unauthenticated, badToken)
	}
	return found, err
}

// Verify says whether a token that holds was retired. Kinds Invalid, Unauthenticated.
func (s *Service) Verify(ctx context.Context, name, token string) (old bool, err error) {
	if name == "" || token == "" {
		return false, fault.Invalidf("username and token are required")
	}
	found, err := s.session(ctx, name, token)
	return found.Retired, err
}

// Refresh gives a token for an old one, which is retired. Kinds RateLimited; Invalid; NotFound when there is no such user; Unauthenticated;
// Forbidden when the account is banned.
func (s *Service) Refresh(ctx context.Context, from, name, old string) (string, error) {
	if name == "" || old == "" {
		return "", fault.Invalidf("username and oldToken are required")
	}
	if err := s.meter.spend(from, s.meter.refresh()); err != nil {
		return "", err
	}
	folded, ok := fold(name)
	if !ok {
		return "", fault.New(fault.NotFound, UserNotFound)
	}
	user, err := s.store.ChatUser(ctx, folded)
	if err != nil {
		return "", err
	}
	if _, err := s.session(ctx, folded, old); err != nil {
		return "", err
	}
	return s.signIn(ctx, user.Name, old, func(ctx context.Context, tx *store.Store, _ *models.ChatUser) error {
		_, err := tx.ChatSession(ctx, digestOf(old), s.stamp())
		if fault.Is(err, fault.NotFound) {
			err = fault.New(fault.Unauthenticated, "Unauthorized - invalid token")
		}
		return err
	})
}

// Logout ends the caller's token, and the connections that were opened with it.
func (s *Service) Logout(ctx context.Context, c Caller) error {
	if err := s.store.DeleteChatToken(ctx, c.token); err != nil {
		return err
	}
	s.board.end(c.Name, c.token)
	return nil
}

// LogoutAll ends all tokens of the caller and all its connections, and says how many tokens that were.
func (s *Service) LogoutAll(ctx context.Context, c Caller) (ended int, err error) {
	err = s.store.Tx(ctx, func(tx *store.Store) error {
		if _, err := tx.LockChatUser(ctx, c.Name); err != nil { // else a token that is just being made would stay
			return err
		}
		ended, err = tx.DeleteChatTokens(ctx, c.Name, s.stamp())
		return err
	})
	if err == nil {
		s.board.end(c.Name, "")
	}
	return ended, err
}

// Token is one of a user's tokens as it is shown to them.
type Token struct {
	Mask      string // tells it from the others and gives nothing away
	CreatedAt time.Time
	Current   bool // the caller has come with it
}

// Tokens lists the caller's tokens, newest first.
func (s *Service) Tokens(ctx context.Context, c Caller) ([]Token, error) {
	found, err := s.store.ChatTokens(ctx, c.Name, s.stamp(), maxTokens)
	list := make([]Token, len(found))
	for i, t := range found {
		list[i] = Token{Mask: "..." + t.Digest[len(t.Digest)-8:], CreatedAt: t.CreatedAt, Current: t.Digest == c.token}
	}
	return list, err
}

// ticketTime is how long a ticket opens a connection (contract 10).
const ticketTime = 60 * time.Second

// Ticket gives the caller a ticket for one connection. Kind RateLimited.
func (s *Service) Ticket(ctx context.Context, c Caller) (string, error) {
	if err := s.meter.spend(c.Name, s.meter.changing("ticket")); err != nil {
		return "", err
	}
	ticket, digest := newSecret()
	return ticket, s.store.InsertChatTicket(ctx, &models.ChatTicket{
		Digest: digest, UserName: c.Name, TokenDigest: c.token, ExpiresAt: s.stamp().Add(ticketTime),
	})
}
