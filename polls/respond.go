package polls

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

// Outcome is what came of a response.
type Outcome struct {
	Question int
	Correct  bool  // false also when what is right is hidden while the poll runs
	Err      error // why it was not taken: kinds Invalid, Conflict, NotFound; nil: it was
}

// Respond takes what a peer says to questions of a running poll (client protocol 4.1, poll-response). One voter has one response in
// force to a question: a second takes the place of the first, unless the question forbids it; the same again changes nothing. Outcomes are
// in the order of the questions: a wrong response does not keep the others from being taken. Kinds NotFound; Forbidden when the role
// may not vote; Conflict when the poll does not run; Invalid for no response, or more than the poll has questions.
func (s *Service) Respond(ctx context.Context, live Live, id string, responses []Response) ([]Outcome, error) {
	info, err := s.view(ctx, &live, id)
	switch {
	case err != nil:
		return nil, err
	case !info.MayVote(live.Peer.Role):
		return nil, fault.New(fault.Forbidden, "this role may not vote")
	case info.State() != Started:
		return nil, notRunning()
	case len(responses) == 0 || len(responses) > len(info.Run.Questions):
		return nil, fault.Invalidf("responses must hold 1 to %d", len(info.Run.Questions))
	}
	// All who answer several questions at once take them in one order, so that nobody waits for another in a circle.
	sorted := slices.SortedStableFunc(slices.Values(responses), func(a, b Response) int { return cmp.Compare(a.Question, b.Question) })
	ballot := &ballot{info: &info, live: &live, voter: voter(&info.Poll, info.Run.ID, &live.Peer)}
	var outcomes []Outcome
	err = s.store.Tx(ctx, func(tx *store.Store) (err error) {
		outcomes, err = ballot.cast(ctx, tx, sorted)
		return err
	})
	return outcomes, err
}

// ballot is one voter's responses on their way into the database.
type ballot struct {
	info  *Info
	live  *Live
	voter string
}

// cast writes responses while it keeps the run from being stopped.
func (b *ballot) cast(ctx context.Context, tx *store.Store, responses []Response) ([]Outcome, error) {
	run, err := tx.KeepRun(ctx, b.info.Run.ID)
	if err != nil {
		return nil, err
	}
	if settle(&run, tx.Stamp()); run.StoppedAt != nil {
		return nil, notRunning()
	}
	outcomes := make([]Outcome, len(responses))
	for i, response := range responses {
		outcomes[i].Question = response.Question
		row, question, err := b.judge(tx, response)
		if err != nil {
			outcomes[i].Err = err
			continue
		}
		taken, err := replace(ctx, tx, &row, question.Once)
		if err != nil {
			return nil, err
		}
		if outcomes[i].Correct = taken && row.Correct && !b.info.hides(question); !taken {
			outcomes[i].Err = fault.New(fault.Conflict, "the question was answered already")
		}
	}
	return outcomes, nil
}

// judge makes the row of a response. Kinds Invalid, NotFound.
func (b *ballot) judge(tx *store.Store, r Response) (models.PollResponse, *models.Question, error) {
	question, err := questionAt(b.info.Run.Questions, r.Question)
	if err != nil {
		return models.PollResponse{}, nil, err
	}
	said, err := r.read(question)
	if err != nil {
		return models.PollResponse{}, nil, err
	}
	row := b.row(tx, r, said)
	row.Correct, row.Score = score(b.info.Poll.Type, question, said)
	return row, question, nil
}

var errContended = errors.New("a response changed five times while one was put in its place")

// replace puts a response in the place of the one before it, if any, and says whether it is in force now: not when once forbids it.
func replace(ctx context.Context, tx *store.Store, row *models.PollResponse, once bool) (bool, error) {
	for range 5 {
		if fresh, err := tx.InsertResponse(ctx, row); err != nil || fresh {
			return fresh, err
		}
		before, err := tx.LockResponse(ctx, row.RunID, row.Voter, row.Question)
		switch {
		case fault.Is(err, fault.NotFound):
			continue // it was replaced just now
		case err != nil:
			return false, err
		case same(&before, row):
			return true, nil
		case once:
			return false, nil
		}
		if err := tx.RetireResponse(ctx, before.ID); err != nil {
			return false, err
		}
		follow(&before, row)
	}
	return false, errContended
}

func (b *ballot) row(tx *store.Store, r Response, s said) models.PollResponse {
	run := b.info.Run
	row := models.PollResponse{
		ID: tx.NewID(), PollID: run.PollID, RunID: run.ID, SessionID: run.SessionID, Voter: b.voter, Question: r.Question,
		Options: s.options, Text: s.text, Skipped: s.skipped, Duration: r.Duration, Current: true, SentAt: tx.Stamp(),
	}
	if !b.info.Poll.Anonymous {
		row.PeerID, row.UserID, row.Name = b.live.Peer.ID, b.live.Peer.UserID, b.live.Peer.Name
	}
	return row
}

func same(a, b *models.PollResponse) bool {
	return a.Skipped == b.Skipped && a.Text == b.Text && slices.Equal(a.Options, b.Options)
}

// follow lets a response take the place of the one before it.
func follow(before, row *models.PollResponse) {
	row.FirstID, row.Retries = before.FirstID, before.Retries+1
	if row.FirstID == nil {
		row.FirstID = &before.ID
	}
}
