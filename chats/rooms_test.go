package chats_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"foyer/chats"
	"foyer/fault"
	"foyer/models"
)

// Contract 3.2: a public room keeps its name as it was typed, and nobody is in it; 11 D5, D18.
func TestPublicRoom(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		room, err := h.Create(t.Context(), ryo, chats.Draft{Type: chats.Public, Name: "  General Chat ", Members: []string{"alice"}})
		h.fine(err)
		same(t, "name", "General Chat", room.Name)
		got, err := h.Room(t.Context(), chats.Caller{}, string(room.ID))
		h.fine(err)
		same(t, "the room", room, got)
		same(t, "present and members", "0 []", fmt.Sprint(got.Present, got.Members))
		h.wait(1000 * time.Hour)
		same(t, "here", []string{}, h.here(chats.Caller{}, string(room.ID)))
	})
}

// Contract 3.2: the order of refusals is name, admin, wording.
func TestPublicRoomRefused(t *testing.T) {
	t.Parallel()
	h := lite(t, chats.Options{Words: []string{"darn"}})
	for name, tc := range map[string]struct {
		who  chats.Caller
		name string
		kind fault.Kind
	}{
		"no name":              {alice, "", fault.Invalid},
		"blank name":           {alice, " \t", fault.Invalid},
		"not the admin":        {alice, "General", fault.Forbidden},
		"not the admin, rude":  {alice, "darn", fault.Forbidden},
		"rude":                 {ryo, "that D4rn room", fault.Invalid},
		"too long":             {ryo, strings.Repeat("ж", 65), fault.Invalid},
		"with a zero byte":     {ryo, "a\x00b", fault.Invalid},
		"with a line feed":     {ryo, "a\nb", fault.Invalid},
		"another type of room": {ryo, "irc", fault.Invalid},
	} {
		kind := chats.Public
		if tc.name == "irc" { // contract 11 D15
			kind = "irc"
		}
		if _, err := h.Create(t.Context(), tc.who, chats.Draft{Type: kind, Name: tc.name}); !fault.Is(err, tc.kind) {
			t.Errorf("%s: %v, want %s", name, err, tc.kind)
		}
	}
	for _, name := range []string{strings.Repeat("ж", 64), "darning"} { // a part of a word is no word
		if _, err := h.Create(t.Context(), ryo, chats.Draft{Type: chats.Public, Name: name}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := h.Create(t.Context(), ryo, chats.Draft{Name: "no type"}); !fault.Is(err, fault.Invalid) { // 11 D3
		t.Errorf("without a type: %v", err)
	}
}

// Contract 3.2: names are lower-cased, each once, the creator appended; the room is called after them, sorted; all are present.
func TestPrivateRoom(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		room, err := h.Create(t.Context(), alice, chats.Draft{Type: chats.Private, Name: "Project", Members: []string{"Zoe", "bob", "zoe"}})
		h.fine(err)
		same(t, "members", []string{"zoe", "bob", "alice"}, room.Members)
		same(t, "name", "@alice, @bob, @zoe", room.Name) // 11 D6
		same(t, "present", 3, room.Present)
		got, err := h.Room(t.Context(), bob, string(room.ID))
		h.fine(err)
		same(t, "the room", room, got)

		again, err := h.Create(t.Context(), alice, chats.Draft{Type: chats.Private, Members: []string{"Zoe", "bob", "alice"}})
		h.fine(err)
		if again.ID == room.ID {
			t.Error("the same members have the same room")
		}
		alone, err := h.Create(t.Context(), alice, chats.Draft{Type: chats.Private, Members: []string{"alice"}})
		h.fine(err)
		same(t, "alone", "@alice 1", fmt.Sprint(alone.Name, " ", alone.Present))
	})
}

