package storetest

import (
	"context"
	"testing"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

// pollMethods is what methods says of polls.
func (c *scene) pollMethods() map[string]func(ctx context.Context) error {
	w, at, page, window := c.workspace.ID, born, store.Page{Limit: 1}, store.Window{Limit: 1}
	poll, id := c.newPoll(), c.NewID()
	run := c.newRun(poll.ID, id)
	response, filter := c.newResponse(&run, "voter", 1), store.PollFilter{Workspace: w}
	return map[string]func(ctx context.Context) error{
		"CreatePoll":     func(ctx context.Context) error { return c.CreatePoll(ctx, &poll) },
		"Poll":           func(ctx context.Context) error { _, err := c.Poll(ctx, w, id); return err },
		"PollIn":         func(ctx context.Context) error { _, err := c.PollIn(ctx, w, c.room.ID, "name"); return err },
		"LockPoll":       func(ctx context.Context) error { _, err := c.LockPoll(ctx, w, id); return err },
		"UpdatePoll":     func(ctx context.Context) error { return c.UpdatePoll(ctx, poll) },
		"CountPolls":     func(ctx context.Context) error { _, err := c.CountPolls(ctx, c.room.ID, 1); return err },
		"Links":          func(ctx context.Context) error { _, err := c.Links(ctx, w, c.room.ID); return err },
		"PollsIn":        func(ctx context.Context) error { _, err := c.PollsIn(ctx, filter, page); return err },
		"PollsOf":        func(ctx context.Context) error { _, err := c.PollsOf(ctx, []models.PollRun{run}); return err },
		"InsertRun":      func(ctx context.Context) error { _, err := c.InsertRun(ctx, &run); return err },
		"Run":            func(ctx context.Context) error { _, err := c.Run(ctx, id, id); return err },
		"RunsIn":         func(ctx context.Context) error { _, err := c.RunsIn(ctx, id, []models.ID{id}); return err },
		"KeepRun":        func(ctx context.Context) error { _, err := c.KeepRun(ctx, id); return err },
		"LeftRuns":       func(ctx context.Context) error { _, err := c.LeftRuns(ctx); return err },
		"StopRun":        func(ctx context.Context) error { _, err := c.StopRun(ctx, run); return err },
		"HasOpenRun":     func(ctx context.Context) error { _, err := c.HasOpenRun(ctx, id, at); return err },
		"OpenRuns":       func(ctx context.Context) error { _, err := c.OpenRuns(ctx, id); return err },
		"DueRuns":        func(ctx context.Context) error { _, err := c.DueRuns(ctx, at, 1); return err },
		"Runs":           func(ctx context.Context) error { _, err := c.Runs(ctx, id, page); return err },
		"InsertResponse": func(ctx context.Context) error { _, err := c.InsertResponse(ctx, &response); return err },
		"LockResponse":   func(ctx context.Context) error { _, err := c.LockResponse(ctx, id, "voter", 1); return err },
		"RetireResponse": func(ctx context.Context) error { return c.RetireResponse(ctx, id) },
		"Response":       func(ctx context.Context) error { _, err := c.Response(ctx, id, id); return err },
		"Responses": func(ctx context.Context) error {
			_, err := c.Responses(ctx, id, store.ResponseFilter{}, page)
			return err
		},
		"RunResponses": func(ctx context.Context) error { _, err := c.RunResponses(ctx, id, "", window); return err },
		"Tallies":      func(ctx context.Context) error { _, err := c.Tallies(ctx, id); return err },
		"CountVoters":  func(ctx context.Context) error { _, err := c.CountVoters(ctx, id); return err },
		"Leaders": func(ctx context.Context) error {
			_, err := c.Leaders(ctx, id, store.LeaderFilter{}, window)
			return err
		},
		"Standings": func(ctx context.Context) error { _, err := c.Standings(ctx, id, 0, 1); return err },
	}
}

func (c *scene) newPoll() models.Poll {
	return models.Poll{
		ID: c.NewID(), WorkspaceID: c.workspace.ID, Title: "what?", Type: "poll", Mode: "userid", Start: "auto",
		Voters: models.Words{}, Viewers: models.Words{}, Questions: models.Questions{}, CreatedAt: born, UpdatedAt: born,
	}
}

func (c *scene) addPoll(t *testing.T, change func(*models.Poll)) models.Poll {
	t.Helper()
	poll := c.newPoll()
	if change != nil {
		change(&poll)
	}
	noError(t, c.CreatePoll(t.Context(), &poll))
	return poll
}

func (c *scene) newRun(poll, session models.ID) models.PollRun {
	return models.PollRun{
		ID: c.NewID(), PollID: poll, SessionID: session, RoomID: c.room.ID, Questions: models.Questions{}, StartedBy: "peer", StartedAt: born,
	}
}

func (c *scene) addRun(t *testing.T, poll, session models.ID, change func(*models.PollRun)) models.PollRun {
	t.Helper()
	run := c.newRun(poll, session)
	if change != nil {
		change(&run)
	}
	if !must[bool](t)(c.InsertRun(t.Context(), &run)) {
		t.Fatal("the run was not inserted")
	}
	return run
}

func (c *scene) newResponse(run *models.PollRun, voter string, question int) models.PollResponse {
	return models.PollResponse{
		ID: c.NewID(), PollID: run.PollID, RunID: run.ID, SessionID: run.SessionID, Voter: voter, Question: question,
		Options: models.Positions{}, Current: true, PeerID: "peer of " + voter, UserID: "user " + voter, Name: voter, SentAt: born,
	}
}

func (c *scene) addResponse(t *testing.T, r models.PollResponse) models.PollResponse {
	t.Helper()
	if !must[bool](t)(c.InsertResponse(t.Context(), &r)) {
		t.Fatal("the response was not inserted")
	}
	return r
}

func fullPoll(c *scene) models.Poll {
	poll := c.newPoll()
	poll.RoomID, poll.Alias, poll.Type, poll.Duration, poll.Anonymous = &c.room.ID, pointer("1710227000000"), "quiz", 60, true
	poll.Mode, poll.Start, poll.CreatedBy = "peerid", "manual", "peer"
	poll.Voters, poll.Viewers = models.Words{"guest"}, models.Words{"host", "é"}
	poll.Questions = models.Questions{{
		Text: "which?\u2028", Type: "multiple-choice", Format: "text", Attachments: []models.Attachment{{Type: "image/png", URL: "https://x"}},
		Skippable: true, Once: true, Duration: 5, Weight: 2, MinLength: 1, MaxLength: 9,
		Answer:  models.Answer{Hidden: true, Options: []int{1, 3}, Text: "x", Case: true, Trim: true},
		Options: []models.Option{{Text: "<a>", Weight: 1}, {Text: "b"}, {Text: "c"}},
	}}
	poll.UpdatedAt = after(time.Millisecond)
	return poll
}

func pollRoundTrip(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	full, bare := fullPoll(c), c.newPoll()
	for _, want := range []models.Poll{full, bare} {
		row := want
		noError(t, s.CreatePoll(t.Context(), &row))
		equal(t, want, must[models.Poll](t)(s.Poll(t.Context(), c.workspace.ID, want.ID)))
		equal(t, want, must[models.Poll](t)(s.PollIn(t.Context(), c.workspace.ID, c.room.ID, string(want.ID))))
		noError(t, s.Tx(t.Context(), func(tx *store.Store) error {
			equal(t, want, must[models.Poll](t)(tx.LockPoll(t.Context(), c.workspace.ID, want.ID)))
			return nil
		}))
	}
	equal(t, full, must[models.Poll](t)(s.PollIn(t.Context(), c.workspace.ID, c.room.ID, *full.Alias)))

	twin := c.newPoll()
	twin.RoomID, twin.Alias = full.RoomID, full.Alias
	refused(t, s.CreatePoll(t.Context(), &twin), fault.Conflict, "already exists")
	twin.RoomID = pointer(c.addRoom(t, "elsewhere", nil).ID)
	noError(t, s.CreatePoll(t.Context(), &twin)) // each room has names of its own
	c.addPoll(t, func(p *models.Poll) { p.RoomID = full.RoomID })
	c.addPoll(t, func(p *models.Poll) { p.RoomID = full.RoomID }) // no name is nobody's twin
}

func pollUpdate(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	bare, full := c.addPoll(t, nil), fullPoll(c)
	want := full
	want.ID, want.RoomID, want.Alias, want.CreatedBy = bare.ID, nil, nil, ""
	full.ID, full.WorkspaceID, full.CreatedAt = bare.ID, s.NewID(), after(time.Hour)
	noError(t, s.UpdatePoll(t.Context(), full))
	equal(t, want, must[models.Poll](t)(s.Poll(t.Context(), c.workspace.ID, bare.ID)))
	noError(t, s.UpdatePoll(t.Context(), bare)) // back to what is empty
	equal(t, bare, must[models.Poll](t)(s.Poll(t.Context(), c.workspace.ID, bare.ID)))
	bare.ID = s.NewID()
	if err := s.UpdatePoll(t.Context(), bare); err == nil {
		t.Error("a poll that is not there was updated")
	}
}

func pollAbsent(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	stranger, poll := c.addWorkspace(t), c.addPoll(t, func(p *models.Poll) { p.RoomID, p.Alias = &c.room.ID, pointer("mine") })
	for _, row := range []struct {
		workspace, room, id models.ID
		name                string
	}{
		{c.workspace.ID, c.room.ID, s.NewID(), "unknown"},
		{stranger.ID, c.room.ID, poll.ID, "mine"},
		{c.workspace.ID, s.NewID(), s.NewID(), "mine"},
	} {
		_, err := s.Poll(t.Context(), row.workspace, row.id)
		refused(t, err, fault.NotFound, "poll not found")
		_, err = s.PollIn(t.Context(), row.workspace, row.room, row.name)
		refused(t, err, fault.NotFound, "poll not found")
		noError(t, s.Tx(t.Context(), func(tx *store.Store) error {
			_, err := tx.LockPoll(t.Context(), row.workspace, row.id)
			refused(t, err, fault.NotFound, "poll not found")
			return nil
		}))
	}
}

func pollsLinked(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	one, two := s.NewID(), s.NewID()
	room := c.addRoom(t, "linked", func(r *models.Room) { r.Polls = models.List{string(two), nil, "poll", string(one), 7} })
	equal(t, []models.ID{two, one}, must[[]models.ID](t)(s.Links(t.Context(), c.workspace.ID, room.ID)))
	equal(t, nil, must[[]models.ID](t)(s.Links(t.Context(), c.workspace.ID, c.room.ID)))
	_, err := s.Links(t.Context(), c.addWorkspace(t).ID, room.ID)
	refused(t, err, fault.NotFound, "Error: Room not found")
}

// pollsOfSession: what a room names, what ran in the session, and the room's own that never ran; each in its state.
func pollsOfSession(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	session, before := s.NewID(), s.NewID()
	names := map[models.ID]string{}
	add := func(name string, own bool) models.ID {
		poll := c.addPoll(t, func(p *models.Poll) {
			if p.Title = name; own {
				p.RoomID = &c.room.ID
			}
		})
		names[poll.ID] = name
		return poll.ID
	}
	ends := func(at time.Time) func(*models.PollRun) { return func(r *models.PollRun) { r.EndsAt = &at } }
	linked, stopped := add("linked", false), add("stopped", false)
	add("foreign", false)
	add("draft", true)
	c.addRun(t, add("old", true), before, nil)
	c.addRun(t, add("runs", true), session, nil)
	c.addRun(t, add("timed", true), session, ends(after(time.Second)))
	c.addRun(t, add("over", true), session, ends(after(0)))
	c.addRun(t, stopped, session, func(r *models.PollRun) { r.StoppedAt = pointer(born) })
	c.addRun(t, linked, before, nil) // a run elsewhere is nothing to this session

	filter := store.PollFilter{
		Workspace: c.workspace.ID, Room: c.room.ID, Session: session, Links: []models.ID{linked, stopped, s.NewID()}, At: born,
	}
	for _, row := range []struct {
		state *store.PollState
		want  []string
	}{
		{nil, []string{"over", "timed", "runs", "draft", "stopped", "linked"}},
		{pointer(store.PollCreated), []string{"draft", "linked"}},
		{pointer(store.PollStarted), []string{"timed", "runs"}},
		{pointer(store.PollStopped), []string{"over", "stopped"}},
	} {
		filter.State = row.state
		var got []string
		for page := (store.Page{Limit: 2}); ; {
			list := must[[]models.Poll](t)(s.PollsIn(t.Context(), filter, page))
			if len(list) == 0 {
				break
			}
			for _, poll := range list {
				got, page.Start = append(got, names[poll.ID]), poll.ID
			}
		}
		equal(t, row.want, got)
	}
	full := fullPoll(c)
	noError(t, s.CreatePoll(t.Context(), &full))
	full.Questions = nil
	filter.State = nil
	equal(t, []models.Poll{full}, must[[]models.Poll](t)(s.PollsIn(t.Context(), filter, store.Page{Limit: 1})))
	filter.Links, filter.State = nil, pointer(store.PollCreated)
	equal(t, 2, len(must[[]models.Poll](t)(s.PollsIn(t.Context(), filter, store.Page{Limit: 9}))))
	filter.Workspace = c.addWorkspace(t).ID
	equal(t, 0, len(must[[]models.Poll](t)(s.PollsIn(t.Context(), filter, store.Page{Limit: 9}))))
}

func pollsCounted(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	own := func(p *models.Poll) { p.RoomID = &c.room.ID }
	for range 3 {
		c.addPoll(t, own)
	}
	c.addRun(t, c.addPoll(t, own).ID, s.NewID(), nil) // it ran
	c.addPoll(t, nil)                                 // it is the workspace's
	equal(t, 3, must[int](t)(s.CountPolls(t.Context(), c.room.ID, 10)))
	equal(t, 2, must[int](t)(s.CountPolls(t.Context(), c.room.ID, 2)))
	equal(t, 0, must[int](t)(s.CountPolls(t.Context(), s.NewID(), 2)))
}
