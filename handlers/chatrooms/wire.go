package chatrooms

import (
	"encoding/json"

	"foyer/chats"
	"foyer/handlers/socket"
	"foyer/models"
)

// room is a room on the wire (contract 2). Times are milliseconds.
type room struct {
	ID            models.ID `json:"id"`
	Name          string    `json:"name"`
	Type          string    `json:"type"`
	Members       []string  `json:"members,omitempty"`
	CreatedAt     int64     `json:"createdAt"`
	UserCount     int       `json:"userCount"`
	LastMessageAt int64     `json:"lastMessageAt,omitempty"`
}

func newRoom(r *chats.Room) room {
	kind := chats.Public
	if r.Private {
		kind = chats.Private
	}
	return room{
		ID: r.ID, Name: r.Name, Type: kind, Members: r.Members, CreatedAt: r.CreatedAt.UnixMilli(), UserCount: r.Present,
	}
}

// newListed is a room in a list, where a private one also tells of its newest message.
func newListed(r *chats.Room) room {
	listed := newRoom(r)
	if r.Private && r.LastMessageAt != nil {
		listed.LastMessageAt = r.LastMessageAt.UnixMilli()
	}
	return listed
}

type roomReply struct {
	Room room `json:"room"`
}

type roomsReply struct {
	Rooms []room `json:"rooms"`
}

// success is the answer where there is nothing to tell.
type success struct {
	Success bool   `json:"success"`
	Noop    bool   `json:"noop,omitempty"`
	Message string `json:"message,omitempty"`
}

// user is somebody in a room (contract 3.7).
type user struct {
	Username string `json:"username"`
	JoinedAt int64  `json:"joinedAt"`
}

// message is one on the wire (contract 8).
type message struct {
	ID        models.ID `json:"id"`
	RoomID    models.ID `json:"roomId"`
	Username  string    `json:"username"`
	Content   string    `json:"content"`
	Timestamp int64     `json:"timestamp"`
}

func newMessage(m *models.ChatMessage) message {
	return message{ID: m.ID, RoomID: m.RoomID, Username: m.UserName, Content: m.Content, Timestamp: m.CreatedAt.UnixMilli()}
}

type messagesReply struct {
	Messages []message `json:"messages"`
}

type bulkReply struct {
	Messages map[models.ID][]message `json:"messagesMap"`
	Valid    []models.ID             `json:"validRoomIds"`
	Invalid  []string                `json:"invalidRoomIds"`
}

// listOf maps a list; an empty one is [] on the wire.
func listOf[T, W any](list []T, to func(*T) W) []W {
	out := make([]W, len(list))
	for i := range list {
		out[i] = to(&list[i])
	}
	return out
}

// frame is what the server says on the WebSocket (contract 10).
type frame struct {
	Type    string `json:"type"`
	Channel string `json:"channel,omitempty"`
	Event   string `json:"event,omitempty"`
	Data    any    `json:"data,omitempty"`
	Message string `json:"message,omitempty"`
}

func (f frame) text() []byte {
	return socket.Frame(func(b []byte) []byte {
		text, err := json.Marshal(f)
		if err != nil {
			panic(err) // a value of ours that has no JSON is a mistake of ours
		}
		return append(b, text...)
	})
}

// written is an event as this protocol tells it.
func written(e *chats.Event) []byte {
	name, data := told(e.Body)
	return frame{Type: "event", Channel: e.Channel, Event: name, Data: data}.text()
}

// told is the name and the payload of an event (contract 10).
func told(body any) (name string, data any) {
	type fields map[string]any
	switch e := body.(type) {
	case chats.Created:
		return "room-created", roomReply{newRoom(&e.Room)}
	case chats.Updated:
		return "room-updated", roomReply{newRoom(&e.Room)}
	case chats.Deleted:
		return "room-deleted", fields{"roomId": e.Room}
	case chats.Came:
		return "presence-update", fields{"username": e.Name, "action": "joined", "userCount": e.Present}
	case chats.Went:
		return "presence-update", fields{"username": e.Name, "action": "left", "userCount": e.Present}
	case chats.Said:
		return "room-message", fields{"roomId": e.Message.RoomID, "message": newMessage(&e.Message)}
	case chats.Unsaid:
		return "message-deleted", fields{"roomId": e.Room, "messageId": e.Message}
	case chats.Typing:
		return "user-typing", fields{"username": e.Name, "isTyping": e.On}
	case chats.Beat:
		return "user-heartbeat", fields{"username": e.Name, "timestamp": e.At}
	}
	return "", nil
}
