package storetest

import (
	"context"
	"errors"
	"strconv"
	"testing"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

func (c *scene) addChatRoom(t *testing.T, private bool, at time.Time, members ...string) models.ChatRoom {
	t.Helper()
	room := models.ChatRoom{ID: c.NewID(), Private: private, Name: "a room", Creator: "creator", CreatedAt: at}
	noError(t, c.Tx(t.Context(), func(tx *store.Store) error { return tx.CreateChatRoom(t.Context(), &room, members) }))
	return room
}

func (c *scene) enterChat(t *testing.T, room models.ID, user string, at time.Time) (came bool) {
	t.Helper()
	noError(t, c.Tx(t.Context(), func(tx *store.Store) (err error) {
		if _, err = tx.LockChatRoom(t.Context(), room); err == nil {
			came, err = tx.EnterChatRoom(t.Context(),
				&models.ChatPresence{RoomID: room, UserName: user, JoinedAt: at, SeenAt: at}, at.Add(-time.Hour))
		}
		return err
	}))
	return came
}

func (c *scene) present(t *testing.T, room models.ID, since time.Time) int {
	t.Helper()
	return must[store.ChatRoom](t)(c.ChatRoom(t.Context(), room, since)).Present
}

func chatRoomRoundTrip(t *testing.T, s *store.Store) {
	c, ctx := newScene(t, s), t.Context()
	room := c.addChatRoom(t, true, born, "zoe", "alice")
	equal(t, store.ChatRoom{ChatRoom: room}, must[store.ChatRoom](t)(s.ChatRoom(ctx, room.ID, born)))
	noError(t, s.Tx(ctx, func(tx *store.Store) error {
		equal(t, room, must[models.ChatRoom](t)(tx.LockChatRoom(ctx, room.ID)))
		return nil
	}))
	members := func(rooms ...models.ID) []models.ChatMember {
		return must[[]models.ChatMember](t)(s.ChatMembers(ctx, rooms))
	}
	want := []models.ChatMember{{RoomID: room.ID, UserName: "zoe"}, {RoomID: room.ID, UserName: "alice", Position: 1}}
	equal(t, want, members(room.ID, c.NewID()))
	equal(t, nil, members())
	noError(t, s.RemoveChatMember(ctx, room.ID, "zoe"))
	equal(t, want[1:], members(room.ID))

	c.enterChat(t, room.ID, "alice", born)
	c.addChatMessage(t, room.ID, "hello", born)
	noError(t, s.RemoveChatRoom(ctx, room.ID))
	for _, err := range []error{second(s.ChatRoom(ctx, room.ID, born)), second(s.LockChatRoom(ctx, room.ID))} {
		refused(t, err, fault.NotFound, "Room not found")
	}
	equal(t, []models.ChatMember{}, members(room.ID))
	equal(t, []models.ChatMessage{}, must[[]models.ChatMessage](t)(s.ChatMessages(ctx, room.ID, 9)))

	err := s.Tx(ctx, func(tx *store.Store) error {
		return tx.CreateChatRoom(ctx, &models.ChatRoom{ID: c.NewID(), Private: true, CreatedAt: born}, []string{"twice", "twice"})
	})
	if !fault.Is(err, fault.Conflict) {
		t.Errorf("a member twice: %v", err)
	}
}

func chatRoomsListed(t *testing.T, s *store.Store) {
	c, ctx := newScene(t, s), t.Context()
	late, early := c.addChatRoom(t, false, after(time.Minute)), c.addChatRoom(t, false, born)
	mine, ours := c.addChatRoom(t, true, born, "alice", "bob"), c.addChatRoom(t, true, born, "bob", "alice")
	c.addChatRoom(t, true, born, "bob")
	c.enterChat(t, early.ID, "alice", born)
	list := func(rooms []store.ChatRoom, err error) []models.ChatRoom {
		t.Helper()
		noError(t, err)
		var plain []models.ChatRoom
		for _, room := range rooms {
			equal(t, room.ID == early.ID, room.Present == 1)
			plain = append(plain, room.ChatRoom)
		}
		return plain
	}
	since := born.Add(-time.Second)
	equal(t, []models.ChatRoom{early, late}, list(s.PublicChatRooms(ctx, since, 9)))
	equal(t, []models.ChatRoom{early}, list(s.PublicChatRooms(ctx, since, 1)))
	equal(t, []models.ChatRoom{ours, mine}, list(s.ChatRoomsOf(ctx, "alice", since, 9)))
	equal(t, []models.ChatRoom{ours}, list(s.ChatRoomsOf(ctx, "alice", since, 1)))
	equal(t, nil, list(s.ChatRoomsOf(ctx, "nobody", since, 9)))
	equal(t, 5, must[int](t)(s.CountChatRooms(ctx, "creator", 9)))
	equal(t, 2, must[int](t)(s.CountChatRooms(ctx, "creator", 2)))
	equal(t, 0, must[int](t)(s.CountChatRooms(ctx, "alice", 9)))
}

func chatPresenceHolds(t *testing.T, s *store.Store) {
	c, ctx := newScene(t, s), t.Context()
	room, other := c.addChatRoom(t, false, born), c.addChatRoom(t, false, born)
	list := func(since time.Time, limit int) []models.ChatPresence {
		t.Helper()
		return must[[]models.ChatPresence](t)(s.ChatPresences(ctx, room.ID, since, limit))
	}
	row := func(user string, joined, seen time.Time) models.ChatPresence {
		return models.ChatPresence{RoomID: room.ID, UserName: user, JoinedAt: joined, SeenAt: seen}
	}
	equal(t, true, c.enterChat(t, room.ID, "zoe", born))
	equal(t, true, c.enterChat(t, room.ID, "bob", after(time.Minute)))
	equal(t, true, c.enterChat(t, other.ID, "zoe", born))
	equal(t, false, c.enterChat(t, room.ID, "zoe", after(30*time.Minute)))
	since := born.Add(-time.Second)
	zoe, bob := row("zoe", born, after(30*time.Minute)), row("bob", after(time.Minute), after(time.Minute))
	equal(t, []models.ChatPresence{zoe, bob}, list(since, 9))
	equal(t, []models.ChatPresence{zoe}, list(since, 1))
	equal(t, []models.ChatPresence{zoe}, list(after(time.Minute), 9))
	equal(t, 1, c.present(t, room.ID, after(time.Minute)))

	equal(t, true, c.enterChat(t, room.ID, "bob", after(61*time.Minute))) // an hour is over: a new stay
	equal(t, []models.ChatPresence{zoe, row("bob", after(61*time.Minute), after(61*time.Minute))}, list(since, 9))

	leave := func(user string, since time.Time) bool {
		return must[bool](t)(s.LeaveChatRoom(ctx, room.ID, user, since))
	}
	equal(t, false, leave("zoe", after(30*time.Minute)))
	equal(t, true, leave("zoe", born))
	equal(t, false, leave("zoe", born))
	equal(t, 1, c.present(t, room.ID, since))
	equal(t, 1, c.present(t, other.ID, since))
}

func (c *scene) addChatMessage(t *testing.T, room models.ID, content string, at time.Time) models.ChatMessage {
	t.Helper()
	message := models.ChatMessage{ID: c.NewID(), RoomID: room, UserName: "alice", Content: content, CreatedAt: at}
	noError(t, c.Tx(t.Context(), func(tx *store.Store) error { return tx.InsertChatMessage(t.Context(), &message, 3) }))
	return message
}

func chatMessagesKept(t *testing.T, s *store.Store) {
	c, ctx := newScene(t, s), t.Context()
	room, other := c.addChatRoom(t, true, born, "alice"), c.addChatRoom(t, false, born)
	elsewhere := c.addChatMessage(t, other.ID, "elsewhere", born)
	var all []models.ChatMessage
	for i := range 5 {
		all = append(all, c.addChatMessage(t, room.ID, strconv.Itoa(i)+` <b> "quoted" Ж`, after(time.Duration(i)*time.Second)))
	}
	list := func(limit int) []models.ChatMessage {
		t.Helper()
		return must[[]models.ChatMessage](t)(s.ChatMessages(ctx, room.ID, limit))
	}
	last := func() *time.Time {
		return must[store.ChatRoom](t)(s.ChatRoom(ctx, room.ID, born)).LastMessageAt
	}
	equal(t, []models.ChatMessage{all[4], all[3], all[2]}, list(9)) // three are kept
	equal(t, []models.ChatMessage{all[4]}, list(1))
	equal(t, pointer(all[4].CreatedAt), last())
	remove := func(room, id models.ID) error {
		return s.Tx(ctx, func(tx *store.Store) error { return tx.DeleteChatMessage(ctx, room, id) })
	}
	noError(t, remove(room.ID, all[4].ID))
	equal(t, pointer(all[3].CreatedAt), last())
	refused(t, remove(room.ID, all[4].ID), fault.NotFound, "Message not found")
	refused(t, remove(room.ID, elsewhere.ID), fault.NotFound, "Message not found")
	noError(t, errors.Join(remove(room.ID, all[3].ID), remove(room.ID, all[2].ID)))
	equal(t, nil, last())
	equal(t, 1, len(must[[]models.ChatMessage](t)(s.ChatMessages(ctx, other.ID, 9))))
}

// chatMethods is what methods says of the chat.
func (c *scene) chatMethods() map[string]func(ctx context.Context) error {
	id, at := c.NewID(), born
	return map[string]func(ctx context.Context) error{
		"BeatChatUser":      func(ctx context.Context) error { return c.BeatChatUser(ctx, "u", at) },
		"ChatMembers":       func(ctx context.Context) error { return second(c.ChatMembers(ctx, []models.ID{id})) },
		"ChatMessages":      func(ctx context.Context) error { return second(c.ChatMessages(ctx, id, 1)) },
		"ChatPresences":     func(ctx context.Context) error { return second(c.ChatPresences(ctx, id, at, 1)) },
		"ChatRoom":          func(ctx context.Context) error { return second(c.ChatRoom(ctx, id, at)) },
		"ChatRoomsOf":       func(ctx context.Context) error { return second(c.ChatRoomsOf(ctx, "u", at, 1)) },
		"ChatSession":       func(ctx context.Context) error { return second(c.ChatSession(ctx, "d", at)) },
		"ChatTokens":        func(ctx context.Context) error { return second(c.ChatTokens(ctx, "u", at, 1)) },
		"ChatUser":          func(ctx context.Context) error { return second(c.ChatUser(ctx, "u")) },
		"CountChatRooms":    func(ctx context.Context) error { return second(c.CountChatRooms(ctx, "u", 1)) },
		"CreateChatRoom":    func(ctx context.Context) error { return c.CreateChatRoom(ctx, &models.ChatRoom{ID: c.NewID()}, nil) },
		"DeleteChatMessage": func(ctx context.Context) error { return c.DeleteChatMessage(ctx, id, id) },
		"DeleteChatToken":   func(ctx context.Context) error { return c.DeleteChatToken(ctx, "d") },
		"DeleteChatTokens":  func(ctx context.Context) error { return second(c.DeleteChatTokens(ctx, "u", at)) },
		"EnterChatRoom": func(ctx context.Context) error {
			return second(c.EnterChatRoom(ctx, &models.ChatPresence{RoomID: id, UserName: "u"}, at))
		},
		"FindChatUsers": func(ctx context.Context) error { return second(c.FindChatUsers(ctx, "u", 1)) },
		"InsertChatMessage": func(ctx context.Context) error {
			return c.InsertChatMessage(ctx, &models.ChatMessage{ID: c.NewID(), RoomID: id}, 1)
		},
		"InsertChatTicket": func(ctx context.Context) error {
			return c.InsertChatTicket(ctx, &models.ChatTicket{Digest: string(c.NewID()), ExpiresAt: at})
		},
		"InsertChatToken":  func(ctx context.Context) error { return c.InsertChatToken(ctx, &models.ChatToken{Digest: "d"}, 1) },
		"InsertChatUser":   func(ctx context.Context) error { return second(c.InsertChatUser(ctx, &models.ChatUser{Name: "u"})) },
		"LeaveChatRoom":    func(ctx context.Context) error { return second(c.LeaveChatRoom(ctx, id, "u", at)) },
		"LockChatRoom":     func(ctx context.Context) error { return second(c.LockChatRoom(ctx, id)) },
		"LockChatUser":     func(ctx context.Context) error { return second(c.LockChatUser(ctx, "u")) },
		"OnlineChatUsers":  func(ctx context.Context) error { return second(c.OnlineChatUsers(ctx, at, 1)) },
		"PruneChats":       func(ctx context.Context) error { return c.PruneChats(ctx, at, at) },
		"PublicChatRooms":  func(ctx context.Context) error { return second(c.PublicChatRooms(ctx, at, 1)) },
		"RemoveChatMember": func(ctx context.Context) error { return c.RemoveChatMember(ctx, id, "u") },
		"RemoveChatRoom":   func(ctx context.Context) error { return c.RemoveChatRoom(ctx, id) },
		"RetireChatToken":  func(ctx context.Context) error { return c.RetireChatToken(ctx, "u", "d", at) },
		"TakeChatTicket":   func(ctx context.Context) error { return second(c.TakeChatTicket(ctx, "d", at)) },
		"TouchChatToken":   func(ctx context.Context) error { return c.TouchChatToken(ctx, models.ChatToken{Digest: "d"}) },
		"UpdateChatUser":   func(ctx context.Context) error { return c.UpdateChatUser(ctx, models.ChatUser{Name: "u"}) },
	}
}
