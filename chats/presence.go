package chats

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

const notMember = "Forbidden - not a room member"

// Join has the caller be in a room; once more is the same as once (contract 3.5). Kinds RateLimited; Invalid; NotFound; Forbidden when the
// room is private and not the caller's.
func (s *Service) Join(ctx context.Context, c Caller, id string) error {
	return s.onRoom(ctx, c, "join", id, func(tx *store.Store, o *outcome, room Room) error {
		if room.readableBy(c) != nil {
			return fault.New(fault.Forbidden, notMember)
		}
		return s.enter(ctx, tx, o, room, c.Name)
	})
}

// Leave has the caller be in a room no more, and belong to it no more when it is private: one that has no two members left is removed
// (contract 3.6). Kinds as Join.
func (s *Service) Leave(ctx context.Context, c Caller, id string) error {
	return s.onRoom(ctx, c, "leave", id, func(tx *store.Store, o *outcome, room Room) error {
		if room.readableBy(c) != nil {
			return fault.New(fault.Forbidden, notMember)
		}
		return s.leave(ctx, tx, o, room, c.Name)
	})
}

// Delete removes a public room, which is the admin's to do; from a private one the caller leaves (contract 3.4). Kinds as Join.
func (s *Service) Delete(ctx context.Context, c Caller, id string) error {
	return s.onRoom(ctx, c, "delete", id, func(tx *store.Store, o *outcome, room Room) error {
		switch {
		case !room.Private && !c.Admin:
			return fault.New(fault.Forbidden, "Unauthorized - only the admin may delete public rooms")
		case !room.Private:
			return s.remove(ctx, tx, o, room)
		case room.readableBy(c) != nil:
			return fault.New(fault.Forbidden, "Unauthorized - not a room member")
		}
		return s.leave(ctx, tx, o, room, c.Name)
	})
}

// onRoom is a change of one room by somebody.
func (s *Service) onRoom(ctx context.Context, c Caller, what, id string, fn func(tx *store.Store, o *outcome, room Room) error) error {
	if err := s.meter.spend(c.Name, s.meter.changing(what)); err != nil {
		return err
	}
	room, err := checkID(id, RoomNotFound)
	if err != nil {
		return err
	}
	return s.change(ctx, []models.ID{room}, func(tx *store.Store, o *outcome) error {
		found, err := s.locked(ctx, tx, room)
		if err != nil {
			return err
		}
		return fn(tx, o, found)
	})
}

// mark notes that somebody is in a locked room, and says whether it was not before.
func (s *Service) mark(ctx context.Context, tx *store.Store, room models.ID, name string) (bool, error) {
	at := s.stamp()
	return tx.EnterChatRoom(ctx, &models.ChatPresence{RoomID: room, UserName: name, JoinedAt: at, SeenAt: at}, s.since())
}

// enter is mark with what others are told.
func (s *Service) enter(ctx context.Context, tx *store.Store, o *outcome, room Room, name string) error {
	came, err := s.mark(ctx, tx, room.ID, name)
	if err != nil || !came {
		return err
	}
	if room, err = s.view(ctx, tx, room.ID); err != nil {
		return err
	}
	o.tell(Came{name, room.Present}, room.channel())
	o.tell(Updated{room}, room.audience()...)
	return nil
}

// leave takes somebody out of a locked room.
func (s *Service) leave(ctx context.Context, tx *store.Store, o *outcome, room Room, name string) error {
	went, err := tx.LeaveChatRoom(ctx, room.ID, name, s.since())
	if err != nil {
		return err
	}
	if room.Private {
		if len(room.Members) <= 2 {
			return s.remove(ctx, tx, o, room)
		}
		if err := tx.RemoveChatMember(ctx, room.ID, name); err != nil {
			return err
		}
		o.lose(room.channel(), name)
		o.tell(Deleted{room.ID}, userChannel(name))
	} else if !went {
		return nil
	}
	if room, err = s.view(ctx, tx, room.ID); err != nil {
		return err
	}
	if went {
		o.tell(Went{name, room.Present}, room.channel())
	}
	o.tell(Updated{room}, room.audience()...)
	return nil
}

// remove deletes a locked room with all that belongs to it.
func (s *Service) remove(ctx context.Context, tx *store.Store, o *outcome, room Room) error {
	o.lose(room.channel(), "")
	o.tell(Deleted{room.ID}, room.audience()...)
	return tx.RemoveChatRoom(ctx, room.ID)
}

// maxPresent is how many a list of those who are in a room has at most.
const maxPresent = 5000

// Users lists who is in a room, whoever came first first. Kinds as Room.
func (s *Service) Users(ctx context.Context, c Caller, id string) ([]models.ChatPresence, error) {
	room, err := s.Room(ctx, c, id)
	if err != nil {
		return nil, err
	}
	return s.store.ChatPresences(ctx, room.ID, s.since(), maxPresent)
}

