package chats_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"foyer/chats"
	"foyer/fault"
	"foyer/models"
)

// Contract 8: the text stays as it was written, the newest comes first, a hundred are kept.
func TestMessages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		room := h.public("General")
		raw := ` <b>"hello" & 'bye'</b> ж `
		said, err := h.Post(t.Context(), alice, room, raw)
		h.fine(err)
		same(t, "said", models.ChatMessage{ID: said.ID, RoomID: models.ID(room), UserName: "alice", Content: raw, CreatedAt: h.Now()}, said)
		same(t, "posting is being there", []string{"alice"}, h.here(alice, room))
		for i := range 100 {
			h.wait(time.Second)
			_, err := h.Post(t.Context(), bob, room, strconv.Itoa(i))
			h.fine(err)
		}
		list, err := h.Messages(t.Context(), chats.Caller{}, room, 500)
		h.fine(err)
		same(t, "kept", 100, len(list))
		same(t, "first and last", "99 0", list[0].Content+" "+list[99].Content)
		list, err = h.Messages(t.Context(), chats.Caller{}, room, 2)
		h.fine(err)
		same(t, "two", 2, len(list))
	})
}

// Contract 8: 400 before 404 before 403 before the length; what is too long does not count against the limit.
func TestPostRefused(t *testing.T) {
	t.Parallel()
	h := lite(t, chats.Options{Limits: chats.Limits{Burst: 2, Gap: time.Nanosecond}})
	room, own := h.public("General"), h.private(alice, "bob")
	long := strings.Repeat("ж", 1001)
	for name, tc := range map[string]struct {
		who           chats.Caller
		room, content string
		kind          fault.Kind
	}{
		"empty, nowhere":   {carol, "unknown", " \n", fault.Invalid},
		"a zero byte":      {carol, room, "a\x00", fault.Invalid},
		"malformed id":     {carol, "no-id", "x", fault.Invalid},
		"nowhere":          {carol, "unknown", long, fault.NotFound},
		"not a member":     {carol, own, long, fault.Forbidden},
		"too long":         {carol, room, long, fault.Invalid},
		"too long, member": {bob, own, long, fault.Invalid},
	} {
		if _, err := h.Post(t.Context(), tc.who, tc.room, tc.content); !fault.Is(err, tc.kind) {
			t.Errorf("%s: %v, want %s", name, err, tc.kind)
		}
	}
	_, err := h.Post(t.Context(), carol, room, long[:len(long)-len("ж")])
	h.fine(err)
	h.wait(time.Second)
	_, err = h.Post(t.Context(), carol, room, long[:len(long)-len("ж")])
	refused(t, err, fault.Invalid, "sent already")
	_, err = h.Post(t.Context(), carol, room, "another")
	refused(t, err, fault.RateLimited, "") // the one that came twice counts
}

// Contract 8: only the room's last message, by the same author, counts as the same.
func TestSameMessageTwice(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		room := h.private(alice, "bob")
		say := func(c chats.Caller, text string) error {
			_, err := h.Post(t.Context(), c, room, text)
			return err
		}
		h.fine(say(alice, "hi"))
		refused(t, say(alice, "hi"), fault.Invalid, "sent already")
		h.fine(say(bob, "hi"))
		h.fine(say(alice, "hi"))
		h.fine(say(alice, "hi!"))
		h.fine(say(alice, "hi"))
	})
}

// Contract 8: messages are the admin's to delete.
func TestDeleteMessage(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		room, other := h.public("General"), h.public("Other")
		said, err := h.Post(t.Context(), alice, room, "hello")
		h.fine(err)
		id := string(said.ID)
		refused(t, h.Unpost(t.Context(), alice, room, id), fault.Forbidden, "only the admin")
		refused(t, h.Unpost(t.Context(), alice, "unknown", id), fault.Forbidden, "only the admin")
		refused(t, h.Unpost(t.Context(), alice, "no-id", id), fault.Invalid, "")
		refused(t, h.Unpost(t.Context(), ryo, room, "no-id"), fault.Invalid, "")
		refused(t, h.Unpost(t.Context(), ryo, "unknown", id), fault.NotFound, "Room not found")
		for _, absent := range []string{"unknown", "65f000000000000000000000"} {
			refused(t, h.Unpost(t.Context(), ryo, room, absent), fault.NotFound, "Message not found")
		}
		refused(t, h.Unpost(t.Context(), ryo, other, id), fault.NotFound, "Message not found")
		h.fine(h.Unpost(t.Context(), ryo, room, id))
		refused(t, h.Unpost(t.Context(), ryo, room, id), fault.NotFound, "Message not found")
	})
}

// Contract 2: only a private room in a list tells of its newest message; here it is kept up to date.
func TestLastMessageAt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		room := h.private(alice, "bob")
		last := func() *time.Time {
			rooms, err := h.Rooms(t.Context(), alice)
			h.fine(err)
			return rooms[0].LastMessageAt
		}
		same(t, "none", nil, last())
		first, err := h.Post(t.Context(), alice, room, "one")
		h.fine(err)
		h.wait(time.Minute)
		second, err := h.Post(t.Context(), alice, room, "two")
		h.fine(err)
		same(t, "two", &second.CreatedAt, last())
		h.fine(h.Unpost(t.Context(), ryo, room, string(second.ID)))
		same(t, "one", &first.CreatedAt, last())
	})
}

// Contract 8: unknown and unreadable rooms look the same, a malformed id fails the whole call, twenty messages of each.
func TestBulk(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		room, own := h.public("General"), h.private(alice, "bob")
		for i := range 21 {
			_, err := h.Post(t.Context(), bob, room, strconv.Itoa(i))
			h.fine(err)
		}
		got, err := h.Bulk(t.Context(), carol, []string{room, own, "unknown", room})
		h.fine(err)
		same(t, "valid", []models.ID{models.ID(room)}, got.Valid)
		same(t, "invalid", []string{own, "unknown"}, got.Invalid)
		same(t, "messages", 20, len(got.Messages[models.ID(room)]))
		got, err = h.Bulk(t.Context(), bob, []string{own})
		h.fine(err)
		same(t, "own", 0, len(got.Invalid))
		for _, ids := range [][]string{nil, {room, "no-id"}, strings.Split(strings.Repeat("a,", 100)+"a", ",")} {
			_, err = h.Bulk(t.Context(), bob, ids)
			refused(t, err, fault.Invalid, "")
		}
	})
}
