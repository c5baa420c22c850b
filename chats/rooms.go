package chats

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

const (
	maxMembers = 64   // of a private room
	maxRooms   = 1000 // private ones that somebody has made, or that one list has; public ones of a list
)

// Room is a room with its members, which only a private one has, and how many are in it.
type Room struct {
	store.ChatRoom

	Members []string
}

// channel is where those who are in the room hear of it.
func (r *Room) channel() string {
	if r.Private {
		return privatePrefix + string(r.ID)
	}
	return roomPrefix + string(r.ID)
}

// audience is where those hear of the room who have it in their list.
func (r *Room) audience() []string {
	if r.Private {
		return userChannels(r.Members)
	}
	return []string{publicChannel}
}

// readableBy errs unless a caller may see the room (contract 3.3, 11 D17).
func (r *Room) readableBy(c Caller) error {
	switch {
	case !r.Private || c.Name != "" && slices.Contains(r.Members, c.Name):
		return nil
	case c.Name == "":
		return fault.New(fault.Unauthenticated, "Unauthorized - authentication required")
	}
	return fault.New(fault.Forbidden, "Forbidden - not a room member")
}

// Room reads a room. Kinds Invalid, NotFound; Unauthenticated or Forbidden when it is private and not the caller's.
func (s *Service) Room(ctx context.Context, c Caller, id string) (Room, error) {
	room, err := checkID(id, RoomNotFound)
	if err != nil {
		return Room{}, err
	}
	return s.readable(ctx, c, room)
}

// readable is Room for an id that is one.
func (s *Service) readable(ctx context.Context, c Caller, id models.ID) (Room, error) {
	room, err := s.view(ctx, s.store, id)
	if err != nil {
		return room, err
	}
	if err := room.readableBy(c); err != nil {
		return Room{}, err // nothing of it is told
	}
	return room, nil
}

// view reads a room whole.
func (s *Service) view(ctx context.Context, from *store.Store, id models.ID) (Room, error) {
	found, err := from.ChatRoom(ctx, id, s.since())
	if err != nil {
		return Room{}, err
	}
	room := Room{ChatRoom: found}
	if room.Private {
		room.Members, err = members(ctx, from, id)
	}
	return room, err
}

// locked is view for a room that is about to be changed. How many are in it is not told.
func (s *Service) locked(ctx context.Context, tx *store.Store, id models.ID) (Room, error) {
	found, err := tx.LockChatRoom(ctx, id)
	if err != nil {
		return Room{}, err
	}
	room := Room{ChatRoom: store.ChatRoom{ChatRoom: found}}
	if room.Private {
		room.Members, err = members(ctx, tx, id)
	}
	return room, err
}

func members(ctx context.Context, from *store.Store, id models.ID) ([]string, error) {
	found, err := from.ChatMembers(ctx, []models.ID{id})
	names := make([]string, len(found))
	for i, m := range found {
		names[i] = m.UserName
	}
	return names, err
}

// Rooms lists the public rooms, and the private ones of the caller, oldest first (contract 3.1). Kind RateLimited.
func (s *Service) Rooms(ctx context.Context, c Caller) ([]Room, error) {
	if err := s.meter.spend(cmp.Or(c.Name, c.From), s.meter.list()...); err != nil {
		return nil, err
	}
	found, err := s.store.PublicChatRooms(ctx, s.since(), maxRooms)
	if err != nil {
		return nil, err
	}
	var own []store.ChatRoom
	if c.Name != "" {
		if own, err = s.store.ChatRoomsOf(ctx, c.Name, s.since(), maxRooms); err != nil {
			return nil, err
		}
	}
	belong, err := s.membersOf(ctx, own)
	if err != nil {
		return nil, err
	}
	list := make([]Room, 0, len(found)+len(own))
	for _, room := range append(found, own...) {
		list = append(list, Room{ChatRoom: room, Members: belong[room.ID]})
	}
	slices.SortFunc(list, func(a, b Room) int {
		return cmp.Or(a.CreatedAt.Compare(b.CreatedAt), cmp.Compare(a.ID, b.ID))
	})
	// A room that was removed between the questions has no members any more.
	return slices.DeleteFunc(list, func(r Room) bool { return r.Private && !slices.Contains(r.Members, c.Name) }), nil
}