// Type tells those in a room that the caller is about to write, or has stopped (contract 3.8). Kinds RateLimited, Invalid, NotFound, Forbidden.
func (s *Service) Type(ctx context.Context, c Caller, id string, on bool) error {
	if err := s.meter.spend(c.Name, s.meter.changing("typing")); err != nil { // everybody in the room is told
		return err
	}
	room, err := s.Room(ctx, c, id)
	if err == nil {
		s.board.publish(&Event{Channel: room.channel(), Body: Typing{c.Name, on}})
	}
	return err
}

// Switch has the caller leave one room, if it is public, and join another; either may be left out (contract 9). The next one is asked
// first: whoever may not join it stays. It says whether there was nothing to do. Kinds RateLimited, Invalid, NotFound, Forbidden.
func (s *Service) Switch(ctx context.Context, c Caller, previous, next string) (idle bool, err error) {
	from, err := optionalID(previous, RoomNotFound)
	if fault.Is(err, fault.Invalid) {
		return false, err
	}
	to, err := optionalID(next, NextRoomNotFound)
	switch {
	case fault.Is(err, fault.Invalid):
		return false, err
	case previous == next:
		return true, nil
	case err != nil:
		return false, err
	}
	if err := s.meter.spend(c.Name, s.meter.changing("switch")); err != nil {
		return false, err
	}
	return false, s.change(ctx, given(from, to), func(tx *store.Store, o *outcome) error {
		for _, id := range slices.Sorted(slices.Values(given(from, to))) { // in one order, whoever goes which way
			if _, err := tx.LockChatRoom(ctx, id); err != nil && !fault.Is(err, fault.NotFound) {
				return err
			}
		}
		if to == "" {
			return s.leavePublic(ctx, tx, o, c, from)
		}
		room, err := s.next(ctx, tx, c, to)
		if err != nil {
			return err
		}
		if err := s.leavePublic(ctx, tx, o, c, from); err != nil {
			return err
		}
		return s.enter(ctx, tx, o, room, c.Name)
	})
}

func optionalID(text, absent string) (models.ID, error) {
	if text == "" {
		return "", nil
	}
	return checkID(text, absent)
}

func given(ids ...models.ID) []models.ID {
	return slices.DeleteFunc(ids, func(id models.ID) bool { return id == "" })
}

// next locks the room that the caller wants to go to.
func (s *Service) next(ctx context.Context, tx *store.Store, c Caller, id models.ID) (Room, error) {
	room, err := s.locked(ctx, tx, id)
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.NotFound, NextRoomNotFound)
	}
	if err == nil && room.readableBy(c) != nil {
		err = fault.New(fault.Forbidden, notMember)
	}
	return room, err
}

// leavePublic has the caller leave a room; presence in a private one stays, and one that is not there is left already.
func (s *Service) leavePublic(ctx context.Context, tx *store.Store, o *outcome, c Caller, id models.ID) error {
	if id == "" {
		return nil
	}
	room, err := s.locked(ctx, tx, id)
	if fault.Is(err, fault.NotFound) || err == nil && room.Private {
		return nil
	}
	if err != nil {
		return err
	}
	return s.leave(ctx, tx, o, room, c.Name)
}

const (
	onlineTime = 90 * time.Second // how long a heartbeat holds (contract 9)
	maxOnline  = 5000             // in a list
	maxFound   = 20               // users of a search
)

// Beat notes that the caller is online, and tells of it. Kind RateLimited.
func (s *Service) Beat(ctx context.Context, c Caller) error {
	if err := s.meter.spend(c.Name, s.meter.changing("beat")); err != nil {
		return err
	}
	at := s.stamp()
	if err := s.store.BeatChatUser(ctx, c.Name, at); err != nil {
		return err
	}
	s.board.publish(&Event{Channel: onlineChannel, Body: Beat{c.Name, at.UnixMilli()}})
	return nil
}

// Online lists who is online, by name.
func (s *Service) Online(ctx context.Context) ([]string, error) {
	return s.store.OnlineChatUsers(ctx, s.stamp().Add(-onlineTime), maxOnline)
}

// Search finds users whose name holds a text (contract 9). Kinds RateLimited, Invalid.
func (s *Service) Search(ctx context.Context, c Caller, text string) ([]models.ChatUser, error) {
	if err := s.meter.spend(c.Name, s.meter.search()...); err != nil {
		return nil, err
	}
	if utf8.RuneCountInString(text) < 2 || !storable(text) {
		return nil, fault.Invalidf("search must have 2 characters or more")
	}
	if len(text) > longestName {
		return nil, nil // nobody is called so
	}
	return s.store.FindChatUsers(ctx, strings.ToLower(text), maxFound)
}

// storable reports whether every database can hold the text.
func storable(text string) bool { return utf8.ValidString(text) && strings.IndexByte(text, 0) < 0 }
