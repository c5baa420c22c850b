package rooms

import (
	"context"
	"net/netip"
	"slices"
	"unicode/utf8"

	"foyer/codes"
	"foyer/fault"
	"foyer/models"
	"foyer/tokens"

	"github.com/google/uuid"
)

// maxUser is how many characters a user id has at most.
const maxUser = 256

// Entry is what somebody brings to the door.
type Entry struct {
	Code  string     // in any spelling
	User  string     // may be empty: then one is made up
	From  netip.Addr // whom the guard holds responsible
	Agent string     // the browser's word for itself: a ban of a nameless user goes by it and the address
}

// Exchange turns a code into an app token (server contract 3.7). It writes to the database only when the code counts its uses.
// Kinds NotFound and Forbidden carry one cause; RateLimited none; Invalid for a wrong user id.
func (s *Service) Exchange(ctx context.Context, e Entry) (string, error) {
	if utf8.RuneCountInString(e.User) > maxUser {
		return "", fault.Invalidf("user_id must have at most %d characters", maxUser)
	}
	token, err := s.exchange(ctx, e)
	if err != nil {
		return "", s.codes.Judge(e.From, err)
	}
	return token, nil
}

func (s *Service) exchange(ctx context.Context, e Entry) (string, error) {
	door, err := s.codes.Look(ctx, e.From, e.Code)
	if err != nil {
		return "", err
	}
	fresh := ""
	if e.User == "" {
		fresh = uuid.NewString()
	}
	user, err := codes.Claim(&door.Code, e.User, fresh)
	if err != nil {
		return "", err
	}
	agent := ""
	if user == fresh {
		agent = agentKey(e.From, e.Agent)
	}
	if at := s.store.Stamp(); guarded(door.Guarded, at) {
		if err := s.checkBans(ctx, door.Code.RoomID, at, banKey(user, agent)); err != nil {
			return "", err
		}
	}
	if door.KeyID == "" {
		return "", fault.New(fault.Unavailable, "the workspace has no active access key to sign with")
	}
	if err := s.codes.Spend(ctx, &door.Code, user); err != nil {
		return "", err
	}
	return s.tokens.Issue(
		models.Key{ID: door.KeyID, WorkspaceID: door.WorkspaceID, Secret: door.KeySecret},
		tokens.Seat{Workspace: door.WorkspaceID, Room: door.Code.RoomID, Role: door.Code.Role, User: user, MadeUp: user == fresh},
	)
}

// Visit is the room that a code would open for this user, and as what: for the page behind a link. It counts no use. Kinds as Exchange.
func (s *Service) Visit(ctx context.Context, e Entry) (room models.Room, role string, err error) {
	door, err := s.look(ctx, e)
	if err != nil {
		return room, "", s.codes.Judge(e.From, err)
	}
	room, err = s.store.Room(ctx, door.WorkspaceID, door.Code.RoomID)
	return room, door.Code.Role, err
}

// look is what an exchange would do, but for the use that it would count.
func (s *Service) look(ctx context.Context, e Entry) (models.Door, error) {
	door, err := s.codes.Look(ctx, e.From, e.Code)
	if err != nil {
		return door, err
	}
	user, err := codes.Claim(&door.Code, e.User, "")
	if err != nil {
		return door, err
	}
	return door, s.codes.CheckSpent(ctx, &door.Code, user)
}

// TokenFor issues an app token without a code, for whoever looks after Foyer. An empty user is made up. Kinds NotFound (room, role).
func (s *Service) TokenFor(ctx context.Context, workspace, id models.ID, role, user string) (string, error) {
	room, err := s.store.Room(ctx, workspace, id)
	if err != nil {
		return "", err
	}
	template, err := s.store.Template(ctx, workspace, room.TemplateID)
	if err != nil {
		return "", err
	}
	if !slices.Contains(template.RoleNames(), role) {
		return "", fault.New(fault.NotFound, "Error: Role not found")
	}
	key, err := s.store.SigningKey(ctx, workspace)
	if err != nil {
		return "", err
	}
	if user == "" {
		user = uuid.NewString()
	}
	return s.tokens.Issue(key, tokens.Seat{Workspace: workspace, Room: id, Role: role, User: user})
}
