package storetest

import (
	"strconv"
	"testing"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

func (c *scene) addChatUser(t *testing.T, name string) models.ChatUser {
	t.Helper()
	user := models.ChatUser{Name: name, PasswordHash: "hash of " + name, ActiveAt: born, CreatedAt: born}
	if !must[bool](t)(c.InsertChatUser(t.Context(), &user)) {
		t.Fatalf("%s was not inserted", name)
	}
	return user
}

func chatUserRoundTrip(t *testing.T, s *store.Store) {
	c, ctx := newScene(t, s), t.Context()
	read := func() models.ChatUser { return must[models.ChatUser](t)(s.ChatUser(ctx, "alice")) }
	alice := c.addChatUser(t, "alice")
	equal(t, alice, read())
	twin := alice
	twin.PasswordHash = "another"
	equal(t, false, must[bool](t)(s.InsertChatUser(ctx, &twin)))
	equal(t, alice, read())

	noError(t, s.BeatChatUser(ctx, "alice", after(time.Minute)))
	alice.HeartbeatAt, alice.ActiveAt = pointer(after(time.Minute)), after(time.Minute)
	alice.PasswordHash, alice.Admin, alice.Banned = "new", true, true
	noError(t, s.UpdateChatUser(ctx, alice))
	equal(t, alice, read())
	alice.Admin, alice.Banned = false, false
	noError(t, s.UpdateChatUser(ctx, alice))
	equal(t, alice, read())
	noError(t, s.Tx(ctx, func(tx *store.Store) error {
		equal(t, alice, must[models.ChatUser](t)(tx.LockChatUser(ctx, "alice")))
		return nil
	}))
	_, err := s.ChatUser(ctx, "nobody")
	refused(t, err, fault.NotFound, "User not found")
	_, err = s.LockChatUser(ctx, "nobody")
	refused(t, err, fault.NotFound, "User not found")
}

func chatUsersFound(t *testing.T, s *store.Store) {
	c, ctx := newScene(t, s), t.Context()
	for _, name := range []string{"carol", "al_ice", "alice", "malice"} {
		c.addChatUser(t, name)
	}
	find := func(part string, limit int) []string {
		t.Helper()
		var names []string
		for _, u := range must[[]models.ChatUser](t)(s.FindChatUsers(ctx, part, limit)) {
			equal(t, models.ChatUser{Name: u.Name, ActiveAt: born}, u)
			names = append(names, u.Name)
		}
		return names
	}
	equal(t, []string{"alice", "malice"}, find("lic", 9))
	equal(t, []string{"alice"}, find("lic", 1))
	equal(t, []string{"al_ice"}, find("l_i", 9)) // no character stands for others
	equal(t, nil, find("%", 9))
	equal(t, nil, find(`\`, 9))

	noError(t, s.BeatChatUser(ctx, "malice", after(time.Minute)))
	noError(t, s.BeatChatUser(ctx, "alice", after(time.Hour)))
	online := func(since time.Time, limit int) []string {
		return must[[]string](t)(s.OnlineChatUsers(ctx, since, limit))
	}
	equal(t, []string{"alice", "malice"}, online(born, 9))
	equal(t, []string{"alice"}, online(born, 1))
	equal(t, []string{"alice"}, online(after(time.Minute), 9))
	equal(t, []string{}, online(after(time.Hour), 9))
}

func (c *scene) addChatToken(t *testing.T, user, digest string, at time.Time) models.ChatToken {
	t.Helper()
	token := models.ChatToken{Digest: digest, UserName: user, CreatedAt: at, UsedAt: at, ExpiresAt: at.Add(time.Hour)}
	noError(t, c.Tx(t.Context(), func(tx *store.Store) error { return tx.InsertChatToken(t.Context(), &token, 3) }))
	return token
}

func chatTokensLive(t *testing.T, s *store.Store) {
	c, ctx := newScene(t, s), t.Context()
	user := c.addChatUser(t, "alice")
	user.Admin = true
	noError(t, s.UpdateChatUser(ctx, user))
	token := c.addChatToken(t, "alice", "d1", born)
	want := store.ChatSession{ChatToken: token, Admin: true}
	session := func() store.ChatSession { return must[store.ChatSession](t)(s.ChatSession(ctx, "d1", born)) }
	equal(t, want, session())
	for digest, at := range map[string]time.Time{"d1": after(time.Hour), "d2": born} {
		_, err := s.ChatSession(ctx, digest, at)
		refused(t, err, fault.NotFound, "token not found")
	}

	token.UsedAt, token.ExpiresAt = after(time.Minute), after(2*time.Hour)
	noError(t, s.TouchChatToken(ctx, token))
	want.ChatToken = token
	equal(t, want, session())
	equal(t, after(time.Minute), must[models.ChatUser](t)(s.ChatUser(ctx, "alice")).ActiveAt)

	noError(t, s.RetireChatToken(ctx, "somebody", "d1", after(time.Minute)))
	equal(t, want, session())
	noError(t, s.RetireChatToken(ctx, "alice", "d1", after(time.Minute)))
	want.Retired, want.ExpiresAt = true, after(time.Minute)
	equal(t, want, session())
	noError(t, s.RetireChatToken(ctx, "alice", "d1", after(time.Second))) // once
	noError(t, s.TouchChatToken(ctx, token))                              // no more
	equal(t, want, session())

	late := c.addChatToken(t, "alice", "d2", born)
	noError(t, s.RetireChatToken(ctx, "alice", "d2", after(9*time.Hour))) // is no gain
	equal(t, late.ExpiresAt, must[store.ChatSession](t)(s.ChatSession(ctx, "d2", born)).ExpiresAt)
	noError(t, s.DeleteChatToken(ctx, "d2"))
	_, err := s.ChatSession(ctx, "d2", born)
	refused(t, err, fault.NotFound, "token not found")
}

func chatTokensListed(t *testing.T, s *store.Store) {
	c, ctx := newScene(t, s), t.Context()
	c.addChatUser(t, "alice")
	c.addChatUser(t, "bob")
	bobs := c.addChatToken(t, "bob", "b", born)
	var all []models.ChatToken
	for i := range 5 {
		all = append(all, c.addChatToken(t, "alice", strconv.Itoa(i), after(time.Duration(i)*time.Second)))
	}
	list := func(user string, at time.Time, limit int) []models.ChatToken {
		return must[[]models.ChatToken](t)(s.ChatTokens(ctx, user, at, limit))
	}
	equal(t, []models.ChatToken{all[4], all[3], all[2]}, list("alice", born, 9)) // three are kept
	equal(t, []models.ChatToken{all[4]}, list("alice", born, 1))
	equal(t, []models.ChatToken{all[4], all[3]}, list("alice", all[2].ExpiresAt, 9))
	noError(t, s.RetireChatToken(ctx, "alice", "4", all[4].ExpiresAt))
	equal(t, []models.ChatToken{all[3], all[2]}, list("alice", born, 9))
	equal(t, 1, must[int](t)(s.DeleteChatTokens(ctx, "alice", all[2].ExpiresAt))) // one has expired, one was retired
	_, err := s.ChatSession(ctx, "4", born)
	refused(t, err, fault.NotFound, "token not found")
	equal(t, []models.ChatToken{bobs}, list("bob", born, 9))
}

func chatTicketsOnce(t *testing.T, s *store.Store) {
	c, ctx := newScene(t, s), t.Context()
	ticket := models.ChatTicket{Digest: "t", UserName: "alice", TokenDigest: "d", ExpiresAt: after(time.Minute)}
	noError(t, s.InsertChatTicket(ctx, &ticket))
	_, err := s.TakeChatTicket(ctx, "t", after(time.Minute))
	refused(t, err, fault.NotFound, "ticket not found")
	won := make([]error, 16)
	together(len(won), func(caller int) {
		var got models.ChatTicket
		if got, won[caller] = s.TakeChatTicket(ctx, "t", born); won[caller] == nil {
			equal(t, ticket, got)
		}
	})
	times := 0
	for _, err := range won {
		if err == nil {
			times++
		} else {
			refused(t, err, fault.NotFound, "ticket not found")
		}
	}
	equal(t, 1, times)

	c.addChatUser(t, "alice")
	c.addChatToken(t, "alice", "old", born)
	c.addChatToken(t, "alice", "new", after(time.Minute))
	noError(t, s.InsertChatTicket(ctx, &ticket))
	room := c.addChatRoom(t, false, born)
	c.enterChat(t, room.ID, "alice", born)
	noError(t, s.PruneChats(ctx, after(time.Hour), after(-time.Second)))
	equal(t, 1, len(must[[]models.ChatToken](t)(s.ChatTokens(ctx, "alice", born, 9))))
	_, err = s.TakeChatTicket(ctx, "t", born)
	refused(t, err, fault.NotFound, "ticket not found")
	equal(t, 1, c.present(t, room.ID, time.Time{}))
	noError(t, s.PruneChats(ctx, born, born))
	equal(t, 0, c.present(t, room.ID, time.Time{}))
}
