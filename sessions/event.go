package sessions

import (
	"maps"
	"strings"
	"time"

	"foyer/models"
)

// moment is a time in an event's data.
func moment(at time.Time) string { return at.UTC().Format(time.RFC3339Nano) }

// seconds is a length in an event's data. A clock that was set back makes none negative.
func seconds(from, to time.Time) int { return max(0, int(to.Sub(from)/time.Second)) }

// Common is the part of an event's data that tells of the session (server contract 7.4).
func Common(s *models.Session) models.Document {
	return models.Document{
		"room_id": string(s.RoomID), "room_name": s.RoomName, "session_id": string(s.ID), "template_id": string(s.TemplateID),
		"session_started_at": moment(s.CreatedAt),
	}
}

// About is the part of an event's data that tells of a peer (server contract 7.4).
func About(p *models.Peer) models.Document {
	return models.Document{
		"peer_id": p.PeerID, "user_id": p.UserID, "user_name": p.Name, "user_data": p.Data, "role": p.Role,
		"joined_at": moment(p.JoinedAt), "type": p.Kind,
	}
}

// event is one of a session and, perhaps, of a peer in it.
func event(kind string, at time.Time, s *models.Session, p *models.Peer, extra models.Document) models.Event {
	data := Common(s)
	if p != nil {
		maps.Copy(data, About(p))
	}
	maps.Copy(data, extra)
	return models.Event{WorkspaceID: s.WorkspaceID, RoomID: s.RoomID, Type: kind, At: at, Data: data}
}

func opened(s *models.Session) models.Event {
	return event("session.open.success", s.CreatedAt, s, nil, nil)
}

func closed(s *models.Session, at time.Time) models.Event {
	return event("session.close.success", at, s, nil, models.Document{
		"session_duration": seconds(s.CreatedAt, at), "session_stopped_at": moment(at),
	})
}

func joined(s *models.Session, p *models.Peer) models.Event {
	return event("peer.join.success", p.JoinedAt, s, p, nil)
}

func left(s *models.Session, p *models.Peer) models.Event {
	return event("peer.leave.success", *p.LeftAt, s, p, models.Document{
		"left_at": moment(*p.LeftAt), "duration": seconds(p.JoinedAt, *p.LeftAt), "reason": p.Reason, "message": p.Message,
	})
}

// told completes an event of somebody else with the parts about the session and the peer (server contract 7.4).
func told(e *models.Entry) models.Event {
	whole, data := *e.Told, models.Document{}
	if e.Session != nil {
		maps.Copy(data, Common(e.Session))
	}
	if e.About != nil {
		maps.Copy(data, About(e.About))
	}
	switch {
	case strings.HasPrefix(whole.Type, "room.end."):
		delete(data, "joined_at")
		delete(data, "user_data")
	case whole.Type == "peer.leave.failure":
		data["left_at"], data["duration"] = moment(time.Time{}), 0
	}
	maps.Copy(data, whole.Data)
	whole.Data = data
	return whole
}

// trackEvent is what analytics keep of a track (server contract 7.7).
func trackEvent(e *models.Entry) models.AnalyticsEvent {
	s, p, t := e.Session, sound(e.About), e.Track
	data := models.Document{
		"room_id": string(s.RoomID), "session_id": string(s.ID), "room_name": s.RoomName, "peer_id": p.PeerID, "user_id": p.UserID,
		"user_name": p.Name, "joined_at": moment(p.JoinedAt), "role": p.Role, "track_id": soundText(t.ID), "stream_id": soundText(t.Stream),
		"type": t.Kind, "source": soundText(t.Source), "mute": t.Muted, "started_at": moment(t.Since),
	}
	if t.Fate == models.TrackRemoved {
		data["stopped_at"] = moment(t.At)
	}
	return models.AnalyticsEvent{
		WorkspaceID: s.WorkspaceID, RoomID: s.RoomID, Type: string(t.Fate), SessionID: string(s.ID), PeerID: p.PeerID, UserID: p.UserID,
		Data: data, CreatedAt: t.At,
	}
}
