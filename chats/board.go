package chats

import (
	"context"
	"strings"
	"sync"

	"foyer/fault"
	"foyer/models"
)

// Channels that do not belong to a room or a user (contract 10).
const (
	publicChannel = "chats-public"
	onlineChannel = "presence-global"
)

const (
	userPrefix    = "private-chats-"
	privatePrefix = "private-room-"
	roomPrefix    = "room-"
)

func userChannel(name string) string { return userPrefix + name }

func userChannels(names []string) []string {
	channels := make([]string, len(names))
	for i, name := range names {
		channels[i] = userChannel(name)
	}
	return channels
}

// Deliver takes an event to a connection. It must not block, nor call the service.
type Deliver func(*Event)

// maxChannels is how many channels one connection may hear.
const maxChannels = 200

// board knows who hears which channel. Safe for concurrent use.
type board struct {
	mu       sync.RWMutex
	channels map[string]lines // guarded by mu, as are the lines
	users    map[string]lines // guarded by mu: of those who have signed in
}

type lines map[*Line]struct{}

// Line is one connection that hears channels. Subscribe is for one caller at a time.
type Line struct {
	service *Service // static, as are the next two
	user    string   // empty: nobody has signed in
	deliver Deliver

	token    string              // guarded by the board's mu: the digest of the token that it lives by
	channels map[string]struct{} // guarded by the board's mu
	closed   bool                // guarded by the board's mu
}

// Pass is what somebody may open a line with; the zero value is of nobody.
type Pass struct{ user, token string }

// Redeem takes a ticket, which nobody can use again. None gives the pass of nobody. Kind Unauthenticated.
func (s *Service) Redeem(ctx context.Context, ticket string) (Pass, error) {
	if ticket == "" {
		return Pass{}, nil
	}
	taken, err := s.store.TakeChatTicket(ctx, digestOf(ticket), s.stamp())
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.Unauthenticated, badTicket)
	}
	return Pass{taken.UserName, taken.TokenDigest}, err
}

const badTicket = "Unauthorized - invalid ticket"

// Connect opens a line. Kind Unauthenticated when the token that the ticket was got with has ended.
func (s *Service) Connect(ctx context.Context, p Pass, deliver Deliver) (*Line, error) {
	l := &Line{service: s, user: p.user, token: p.token, deliver: deliver, channels: map[string]struct{}{}}
	if p.user == "" {
		return l, nil
	}
	s.board.add(l)
	// Whoever ends a token looks for its lines after that: one of the two finds the other.
	found, err := s.store.ChatSession(ctx, p.token, s.stamp())
	if fault.Is(err, fault.NotFound) || err == nil && found.Retired {
		err = fault.New(fault.Unauthenticated, badTicket)
	}
	if err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// Subscribe has the line hear a channel from now on (contract 10). Kinds Forbidden, NotFound.
func (l *Line) Subscribe(ctx context.Context, channel string) error {
	s := l.service
	switch {
	case channel == publicChannel, channel == onlineChannel && l.user != "", l.user != "" && channel == userChannel(l.user):
		return s.board.subscribe(l, channel)
	case strings.HasPrefix(channel, privatePrefix):
		return l.subscribeRoom(ctx, channel, strings.TrimPrefix(channel, privatePrefix), true)
	case strings.HasPrefix(channel, roomPrefix):
		return l.subscribeRoom(ctx, channel, strings.TrimPrefix(channel, roomPrefix), false)
	}
	return fault.New(fault.Forbidden, "the channel is not yours")
}

// subscribeRoom asks and subscribes while nobody changes the room: whoever loses membership loses the channel too.
func (l *Line) subscribeRoom(ctx context.Context, channel, text string, private bool) error {
	id, err := checkID(text, RoomNotFound)
	if err != nil {
		return err
	}
	done, err := l.service.turns.take(ctx, []models.ID{id})
	if err != nil {
		return err
	}
	defer done()
	room, err := l.service.readable(ctx, Caller{Name: l.user}, id)
	if err != nil {
		return err
	}
	if room.Private != private {
		return fault.New(fault.Forbidden, "the channel is not the room's")
	}
	return l.service.board.subscribe(l, channel)
}

// Unsubscribe has the line hear a channel no more.
func (l *Line) Unsubscribe(channel string) {
	b := &l.service.board
	b.mu.Lock()
	defer b.mu.Unlock()
	b.dropLocked(l, channel)
}

// Close has the line hear nothing any more.
func (l *Line) Close() {
	b := &l.service.board
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closeLocked(l)
}

func (b *board) add(l *Line) {
	b.mu.Lock()
	defer b.mu.Unlock()
	put(b.users, l.user, l)
}

func (b *board) subscribe(l *Line, channel string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if l.closed {
		return fault.New(fault.Gone, "the connection is over")
	}
	if _, there := l.channels[channel]; !there && len(l.channels) >= maxChannels {
		return fault.New(fault.Forbidden, "too many channels")
	}
	l.channels[channel] = struct{}{}
	put(b.channels, channel, l)
	return nil
}

// publish delivers events. It is called by one at a time for a room, so that all hear them in the same order.
func (b *board) publish(events ...*Event) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	for _, e := range events {
		for l := range b.channels[e.Channel] {
			l.deliver(e)
		}
	}
}

// drop has a user's lines hear a channel no more; everybody's when user is empty.
func (b *board) drop(channel, user string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for l := range b.channels[channel] {
		if user == "" || l.user == user {
			b.dropLocked(l, channel)
		}
	}
}

// end closes a user's lines: those that live by a token, or all when token is empty.
func (b *board) end(user, token string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for l := range b.users[user] {
		if token == "" || l.token == token {
			b.closeLocked(l)
			l.deliver(&Event{Body: Ended{}})
		}
	}
}

// renew has a user's lines live by another token than before.
func (b *board) renew(user, before, token string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for l := range b.users[user] {
		if l.token == before {
			l.token = token
		}
	}
}

func (b *board) closeLocked(l *Line) {
	l.closed = true
	for channel := range l.channels {
		b.dropLocked(l, channel)
	}
	take(b.users, l.user, l)
}

func (b *board) dropLocked(l *Line, channel string) {
	delete(l.channels, channel)
	take(b.channels, channel, l)
}

func put(all map[string]lines, key string, l *Line) {
	if all[key] == nil {
		all[key] = lines{}
	}
	all[key][l] = struct{}{}
}

func take(all map[string]lines, key string, l *Line) {
	delete(all[key], l)
	if len(all[key]) == 0 {
		delete(all, key)
	}
}
