package mikroroom

import (
	"encoding/json"
	"strconv"

	"foyer/handlers/socket"
	"foyer/hub"

	"github.com/tidwall/gjson"
)

// note is most of what the server says (contract 6, 7).
type note struct {
	Type       string `json:"type"`
	Room       string `json:"roomId"`
	Peer       string `json:"participantId"`
	Name       string `json:"name,omitempty"`
	Target     string `json:"targetId,omitempty"`
	Action     string `json:"action,omitempty"`
	Reason     string `json:"reason,omitempty"`
	Text       string `json:"text,omitempty"`
	LockedBy   string `json:"lockedBy,omitempty"`
	UnlockedBy string `json:"unlockedBy,omitempty"`
	Message    string `json:"message,omitempty"`
	Code       string `json:"code,omitempty"`
	At         int64  `json:"timestamp"`
}

// joined tells of somebody who is in, and again when a flag has changed that the client reads nowhere else.
type joined struct {
	Type      string `json:"type"`
	Room      string `json:"roomId"`
	Peer      string `json:"participantId"`
	Name      string `json:"name"`
	Moderator bool   `json:"isModerator"`
	Muted     bool   `json:"isMuted"`
	VideoOff  bool   `json:"isVideoOff"`
	At        int64  `json:"timestamp"`
}

// updated tells all flags of somebody: a client takes one that is missing for false.
type updated struct {
	Type       string `json:"type"`
	Room       string `json:"roomId"`
	Peer       string `json:"participantId"`
	Muted      bool   `json:"isMuted"`
	VideoOff   bool   `json:"isVideoOff"`
	HandRaised bool   `json:"isHandRaised"`
	Moderator  bool   `json:"isModerator"`
	At         int64  `json:"timestamp"`
}

// chat is what a client has said, as it came: other clients of this protocol get the whole of it.
type chat struct{ object string }

// relay is what a client tells another one: the core does not look into it.
type relay struct{ object string }

// promoted tells a client that another one has made it a moderator.
type promoted struct{}

// frame writes a value of ours.
func frame(v any) []byte {
	return socket.Frame(func(b []byte) []byte { return append(b, marshal(v)...) })
}

func marshal(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // a value of ours that has no JSON is a mistake of ours
	}
	return text
}

// teller writes what happens for those who call a room by the same name: no one learns by which code another one came.
type teller struct {
	*Handler

	room string
	form string // under which the hub keeps what is written
}

func (h *Handler) teller(room string) teller {
	return teller{Handler: h, room: room, form: Dialect + " " + room}
}

func (t *teller) stamp() int64 { return t.now().UnixMilli() }

// note is a frame about a peer.
func (t *teller) note(kind, peer string) []byte {
	return frame(note{Type: kind, Room: t.room, Peer: peer, At: t.stamp()})
}

// written is an event that all clients are told alike; nil for what they have no word for.
func (t *teller) written(body any) []byte {
	switch e := body.(type) {
	case hub.Joined:
		return t.joined(e.Peer)
	case hub.Left:
		return t.note("participant-left", e.Peer.ID)
	case hub.Changed:
		return t.changed(&e)
	case hub.Locked:
		return t.locked(&e)
	case hub.Said:
		return t.said(&e)
	}
	return nil
}

func (t *teller) joined(c *hub.Card) []byte {
	return frame(joined{
		Type: "participant-joined", Room: t.room, Peer: c.ID, Name: c.Name, Moderator: c.Moderator, Muted: c.Muted, VideoOff: c.VideoOff,
		At: t.stamp(),
	})
}

// changed tells what has changed about a peer. The client hears of a promotion, and of a name, only by another participant-joined.
func (t *teller) changed(e *hub.Changed) []byte {
	now, was := e.Peer, e.Was
	if was == nil {
		return nil
	}
	var all []byte
	if now.HandRaised() != was.HandRaised() {
		all = t.hand(now)
	}
	if now.Muted != was.Muted || now.VideoOff != was.VideoOff || now.Moderator != was.Moderator {
		all = append(all, frame(updated{
			Type: "participant-updated", Room: t.room, Peer: now.ID, Muted: now.Muted, VideoOff: now.VideoOff, HandRaised: now.HandRaised(),
			Moderator: now.Moderator, At: t.stamp(),
		})...)
	}
	if now.Moderator != was.Moderator || now.Name != was.Name {
		all = append(all, t.joined(now)...)
	}
	return all
}

func (t *teller) hand(c *hub.Card) []byte {
	if c.HandRaised() {
		return t.note("raise-hand", c.ID)
	}
	return t.note("lower-hand", c.ID)
}

func (t *teller) locked(e *hub.Locked) []byte {
	n := note{Type: "room-unlocked", Room: t.room, At: t.stamp()}
	by := &n.UnlockedBy
	if e.Locked {
		n.Type, by = "room-locked", &n.LockedBy
	}
	if e.By != nil {
		n.Peer, *by = e.By.ID, e.By.ID
	}
	return frame(n)
}

// said tells a message: one of a client of this protocol as that one wrote it, of others what is a plain text.
func (t *teller) said(e *hub.Said) []byte {
	if own, ok := e.Own.(chat); ok && e.From != nil {
		return t.copied(own.object, e.From.ID, e.At.UnixMilli())
	}
	text := gjson.ParseBytes(e.Text)
	if e.Type != hub.Chat || text.Type != gjson.String || text.Str == "" {
		return nil
	}
	n := note{Type: "chat", Room: t.room, Text: text.Str, At: e.At.UnixMilli()}
	if e.From != nil {
		n.Peer, n.Name = e.From.ID, e.From.Name
	}
	return frame(n)
}

// copied is an object of a client, with what only the server may say in it; at 0 leaves the time to the client.
func (t *teller) copied(object, from string, at int64) []byte {
	return socket.Frame(func(b []byte) []byte {
		b = append(b, `{"roomId":"`...) // names, codes and ids need no escaping
		b = append(b, t.room...)
		b = append(b, `","participantId":"`...)
		b = append(b, from...)
		b = append(b, '"')
		if at != 0 {
			b = strconv.AppendInt(append(b, `,"timestamp":`...), at, 10)
		}
		gjson.Parse(object).ForEach(func(key, value gjson.Result) bool {
			switch name := key.String(); {
			case name == "roomId", name == "participantId", at != 0 && name == "timestamp":
			default:
				b = append(append(append(append(b, ','), key.Raw...), ':'), value.Raw...)
			}
			return true
		})
		return append(b, '}')
	})
}
