package hms

import (
	"slices"
	"strconv"
	"time"
	"unicode/utf8"

	"foyer/hub"
	"foyer/media"
	"foyer/models"
)

// Frames that are sent often are written by hand: an encoder that looks at types takes several times as long.

// written is an event as this protocol tells it (client protocol 4.3).
func written(body any) []byte {
	switch e := body.(type) {
	case hub.Said:
		return note("on-broadcast", func(b []byte) []byte { return appendSaid(b, &e) })
	case hub.Joined:
		return note("on-peer-join", func(b []byte) []byte { return append(b, cardOf(e.Peer)...) })
	case hub.Left:
		return note("on-peer-leave", func(b []byte) []byte { return append(b, briefOf(e.Peer)...) })
	case hub.Changed:
		if unseen(&e) {
			return nil
		}
		return note("on-peer-update", func(b []byte) []byte { return append(b, cardOf(e.Peer)...) })
	case hub.Counted:
		return sessionInfo(&e)
	case hub.Outlook:
		return outlook(&e)
	case hub.Noted:
		return noteOf("on-metadata-change", map[string]any{"values": valuesOf(e.Values)})
	case hub.Removed:
		return noteOf("on-peer-leave-request", removal{RequestedBy: e.By, Reason: e.Reason, RoomEnd: e.Ended})
	case hub.RoleAsked:
		return noteOf("on-role-change-request", roleRequest{RequestedBy: e.By, Role: e.Role, Token: e.Token})
	case hub.MuteAsked:
		if e.Track == "" {
			return noteOf("on-change-track-mute-state-request", muteAllRequest{RequestedBy: e.By, Type: "audio", Source: hub.Regular, Value: e.Mute})
		}
		return noteOf("on-track-update-request", muteRequest{RequestedBy: e.By, TrackID: e.Track, StreamID: e.Stream, Mute: e.Mute})
	case hub.AllMuteAsked:
		return noteOf("on-change-track-mute-state-request",
			muteAllRequest{RequestedBy: e.By, Roles: e.Roles, Type: e.Type, Source: e.Source, Value: e.Mute})
	case hub.Queued:
		return noteOf("on-lobby-update", map[string]any{"peers": waitersOf(e.Waiters)})
	case hub.Announced:
		return announced(e.What)
	}
	return tracksFrame(body)
}

// unseen reports a change of which this protocol's clients are told by the tracks.
func unseen(c *hub.Changed) bool {
	was := c.Was
	return was != nil && was.Name == c.Peer.Name && was.Data == c.Peer.Data && was.Role == c.Peer.Role && slices.Equal(was.Groups, c.Peer.Groups)
}

type removal struct {
	RequestedBy string `json:"requested_by,omitempty"`
	Reason      string `json:"reason"`
	RoomEnd     bool   `json:"room_end"`
}

type roleRequest struct {
	RequestedBy string `json:"requested_by"`
	Role        string `json:"role"`
	Token       string `json:"token"`
}

type muteRequest struct {
	RequestedBy string `json:"requested_by"`
	TrackID     string `json:"track_id"`
	StreamID    string `json:"stream_id"`
	Mute        bool   `json:"mute"`
}

type muteAllRequest struct {
	RequestedBy string   `json:"requested_by"`
	Roles       []string `json:"roles,omitempty"`
	Type        string   `json:"type,omitempty"`
	Source      string   `json:"source,omitempty"`
	Value       bool     `json:"value"`
}

// waiter is somebody in the lobby: an extension of ours.
type waiter struct {
	PeerID string `json:"peer_id"`
	UserID string `json:"user_id"`
	Name   string `json:"name"`
	Data   string `json:"data"`
	Role   string `json:"role"`
	Since  int64  `json:"since"` // milliseconds
}

func waitersOf(list []models.Waiter) []waiter {
	out := make([]waiter, len(list))
	for i, w := range list {
		out[i] = waiter{PeerID: w.PeerID, UserID: w.UserID, Name: w.Name, Data: w.Data, Role: w.Role, Since: w.Since.UnixMilli()}
	}
	return out
}

// cardOf is a peer as others see it (client protocol 4.2). It may only be called by a hub.Deliver.
func cardOf(c *hub.Card) []byte { return c.Form(Dialect, writeCard) }

// briefOf is a peer without its tracks, where they are not what is told. It may only be called by a hub.Deliver.
func briefOf(c *hub.Card) []byte {
	if len(c.Tracks) == 0 {
		return cardOf(c)
	}
	return c.Form(Dialect+" brief", func(c *hub.Card) []byte { return appendCard(make([]byte, 0, 256), c, nil) })
}

func writeCard(c *hub.Card) []byte { return appendCard(make([]byte, 0, 256), c, c.Tracks) }

