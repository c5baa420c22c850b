package chats

import (
	"cmp"
	"context"
	"runtime"
	"strings"
	"sync"
	"time"

	"foyer/models"
	"foyer/seal"
	"foyer/store"
)

// Options say how the chat is kept. Zero fields take their defaults.
type Options struct {
	Admin       string        // the name of the one account that may make public rooms; default ryo
	PresenceTTL time.Duration // how long somebody who does nothing counts as present; default 24 hours
	Limits      Limits
	Words       []string // that no user and no public room is called; default none

	Now func() time.Time // default time.Now
}

// Service keeps the chat. Rooms, accounts and tickets are in the database, so that several processes may share them; who is told of what
// happens, and how often somebody may ask, is memory of this process: a line hears what happens here, and loses a room that is left here. Safe
// for concurrent use.
type Service struct {
	store   *store.Store
	admin   string
	ttl     time.Duration
	words   []string
	now     func() time.Time
	meter   *meter
	turns   turns
	board   board
	hashing chan struct{} // never closed; holds one for each password that is hashed just now
	decoy   func() string // a hash that nobody's password fits
}

// New makes the service.
func New(s *store.Store, o Options) *Service {
	if o.Now == nil {
		o.Now = time.Now
	}
	words := make([]string, len(o.Words))
	for i, word := range o.Words {
		words[i] = plain(word)
	}
	return &Service{
		store: s, admin: strings.ToLower(cmp.Or(o.Admin, "ryo")), ttl: cmp.Or(o.PresenceTTL, 24*time.Hour), words: words, now: o.Now,
		meter:   newMeter(o.Limits, o.Now),
		turns:   turns{lines: map[models.ID]*turn{}},
		board:   board{channels: map[string]lines{}, users: map[string]lines{}},
		hashing: make(chan struct{}, max(1, runtime.GOMAXPROCS(0)/2)),
		decoy:   sync.OnceValue(func() string { return seal.HashPassword("") }),
	}
}

// sweep is how often Run does its work.
const sweep = 10 * time.Minute

// Run deletes what no longer holds, until the context ends. While the database is away it waits for its next turn: the store tells of
// statements that fail.
func (s *Service) Run(ctx context.Context) error {
	tick := time.NewTicker(sweep)
	defer tick.Stop()
	for {
		_ = s.store.PruneChats(ctx, s.stamp(), s.since())
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}

// stamp is the time as it is stored.
func (s *Service) stamp() time.Time { return models.Stamp(s.now()) }

// since is the moment after which somebody who is present was seen (contract 4).
func (s *Service) since() time.Time { return s.stamp().Add(-s.ttl) }

// Caller is who asks for something.
type Caller struct {
	Name  string // empty: nobody has signed in
	Admin bool
	From  string // what an address counts as (Place)

	token string // the digest of the token
}

// outcome is what others learn of a change once it is in the database.
type outcome struct {
	losses []loss
	events []*Event
}

// loss is that somebody may hear a room no more: empty for everybody.
type loss struct{ channel, user string }

func (o *outcome) lose(channel, user string) { o.losses = append(o.losses, loss{channel, user}) }

func (o *outcome) tell(body any, channels ...string) {
	for _, channel := range channels {
		o.events = append(o.events, &Event{Channel: channel, Body: body})
	}
}

// change changes rooms in one transaction, and then tells of it. One change of a room follows the other, here and in the database, so
// that everybody hears of them in order, and those who wait hold no connection to the database.
func (s *Service) change(ctx context.Context, rooms []models.ID, fn func(tx *store.Store, o *outcome) error) error {
	done, err := s.turns.take(ctx, rooms)
	if err != nil {
		return err
	}
	defer done()
	var o outcome
	ctx = context.WithoutCancel(ctx) // a caller who goes away while it is committed must not leave open whether it was
	err = s.store.Tx(ctx, func(tx *store.Store) error {
		o = outcome{} // of a try that the database gave up
		return fn(tx, &o)
	})
	for _, l := range o.losses { // also when it failed: nobody can say whether it was committed, and who may hear can subscribe again
		s.board.drop(l.channel, l.user)
	}
	if err == nil {
		s.board.publish(o.events...)
	}
	return err
}
