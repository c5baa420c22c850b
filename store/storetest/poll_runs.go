package storetest

import (
	"slices"
	"testing"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

func pollRunOnce(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	poll, session := c.addPoll(t, nil).ID, s.NewID()
	_, err := s.Run(t.Context(), poll, session)
	refused(t, err, fault.NotFound, "the poll has not started")
	want := c.addRun(t, poll, session, func(r *models.PollRun) {
		r.Questions, r.Peers, r.EndsAt = fullPoll(c).Questions, 3, pointer(after(time.Minute))
	})
	twin := c.newRun(poll, session)
	equal(t, false, must[bool](t)(s.InsertRun(t.Context(), &twin)))
	elsewhere := c.addRun(t, poll, s.NewID(), nil)
	equal(t, want, must[models.PollRun](t)(s.Run(t.Context(), poll, session)))
	equal(t, want, must[models.PollRun](t)(s.KeepRun(t.Context(), want.ID)))
	head := want
	head.Questions = nil
	equal(t, []models.PollRun{head}, must[[]models.PollRun](t)(s.RunsIn(t.Context(), session, []models.ID{s.NewID(), poll})))
	equal(t, 0, len(must[[]models.PollRun](t)(s.RunsIn(t.Context(), session, nil))))
	equal(t, []models.PollRun{want}, must[[]models.PollRun](t)(s.OpenRuns(t.Context(), session)))
	_, err = s.KeepRun(t.Context(), s.NewID())
	refused(t, err, fault.NotFound, "the poll has not started")

	want.StoppedAt, want.StoppedBy = pointer(after(time.Second)), "other"
	fewer := want
	fewer.Peers = 1
	equal(t, true, must[bool](t)(s.StopRun(t.Context(), fewer)))
	equal(t, want, must[models.PollRun](t)(s.Run(t.Context(), poll, session)))
	equal(t, false, must[bool](t)(s.StopRun(t.Context(), fewer)))
	equal(t, 0, len(must[[]models.PollRun](t)(s.OpenRuns(t.Context(), session))))
	elsewhere.Peers, elsewhere.StoppedAt = 5, pointer(born)
	equal(t, true, must[bool](t)(s.StopRun(t.Context(), elsewhere)))
	equal(t, 5, must[models.PollRun](t)(s.KeepRun(t.Context(), elsewhere.ID)).Peers)
}

func pollRunsDue(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	poll := c.addPoll(t, nil)
	other := c.addPoll(t, func(p *models.Poll) { p.Title = "other" })
	at := func(d time.Duration) func(*models.PollRun) {
		return func(r *models.PollRun) { r.EndsAt = pointer(after(d)) }
	}
	late, early := c.addRun(t, poll.ID, s.NewID(), at(time.Second)), c.addRun(t, other.ID, s.NewID(), at(0))
	c.addRun(t, poll.ID, s.NewID(), func(r *models.PollRun) { r.EndsAt, r.StoppedAt = pointer(born), pointer(born) })
	due := func(d time.Duration, limit int) []models.PollRun {
		return must[[]models.PollRun](t)(s.DueRuns(t.Context(), after(d), limit))
	}
	equal(t, 0, len(due(-time.Millisecond, 9)))
	equal(t, []models.PollRun{early}, due(0, 9))
	equal(t, []models.PollRun{early, late}, due(time.Second, 9))
	equal(t, []models.PollRun{early}, due(time.Second, 1))
	equal(t, []models.Poll{other, poll, other}, must[[]models.Poll](t)(s.PollsOf(t.Context(), []models.PollRun{early, late, early})))
	equal(t, 0, len(must[[]models.Poll](t)(s.PollsOf(t.Context(), nil))))

	open := func(poll models.ID, d time.Duration) bool {
		return must[bool](t)(s.HasOpenRun(t.Context(), poll, after(d)))
	}
	equal(t, []bool{true, false, false}, []bool{open(poll.ID, 0), open(poll.ID, time.Second), open(s.NewID(), 0)})
	c.addRun(t, poll.ID, s.NewID(), nil)
	equal(t, true, open(poll.ID, time.Hour))
}

func pollRunsInPages(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	poll, other := c.addPoll(t, nil).ID, c.addPoll(t, nil).ID
	c.addRun(t, other, s.NewID(), nil)
	var want []store.CountedRun
	for range 5 {
		run := c.addRun(t, poll, s.NewID(), nil)
		want = append(want, store.CountedRun{PollRun: run})
	}
	counted := &want[3]
	for i, voter := range []string{"a", "a", "b"} {
		c.addResponse(t, c.newResponse(&counted.PollRun, voter, i+1))
	}
	old := c.newResponse(&counted.PollRun, "c", 1)
	old.Current = false
	c.addResponse(t, old)
	counted.Responses, counted.Voters = 3, 2
	slices.Reverse(want)

	page := store.Page{Limit: 2}
	var got []store.CountedRun
	for {
		list := must[[]store.CountedRun](t)(s.Runs(t.Context(), poll, page))
		if len(list) == 0 {
			break
		}
		got, page.Start = append(got, list...), list[len(list)-1].ID
	}
	equal(t, want, got)
}