func (s *Service) membersOf(ctx context.Context, rooms []store.ChatRoom) (map[models.ID][]string, error) {
	ids := make([]models.ID, len(rooms))
	for i, room := range rooms {
		ids[i] = room.ID
	}
	found, err := s.store.ChatMembers(ctx, ids)
	names := map[models.ID][]string{}
	for _, m := range found {
		names[m.RoomID] = append(names[m.RoomID], m.UserName)
	}
	return names, err
}

// The types of rooms (contract 2).
const (
	Public  = "public"
	Private = "private"
)

// Draft is a room that somebody wants. A public one has a name, a private one has members.
type Draft struct {
	Type    string
	Name    string
	Members []string
}

// Create makes a room (contract 3.2). Kinds RateLimited; Invalid; Forbidden for a public room of anybody but the admin.
func (s *Service) Create(ctx context.Context, c Caller, d Draft) (Room, error) {
	if err := s.meter.spend(c.Name, s.meter.changing("create")); err != nil {
		return Room{}, err
	}
	switch d.Type {
	case Public:
		return s.createPublic(ctx, c, d)
	case Private:
		return s.createPrivate(ctx, c, d)
	}
	return Room{}, fault.Invalidf("type must be public or private")
}

func (s *Service) createPublic(ctx context.Context, c Caller, d Draft) (Room, error) {
	name := strings.TrimSpace(d.Name)
	if name == "" {
		return Room{}, fault.Invalidf("a public room needs a name")
	}
	if !c.Admin {
		return Room{}, fault.New(fault.Forbidden, "Forbidden - only the admin may create public rooms")
	}
	if err := s.checkRoomName(name); err != nil {
		return Room{}, err
	}
	return s.insert(ctx, models.ChatRoom{Name: name, Creator: c.Name}, nil)
}

func (s *Service) createPrivate(ctx context.Context, c Caller, d Draft) (Room, error) {
	names, err := s.memberNames(c, d.Members)
	if err != nil {
		return Room{}, err
	}
	made, err := s.store.CountChatRooms(ctx, c.Name, maxRooms)
	if err != nil {
		return Room{}, err
	}
	if made >= maxRooms {
		return Room{}, fault.Invalidf("one user may create %d rooms", maxRooms)
	}
	called := slices.Sorted(slices.Values(names))
	return s.insert(ctx, models.ChatRoom{Private: true, Name: "@" + strings.Join(called, ", @"), Creator: c.Name}, names)
}

// memberNames are the members of a private room: lower-case, each once, its creator among them. They need not have accounts.
func (s *Service) memberNames(c Caller, wanted []string) ([]string, error) {
	if len(wanted) == 0 {
		return nil, fault.Invalidf("a private room needs members")
	}
	var names []string
	seen := map[string]bool{}
	for _, each := range append(slices.Clip(wanted), c.Name) {
		name, ok := fold(each)
		if !ok {
			return nil, fault.Invalidf("members: " + badName)
		}
		if !seen[name] {
			seen[name], names = true, append(names, name)
		}
		if len(names) > maxMembers {
			return nil, fault.Invalidf("a room has at most %d members", maxMembers)
		}
	}
	return names, nil
}

// insert makes a room whose members are all in it (contract 3.2, 4).
func (s *Service) insert(ctx context.Context, row models.ChatRoom, names []string) (Room, error) {
	row.ID, row.CreatedAt = s.store.NewID(), s.stamp()
	room := Room{ChatRoom: store.ChatRoom{ChatRoom: row, Present: len(names)}, Members: names}
	err := s.change(ctx, []models.ID{row.ID}, func(tx *store.Store, o *outcome) error {
		if err := tx.CreateChatRoom(ctx, &row, names); err != nil {
			return err
		}
		for _, name := range names {
			if _, err := s.mark(ctx, tx, row.ID, name); err != nil {
				return err
			}
		}
		o.tell(Created{room}, room.audience()...)
		return nil
	})
	return room, err
}
