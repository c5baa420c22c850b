package rooms

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"net/netip"
	"strings"
	"time"

	"foyer/codes"
	"foyer/fault"
	"foyer/hub"
	"foyer/models"
	"foyer/store"
	"foyer/tokens"

	"github.com/google/uuid"
)

// Opening is a room that another protocol asks for.
type Opening struct {
	Dialect  string
	Name     func() string // the name that it gets there; asked again while that is taken
	Tries    int           // how often
	Preset   string        // of its template
	Size     int           // peers at most; 0: the template's affair
	Kept     bool          // stays open while nobody is in
	Rules    models.Rules
	Lifespan time.Duration // 0: no end
	Account  models.ID     // whose it is; empty: the workspace's
	Password string        // who comes in by the name must know it; empty: none
	Creator  string        // who brings it comes in as host; empty: none

	// Also is done in the same transaction, before anything is written; nil: nothing.
	Also func(ctx context.Context, tx *store.Store, room models.ID) error
}

// WrongPassword is the cause of a refusal at a room's door in another protocol.
const WrongPassword = "wrong password"

// Open makes a room with a name in another protocol. Kinds Conflict when all names that were tried are taken; those of Also.
func (s *Service) Open(ctx context.Context, workspace models.ID, o Opening) (models.Room, models.Alias, error) {
	var room models.Room
	var alias models.Alias
	template, err := s.templates.Preset(ctx, workspace, o.Preset)
	if err != nil {
		return room, alias, err
	}
	err = s.store.Tx(ctx, func(tx *store.Store) error {
		w, err := tx.Workspace(ctx, workspace)
		if err != nil {
			return err
		}
		if room, err = s.draft(ctx, tx, &w, Change{TemplateID: &template}); err != nil {
			return err
		}
		if o.Also != nil {
			if err := o.Also(ctx, tx, room.ID); err != nil {
				return err
			}
		}
		room.Name = o.Dialect + ":" + string(room.ID) // closed rooms stay, so that the outside name would not do
		room.NameKey, room.Rules = room.Name, &o.Rules
		if o.Size > 0 {
			room.Size = &o.Size
		}
		if o.Lifespan > 0 {
			end := room.CreatedAt.Add(o.Lifespan)
			room.ExpiresAt = &end
		}
		if _, err := tx.InsertRoom(ctx, &room); err != nil {
			return err
		}
		alias, err = s.name(ctx, tx, &room, &o)
		return err
	})
	return room, alias, err
}

// name gives a new room its name.
func (s *Service) name(ctx context.Context, tx *store.Store, room *models.Room, o *Opening) (models.Alias, error) {
	alias := models.Alias{
		ID: tx.NewID(), Dialect: o.Dialect, RoomID: room.ID, AccountID: o.Account, Kept: o.Kept, CreatedAt: room.CreatedAt,
	}
	if o.Password != "" {
		alias.Password = s.box.Seal([]byte(o.Password), passwordContext(&alias))
	}
	if o.Creator != "" {
		sum := sha256.Sum256([]byte(o.Creator))
		alias.Creator = sum[:]
	}
	for range max(o.Tries, 1) {
		alias.Name = o.Name()
		done, err := tx.InsertAlias(ctx, &alias)
		if err != nil || done {
			return alias, err
		}
	}
	return alias, fault.New(fault.Conflict, "the name is taken")
}

func passwordContext(a *models.Alias) string { return "password of alias " + string(a.ID) }

// Caller is whoever knocks at a room's door by another protocol.
type Caller struct {
	Dialect   string
	Name      string    // of the room there, or a room code
	Workspace models.ID // whose room codes are taken
	Account   models.ID // whose rooms are open to it; empty: the workspace's
	Password  string
	Creator   string
	From      netip.Addr
	Agent     string // what a ban of the caller goes by, with its address
	Still     bool   // its protocol has no media
}

// Knock gives leave to enter the room of a name in another protocol, or the one that a room code opens, as what the code is for. Kinds
// NotFound; Forbidden, with a cause: WrongPassword, or those of Admit; of a code those of Exchange.
func (s *Service) Knock(ctx context.Context, c Caller) (hub.Ticket, error) {
	var ticket hub.Ticket
	var err error
	if code, ok := codes.Parse(c.Name); ok && strings.Contains(c.Name, "-") { // without hyphens it may be a name
		ticket, err = s.knockByCode(ctx, c, code)
	} else {
		ticket, err = s.knockByName(ctx, c)
	}
	ticket.Dialect, ticket.Still = c.Dialect, c.Still
	return ticket, err
}

func (s *Service) knockByCode(ctx context.Context, c Caller, code string) (hub.Ticket, error) {
	token, err := s.Exchange(ctx, Entry{Code: code, From: c.From, Agent: c.Agent})
	if err != nil {
		return hub.Ticket{}, err
	}
	ticket, err := s.Admit(ctx, Visitor{Token: token, From: c.From, Agent: c.Agent})
	if err == nil && ticket.Place.Room.WorkspaceID != c.Workspace {
		err = noRoom()
	}
	return ticket, err
}

