package mikroroom_test

import (
	"fmt"
	"strings"
	"testing"

	"foyer/store/storetest"
)

// Who comes in hears of itself first, then of those who are in, in their order; they hear of it (contract 6).
func TestJoin(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		t.Helper()
		h := open(t, options{database: database})
		alice := h.visit(door{})
		alice.joins("ABC123", "Alice", `"isHost":true`)
		alice.isIn(true)
		alice.heardOnly()
		bob := h.come(door{}, "abc123", "Bob")
		alice.hears("participant-joined", "participantId", bob.id, "name", "Bob", "isModerator", false, "isMuted", false, "isVideoOff", false,
			"roomId", "ABC123")
		carol := h.visit(door{})
		carol.joins("ABC123", "Carol")
		carol.isIn(false)
		carol.hears("participant-joined", "participantId", alice.id, "isModerator", true)
		carol.hears("participant-joined", "participantId", bob.id, "isModerator", false)
		carol.heardOnly()
		alice.heardOnly("participant-joined")
		bob.heardOnly("participant-joined")
	})
}

// A room that there is not: for whoever does not make it (contract 8).
func TestJoinUnknownRoom(t *testing.T) {
	t.Parallel()
	h := open(t, options{})
	p := h.visit(door{})
	for _, room := range []string{"NOBODY", "AB", "x y/<b>", "", "ABCDEFG", "abc-defg-hij"} {
		p.joins(room, "Bob")
		p.isTold("Meeting not found. Check the code and try again.", "ROOM_NOT_FOUND")
	}
	p.joins("A", "Bob", `"isHost":true`) // a name that nobody could type
	p.isTold("Meeting not found. Check the code and try again.", "ROOM_NOT_FOUND")
	p.joins("ROOM22", "Bob", `"isHost":true`) // the connection is as good as before
	p.isIn(true)
}

// isHost on a room that there is grants nothing (contract 10.7), and is no error either (10.15).
func TestIsHostGrantsNothing(t *testing.T) {
	t.Parallel()
	h := open(t, options{})
	h.host("ABC123", "Alice")
	mallory := h.visit(door{})
	mallory.joins("ABC123", "Mallory", `"isHost":true`)
	mallory.isIn(false)
	mallory.fence()
	mallory.held = nil
	mallory.says(`{"type":"room-locked"}`)
	mallory.isTold("Only moderators can lock the room", "UNAUTHORIZED")
}

// A password guards a room, whoever made it (contract 6).
func TestPassword(t *testing.T) {
	t.Parallel()
	h := open(t, options{})
	h.come(door{}, "ABC123", "Alice", `"isHost":true`, `"password":"sesame"`)
	latent := h.makes(`{"password":"sesame"}`)
	for _, room := range []string{"ABC123", latent.Room} {
		for _, more := range []string{`"x":1`, `"password":"wrong"`, `"password":""`, `"isHost":true`} {
			p := h.visit(door{})
			p.joins(room, "Bob", more)
			p.isTold("Invalid room password", "INVALID_PASSWORD")
		}
		p := h.visit(door{})
		p.joins(room, "Bob", `"password":"sesame"`)
		p.hears("participant-joined", "name", "Bob")
	}
	for _, wrong := range []string{`"password":7`, `"creatorToken":{}`} {
		p := h.visit(door{})
		p.joins("ABC123", "Bob", wrong)
		p.isTold("Invalid message format", "")
	}
}

// The creator's token opens a room as host, past a lock, but not past the password (contract 6); the first one in leads all the same.
func TestCreatorToken(t *testing.T) {
	t.Parallel()
	h := open(t, options{})
	room := h.makes(`{"password":"sesame"}`)
	token := fmt.Sprintf(`"creatorToken":%q`, room.Creator)
	early := h.visit(door{})
	early.joins(room.Room, "Early", `"password":"sesame"`)
	early.isIn(true)
	early.says(`{"type":"room-locked"}`)
	early.hears("room-locked")
	creator := h.visit(door{})
	creator.joins(room.Room, "Creator", token)
	creator.isTold("Invalid room password", "INVALID_PASSWORD")
	creator.joins(room.Room, "Creator", token, `"password":"sesame"`)
	creator.isIn(true)
	creator.heardOnly("participant-joined", "room-locked")
	early.heardOnly("participant-joined") // and it is a moderator still
	early.says(`{"type":"room-unlocked"}`)
	creator.hears("room-unlocked")
	guest := h.visit(door{})
	guest.joins(room.Room, "Guest", `"creatorToken":"0c1d7f5e-8d0b-4a4a-9a63-2f0f5a1f6b11"`, `"password":"sesame"`)
	guest.isIn(false)
}

// A room that is full says so, and why to people (contract 8, 10.15); a lock makes no difference, nor does the creator's token.
func TestRoomIsFull(t *testing.T) {
	t.Parallel()
	h := open(t, options{})
	room := h.makes(`{"maxParticipants":2}`)
	alice := h.come(door{}, room.Room, "Alice")
	h.come(door{}, room.Room, "Bob")
	refused := func(more string) {
		t.Helper()
		p := h.visit(door{})
		p.joins(room.Room, "Carol", more)
		p.isTold("Room is full", "ROOM_FULL")
		p.hears("reject-user", "reason", "Room is full")
		p.heardOnly()
	}
	refused(`"x":1`)
	refused(fmt.Sprintf(`"creatorToken":%q`, room.Creator))
	alice.says(`{"type":"room-locked"}`)
	alice.fence()
	refused(`"x":1`)
	for i := range 8 {
		h.come(door{}, "ABC123", fmt.Sprint("P", i), `"isHost":true`)
	}
	p := h.visit(door{})
	p.joins("ABC123", "Ninth")
	p.isTold("Room is full", "ROOM_FULL")
}

