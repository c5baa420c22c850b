package polls_test

import (
	"sync"
	"testing"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/polls"
	"foyer/store"
	"foyer/store/storetest"
)

func TestStartAndStop(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		ctx, id := t.Context(), r.draft(t, polls.Draft{Duration: number(60)}, choose(2, 1))
		_, err := r.polls.Stop(ctx, r.host(), id)
		refused(t, err, fault.Conflict, "the poll is not running")
		info, err := r.polls.Start(ctx, r.host(), id)
		must(t, err)
		end := began.Add(time.Minute)
		equal(t, models.PollRun{
			ID: info.Run.ID, PollID: info.Poll.ID, SessionID: r.at.Session, RoomID: r.at.Room, Questions: info.Poll.Questions,
			Peers: 2, StartedBy: "peer-host", StartedAt: began, EndsAt: &end,
		}, *info.Run)
		_, err = r.polls.Start(ctx, r.host(), id)
		refused(t, err, fault.Conflict, "the poll has begun already")

		r.clock.wait(time.Second)
		crowd := r.host()
		crowd.Peers = 7
		info, err = r.polls.Stop(ctx, crowd, id)
		must(t, err)
		equal(t, []any{polls.Stopped, "peer-host", began.Add(time.Second), 7},
			[]any{info.State(), info.Run.StoppedBy, *info.Run.StoppedAt, info.Run.Peers})
		read, err := r.polls.Info(ctx, r.guest("ann"), id)
		must(t, err)
		equal(t, info, read)
		equal(t, 7, r.stats(t, id).MaxUsers)
		_, err = r.polls.Stop(ctx, r.host(), id)
		refused(t, err, fault.Conflict, "the poll is not running")
		_, err = r.polls.Start(ctx, r.host(), id)
		refused(t, err, fault.Conflict, "the poll has begun already")
		_, err = r.polls.Start(ctx, later(r.host()), id) // another session is another run
		must(t, err)
	})
}

func TestStartRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		start := func(id string) error {
			_, err := r.polls.Start(t.Context(), r.host(), id)
			return err
		}
		refused(t, start(r.draft(t, polls.Draft{})), fault.Invalid, "the poll has no questions")
		refused(t, start(r.draft(t, polls.Draft{}, choose(2, 1), choose(0, 0))), fault.Invalid, "question 2 has no options")
		refused(t, start("unknown"), fault.NotFound, "poll not found")
		short := polls.QuestionDraft{Type: text("short-answer")}
		must(t, start(r.draft(t, polls.Draft{}, short)))
	})
}

// However many start a poll at once, one does.
func TestStartedOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		id := r.draft(t, polls.Draft{}, choose(2, 1))
		var all sync.WaitGroup
		var mu sync.Mutex
		did := 0
		for range 8 {
			all.Go(func() {
				_, err := r.polls.Start(t.Context(), r.host(), id)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					did++
				} else if !fault.Is(err, fault.Conflict) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		equal(t, 1, did)
	})
}

// When its time is over a poll takes nothing more, whether anybody looks or not; and rooms are told once.
func TestExpire(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		ctx := t.Context()
		id := r.quiz(t, polls.Draft{Duration: number(60)}, choose(2, 1))
		r.quiz(t, polls.Draft{}, choose(2, 1)) // without an end
		r.clock.wait(time.Minute - time.Millisecond)
		equal(t, 0, len(r.expire(t, r.polls)))
		r.vote(t, r.guest("ann"), id, said(1, 1))
		r.clock.wait(time.Millisecond)
		_, err := r.polls.Respond(ctx, r.guest("bob"), id, []polls.Response{said(1, 1)})
		refused(t, err, fault.Conflict, "the poll is not running")
		info, err := r.polls.Info(ctx, r.guest("ann"), id)
		must(t, err)
		equal(t, []any{polls.Stopped, began.Add(time.Minute), ""}, []any{info.State(), *info.Run.StoppedAt, info.Run.StoppedBy})

		// Foyer was away meanwhile: another one tells the room, at the time that it was.
		r.clock.wait(time.Hour)
		again := polls.New(storetest.Open(t, store.Options{URL: r.url, Now: r.clock.now}))
		equal(t, []polls.Info{info}, r.expire(t, again))
		equal(t, 0, len(r.expire(t, r.polls)))
		equal(t, 1, r.stats(t, id).Users)
	})
}

func (r *room) expire(t *testing.T, service *polls.Service) []polls.Info {
	t.Helper()
	infos, err := service.Expire(t.Context())
	must(t, err)
	return infos
}

