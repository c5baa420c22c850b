package roomcodes

import (
	"encoding/json"

	"foyer/handlers/socket"
	"foyer/hub"
)

// code says what a frame is about (contract 4).
type code string

const (
	rcWelcome  code = "rc.100"
	rcJoined   code = "rc.101"
	rcLeft     code = "rc.102"
	rcHost     code = "rc.103"
	rcHostLeft code = "rc.104"
	rcExpiring code = "rc.106"
	rcExtended code = "rc.107"
	rcSaid     code = "rc.200"
	rcExpired  code = "rc.400"
	rcUnpaid   code = "rc.401"
	rcFailed   code = "rc.500"
)

// texts are what the protocol says in words. What a user says has none.
var texts = map[code]string{
	rcWelcome:  "Initial room joining update.",
	rcJoined:   "A user has joined the room.",
	rcLeft:     "A user has left the room.",
	rcHost:     "You are the host of this room.",
	rcHostLeft: "The host has left the room.",
	rcExpiring: "The room will expire in 30 seconds, if not extended.",
	rcExtended: "The room lifetime has been extended.",
	rcExpired:  "Room closed due to time expiration.",
	rcUnpaid:   "API usage limit has been reached.",
	rcFailed:   "Unknown server error.",
}

// written is an event as this protocol tells it; nothing where it has no word for it.
func written(body any) []byte {
	switch e := body.(type) {
	case hub.Joined:
		return notice(rcJoined)
	case hub.Left:
		return notice(rcLeft)
	case hub.Removed:
		if e.Cause == hub.HostLeft {
			return notice(rcHostLeft)
		}
	case hub.Expiring:
		return notice(rcExpiring)
	case hub.Extended:
		return notice(rcExtended)
	case hub.Said:
		if e.Type == hub.Chat && len(e.Text) > 0 && e.Text[0] == '"' {
			return frame("USER", rcSaid, e.Text, e.Text)
		}
	}
	return nil
}

// notice is a frame that says but what its code does (contract 4, R9).
func notice(c code) []byte { return system(c, texts[c]) }

func system(c code, text string) []byte {
	quoted := marshal(text)
	return frame("SYSTEM", c, quoted, quoted)
}

// frame is one that the server sends. The message and the text of the code are JSON strings, as they are sent.
func frame(kind string, c code, message, text []byte) []byte {
	return socket.Frame(func(b []byte) []byte {
		b = append(b, `{"type":"`...)
		b = append(b, kind...)
		b = append(b, `","message":`...)
		b = append(b, message...)
		b = append(b, `,"code":{"code":"`...)
		b = append(b, c...)
		b = append(b, `","message":`...)
		b = append(b, text...)
		return append(b, `}}`...)
	})
}

// room is what somebody who comes in is told of the room.
type room struct {
	Code    string `json:"roomCode"`
	Expires int64  `json:"expirationTime"` // milliseconds; 0: never
	Mode    string `json:"broadcastType"`
	Echo    bool   `json:"echo"`
}

// greeting is the first frame of a connection (contract 4).
func greeting(code string, w *hub.Welcome) []byte {
	told := room{Code: code, Mode: broadcast}
	if rules := w.Place.Room.Rules; rules != nil {
		told.Echo = rules.Echo
		if rules.Star {
			told.Mode = hostClient
		}
	}
	if !w.Expires.IsZero() {
		told.Expires = w.Expires.UnixMilli()
	}
	return frame("SYSTEM", rcWelcome, marshal(string(marshal(told))), marshal(texts[rcWelcome]))
}

// marshal writes a value of ours, which can be written.
func marshal(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // a value of ours that has no JSON is a mistake of ours
	}
	return text
}