// A second join on a connection leaves the first room: no ghost stays there (contract 6, 10.12).
func TestDoubleJoin(t *testing.T) {
	t.Parallel()
	h := open(t, options{})
	alice := h.host("ABC123", "Alice")
	bob := h.come(door{}, "ABC123", "Bob")
	alice.held = nil
	bob.joins("OTHER1", "Bob", `"isHost":true`)
	bob.isIn(true)
	alice.hears("participant-joined", "name", "Bob")
	alice.hears("participant-left")
	alice.joins("ABC123", "Alice", `"isHost":true`) // the very room that ends by that
	alice.isIn(true)
	alice.heardOnly()
	late := h.visit(door{})
	late.joins("ABC123", "Late")
	late.isIn(false)
	late.heardOnly("participant-joined")
}

// A name is a text of 1 to 100 characters, or the usual one.
func TestNames(t *testing.T) {
	t.Parallel()
	h := open(t, options{})
	for i, tc := range []struct{ given, want string }{
		{`"  Zoë "`, "Zoë"},
		{`""`, "Guest"},
		{`7`, "Guest"},
		{`null`, "Guest"},
		{`"` + strings.Repeat("ä", 101) + `"`, strings.Repeat("ä", 100)},
		{`"<b>\"\u0000"`, "<b>\"\x00"},
	} {
		p := h.visit(door{})
		p.says(`{"type":"join","roomId":"ROOM0%d","isHost":true,"name":%s}`, i, tc.given)
		p.hears("participant-joined", "name", tc.want)
	}
	p := h.visit(door{})
	p.says(`{"type":"join","roomId":"ROOM77","isHost":true,"participantId":"mine"}`)
	if s := p.hears("participant-joined", "name", "Guest"); s["participantId"] == "mine" {
		t.Error("a client chose its id")
	}
}

// A room that nobody made in advance ends with the last one who leaves, and its name is free; one made in advance stays (contract 5).
func TestRoomsEnd(t *testing.T) {
	t.Parallel()
	h := open(t, options{})
	alice := h.host("ABC123", "Alice")
	alice.says(`{"type":"leave"}`)
	alice.fence()
	bob := h.visit(door{})
	bob.joins("ABC123", "Bob")
	bob.isTold("Meeting not found. Check the code and try again.", "ROOM_NOT_FOUND")
	bob.joins("ABC123", "Bob", `"isHost":true`)
	bob.isIn(true)

	latent := h.makes(`{}`)
	alice.joins(latent.Room, "Alice")
	alice.isIn(true)
	alice.says(`{"type":"room-locked"}`)
	alice.hears("room-locked")
	alice.says(`{"type":"leave"}`)
	alice.fence()
	carol := h.visit(door{})
	carol.joins(latent.Room, "Carol") // nobody could let it in: the lock is gone (contract 5, 10.12)
	carol.isIn(true)
	carol.heardOnly()
}

// Many who make the same room at once are in one.
func TestManyMakeARoom(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		t.Helper()
		h := open(t, options{database: database})
		const many = 8
		peers := make([]*peer, many)
		for i := range peers {
			peers[i] = h.visit(door{})
		}
		for round := range 4 {
			room, hosts := fmt.Sprintf("ROUND%d", round), 0
			for i, p := range peers {
				p.joins(room, fmt.Sprint("P", i), `"isHost":true`)
			}
			for _, p := range peers {
				if s := p.hears("participant-joined", "name", p.name); fmt.Sprint(s["isModerator"]) == "true" {
					hosts++
				}
			}
			if hosts != 1 {
				t.Errorf("%d hosts", hosts)
			}
			for _, p := range peers {
				p.fence()
			}
			for _, p := range peers {
				if got := len(p.heard()); got != many-1 {
					t.Errorf("%s knows %d others", p.name, got)
				}
			}
			for _, p := range peers {
				p.says(`{"type":"leave"}`)
				p.heard()
			}
		}
	})
}

// A room code of the workspace opens its room as what the code is for, and nobody else learns the code.
func TestRoomCode(t *testing.T) {
	t.Parallel()
	h := open(t, options{})
	room := (&apitestRoom{h}).live(t)
	alice := h.visit(door{})
	alice.joins(strings.ToUpper(room.Fill("{code_host}")), "Alice", `"isHost":true`)
	alice.isIn(true)
	bob := h.visit(door{})
	bob.joins(room.Fill("{code_guest}"), "Bob")
	bob.isIn(false)
	bob.hears("participant-joined", "participantId", alice.id, "roomId", room.Fill("{code_guest}"))
	alice.says(`{"type":"chat","roomId":%q,"text":"hello"}`, room.Fill("{code_host}"))
	bob.hears("chat", "text", "hello", "roomId", room.Fill("{code_guest}"))
	alice.says(`{"type":"offer","roomId":%q,"targetId":%q,"sdp":"v=0"}`, room.Fill("{code_host}"), bob.id)
	bob.hears("offer", "roomId", room.Fill("{code_guest}"))
	alice.says(`{"type":"moderator-action","targetId":%q,"action":"make-moderator"}`, bob.id)
	bob.hears("participant-joined", "participantId", bob.id, "isModerator", true)
	bob.hears("moderator-action", "action", "make-moderator")

	elsewhere := h.visit(door{})
	elsewhere.joins(h.school.Fill("{other.host}"), "Eve")
	elsewhere.isTold("Meeting not found. Check the code and try again.", "ROOM_NOT_FOUND")
}