// What begins with a session: what the room names, if it is there, ready, and not for somebody to start.
func TestOpenAuto(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		ctx := t.Context()
		create := func(d polls.Draft) models.ID {
			poll, err := r.polls.Create(ctx, r.at.Workspace, d)
			must(t, err)
			return poll.ID
		}
		ready := []polls.QuestionDraft{choose(2, 1)}
		auto, timed := create(polls.Draft{Questions: ready}), create(polls.Draft{Questions: ready, Duration: number(5)})
		r.link(t, timed, r.store.NewID(), create(polls.Draft{}), create(polls.Draft{Questions: ready, Start: text("manual")}), auto)
		session := &models.Session{ID: r.at.Session, WorkspaceID: r.at.Workspace, RoomID: r.at.Room}
		infos, err := r.polls.OpenAuto(ctx, session)
		must(t, err)
		equal(t, []string{string(timed), string(auto)}, ids(infos))
		equal(t, "", infos[0].Run.StartedBy)
		infos, err = r.polls.OpenAuto(ctx, session)
		must(t, err)
		equal(t, nil, ids(infos))

		r.clock.wait(time.Minute) // the timed one is over, but nobody was told
		r.quiz(t, polls.Draft{}, choose(2, 1))
		closed, err := r.polls.CloseAll(ctx, r.at.Session)
		must(t, err)
		equal(t, []string{string(timed), string(auto)}, ids(closed)[:2])
		equal(t, []time.Time{began.Add(5 * time.Second), began.Add(time.Minute)}, []time.Time{*closed[0].Run.StoppedAt, *closed[2].Run.StoppedAt})
		closed, err = r.polls.CloseAll(ctx, r.at.Session)
		must(t, err)
		equal(t, nil, ids(closed))

		session.ID = later(r.at).Session
		infos, err = r.polls.OpenAuto(ctx, session)
		must(t, err)
		equal(t, []string{string(timed), string(auto)}, ids(infos)) // each session anew
		session.RoomID = r.store.NewID()
		_, err = r.polls.OpenAuto(ctx, session)
		refused(t, err, fault.NotFound, "Error: Room not found")
	})
}

// A session that ended while Foyer was away leaves no poll running.
func TestCloseLeft(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		ctx := t.Context()
		poll, err := r.polls.Create(ctx, r.at.Workspace, polls.Draft{Questions: []polls.QuestionDraft{choose(2, 1)}})
		must(t, err)
		r.link(t, poll.ID)
		session := &models.Session{
			ID: r.at.Session, WorkspaceID: r.at.Workspace, RoomID: r.at.Room, TemplateID: r.room.TemplateID, CreatedAt: r.clock.now(),
		}
		_, err = r.store.OpenSessions(ctx, []*models.Session{session})
		must(t, err)
		_, err = r.polls.OpenAuto(ctx, session)
		must(t, err)
		must(t, r.polls.CloseLeft(ctx))
		runs, err := r.store.OpenRuns(ctx, session.ID)
		must(t, err)
		equal(t, 1, len(runs)) // the session goes on
		end := r.clock.now()
		session.EndedAt = &end
		_, err = r.store.EndSessions(ctx, []*models.Session{session})
		must(t, err)
		must(t, r.polls.CloseLeft(ctx))
		runs, err = r.store.OpenRuns(ctx, session.ID)
		must(t, err)
		equal(t, 0, len(runs))
	})
}

func ids(infos []polls.Info) []string {
	var list []string
	for i := range infos {
		list = append(list, infos[i].ID())
	}
	return list
}

// What a session answers was asked by the questions as they were then.
func TestRunKeepsItsQuestions(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		ctx := t.Context()
		poll, err := r.polls.Create(ctx, r.at.Workspace, polls.Draft{Questions: []polls.QuestionDraft{choose(3, 1)}})
		must(t, err)
		r.link(t, poll.ID)
		id := string(poll.ID)
		_, err = r.polls.Start(ctx, r.host(), id)
		must(t, err)
		r.vote(t, r.guest("ann"), id, said(1, 3))
		err = r.polls.RemoveOption(ctx, r.at.Workspace, poll.ID, polls.Place{Question: 1, Option: 3})
		refused(t, err, fault.Conflict, "the poll is running")
		_, err = r.polls.Stop(ctx, r.host(), id)
		must(t, err)
		must(t, r.polls.RemoveOption(ctx, r.at.Workspace, poll.ID, polls.Place{Question: 1, Option: 3}))
		equal(t, []int{0, 0, 1}, r.stats(t, id).Questions[0].Options)
	})
}
