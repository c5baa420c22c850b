package store

import (
	"context"
	"strings"
	"time"

	"foyer/models"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

const (
	chatUserNotFound   = "User not found"
	chatTokenNotFound  = "token not found"
	chatTicketNotFound = "ticket not found"
)

// InsertChatUser inserts an account unless there is one of that name; it says whether it did.
func (s *Store) InsertChatUser(ctx context.Context, u *models.ChatUser) (bool, error) {
	done := gorm.WithResult()
	err := gorm.G[models.ChatUser](s.db, clause.OnConflict{DoNothing: true}, done).Create(ctx, u)
	return done.RowsAffected == 1, translate(err)
}

// ChatUser reads an account. Kind NotFound.
func (s *Store) ChatUser(ctx context.Context, name string) (models.ChatUser, error) {
	return one[models.ChatUser](ctx, s.reader, chatUserNotFound, "SELECT * FROM chat_users WHERE name = ?", name)
}

// LockChatUser reads an account and keeps it from being changed by others until the transaction ends. Kind NotFound.
func (s *Store) LockChatUser(ctx context.Context, name string) (models.ChatUser, error) {
	return one[models.ChatUser](ctx, s.db, chatUserNotFound, "SELECT * FROM chat_users WHERE name = ?"+s.engine.forUpdate(), name)
}

// UpdateChatUser writes an account's password and what it may do.
func (s *Store) UpdateChatUser(ctx context.Context, u models.ChatUser) error {
	return update(ctx, s, u, []string{"PasswordHash", "Admin", "Banned"}, "name = ?", u.Name)
}

// BeatChatUser notes that a user is online.
func (s *Store) BeatChatUser(ctx context.Context, name string, at time.Time) error {
	_, err := s.exec(ctx, "UPDATE chat_users SET heartbeat_at = ?, active_at = ? WHERE name = ?", at, at, name)
	return err
}

// OnlineChatUsers lists who has said since a time that it is online, by name.
func (s *Store) OnlineChatUsers(ctx context.Context, since time.Time, limit int) ([]string, error) {
	return many[string](ctx, s.reader, "SELECT name FROM chat_users WHERE heartbeat_at > ? ORDER BY name LIMIT ?", since, limit)
}

// FindChatUsers lists accounts whose name holds a text, by name. Nothing but the name and ActiveAt is read.
func (s *Store) FindChatUsers(ctx context.Context, part string, limit int) ([]models.ChatUser, error) {
	pattern := "%" + strings.NewReplacer(`\`, `\\`, "%", `\%`, "_", `\_`).Replace(part) + "%"
	return many[models.ChatUser](ctx, s.reader,
		`SELECT name, active_at FROM chat_users WHERE name LIKE ? ESCAPE '\' ORDER BY name LIMIT ?`, pattern, limit)
}

// InsertChatToken inserts a token and forgets the user's oldest ones, so that no more than keep are left.
func (s *Store) InsertChatToken(ctx context.Context, t *models.ChatToken, keep int) error {
	if err := create(ctx, s, t); err != nil {
		return err
	}
	_, err := s.exec(ctx, `DELETE FROM chat_tokens WHERE user_name = ? AND digest <> ? AND digest NOT IN (
		SELECT digest FROM chat_tokens WHERE user_name = ? AND digest <> ? ORDER BY created_at DESC, digest LIMIT ?)`,
		t.UserName, t.Digest, t.UserName, t.Digest, keep-1)
	return err
}

// ChatSession is a token with what decides about its user.
type ChatSession struct {
	models.ChatToken

	Admin, Banned bool
}

// ChatSession reads a token that has not expired, with its user. Kind NotFound.
func (s *Store) ChatSession(ctx context.Context, digest string, at time.Time) (ChatSession, error) {
	return one[ChatSession](ctx, s.reader, chatTokenNotFound, `SELECT t.*, u.admin, u.banned
		FROM chat_tokens t JOIN chat_users u ON u.name = t.user_name WHERE t.digest = ? AND t.expires_at > ?`, digest, at)
}

// TouchChatToken notes that a token was used, and that it holds until a time from then on. A retired one is not touched.
func (s *Store) TouchChatToken(ctx context.Context, t models.ChatToken) error {
	if _, err := s.exec(ctx, `UPDATE chat_users SET active_at = ? WHERE name = ? AND active_at < ?
		AND EXISTS (SELECT 1 FROM chat_tokens WHERE digest = ? AND NOT retired)`, t.UsedAt, t.UserName, t.UsedAt, t.Digest); err != nil {
		return err // the user goes before the token, as where somebody signs in
	}
	_, err := s.exec(ctx, "UPDATE chat_tokens SET used_at = ?, expires_at = ? WHERE digest = ? AND NOT retired", t.UsedAt, t.ExpiresAt, t.Digest)
	return err
}

// RetireChatToken has a token hold until a time and no longer, and only for what a retired one is good for. One that is retired stays as
// it is.
func (s *Store) RetireChatToken(ctx context.Context, user, digest string, until time.Time) error {
	_, err := s.exec(ctx, "UPDATE chat_tokens SET retired = TRUE, expires_at = ? WHERE digest = ? AND user_name = ? AND NOT retired AND expires_at > ?",
		until, digest, user, until)
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, "UPDATE chat_tokens SET retired = TRUE WHERE digest = ? AND user_name = ? AND NOT retired", digest, user)
	return err
}

// DeleteChatToken ends a token.
func (s *Store) DeleteChatToken(ctx context.Context, digest string) error {
	_, err := s.exec(ctx, "DELETE FROM chat_tokens WHERE digest = ?", digest)
	return err
}

// DeleteChatTokens ends all tokens of a user, and says how many of them had neither expired nor been retired.
func (s *Store) DeleteChatTokens(ctx context.Context, user string, at time.Time) (int, error) {
	live, err := s.exec(ctx, "DELETE FROM chat_tokens WHERE user_name = ? AND NOT retired AND expires_at > ?", user, at)
	if err != nil {
		return 0, err
	}
	_, err = s.exec(ctx, "DELETE FROM chat_tokens WHERE user_name = ?", user)
	return int(live), err
}

// ChatTokens lists the tokens of a user that have neither expired nor been retired, newest first.
func (s *Store) ChatTokens(ctx context.Context, user string, at time.Time, limit int) ([]models.ChatToken, error) {
	return many[models.ChatToken](ctx, s.reader, `SELECT * FROM chat_tokens
		WHERE user_name = ? AND NOT retired AND expires_at > ? ORDER BY created_at DESC, digest LIMIT ?`, user, at, limit)
}

// InsertChatTicket inserts a ticket.
func (s *Store) InsertChatTicket(ctx context.Context, t *models.ChatTicket) error {
	return create(ctx, s, t)
}

// TakeChatTicket takes a ticket that has not expired: nobody can take it again. Kind NotFound.
func (s *Store) TakeChatTicket(ctx context.Context, digest string, at time.Time) (models.ChatTicket, error) {
	return one[models.ChatTicket](ctx, s.db, chatTicketNotFound,
		"DELETE FROM chat_tickets WHERE digest = ? AND expires_at > ? RETURNING *", digest, at)
}

// PruneChats deletes what no longer holds: tokens and tickets that have expired, and presence that was last seen before a time.
func (s *Store) PruneChats(ctx context.Context, at, seen time.Time) error {
	for _, table := range []string{"chat_tokens", "chat_tickets"} {
		if _, err := s.exec(ctx, "DELETE FROM "+table+" WHERE expires_at <= ?", at); err != nil {
			return err
		}
	}
	_, err := s.exec(ctx, "DELETE FROM chat_presences WHERE seen_at <= ?", seen)
	return err
}
