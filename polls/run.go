package polls

import (
	"context"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

// Start begins a poll in a session (client protocol 4.1, poll-start). It begins at most once there; its questions are kept as they are
// now. Kinds NotFound; Invalid when it lacks questions or options; Conflict when it has begun already.
func (s *Service) Start(ctx context.Context, live Live, id string) (Info, error) {
	info, err := s.view(ctx, &live, id)
	if err != nil {
		return info, err
	}
	if info.Run != nil {
		return info, hasBegun()
	}
	begun, err := s.begin(ctx, &info, &live)
	if err == nil && !begun {
		err = hasBegun() // somebody else was quicker
	}
	return info, err
}

// begin begins a poll in a session unless it has begun; it says whether it did.
func (s *Service) begin(ctx context.Context, info *Info, live *Live) (bool, error) {
	var begun bool
	err := s.store.Tx(ctx, func(tx *store.Store) (err error) {
		if info.Poll, err = tx.LockPoll(ctx, live.Workspace, info.Poll.ID); err != nil {
			return err
		}
		if err := checkReady(info.Poll.Questions); err != nil {
			return err
		}
		info.Run = newRun(&info.Poll, live, tx)
		begun, err = tx.InsertRun(ctx, info.Run)
		return err
	})
	return begun, err
}

func newRun(poll *models.Poll, live *Live, tx *store.Store) *models.PollRun {
	run := &models.PollRun{
		ID: tx.NewID(), PollID: poll.ID, SessionID: live.Session, RoomID: live.Room, Questions: poll.Questions,
		Peers: live.Peers, StartedBy: live.Peer.ID, StartedAt: tx.Stamp(),
	}
	if poll.Duration > 0 {
		end := run.StartedAt.Add(time.Duration(poll.Duration) * time.Second)
		run.EndsAt = &end
	}
	return run
}

// Stop ends a poll in a session (client protocol 4.1, poll-stop). Once it has returned, no response comes in any more. Kinds NotFound;
// Conflict when it does not run.
func (s *Service) Stop(ctx context.Context, live Live, id string) (Info, error) {
	info, err := s.view(ctx, &live, id)
	if err != nil {
		return info, err
	}
	if info.State() != Started {
		return info, notRunning()
	}
	at := s.store.Stamp()
	info.Run.StoppedAt, info.Run.StoppedBy, info.Run.Peers = &at, live.Peer.ID, max(info.Run.Peers, live.Peers)
	stopped, err := s.store.StopRun(ctx, *info.Run)
	if err == nil && !stopped {
		err = notRunning()
	}
	return info, err
}

func notRunning() error { return fault.New(fault.Conflict, "the poll is not running") }

// OpenAuto begins the polls that begin with a session: those that its room names and whose start is auto (server contract 8.1). It gives
// those that began just now; called again, none. A name of no poll, or of one without questions, is passed over.
func (s *Service) OpenAuto(ctx context.Context, session *models.Session) ([]Info, error) {
	links, err := s.store.Links(ctx, session.WorkspaceID, session.RoomID)
	if err != nil {
		return nil, err
	}
	live := &Live{Workspace: session.WorkspaceID, Room: session.RoomID, Session: session.ID}
	var begun []Info
	for _, id := range links {
		poll, err := s.store.Poll(ctx, session.WorkspaceID, id)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return begun, err
		}
		if poll.Start != startAuto || checkReady(poll.Questions) != nil {
			continue
		}
		info := Info{Poll: poll}
		did, err := s.begin(ctx, &info, live)
		if err != nil {
			return begun, err
		}
		if did {
			begun = append(begun, info)
		}
	}
	return begun, nil
}

// CloseAll ends all polls that run in a session, as its end does, and gives them. Nobody has stopped them.
func (s *Service) CloseAll(ctx context.Context, session models.ID) ([]Info, error) {
	runs, err := s.store.OpenRuns(ctx, session)
	if err != nil {
		return nil, err
	}
	return s.end(ctx, runs)
}

// CloseLeft ends the polls of sessions that ended without them: when Foyer did not live to see it.
func (s *Service) CloseLeft(ctx context.Context) error {
	sessions, err := s.store.LeftRuns(ctx)
	for _, session := range sessions {
		if err == nil {
			_, err = s.CloseAll(ctx, session)
		}
	}
	return err
}

// expireAtOnce bounds how many polls one call ends.
const expireAtOnce = 100

// Expire ends polls whose time is over and gives them, so that their rooms can be told. To vote is refused from the very moment on
// whether this is called or not; a second's delay only delays the telling. Several processes may call it at once: each poll is given to
// one of them. It is right after a restart: what is due stands in the database.
func (s *Service) Expire(ctx context.Context) ([]Info, error) {
	runs, err := s.store.DueRuns(ctx, s.store.Stamp(), expireAtOnce)
	if err != nil {
		return nil, err
	}
	return s.end(ctx, runs)
}

// end stops runs on behalf of nobody, and gives those that nobody else has stopped meanwhile.
func (s *Service) end(ctx context.Context, runs []models.PollRun) ([]Info, error) {
	polls, err := s.store.PollsOf(ctx, runs)
	if err != nil {
		return nil, err
	}
	var ended []Info
	for i := range runs {
		run := &runs[i]
		at := s.store.Stamp()
		if settle(run, at); run.StoppedAt == nil {
			run.StoppedAt = &at
		}
		did, err := s.store.StopRun(ctx, *run)
		if err != nil {
			return ended, err
		}
		if did {
			ended = append(ended, Info{Poll: polls[i], Run: run})
		}
	}
	return ended, nil
}