func appendCard(b []byte, c *hub.Card, tracks []media.Track) []byte {
	b = append(b, `{"peer_id":`...)
	b = appendText(b, c.ID)
	b = append(b, `,"role":`...)
	b = appendText(b, c.Role)
	b = append(b, `,"groups":[`...)
	for i, group := range c.Groups {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, group)
	}
	b = append(b, `],"joined_at":`...)
	b = appendTime(b, c.JoinedAt)
	b = append(b, `,"realtime":true,"info":{"name":`...)
	b = appendText(b, c.Name)
	b = append(b, `,"data":`...)
	b = appendText(b, c.Data)
	b = append(b, `,"user_id":`...)
	b = appendText(b, c.User)
	b = append(b, `,"type":`...)
	b = appendText(b, c.Kind)
	b = append(b, `},"tracks":`...)
	return append(appendTracks(b, tracks), '}')
}

func appendSaid(b []byte, s *hub.Said) []byte {
	b = append(b, `{"message_id":`...)
	b = appendText(b, s.ID)
	b = append(b, `,"timestamp":`...)
	b = appendTime(b, s.At)
	b = append(b, `,"private":`...)
	b = strconv.AppendBool(b, s.Private)
	if len(s.Roles) > 0 {
		b = append(b, `,"roles":`...)
		b = append(b, marshal(s.Roles)...)
	}
	if s.From != nil {
		b = append(b, `,"peer":`...)
		b = append(b, briefOf(s.From)...)
	}
	b = append(b, `,"info":{"message":`...)
	b = append(b, s.Text...)
	b = append(b, `,"type":`...)
	b = appendText(b, s.Type)
	return append(b, `}}`...)
}

func sessionInfo(c *hub.Counted) []byte {
	return note("session-info", func(b []byte) []byte {
		b = append(b, `{"session_id":"`...)
		b = append(b, c.Session...)
		b = append(b, `","room_id":"`...)
		b = append(b, c.Room...)
		b = append(b, `","peer_count":`...)
		b = strconv.AppendInt(b, int64(c.Peers), 10)
		b = append(b, `,"track_count":`...)
		b = strconv.AppendInt(b, int64(c.Tracks), 10)
		return append(b, '}')
	})
}

// outlook is what a preview is told: two frames.
func outlook(o *hub.Outlook) []byte {
	state := note("room-state", func(b []byte) []byte {
		b = append(b, `{"peer_count":`...)
		b = strconv.AppendInt(b, int64(o.Count), 10)
		b = append(b, `,"room":`...)
		b = appendRoom(b, &o.Place.Room, o.Session)
		if o.Peers != nil {
			b = append(b, `,"peers":`...)
			b = appendCards(b, o.Peers, briefOf)
		}
		return append(b, '}')
	})
	var session models.ID
	if o.Session != nil {
		session = o.Session.ID
	}
	return append(state, sessionInfo(&hub.Counted{Session: session, Room: o.Place.Room.ID, Peers: o.Count})...)
}

func peerList(w *hub.Welcome) []byte {
	return note("peer-list", func(b []byte) []byte {
		b = append(b, `{"peers":`...)
		b = appendCards(b, w.Others, cardOf)
		b = append(b, `,"room":`...)
		b = appendRoom(b, &w.Place.Room, &w.Session)
		return append(b, '}')
	})
}

func appendCards(b []byte, cards []*hub.Card, write func(*hub.Card) []byte) []byte {
	b = append(b, '{')
	for i, c := range cards {
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, c.ID)
		b = append(b, ':')
		b = append(b, write(c)...)
	}
	return append(b, '}')
}

func appendRoom(b []byte, r *models.Room, s *models.Session) []byte {
	b = append(b, `{"name":`...)
	b = appendText(b, r.Name)
	if s != nil {
		b = append(b, `,"session_id":"`...)
		b = append(b, s.ID...)
		b = append(b, `","started_at":`...)
		b = appendTime(b, s.CreatedAt)
	}
	return append(b, `,"recording":{"sfu":{"enabled":false},"browser":{"enabled":false},"hls":{"enabled":false}},`+
		`"streaming":{"enabled":false,"rtmp":{"enabled":false},"hls":{"enabled":false,"variants":[]}},"transcriptions":[]}`...)
}

func appendTime(b []byte, at time.Time) []byte { return strconv.AppendInt(b, at.UnixMilli(), 10) }

// appendText writes a JSON string.
func appendText(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	from := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				b = append(append(b, s[from:i]...), "\uFFFD"...)
				from = i + 1
			}
			i += size
			continue
		}
		if c < ' ' || c == '"' || c == '\\' {
			b = append(b, s[from:i]...)
			if c < ' ' {
				b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
			} else {
				b = append(b, '\\', c)
			}
			from = i + 1
		}
		i++
	}
	return append(append(b, s[from:]...), '"')
}
