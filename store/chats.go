package store

import (
	"context"
	"time"

	"foyer/models"
)

const chatRoomNotFound = "Room not found"

// ChatRoom is a room of the chat with how many are in it.
type ChatRoom struct {
	models.ChatRoom

	Present int
}

// selectChatRoom takes the time since which somebody must have been seen to count as present.
const selectChatRoom = `SELECT r.*, (SELECT count(*) FROM chat_presences p WHERE p.room_id = r.id AND p.seen_at > ?) AS present
	FROM chat_rooms r `

// CreateChatRoom inserts a room with its members, none of which may come twice.
func (s *Store) CreateChatRoom(ctx context.Context, r *models.ChatRoom, members []string) error {
	if err := create(ctx, s, r); err != nil {
		return err
	}
	for i, name := range members {
		if err := create(ctx, s, &models.ChatMember{RoomID: r.ID, UserName: name, Position: i}); err != nil {
			return err
		}
	}
	return nil
}

// ChatRoom reads a room. Kind NotFound.
func (s *Store) ChatRoom(ctx context.Context, id models.ID, since time.Time) (ChatRoom, error) {
	return one[ChatRoom](ctx, s.reader, chatRoomNotFound, selectChatRoom+"WHERE r.id = ?", since, id)
}

// LockChatRoom reads a room and keeps it, its members, its presence and its messages from being changed by others until the transaction
// ends: whoever changes those locks the room first. Kind NotFound.
func (s *Store) LockChatRoom(ctx context.Context, id models.ID) (models.ChatRoom, error) {
	return one[models.ChatRoom](ctx, s.db, chatRoomNotFound, "SELECT * FROM chat_rooms WHERE id = ?"+s.engine.forUpdate(), id)
}

// PublicChatRooms lists the public rooms, oldest first.
func (s *Store) PublicChatRooms(ctx context.Context, since time.Time, limit int) ([]ChatRoom, error) {
	return many[ChatRoom](ctx, s.reader, selectChatRoom+"WHERE NOT r.private ORDER BY r.created_at, r.id LIMIT ?", since, limit)
}

// ChatRoomsOf lists the private rooms of a member, newest first.
func (s *Store) ChatRoomsOf(ctx context.Context, user string, since time.Time, limit int) ([]ChatRoom, error) {
	return many[ChatRoom](ctx, s.reader, selectChatRoom+`JOIN chat_members m ON m.room_id = r.id
		WHERE m.user_name = ? ORDER BY r.id DESC LIMIT ?`, since, user, limit)
}

// CountChatRooms counts the rooms that somebody has created, up to limit.
func (s *Store) CountChatRooms(ctx context.Context, creator string, limit int) (int, error) {
	found, err := many[models.ID](ctx, s.reader, "SELECT id FROM chat_rooms WHERE creator = ? LIMIT ?", creator, limit)
	return len(found), err
}

// ChatMembers lists the members of rooms, each room's in their order.
func (s *Store) ChatMembers(ctx context.Context, rooms []models.ID) ([]models.ChatMember, error) {
	if len(rooms) == 0 {
		return nil, nil
	}
	return many[models.ChatMember](ctx, s.reader, "SELECT * FROM chat_members WHERE room_id IN ? ORDER BY room_id, position", rooms)
}

// RemoveChatMember takes somebody out of the members of a room.
func (s *Store) RemoveChatMember(ctx context.Context, room models.ID, user string) error {
	_, err := s.exec(ctx, "DELETE FROM chat_members WHERE room_id = ? AND user_name = ?", room, user)
	return err
}

// RemoveChatRoom deletes a room with all that belongs to it.
func (s *Store) RemoveChatRoom(ctx context.Context, room models.ID) error {
	for _, statement := range []string{
		"DELETE FROM chat_messages WHERE room_id = ?",
		"DELETE FROM chat_presences WHERE room_id = ?",
		"DELETE FROM chat_members WHERE room_id = ?",
		"DELETE FROM chat_rooms WHERE id = ?",
	} {
		if _, err := s.exec(ctx, statement, room); err != nil {
			return err
		}
	}
	return nil
}

// EnterChatRoom notes that somebody is in a room that the caller has locked, and says whether it was not before. JoinedAt counts only then.
func (s *Store) EnterChatRoom(ctx context.Context, p *models.ChatPresence, since time.Time) (bool, error) {
	seen, err := s.exec(ctx, "UPDATE chat_presences SET seen_at = ? WHERE room_id = ? AND user_name = ? AND seen_at > ?",
		p.SeenAt, p.RoomID, p.UserName, since)
	if err != nil || seen > 0 {
		return false, err
	}
	if _, err := s.exec(ctx, "DELETE FROM chat_presences WHERE room_id = ? AND seen_at <= ?", p.RoomID, since); err != nil {
		return false, err
	}
	return true, create(ctx, s, p)
}

// LeaveChatRoom notes that somebody is not in a room any more, and says whether it was.
func (s *Store) LeaveChatRoom(ctx context.Context, room models.ID, user string, since time.Time) (bool, error) {
	left, err := s.exec(ctx, "DELETE FROM chat_presences WHERE room_id = ? AND user_name = ? AND seen_at > ?", room, user, since)
	return left > 0, err
}

// ChatPresences lists who is in a room, whoever came first first.
func (s *Store) ChatPresences(ctx context.Context, room models.ID, since time.Time, limit int) ([]models.ChatPresence, error) {
	return many[models.ChatPresence](ctx, s.reader,
		"SELECT * FROM chat_presences WHERE room_id = ? AND seen_at > ? ORDER BY joined_at, user_name LIMIT ?", room, since, limit)
}

// InsertChatMessage inserts a message into a room that the caller has locked, and forgets the oldest ones, so that no more than keep are
// left.
func (s *Store) InsertChatMessage(ctx context.Context, m *models.ChatMessage, keep int) error {
	if err := create(ctx, s, m); err != nil {
		return err
	}
	_, err := s.exec(ctx, `DELETE FROM chat_messages WHERE room_id = ? AND id NOT IN (
		SELECT id FROM chat_messages WHERE room_id = ? ORDER BY id DESC LIMIT ?)`, m.RoomID, m.RoomID, keep)
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, "UPDATE chat_rooms SET last_message_at = ? WHERE id = ?", m.CreatedAt, m.RoomID)
	return err
}

// ChatMessages lists the messages of a room, newest first.
func (s *Store) ChatMessages(ctx context.Context, room models.ID, limit int) ([]models.ChatMessage, error) {
	return many[models.ChatMessage](ctx, s.reader, "SELECT * FROM chat_messages WHERE room_id = ? ORDER BY id DESC LIMIT ?", room, limit)
}

// DeleteChatMessage deletes a message of a room that the caller has locked. Kind NotFound.
func (s *Store) DeleteChatMessage(ctx context.Context, room, id models.ID) error {
	changed, err := s.exec(ctx, "DELETE FROM chat_messages WHERE id = ? AND room_id = ?", id, room)
	if err == nil && changed == 0 {
		return notFound("Message not found")
	}
	if err != nil {
		return err
	}
	_, err = s.exec(ctx, `UPDATE chat_rooms SET last_message_at =
		(SELECT created_at FROM chat_messages WHERE room_id = ? ORDER BY id DESC LIMIT 1) WHERE id = ?`, room, room)
	return err
}
