package chats

import (
	"context"
	"strings"
	"unicode/utf8"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

const (
	maxContent  = 1000 // characters of a message, as it was written (contract 8)
	maxKept     = 100  // messages of a room
	maxBulk     = 100  // rooms of one question
	bulkRoom    = 20   // messages of each of them
	maxMessages = 500  // of one question; no more than maxKept are there
)

// Post writes a message into a room, which counts as being there (contract 8). Kinds Invalid, NotFound, Forbidden, RateLimited, in this
// order but for messages that are too long or come twice.
func (s *Service) Post(ctx context.Context, c Caller, id, content string) (models.ChatMessage, error) {
	if strings.TrimSpace(content) == "" || !storable(content) {
		return models.ChatMessage{}, fault.Invalidf("content must be a text that is not empty")
	}
	room, err := checkID(id, RoomNotFound)
	if err != nil {
		return models.ChatMessage{}, err
	}
	found, err := s.readable(ctx, c, room)
	if err != nil {
		return models.ChatMessage{}, err
	}
	if utf8.RuneCountInString(content) > maxContent {
		return models.ChatMessage{}, fault.Invalidf("content has at most %d characters", maxContent)
	}
	if err := s.mayPost(c, &found); err != nil {
		return models.ChatMessage{}, err
	}
	return s.post(ctx, c, room, content)
}

// mayPost counts a message; private rooms have no bound (contract 6).
func (s *Service) mayPost(c Caller, room *Room) error {
	if room.Private {
		return nil
	}
	who := c.Name + " in " + string(room.ID)
	if err := s.meter.spend(who, s.meter.messages()...); err != nil {
		return err
	}
	return s.meter.pause(who)
}

func (s *Service) post(ctx context.Context, c Caller, id models.ID, content string) (models.ChatMessage, error) {
	var message models.ChatMessage
	err := s.change(ctx, []models.ID{id}, func(tx *store.Store, o *outcome) error {
		room, err := s.locked(ctx, tx, id)
		if err == nil {
			err = room.readableBy(c) // who has left meanwhile says nothing
		}
		if err != nil {
			return err
		}
		last, err := tx.ChatMessages(ctx, id, 1)
		if err != nil {
			return err
		}
		if len(last) > 0 && last[0].UserName == c.Name && last[0].Content == content {
			return fault.Invalidf("the same message was sent already")
		}
		message = models.ChatMessage{ID: tx.NewID(), RoomID: id, UserName: c.Name, Content: content, CreatedAt: s.stamp()}
		if err := tx.InsertChatMessage(ctx, &message, maxKept); err != nil {
			return err
		}
		if err := s.enter(ctx, tx, o, room, c.Name); err != nil {
			return err
		}
		o.tell(Said{message}, room.listeners()...)
		return nil
	})
	return message, err
}

// listeners is where messages are heard: in the room, and by each member of a private one.
func (r *Room) listeners() []string {
	return append([]string{r.channel()}, userChannels(r.Members)...)
}

// Messages lists the latest messages of a room, newest first. Kinds as Room.
func (s *Service) Messages(ctx context.Context, c Caller, id string, limit int) ([]models.ChatMessage, error) {
	room, err := s.Room(ctx, c, id)
	if err != nil {
		return nil, err
	}
	return s.store.ChatMessages(ctx, room.ID, min(limit, maxMessages))
}

// Unpost deletes a message, which is the admin's to do. Kinds Forbidden, Invalid, NotFound.
func (s *Service) Unpost(ctx context.Context, c Caller, id, message string) error {
	room, err := checkID(id, RoomNotFound)
	if fault.Is(err, fault.Invalid) {
		return err
	}
	if !c.Admin {
		return fault.New(fault.Forbidden, "Forbidden - only the admin may delete messages")
	}
	if err != nil {
		return err
	}
	unwanted, err := checkID(message, MessageNotFound)
	if err != nil {
		return err
	}
	return s.change(ctx, []models.ID{room}, func(tx *store.Store, o *outcome) error {
		found, err := s.locked(ctx, tx, room)
		if err != nil {
			return err
		}
		o.tell(Unsaid{room, unwanted}, found.listeners()...)
		return tx.DeleteChatMessage(ctx, room, unwanted)
	})
}

// Bulk is the latest messages of many rooms.
type Bulk struct {
	Messages map[models.ID][]models.ChatMessage
	Valid    []models.ID
	Invalid  []string // unknown or not the caller's: which of the two is not told
}

// Bulk reads the latest messages of rooms (contract 8). Kind Invalid when one of the ids is malformed, or there are none, or too many.
func (s *Service) Bulk(ctx context.Context, c Caller, ids []string) (Bulk, error) {
	found := Bulk{Messages: map[models.ID][]models.ChatMessage{}, Valid: []models.ID{}, Invalid: []string{}}
	if len(ids) == 0 || len(ids) > maxBulk {
		return found, fault.Invalidf("roomIds must have 1 to %d ids", maxBulk)
	}
	for _, id := range ids {
		if _, err := checkID(id, RoomNotFound); fault.Is(err, fault.Invalid) {
			return found, err
		}
	}
	seen := map[string]bool{}
	for _, id := range ids {
		if seen[id] {
			continue
		}
		seen[id] = true
		list, err := s.Messages(ctx, c, id, bulkRoom)
		switch {
		case fault.Is(err, fault.NotFound), fault.Is(err, fault.Unauthenticated), fault.Is(err, fault.Forbidden):
			found.Invalid = append(found.Invalid, id)
		case err != nil:
			return found, err
		default:
			found.Valid = append(found.Valid, models.ID(id))
			found.Messages[models.ID(id)] = list
		}
	}
	return found, nil
}
