package storetest

import (
	"strconv"
	"testing"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

func pollResponseRoundTrip(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	poll := c.addPoll(t, nil).ID
	run := c.addRun(t, poll, s.NewID(), nil)
	want := c.newResponse(&run, "voter", 3)
	want.Options, want.Text, want.Skipped, want.Correct = models.Positions{1, 12}, "said \u2028", true, true
	want.Score, want.Duration, want.FirstID, want.Retries = 7, 86_400_000, pointer(s.NewID()), 2
	want = c.addResponse(t, want)
	equal(t, want, must[models.PollResponse](t)(s.Response(t.Context(), poll, want.ID)))

	twin := c.newResponse(&run, "voter", 3)
	noError(t, s.Tx(t.Context(), func(tx *store.Store) error {
		equal(t, false, must[bool](t)(tx.InsertResponse(t.Context(), &twin)))
		equal(t, want, must[models.PollResponse](t)(tx.LockResponse(t.Context(), run.ID, "voter", 3))) // the transaction is still of use
		return tx.RetireResponse(t.Context(), want.ID)
	}))
	equal(t, true, must[bool](t)(s.InsertResponse(t.Context(), &twin)))
	want.Current = false
	equal(t, want, must[models.PollResponse](t)(s.Response(t.Context(), poll, want.ID)))
	equal(t, twin, must[models.PollResponse](t)(s.LockResponse(t.Context(), run.ID, "voter", 3)))

	_, err := s.Response(t.Context(), s.NewID(), want.ID)
	refused(t, err, fault.NotFound, "response not found")
	_, err = s.LockResponse(t.Context(), run.ID, "voter", 1)
	refused(t, err, fault.NotFound, "response not found")
}

func pollResponsesFiltered(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	poll := c.addPoll(t, nil).ID
	first, second := c.addRun(t, poll, s.NewID(), nil), c.addRun(t, poll, s.NewID(), nil)
	old := c.newResponse(&first, "a", 1)
	old.Current = false
	all := []models.PollResponse{c.addResponse(t, old)}
	for _, voter := range []string{"a", "b"} {
		all = append(all, c.addResponse(t, c.newResponse(&first, voter, 1)), c.addResponse(t, c.newResponse(&second, voter, 2)))
	}
	elsewhere := c.addRun(t, c.addPoll(t, nil).ID, s.NewID(), nil)
	c.addResponse(t, c.newResponse(&elsewhere, "a", 1))

	newest := func(places ...int) []models.PollResponse {
		var list []models.PollResponse
		for _, place := range places {
			list = append(list, all[place])
		}
		return list
	}
	list := func(f store.ResponseFilter, page store.Page) []models.PollResponse {
		return must[[]models.PollResponse](t)(s.Responses(t.Context(), poll, f, page))
	}
	equal(t, newest(4, 3, 2, 1), list(store.ResponseFilter{}, store.Page{Limit: 9}))
	equal(t, newest(4, 3, 2, 1, 0), list(store.ResponseFilter{Replaced: true}, store.Page{Limit: 9}))
	equal(t, newest(3, 1, 0), list(store.ResponseFilter{Replaced: true, Question: 1}, store.Page{Limit: 9}))
	equal(t, newest(4, 2), list(store.ResponseFilter{Question: 2}, store.Page{Limit: 9}))
	equal(t, newest(2, 1), list(store.ResponseFilter{}, store.Page{Limit: 2, Start: all[3].ID}))

	of := func(run models.PollRun, voter string, w store.Window) []models.PollResponse {
		return must[[]models.PollResponse](t)(s.RunResponses(t.Context(), run.ID, voter, w))
	}
	equal(t, newest(3, 1), of(first, "", store.Window{Limit: 9}))
	equal(t, newest(1), of(first, "", store.Window{Offset: 1, Limit: 1}))
	equal(t, newest(4), of(second, "b", store.Window{Limit: 9}))
	equal(t, 0, len(of(second, "c", store.Window{Limit: 9})))
}

func pollTallies(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	run := c.addRun(t, c.addPoll(t, nil).ID, s.NewID(), nil)
	equal(t, 0, len(must[[]store.Tally](t)(s.Tallies(t.Context(), run.ID))))
	equal(t, 0, must[int](t)(s.CountVoters(t.Context(), run.ID)))
	say := func(voter string, question int, change func(*models.PollResponse)) {
		r := c.newResponse(&run, voter, question)
		change(&r)
		c.addResponse(t, r)
	}
	chose := func(options ...int) func(*models.PollResponse) {
		return func(r *models.PollResponse) { r.Options, r.Correct = options, len(options) == 2 }
	}
	say("a", 1, chose(1, 3))
	say("b", 1, chose(1, 3))
	say("c", 1, chose(3))
	say("d", 1, func(r *models.PollResponse) { r.Skipped = true })
	say("e", 1, func(r *models.PollResponse) { r.Current = false })
	say("a", 2, func(r *models.PollResponse) { r.Text = "one thing" })
	say("b", 2, func(r *models.PollResponse) { r.Text = "another" })
	equal(t, []store.Tally{
		{Question: 1, Options: models.Positions{1, 3}, Correct: true, Votes: 2},
		{Question: 1, Options: models.Positions{3}, Votes: 1},
		{Question: 1, Options: models.Positions{}, Skipped: true, Votes: 1},
		{Question: 2, Options: models.Positions{}, Votes: 2},
	}, must[[]store.Tally](t)(s.Tallies(t.Context(), run.ID)))
	equal(t, 4, must[int](t)(s.CountVoters(t.Context(), run.ID)))
}

func pollLeaders(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	run := c.addRun(t, c.addPoll(t, nil).ID, s.NewID(), nil)
	equal(t, store.Standing{}, must[store.Standing](t)(s.Standings(t.Context(), run.ID, 0, 2)))
	say := func(voter string, question, points, took int) models.PollResponse {
		r := c.newResponse(&run, voter, question)
		r.Score, r.Correct, r.Duration, r.Skipped = points, points > 0, took, points < 0
		return c.addResponse(t, r)
	}
	say("slow", 1, 3, 900)
	say("quick", 1, 3, 100)
	say("same as quick", 1, 3, 100)
	say("best", 1, 3, 5000)
	say("best", 2, 1, 5000)
	skipper := say("none", 1, 0, 10)
	r := c.newResponse(&run, "none", 2)
	r.Skipped, r.PeerID, r.Name = true, "peer of later", "later"
	c.addResponse(t, r)
	gone := c.newResponse(&run, "gone", 1)
	gone.Score, gone.Current = 100, false
	c.addResponse(t, gone)

	leader := func(position int, voter string, points, responses, correct, took int) store.Leader {
		return store.Leader{
			Voter: voter, Position: position, Score: points, Responses: responses, Correct: correct, Duration: took,
			PeerID: "peer of " + voter, UserID: "user " + voter, Name: voter,
		}
	}
	last := leader(5, "none", 0, 1, 0, 10)
	last.PeerID, last.Name, last.UserID = r.PeerID, r.Name, skipper.UserID
	want := []store.Leader{
		leader(1, "best", 4, 2, 2, 10_000), leader(2, "quick", 3, 1, 1, 100), leader(3, "same as quick", 3, 1, 1, 100),
		leader(4, "slow", 3, 1, 1, 900), last,
	}
	leaders := func(f store.LeaderFilter, w store.Window) []store.Leader {
		return must[[]store.Leader](t)(s.Leaders(t.Context(), run.ID, f, w))
	}
	equal(t, want, leaders(store.LeaderFilter{}, store.Window{Limit: 9}))
	equal(t, want[1:3], leaders(store.LeaderFilter{}, store.Window{Limit: 2, Offset: 1}))
	equal(t, want[3:4], leaders(store.LeaderFilter{Voter: "slow"}, store.Window{Limit: 9}))
	equal(t, []string{"best", "none"}, names(leaders(store.LeaderFilter{Question: 2}, store.Window{Limit: 9})))
	equal(t, store.Standing{Voters: 5, Right: 1, Score: 2.6, Duration: 2222}, must[store.Standing](t)(s.Standings(t.Context(), run.ID, 0, 2)))
	equal(t, store.Standing{Voters: 2, Right: 1, Score: 0.5, Duration: 2500}, must[store.Standing](t)(s.Standings(t.Context(), run.ID, 2, 1)))
}

func names(leaders []store.Leader) []string {
	var list []string
	for _, leader := range leaders {
		list = append(list, leader.Voter)
	}
	return list
}

// pollVotesUnderLoad lets many callers vote at once for few voters: each voter has one response in force in the end, and every caller
// got through.
func pollVotesUnderLoad(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	run := c.addRun(t, c.addPoll(t, nil).ID, s.NewID(), nil)
	ctx, cancel := deadline(t)
	defer cancel()
	together(32, func(caller int) {
		err := s.Tx(ctx, func(tx *store.Store) error {
			if _, err := tx.KeepRun(ctx, run.ID); err != nil {
				return err
			}
			row := c.newResponse(&run, strconv.Itoa(caller%4), 1)
			for {
				fresh, err := tx.InsertResponse(ctx, &row)
				if fresh || err != nil {
					return err
				}
				before, err := tx.LockResponse(ctx, run.ID, row.Voter, 1)
				if fault.Is(err, fault.NotFound) {
					continue
				}
				if err != nil {
					return err
				}
				if err := tx.RetireResponse(ctx, before.ID); err != nil {
					return err
				}
			}
		})
		if err != nil {
			t.Errorf("caller %d: %v", caller, err)
		}
	})
	all := must[[]models.PollResponse](t)(s.Responses(t.Context(), run.PollID, store.ResponseFilter{Replaced: true}, store.Page{Limit: 99}))
	equal(t, 32, len(all))
	equal(t, 4, len(must[[]models.PollResponse](t)(s.RunResponses(t.Context(), run.ID, "", store.Window{Limit: 99}))))
	equal(t, 4, must[int](t)(s.CountVoters(t.Context(), run.ID)))
}
