package mikroroom_test

import (
	"fmt"
	"testing"
)

// locked is a room whose host has locked it, with a guest.
func locked(t *testing.T) (h *house, alice, bob *peer) {
	t.Helper()
	h = open(t, options{})
	alice = h.host("ABC123", "Alice")
	bob = h.come(door{}, "ABC123", "Bob")
	alice.heard()
	alice.says(`{"type":"room-locked"}`)
	alice.hears("room-locked", "lockedBy", alice.id, "participantId", alice.id, "roomId", "ABC123")
	bob.hears("room-locked", "lockedBy", alice.id)
	return h, alice, bob
}

// waits has somebody come to a locked door.
func (h *house) waits(d door, room, name string) *peer {
	h.t.Helper()
	p := h.visit(d)
	p.joins(room, name)
	p.id = fmt.Sprint(p.hears("waiting-room", "roomId", room, "name", name)["participantId"])
	return p
}

// Who comes to a locked room waits; moderators are told, guests are not; who is let in keeps its id and hears of itself first (contract 6).
func TestAdmit(t *testing.T) {
	t.Parallel()
	h, alice, bob := locked(t)
	carol := h.waits(door{}, "ABC123", "Carol")
	alice.hears("waiting-room", "participantId", carol.id, "name", "Carol", "roomId", "ABC123")
	dave := h.waits(door{}, "ABC123", "Dave")
	alice.hears("waiting-room", "participantId", dave.id)
	alice.heardOnly()
	bob.heardOnly()
	alice.says(`{"type":"admit-user","targetId":%q}`, carol.id)
	carol.hears("participant-joined", "participantId", carol.id, "isModerator", false)
	carol.hears("participant-joined", "participantId", alice.id)
	carol.hears("participant-joined", "participantId", bob.id)
	carol.hears("room-locked")
	alice.hears("participant-joined", "participantId", carol.id)
	bob.hears("participant-joined", "participantId", carol.id)
	carol.heardOnly()
	alice.heardOnly()
	dave.heardOnly()
}

// Who is sent away is told why, and is out; nobody else hears of it (contract 6).
func TestReject(t *testing.T) {
	t.Parallel()
	h, alice, bob := locked(t)
	carol := h.waits(door{}, "ABC123", "Carol")
	alice.hears("waiting-room")
	alice.says(`{"type":"reject-user","targetId":%q,"reason":"not today"}`, carol.id)
	carol.hears("reject-user", "participantId", carol.id, "reason", "not today", "roomId", "ABC123")
	carol.isClosed(1000)
	alice.heardOnly()
	bob.heardOnly()
	for _, kind := range []string{"admit-user", "reject-user"} { // who is gone is nobody's fault: there is no way to learn it
		for _, target := range []string{`"` + carol.id + `"`, `"nobody"`, `""`, `7`, `"` + bob.id + `"`} {
			alice.says(`{"type":%q,"targetId":%s}`, kind, target)
		}
		alice.heardOnly()
		bob.says(`{"type":%q,"targetId":"x"}`, kind)
		bob.hears("error", "code", "UNAUTHORIZED")
	}
}

// No target means nobody, not everybody.
func TestAdmitNobody(t *testing.T) {
	t.Parallel()
	h, alice, _ := locked(t)
	carol := h.waits(door{}, "ABC123", "Carol")
	alice.hears("waiting-room")
	alice.says(`{"type":"admit-user"}`)
	alice.heardOnly()
	carol.heardOnly()
}

// Nobody is let in past the room's size (contract 6, 10.12).
func TestAdmitPastCapacity(t *testing.T) {
	t.Parallel()
	h := open(t, options{})
	room := h.makes(`{"maxParticipants":2}`).Room
	alice := h.come(door{}, room, "Alice")
	alice.says(`{"type":"room-locked"}`)
	alice.hears("room-locked")
	bob, carol := h.waits(door{}, room, "Bob"), h.waits(door{}, room, "Carol")
	alice.heard()
	alice.says(`{"type":"admit-user","targetId":%q}`, bob.id)
	bob.hears("participant-joined", "participantId", bob.id)
	alice.hears("participant-joined")
	alice.says(`{"type":"admit-user","targetId":%q}`, carol.id)
	alice.isTold("Room is full", "ROOM_FULL")
	carol.heardOnly()
	bob.says(`{"type":"leave"}`)
	alice.hears("participant-left")
	alice.says(`{"type":"admit-user","targetId":%q}`, carol.id)
	carol.hears("participant-joined", "participantId", carol.id)
}

// An unlocked room has been open to all since, who waited goes on waiting (contract 6).
func TestUnlock(t *testing.T) {
	t.Parallel()
	h, alice, bob := locked(t)
	carol := h.waits(door{}, "ABC123", "Carol")
	alice.hears("waiting-room")
	alice.says(`{"type":"room-unlocked"}`)
	alice.hears("room-unlocked", "unlockedBy", alice.id)
	bob.hears("room-unlocked")
	carol.heardOnly()
	dave := h.visit(door{})
	dave.joins("ABC123", "Dave")
	dave.isIn(false)
	dave.heardOnly("participant-joined", "participant-joined")
}

// A new moderator learns who waits (contract 6, 10.15), and so does one who has come in as one.
func TestNewModerator(t *testing.T) {
	t.Parallel()
	h, alice, bob := locked(t)
	carol := h.waits(door{}, "ABC123", "Carol")
	alice.says(`{"type":"moderator-action","targetId":%q,"action":"make-moderator"}`, bob.id)
	bob.hears("participant-joined", "isModerator", true)
	bob.hears("waiting-room", "participantId", carol.id, "name", "Carol")
	bob.hears("moderator-action")
	bob.says(`{"type":"admit-user","targetId":%q}`, carol.id)
	carol.hears("participant-joined", "participantId", carol.id)
}

// A waiter that goes is not told of; one that comes again is (contract 6).
func TestWaiterGoes(t *testing.T) {
	t.Parallel()
	h, alice, _ := locked(t)
	carol := h.waits(door{}, "ABC123", "Carol")
	alice.hears("waiting-room")
	carol.drops()
	alice.heardOnly()
	carol = h.waits(door{}, "ABC123", "Carol")
	alice.hears("waiting-room", "participantId", carol.id)
	carol.says(`{"type":"leave"}`)
	carol.heardOnly()
	alice.heardOnly()
}

// Who waits at the door of a room that ends is told (contract 5, 10.12).
func TestWaitersOfAClosedRoom(t *testing.T) {
	t.Parallel()
	h, alice, bob := locked(t)
	carol := h.waits(door{}, "ABC123", "Carol")
	bob.says(`{"type":"leave"}`)
	bob.fence()
	alice.says(`{"type":"leave"}`)
	carol.hears("reject-user", "reason", "the room is closed")
	carol.isClosed(1000)
}

// When those are gone who could let somebody in, the longest-present one can: no door is left unwatched (contract 5, 10.12).
func TestUnwatchedDoor(t *testing.T) {
	t.Parallel()
	h, alice, bob := locked(t)
	alice.drops()
	bob.hears("participant-left")
	bob.hears("participant-joined", "isModerator", true)
	carol := h.waits(door{}, "ABC123", "Carol")
	bob.hears("waiting-room", "participantId", carol.id)
	bob.says(`{"type":"admit-user","targetId":%q}`, carol.id)
	carol.hears("participant-joined", "participantId", carol.id)
}
