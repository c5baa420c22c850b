package rooms

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"net/netip"
	"time"

	"foyer/fault"
	"foyer/hub"
	"foyer/models"
	"foyer/roles"
	"foyer/store"
	"foyer/tokens"

	lru "github.com/hashicorp/golang-lru/v2"
)

// Visitor is whoever brings an app token to a room's door.
type Visitor struct {
	Token string
	From  netip.Addr
	Agent string // the browser's word for itself
}

// Admit gives leave to enter the room that an app token names (client protocol 2). Kinds Unauthenticated; Gone when the room is not there
// any more; Forbidden, with a cause, when it is disabled, the role is gone, or the visitor was banned or put out.
func (s *Service) Admit(ctx context.Context, v Visitor) (hub.Ticket, error) {
	seat, err := s.tokens.VerifyApp(ctx, v.Token)
	if err != nil {
		return hub.Ticket{}, err
	}
	room, err := s.store.Admission(ctx, seat.Workspace, seat.Room)
	if fault.Is(err, fault.NotFound) {
		err = fault.New(fault.Gone, "room does not exist")
	}
	if err != nil {
		return hub.Ticket{}, err
	}
	if !s.open(&room.Room) {
		return hub.Ticket{}, fault.New(fault.Forbidden, "room is disabled", "room disabled")
	}
	place, err := s.place(ctx, room)
	if err != nil {
		return hub.Ticket{}, err
	}
	if place.Roles[seat.Role] == nil {
		return hub.Ticket{}, fault.New(fault.Forbidden, "the role of this token does not exist any more", "role gone")
	}
	ticket := hub.Ticket{Place: place, Role: seat.Role, User: seat.User, Token: seat.Token, Expires: seat.Expires}
	if seat.MadeUp {
		ticket.Agent = agentKey(v.From, v.Agent)
	}
	return ticket, s.checkGuard(ctx, &room.Room, seat, ticket.Agent)
}

// Place is a room as presence must know it. Kind NotFound.
func (s *Service) Place(ctx context.Context, workspace, id models.ID) (*hub.Place, error) {
	room, err := s.store.Admission(ctx, workspace, id)
	if err != nil {
		return nil, err
	}
	return s.place(ctx, room)
}

// PlaceOf is Place whatever the workspace: for rooms that Foyer itself remembers. Kind NotFound.
func (s *Service) PlaceOf(ctx context.Context, id models.ID) (*hub.Place, error) {
	room, err := s.store.AdmissionAnywhere(ctx, id)
	if err != nil {
		return nil, err
	}
	return s.place(ctx, room)
}

func (s *Service) place(ctx context.Context, room store.Admission) (*hub.Place, error) {
	template, err := s.kinds.template(ctx, room)
	return &hub.Place{Template: template, Room: room.Room, Rules: s.rules(&room.Room)}, err
}

// rules are what is special about a room, as presence keeps it.
func (s *Service) rules(room *models.Room) hub.Rules {
	if room.Rules == nil {
		return hub.Rules{}
	}
	rules := hub.Rules{
		Host: room.Rules.Host, Ends: room.Rules.Ends, Single: room.Rules.Single, Warning: s.ending.Warning, Linger: s.ending.Linger,
	}
	if room.Rules.Star {
		rules.Route = hub.Star(room.Rules.Host)
	}
	if room.ExpiresAt != nil {
		rules.Expires = *room.ExpiresAt
	}
	return rules
}

// checkGuard refuses who was banned or put out. It asks the database only while somebody is.
func (s *Service) checkGuard(ctx context.Context, room *models.Room, seat tokens.Seat, agent string) error {
	at := s.store.Stamp()
	if !guarded(room.GuardedUntil, at) {
		return nil
	}
	refused, err := s.store.Revoked(ctx, seat.Token, at)
	if err != nil {
		return err
	}
	if refused {
		return fault.New(fault.Forbidden, "you were removed from the room", "removed")
	}
	return s.checkBans(ctx, room.ID, at, banKey(seat.User, agent))
}

func guarded(until *time.Time, at time.Time) bool { return until != nil && at.Before(*until) }

// agentKey is what a nameless visitor is known by.
func agentKey(from netip.Addr, agent string) string {
	sum := sha256.Sum256([]byte(from.Unmap().WithZone("").String() + "|" + agent))
	return hex.EncodeToString(sum[:16])
}

// templatesKept is how many templates are kept ready at once.
const templatesKept = 1024

// kinds keeps templates ready for live rooms: reading one takes longer than all the rest of an admission. Safe for concurrent use.
type kinds struct {
	store *store.Store
	ready *lru.Cache[models.ID, readyTemplate]
}

type readyTemplate struct {
	at       time.Time // when the template was changed last
	template *hub.Template
}

func newKinds(s *store.Store) *kinds {
	ready, err := lru.New[models.ID, readyTemplate](templatesKept)
	if err != nil {
		panic(err) // only for a size of nothing
	}
	return &kinds{store: s, ready: ready}
}

func (k *kinds) template(ctx context.Context, room store.Admission) (*hub.Template, error) {
	if kept, ok := k.ready.Get(room.TemplateID); ok && kept.at.Equal(room.TemplateUpdatedAt) {
		return kept.template, nil
	}
	t, err := k.store.Template(ctx, room.WorkspaceID, room.TemplateID)
	if err != nil {
		return nil, err
	}
	state, _ := t.Settings["roomState"].(map[string]any)
	enabled, _ := state["enabled"].(bool)
	list, _ := state["sendPeerList"].(bool)
	template := &hub.Template{ID: t.ID, Roles: roles.Read(t.Roles), Plugins: t.Plugins, SendList: enabled && list}
	k.ready.Add(t.ID, readyTemplate{at: t.UpdatedAt, template: template})
	return template, nil
}
