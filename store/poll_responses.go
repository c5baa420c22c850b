package store

import (
	"context"

	"foyer/models"

	"gorm.io/gorm"
	"gorm.io/gorm/clause"
)

const responseNotFound = "response not found"

// InsertResponse inserts a response unless the voter has one in force to the question; it says whether it did.
func (s *Store) InsertResponse(ctx context.Context, r *models.PollResponse) (bool, error) {
	done := gorm.WithResult()
	err := gorm.G[models.PollResponse](s.db, clause.OnConflict{DoNothing: true}, done).Create(ctx, r)
	return done.RowsAffected == 1, translate(err)
}

// LockResponse reads a voter's response in force to a question and keeps it in force until the transaction ends. Kind NotFound.
func (s *Store) LockResponse(ctx context.Context, run models.ID, voter string, question int) (models.PollResponse, error) {
	return one[models.PollResponse](ctx, s.db, responseNotFound,
		"SELECT * FROM poll_responses WHERE run_id = ? AND voter = ? AND question = ? AND current"+s.engine.forUpdate(), run, voter, question)
}

// RetireResponse takes a response out of force, so that another can take its place.
func (s *Store) RetireResponse(ctx context.Context, id models.ID) error {
	_, err := s.exec(ctx, "UPDATE poll_responses SET current = FALSE WHERE id = ?", id)
	return err
}

// Response reads a response to a poll. Kind NotFound.
func (s *Store) Response(ctx context.Context, poll, id models.ID) (models.PollResponse, error) {
	return one[models.PollResponse](ctx, s.reader, responseNotFound,
		"SELECT * FROM poll_responses WHERE id = ? AND poll_id = ?", id, poll)
}

// ResponseFilter narrows a list of responses.
type ResponseFilter struct {
	Question int  // 0: to all questions
	Replaced bool // those that another has taken the place of, too
}

// Responses lists the responses to a poll in all its runs, newest first.
func (s *Store) Responses(ctx context.Context, poll models.ID, f ResponseFilter, page Page) ([]models.PollResponse, error) {
	where := newWhere("poll_id = ? AND id < ?", poll, page.before())
	if f.Question != 0 {
		where.and("question = ?", f.Question)
	}
	if !f.Replaced {
		where.and("current")
	}
	return many[models.PollResponse](ctx, s.reader,
		"SELECT * FROM poll_responses "+where.text()+" ORDER BY id DESC LIMIT ?", append(where.args, page.Limit)...)
}

// Window is a part of a list by number: at most Limit rows after the first Offset.
type Window struct{ Offset, Limit int }

// RunResponses lists the responses in force of a run, newest first: a voter's, or everybody's when voter is empty.
func (s *Store) RunResponses(ctx context.Context, run models.ID, voter string, w Window) ([]models.PollResponse, error) {
	where := newWhere("run_id = ? AND current", run)
	if voter != "" {
		where.and("voter = ?", voter)
	}
	return many[models.PollResponse](ctx, s.reader,
		"SELECT * FROM poll_responses "+where.text()+" ORDER BY id DESC LIMIT ? OFFSET ?", append(where.args, w.Limit, w.Offset)...)
}

// Tally is how many voters of a run have said the same to a question.
type Tally struct {
	Question int
	Options  models.Positions
	Skipped  bool
	Correct  bool
	Votes    int
}

// Tallies counts the responses in force of a run by what they say; texts are not told apart.
func (s *Store) Tallies(ctx context.Context, run models.ID) ([]Tally, error) {
	return many[Tally](ctx, s.reader, `SELECT question, options, skipped, correct, count(*) AS votes
		FROM poll_responses WHERE run_id = ? AND current GROUP BY question, options, skipped, correct ORDER BY question, options`, run)
}

// CountVoters counts who has responded in a run.
func (s *Store) CountVoters(ctx context.Context, run models.ID) (int, error) {
	return one[int](ctx, s.reader, "", "SELECT count(DISTINCT voter) FROM poll_responses WHERE run_id = ? AND current", run)
}

// Leader is a voter's place in a run.
type Leader struct {
	Voter     string
	Position  int // from 1; no two have the same
	Score     int
	Responses int // not skipped
	Correct   int
	Duration  int // milliseconds, of all responses together
	PeerID    string
	UserID    string
	Name      string
}

// LeaderFilter says which leaders of a run are meant.
type LeaderFilter struct {
	Question int    // only by this one; 0: by all
	Voter    string // only this one's place; empty: everybody's
}

// leading ranks voters by score, then by the time that they took, then by who was there first (client protocol 4.1).
const leading = `WITH sums AS (
		SELECT voter, sum(score) AS score, count(CASE WHEN skipped THEN NULL ELSE 1 END) AS responses,
			count(CASE WHEN correct THEN 1 END) AS correct, sum(duration) AS duration, max(id) AS latest
		FROM poll_responses WHERE run_id = ? AND current AND (? = 0 OR question = ?) GROUP BY voter
	), places AS (
		SELECT sums.*, ROW_NUMBER() OVER (ORDER BY score DESC, duration, latest) AS position FROM sums
	) `

// Leaders lists the voters of a run, best first.
func (s *Store) Leaders(ctx context.Context, run models.ID, f LeaderFilter, w Window) ([]Leader, error) {
	return many[Leader](ctx, s.reader, leading+`SELECT places.voter, places.position, places.score, places.responses, places.correct,
			places.duration, last.peer_id, last.user_id, last.name
		FROM places JOIN poll_responses AS last ON last.id = places.latest
		WHERE ? = '' OR places.voter = ? ORDER BY places.position LIMIT ? OFFSET ?`,
		run, f.Question, f.Question, f.Voter, f.Voter, w.Limit, w.Offset)
}

// Standing is what the voters of a run did on the whole.
type Standing struct {
	Voters   int
	Right    int     // how many had all of the questions right
	Score    float64 // of one voter, on average
	Duration float64 // of one voter's responses together, on average, in milliseconds
}

// Standings sums a run up: by one question, or by all when question is 0. Questions is how many make all.
func (s *Store) Standings(ctx context.Context, run models.ID, question, questions int) (Standing, error) {
	return one[Standing](ctx, s.reader, "", leading+`SELECT count(*) AS voters, count(CASE WHEN correct >= ? THEN 1 END) AS "right",
			coalesce(avg(score * 1.0), 0) AS score, coalesce(avg(duration * 1.0), 0) AS duration FROM places`,
		run, question, question, questions)
}
