package polls

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

// Live is somebody in a room who wants something of its polls. That its role may see polls (pollRead) or make them (pollWrite) was
// checked before; what a poll itself says of roles is checked here.
type Live struct {
	Workspace models.ID
	Room      models.ID
	Session   models.ID
	Peers     int // how many are in the room
	Peer      Peer
}

// Peer is who wants it.
type Peer struct {
	ID     string
	UserID string
	Name   string
	Role   string
	Writes bool // its role may make polls: it sees drafts
}

// State is where a poll stands in a session.
type State = store.PollState

// The states.
const (
	Created = store.PollCreated // it has not begun
	Started = store.PollStarted // it runs
	Stopped = store.PollStopped // it is over
)

// Info is a poll as a session knows it.
type Info struct {
	Poll models.Poll
	Run  *models.PollRun // nil: it has not begun in the session
}

// ID is what clients call the poll: what the client that made it did, or else its id.
func (i *Info) ID() string { return or(i.Poll.Alias, string(i.Poll.ID)) }

// State is where the poll stands in the session.
func (i *Info) State() State {
	switch {
	case i.Run == nil:
		return Created
	case i.Run.StoppedAt == nil:
		return Started
	default:
		return Stopped
	}
}

// Questions are the poll's: as they were when it began, if it has. A list of polls has none.
func (i *Info) Questions() models.Questions {
	if i.Run != nil {
		return i.Run.Questions
	}
	return i.Poll.Questions
}

// MayVote reports whether peers of a role may vote.
func (i *Info) MayVote(role string) bool { return listed(i.Poll.Voters, role) }

// MaySee reports whether peers of a role may see what others have answered, and how many.
func (i *Info) MaySee(role string) bool { return listed(i.Poll.Viewers, role) }

func listed(roles []string, role string) bool { return len(roles) == 0 || slices.Contains(roles, role) }

// hides reports whether what is right is not to be told now.
func (i *Info) hides(q *models.Question) bool { return q.Answer.Hidden && i.State() == Started }

// settle ends a run whose time is over, as whoever reads it sees it: the row may not have been told yet.
func settle(run *models.PollRun, at time.Time) {
	if run.StoppedAt == nil && run.EndsAt != nil && !at.Before(*run.EndsAt) {
		run.StoppedAt = run.EndsAt
	}
}

func pollNotFound() error { return fault.New(fault.NotFound, "poll not found") }

// view reads a poll that the room has, with its run in the session. Kind NotFound, also for a draft that the peer may not see.
func (s *Service) view(ctx context.Context, live *Live, id string) (Info, error) {
	poll, err := s.store.PollIn(ctx, live.Workspace, live.Room, id)
	if err != nil {
		return Info{}, err
	}
	if err := s.checkLinked(ctx, live, &poll); err != nil {
		return Info{}, err
	}
	info := Info{Poll: poll}
	run, err := s.store.Run(ctx, poll.ID, live.Session)
	switch {
	case err == nil:
		settle(&run, s.store.Stamp())
		info.Run = &run
	case !fault.Is(err, fault.NotFound):
		return info, err
	case !live.Peer.Writes:
		return info, pollNotFound()
	}
	return info, nil
}

// checkLinked reports kind NotFound for a poll that is neither of the room nor named by it.
func (s *Service) checkLinked(ctx context.Context, live *Live, poll *models.Poll) error {
	if ownedBy(poll, live.Room) {
		return nil
	}
	links, err := s.store.Links(ctx, live.Workspace, live.Room)
	if err == nil && !slices.Contains(links, poll.ID) {
		err = pollNotFound()
	}
	return err
}

func ownedBy(poll *models.Poll, room models.ID) bool {
	return poll.RoomID != nil && *poll.RoomID == room
}

// Info reads a poll (client protocol 4.1, poll-info-get). Kind NotFound.
func (s *Service) Info(ctx context.Context, live Live, id string) (Info, error) {
	return s.view(ctx, &live, id)
}

// ListFilter says which polls of a session are wanted.
type ListFilter struct {
	State *State // nil: all that the peer may see
	Page  store.Page
}

// List lists the polls of a session, newest first (client protocol 4.1, poll-list): those that the room names, those that ran in the
// session, and the room's own that never ran; without their questions. Drafts are left out for peers that may not make polls. Kind
// Invalid for a state that is none.
func (s *Service) List(ctx context.Context, live Live, f ListFilter) ([]Info, error) {
	if f.State != nil {
		if err := oneOf("state", *f.State, Created, Started, Stopped); err != nil {
			return nil, err
		}
	}
	links, err := s.store.Links(ctx, live.Workspace, live.Room)
	if err != nil {
		return nil, err
	}
	found, err := s.store.PollsIn(ctx, store.PollFilter{
		Workspace: live.Workspace, Room: live.Room, Session: live.Session, Links: links, State: f.State, At: s.store.Stamp(),
	}, f.Page)
	if err != nil {
		return nil, err
	}
	infos, err := s.withRuns(ctx, live.Session, found)
	if !live.Peer.Writes {
		infos = slices.DeleteFunc(infos, func(i Info) bool { return i.Run == nil })
	}
	return infos, err
}

// withRuns reads the runs of polls in a session along.
func (s *Service) withRuns(ctx context.Context, session models.ID, polls []models.Poll) ([]Info, error) {
	infos, ids := make([]Info, len(polls)), make([]models.ID, len(polls))
	for i, poll := range polls {
		infos[i], ids[i] = Info{Poll: poll}, poll.ID
	}
	runs, err := s.store.RunsIn(ctx, session, ids)
	at := s.store.Stamp()
	for i := range runs {
		settle(&runs[i], at)
		infos[slices.Index(ids, runs[i].PollID)].Run = &runs[i]
	}
	return infos, err
}

// voter is what a peer is known by in a run: a digest, so that a client learns nothing from it that it does not know, and an anonymous
// poll stores nobody.
func voter(poll *models.Poll, run models.ID, peer *Peer) string {
	name := map[string]string{modeUserID: peer.UserID, modePeerID: peer.ID, modeUsername: peer.Name}[poll.Mode]
	if name == "" {
		name = peer.ID
	}
	sum := sha256.Sum256([]byte(string(run) + "\x00" + name))
	return hex.EncodeToString(sum[:16])
}