func TestPrivateRoomRefused(t *testing.T) {
	t.Parallel()
	h := lite(t)
	many := make([]string, 64)
	for i := range many {
		many[i] = fmt.Sprintf("member%d", i)
	}
	for name, members := range map[string][]string{
		"nobody": nil, "a bad name": {"b"}, "an empty name": {""}, "65 members": many,
	} {
		if _, err := h.Create(t.Context(), alice, chats.Draft{Type: chats.Private, Members: members}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	room, err := h.Create(t.Context(), alice, chats.Draft{Type: chats.Private, Members: many[1:]})
	h.fine(err)
	same(t, "members", 64, len(room.Members))
}

// One user cannot fill the database with rooms.
func TestRoomsOfOneCreator(t *testing.T) {
	t.Parallel()
	h := lite(t)
	for range 1000 {
		h.fine(h.store.CreateChatRoom(t.Context(), &models.ChatRoom{ID: h.store.NewID(), Private: true, Creator: "alice", CreatedAt: h.Now()}, nil))
	}
	_, err := h.Create(t.Context(), alice, chats.Draft{Type: chats.Private, Members: []string{"bob"}})
	refused(t, err, fault.Invalid, "1000 rooms")
}

// Contract 3.3, 11 D8 and D17: malformed, unknown, and who may see a private room.
func TestWhoSeesARoom(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		room, nobody := h.private(alice, "bob"), chats.Caller{}
		for _, tc := range []struct {
			who  chats.Caller
			id   string
			kind fault.Kind
			text string
		}{
			{nobody, "not-ours", fault.Invalid, "letters and digits"},
			{nobody, "", fault.Invalid, "letters and digits"},
			{nobody, "a\x00", fault.Invalid, "letters and digits"},
			{nobody, "general", fault.NotFound, "Room not found"},
			{nobody, strings.Repeat("a", 9999), fault.NotFound, "Room not found"},
			{nobody, "65f000000000000000000000", fault.NotFound, "Room not found"},
			{nobody, room, fault.Unauthenticated, "Unauthorized - authentication required"},
			{carol, room, fault.Forbidden, "Forbidden - not a room member"},
			{ryo, room, fault.Forbidden, "Forbidden - not a room member"}, // no extra view
		} {
			got, err := h.Room(t.Context(), tc.who, tc.id)
			refused(t, err, tc.kind, tc.text)
			same(t, "told", chats.Room{}, got)
			_, err = h.Users(t.Context(), tc.who, tc.id)
			refused(t, err, tc.kind, tc.text)
			_, err = h.Messages(t.Context(), tc.who, tc.id, 9)
			refused(t, err, tc.kind, tc.text)
		}
	})
}

// Contract 3.1: public rooms for everybody, private ones for their members only; oldest first.
func TestList(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		list := func(c chats.Caller) []string {
			t.Helper()
			rooms, err := h.Rooms(t.Context(), c)
			h.fine(err)
			ids := []string{}
			for _, r := range rooms {
				same(t, "members of "+r.Name, r.Private, len(r.Members) > 0)
				ids = append(ids, string(r.ID))
			}
			return ids
		}
		same(t, "nothing", []string{}, list(chats.Caller{}))
		first := h.public("first")
		h.wait(time.Second)
		ours := h.private(alice, "bob")
		h.wait(time.Second)
		last, twin := h.public("last"), h.public("at the same time")
		same(t, "anonymous", []string{first, last, twin}, list(chats.Caller{}))
		same(t, "alice", []string{first, ours, last, twin}, list(alice))
		same(t, "carol", []string{first, last, twin}, list(carol))
		same(t, "the admin", []string{first, last, twin}, list(ryo))
	})
}

// Contract 3.4: public rooms are the admin's, with all that is in them.
func TestDeletePublic(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		room := h.public("General")
		h.fine(h.Join(t.Context(), alice, room))
		_, err := h.Post(t.Context(), alice, room, "hello")
		h.fine(err)
		refused(t, h.Delete(t.Context(), alice, room), fault.Forbidden, "Unauthorized")
		refused(t, h.Delete(t.Context(), alice, "no-id"), fault.Invalid, "")
		refused(t, h.Delete(t.Context(), alice, "unknown"), fault.NotFound, "Room not found")
		h.fine(h.Delete(t.Context(), ryo, room))
		refused(t, h.Delete(t.Context(), ryo, room), fault.NotFound, "Room not found")
		refused(t, h.Join(t.Context(), alice, room), fault.NotFound, "Room not found")
	})
}

// Contract 3.4, 11 D11: to delete a private room is to leave it, presence included.
func TestDeletePrivate(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		room := h.private(alice, "bob", "carol")
		refused(t, h.Delete(t.Context(), ryo, room), fault.Forbidden, "Unauthorized - not a room member")
		h.fine(h.Delete(t.Context(), alice, room))
		got, err := h.Room(t.Context(), bob, room)
		h.fine(err)
		same(t, "members and present", "[bob carol] 2", fmt.Sprint(got.Members, got.Present))
		same(t, "the name stays", "@alice, @bob, @carol", got.Name)
		refused(t, h.Delete(t.Context(), alice, room), fault.Forbidden, "")
		h.fine(h.Delete(t.Context(), bob, room))
		_, err = h.Room(t.Context(), carol, room)
		refused(t, err, fault.NotFound, "Room not found") // one left: removed
	})
}