func noRoom() error { return fault.New(fault.NotFound, "room not found") }

func (s *Service) knockByName(ctx context.Context, c Caller) (hub.Ticket, error) {
	alias, err := s.store.Alias(ctx, c.Dialect, c.Name)
	if err == nil && alias.AccountID != c.Account {
		err = noRoom()
	}
	if err != nil {
		return hub.Ticket{}, err
	}
	if err := s.checkPassword(&alias, c.Password); err != nil {
		return hub.Ticket{}, err
	}
	room, err := s.store.AdmissionAnywhere(ctx, alias.RoomID)
	if err != nil {
		return hub.Ticket{}, err
	}
	if !s.open(&room.Room) {
		return hub.Ticket{}, noRoom()
	}
	place, err := s.place(ctx, room)
	if err != nil {
		return hub.Ticket{}, err
	}
	ticket := hub.Ticket{
		Place: place, Role: room.Rules.Guest, User: uuid.NewString(), Token: uuid.NewString(), Agent: agentKey(c.From, c.Agent),
		Expires: s.store.Stamp().Add(tokens.Lifetime), Leads: true,
	}
	if sum := sha256.Sum256([]byte(c.Creator)); alias.Creator != nil && subtle.ConstantTimeCompare(sum[:], alias.Creator) == 1 {
		ticket.Role = room.Rules.Host
	}
	seat := tokens.Seat{User: ticket.User, Token: ticket.Token}
	return ticket, s.checkGuard(ctx, &room.Room, seat, ticket.Agent)
}

// open reports whether anybody may come in: the room is enabled, and its time is not over.
func (s *Service) open(r *models.Room) bool {
	return r.Enabled && (r.ExpiresAt == nil || s.store.Stamp().Before(*r.ExpiresAt))
}

func (s *Service) checkPassword(a *models.Alias, given string) error {
	if a.Password == nil {
		return nil
	}
	want, err := s.box.Open(a.Password, passwordContext(a))
	if err != nil {
		return err
	}
	wanted, said := sha256.Sum256(want), sha256.Sum256([]byte(given))
	if subtle.ConstantTimeCompare(wanted[:], said[:]) != 1 {
		return fault.New(fault.Forbidden, "wrong password", WrongPassword)
	}
	return nil
}

// Known is an open room by its name in another protocol. Kind NotFound, also when it is another account's, or its time is over.
func (s *Service) Known(ctx context.Context, dialect, name string, account models.ID) (models.Room, error) {
	alias, err := s.store.Alias(ctx, dialect, name)
	if err == nil && alias.AccountID != account {
		err = noRoom()
	}
	if err != nil {
		return models.Room{}, err
	}
	room, err := s.store.AdmissionAnywhere(ctx, alias.RoomID)
	if err == nil && !s.open(&room.Room) {
		err = noRoom()
	}
	return room.Room, err
}

// Extend puts off when a room closes, and gives the new time. Also is done in the same transaction; nil: nothing. Kinds NotFound when
// the room has no end or its time is over; those of also.
func (s *Service) Extend(
	ctx context.Context, room models.Room, by time.Duration, also func(ctx context.Context, tx *store.Store) error,
) (time.Time, error) {
	var until time.Time
	commit := func() (time.Time, error) {
		err := s.store.Tx(ctx, func(tx *store.Store) error {
			locked, err := tx.LockRoom(ctx, room.WorkspaceID, room.ID)
			if err != nil {
				return err
			}
			if locked.ExpiresAt == nil || !s.open(&locked) {
				return noRoom()
			}
			until = locked.ExpiresAt.Add(by)
			if also != nil {
				if err := also(ctx, tx); err != nil {
					return err
				}
			}
			return tx.SetExpiry(ctx, room.ID, until)
		})
		return until, err
	}
	live, there := s.hub.RoomOf(room.ID)
	if !there {
		if _, err := commit(); err != nil {
			return until, err
		}
		if live, there = s.hub.RoomOf(room.ID); there { // somebody has come in meanwhile, who may have found the old time
			_ = live.Extend(func() (time.Time, error) { return until, nil }) // a room that is closed by now needs none
		}
		return until, nil
	}
	err := live.Extend(commit)
	if fault.Is(err, fault.Gone) {
		err = noRoom()
	}
	return until, err
}

// Close closes a room of another protocol for good: it is disabled, and its name is free. It can be done again.
func (s *Service) Close(ctx context.Context, room models.ID) error {
	return s.store.Tx(ctx, func(tx *store.Store) error { return tx.CloseRoom(ctx, room, tx.Stamp()) })
}

// CountKept counts the rooms of another protocol that are open though nobody is in.
func (s *Service) CountKept(ctx context.Context, dialect string) (int, error) {
	return s.store.CountKept(ctx, dialect)
}

// CountNamed counts the open rooms of another protocol whose names have so many characters.
func (s *Service) CountNamed(ctx context.Context, dialect string, length int) (int, error) {
	return s.store.CountAliases(ctx, dialect, length)
}
