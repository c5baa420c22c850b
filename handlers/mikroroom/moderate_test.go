package mikroroom_test

import (
	"testing"
	"time"
)

// Mute and unmute set the flag for all, the target too, and ask the target (contract 7): all flags are told (contract 9).
func TestMute(t *testing.T) {
	t.Parallel()
	_, alice, bob, carol := three(t)
	bob.says(`{"type":"participant-updated","isVideoOff":true}`)
	alice.hears("participant-updated")
	carol.hears("participant-updated")
	for action, muted := range map[string]bool{"mute": true} {
		alice.says(`{"type":"moderator-action","targetId":%q,"action":%q}`, bob.id, action)
		for _, p := range []*peer{alice, bob, carol} {
			p.hears("participant-updated", "participantId", bob.id, "isMuted", muted, "isVideoOff", true, "isHandRaised", false)
		}
		bob.hears("moderator-action", "action", action, "targetId", bob.id, "participantId", alice.id, "roomId", "ABC123")
	}
	alice.says(`{"type":"moderator-action","targetId":%q,"action":"unmute"}`, bob.id)
	bob.hears("participant-updated", "isMuted", false)
	bob.hears("moderator-action", "action", "unmute")
	alice.hears("participant-updated", "isMuted", false)
	alice.heardOnly()
}

// A promotion shows to all (contract 10.15), and gives its rights.
func TestMakeModerator(t *testing.T) {
	t.Parallel()
	_, alice, bob, carol := three(t)
	bob.says(`{"type":"participant-updated","isMuted":true}`)
	alice.hears("participant-updated")
	carol.hears("participant-updated")
	alice.says(`{"type":"moderator-action","targetId":%q,"action":"make-moderator"}`, bob.id)
	bob.hears("participant-joined", "participantId", bob.id, "name", "Bob", "isModerator", true, "isMuted", true)
	bob.hears("moderator-action", "action", "make-moderator", "targetId", bob.id, "participantId", alice.id)
	for _, p := range []*peer{alice, carol} {
		p.hears("participant-updated", "participantId", bob.id, "isModerator", true, "isMuted", true)
		p.hears("participant-joined", "participantId", bob.id, "isModerator", true, "isMuted", true)
	}
	bob.says(`{"type":"room-locked"}`)
	bob.hears("room-locked", "lockedBy", bob.id)
	alice.hears("room-locked")
	alice.says(`{"type":"moderator-action","targetId":%q,"action":"make-moderator"}`, bob.id) // it is one already
	alice.heardOnly()
	bob.heardOnly()
}

// Who is no moderator may none of it; a target that is not there is told of (contract 8).
func TestModeratorsOnly(t *testing.T) {
	t.Parallel()
	h, alice, bob, carol := three(t)
	for _, action := range []string{"mute", "unmute", "kick", "make-moderator", "dance"} {
		bob.says(`{"type":"moderator-action","targetId":%q,"action":%q}`, carol.id, action)
		bob.isTold("Only moderators can perform this action", "UNAUTHORIZED")
	}
	bob.says(`{"type":"moderator-action","targetId":%q,"action":"make-moderator"}`, bob.id)
	bob.isTold("Only moderators can perform this action", "UNAUTHORIZED")
	elsewhere := h.host("OTHER1", "Eve")
	for _, target := range []string{`"nobody"`, `7`, `""`, `"` + elsewhere.id + `"`} {
		alice.says(`{"type":"moderator-action","targetId":` + target + `,"action":"kick"}`)
		alice.isTold("Target participant not found", "")
	}
	alice.says(`{"type":"moderator-action","targetId":%q,"action":"dance"}`, bob.id)
	alice.isTold("Invalid message format", "")
	carol.heardOnly()
	elsewhere.heardOnly()
}

// Who is kicked is out: it hears so before its connection ends, says nothing to anybody however long it holds the connection, and its browser
// is not let in for a minute (contract 10.8); another one at the same address is.
func TestKick(t *testing.T) {
	t.Parallel()
	h, alice, bob, carol := three(t)
	alice.says(`{"type":"moderator-action","targetId":%q,"action":"kick"}`, bob.id)
	bob.hears("moderator-action", "action", "kick", "targetId", bob.id, "participantId", alice.id)
	alice.hears("participant-left", "participantId", bob.id)
	carol.hears("participant-left", "participantId", bob.id)
	bob.says(`{"type":"chat","text":"I am still here"}`)
	bob.says(`{"type":"raise-hand"}`)
	bob.isClosed(1000)
	alice.heardOnly()

	back := h.visit(door{cookie: bob.cookie})
	back.joins("ABC123", "Somebody else")
	back.isTold("you are banned from this room", "")
	back.hears("reject-user", "reason", "you are banned from this room")
	h.come(door{}, "ABC123", "Neighbour")
	h.Clock.Advance(61 * time.Second)
	back.joins("ABC123", "Bob")
	back.isIn(false)
}

// A moderator may kick itself, and another one; when the host goes, the longest-present one leads, and everybody sees it (contract 7, 10.15).
func TestHostDeparts(t *testing.T) {
	t.Parallel()
	for name, goes := range map[string]func(alice *peer){
		"leaves": func(alice *peer) { alice.says(`{"type":"leave"}`) },
		"kicks itself": func(alice *peer) {
			alice.says(`{"type":"moderator-action","targetId":%q,"action":"kick"}`, alice.id)
		},
		"is lost": func(alice *peer) { alice.drops() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, alice, bob, carol := three(t)
			goes(alice)
			bob.hears("participant-left", "participantId", alice.id)
			bob.hears("participant-joined", "participantId", bob.id, "name", "Bob", "isModerator", true)
			carol.hears("participant-left")
			carol.hears("participant-updated", "participantId", bob.id, "isModerator", true)
			carol.hears("participant-joined", "participantId", bob.id, "isModerator", true)
			bob.says(`{"type":"room-locked"}`)
			bob.hears("room-locked")
			bob.heardOnly()
		})
	}
}
