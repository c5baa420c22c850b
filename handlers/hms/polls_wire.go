package hms

import (
	"foyer/fault"
	"foyer/models"
	"foyer/polls"
)

// announced is what rooms are told of their polls (client protocol 4.3).
func announced(what any) []byte {
	switch e := what.(type) {
	case polls.Began:
		return noteOf("on-poll-start", map[string]any{"polls": []pollInfo{newPollInfo(&e.Info)}})
	case polls.Ended:
		return noteOf("on-poll-stop", map[string]any{"polls": []pollInfo{newPollInfo(&e.Info)}})
	case polls.Counted:
		return noteOf("on-poll-stats", map[string]any{"polls": []pollStats{newPollStats(&e.Stats)}})
	}
	return nil
}

// pollDraft is what a client says of a poll that it makes. It sends more, which is left out.
type pollDraft struct {
	ID        string   `json:"poll_id"`
	Title     *string  `json:"title"`
	Type      *string  `json:"type"`
	Duration  *int     `json:"duration"`
	Anonymous *bool    `json:"anonymous"`
	Mode      *string  `json:"mode"`
	Vote      []string `json:"vote"`
	Responses []string `json:"responses"`
}

func (d *pollDraft) draft() polls.Draft {
	return polls.Draft{
		Title: d.Title, Type: d.Type, Duration: d.Duration, Anonymous: d.Anonymous, Mode: d.Mode, Voters: d.Vote, Viewers: d.Responses,
	}
}

// stateWords are what the protocol calls the states of a poll.
var stateWords = map[polls.State]string{polls.Created: "created", polls.Started: "started", polls.Stopped: "stopped"}

// stateOf is the state of a word. Kind Invalid.
func stateOf(word string) (*polls.State, error) {
	for state, known := range stateWords {
		if known == word {
			return &state, nil
		}
	}
	return nil, fault.Invalidf("state must be created, started or stopped")
}

// pollInfo is a poll. Times are milliseconds.
type pollInfo struct {
	ID        string       `json:"poll_id"`
	Title     string       `json:"title"`
	Type      string       `json:"type"`
	State     string       `json:"state"`
	Duration  int          `json:"duration"`
	Anonymous bool         `json:"anonymous"`
	Mode      string       `json:"mode"`
	Vote      models.Words `json:"vote,omitempty"`
	Responses models.Words `json:"responses,omitempty"`
	CreatedBy string       `json:"created_by,omitempty"`
	StartedBy string       `json:"started_by,omitempty"`
	StoppedBy string       `json:"stopped_by,omitempty"`
	CreatedAt int64        `json:"created_at"`
	StartedAt int64        `json:"started_at,omitempty"`
	StoppedAt int64        `json:"stopped_at,omitempty"`
}

func newPollInfo(i *polls.Info) pollInfo {
	p := &i.Poll
	wire := pollInfo{
		ID: i.ID(), Title: p.Title, Type: p.Type, State: stateWords[i.State()], Duration: p.Duration, Anonymous: p.Anonymous, Mode: p.Mode,
		Vote: p.Voters, Responses: p.Viewers, CreatedBy: p.CreatedBy, CreatedAt: p.CreatedAt.UnixMilli(),
	}
	if run := i.Run; run != nil {
		wire.StartedBy, wire.StartedAt, wire.StoppedBy = run.StartedBy, run.StartedAt.UnixMilli(), run.StoppedBy
		if run.StoppedAt != nil {
			wire.StoppedAt = run.StoppedAt.UnixMilli()
		}
	}
	return wire
}

// question is one question, as it is set and as it is read.
type question struct {
	Question questionText `json:"question"`
	Options  []option     `json:"options,omitempty"`
	Answer   *rightAnswer `json:"answer,omitempty"`
}

type questionText struct {
	Index     *int    `json:"index"`
	Text      *string `json:"text"`
	Type      *string `json:"type"`
	Skippable *bool   `json:"skippable,omitempty"`
	Once      *bool   `json:"once,omitempty"`
	Duration  *int    `json:"duration,omitempty"`
	Weight    *int    `json:"weight,omitempty"`
	MinLength *int    `json:"answer_min_len,omitempty"`
	MaxLength *int    `json:"answer_max_len,omitempty"`
}

type option struct {
	Index  *int    `json:"index"`
	Text   *string `json:"text"`
	Weight *int    `json:"weight,omitempty"`
}

type rightAnswer struct {
	Hidden  *bool   `json:"hidden,omitempty"`
	Option  *int    `json:"option,omitempty"`
	Options []int   `json:"options,omitempty"`
	Text    *string `json:"text,omitempty"`
	Case    *bool   `json:"case,omitempty"`
	Trim    *bool   `json:"trim,omitempty"`
}

func (q *question) draft() polls.QuestionDraft {
	t := &q.Question
	d := polls.QuestionDraft{
		Index: t.Index, Text: t.Text, Type: t.Type, Skippable: t.Skippable, Once: t.Once, Duration: t.Duration, Weight: t.Weight,
		MinLength: t.MinLength, MaxLength: t.MaxLength,
	}
	for _, o := range q.Options {
		d.Options = append(d.Options, polls.OptionDraft(o))
	}
	if a := q.Answer; a != nil {
		d.Answer = polls.AnswerDraft{Hidden: a.Hidden, Options: a.Options, Text: a.Text, Case: a.Case, Trim: a.Trim}
		if a.Option != nil {
			d.Answer.Options = append(d.Answer.Options, *a.Option)
		}
	}
	return d
}

func newQuestion(n *polls.NumberedQuestion) question {
	q := &n.Question
	wire := question{Question: questionText{
		Index: &n.Index, Text: &q.Text, Type: &q.Type, Skippable: &q.Skippable, Once: &q.Once, Duration: &q.Duration, Weight: &q.Weight,
		MinLength: &q.MinLength, MaxLength: &q.MaxLength,
	}}
	for i := range q.Options {
		index := i + 1
		wire.Options = append(wire.Options, option{Index: &index, Text: &q.Options[i].Text, Weight: &q.Options[i].Weight})
	}
	a := &q.Answer
	wire.Answer = &rightAnswer{Hidden: &a.Hidden}
	switch {
	case q.Type == "single-choice" && len(a.Options) > 0:
		wire.Answer.Option = &a.Options[0]
	case len(a.Options) > 0:
		wire.Answer.Options = a.Options
	case a.Text != "":
		wire.Answer.Text, wire.Answer.Case, wire.Answer.Trim = &a.Text, &a.Case, &a.Trim
	}
	return wire
}

// response is what a client answers to one question.
type response struct {
	Question int    `json:"question"`
	ID       string `json:"response_id,omitempty"`
	Type     string `json:"type"`
	Option   *int   `json:"option,omitempty"`
	Options  []int  `json:"options,omitempty"`
	Text     string `json:"text,omitempty"`
	Skipped  bool   `json:"skipped,omitempty"`
	Update   bool   `json:"update,omitempty"`
	Duration int    `json:"duration"`
}

func (r *response) read() polls.Response {
	return polls.Response{
		Question: r.Question, Type: r.Type, Option: r.Option, Options: r.Options, Text: r.Text, Skipped: r.Skipped, Duration: r.Duration,
	}
}

// answer is a response as it is shown.
type answer struct {
	Final    bool     `json:"final"`
	Response response `json:"response"`
	Peer     voter    `json:"peer"` // empty in an anonymous poll: the SDK wants one to look into
}

type voter struct {
	Hash     string `json:"hash"`
	PeerID   string `json:"peerid"`
	UserID   string `json:"userid"`
	Username string `json:"username"`
}

func newVoter(v *polls.Voter) voter {
	return voter{Hash: v.Hash, PeerID: v.PeerID, UserID: v.UserID, Username: v.Name}
}

func newAnswer(a *polls.Answered) answer {
	r := &a.Response
	wire := answer{Final: true, Response: response{
		Question: r.Question, ID: string(r.ID), Type: a.Type, Text: r.Text, Skipped: r.Skipped, Duration: r.Duration,
	}}
	switch {
	case a.Type == "single-choice" && len(r.Options) > 0:
		wire.Response.Option = &r.Options[0]
	default:
		wire.Response.Options = r.Options
	}
	if a.Voter != nil {
		wire.Peer = newVoter(a.Voter)
	}
	return wire
}

// pollStats is how a poll stands.
type pollStats struct {
	ID        string          `json:"poll_id"`
	Users     int             `json:"user_count"`
	MaxUsers  int             `json:"max_user"`
	Responses int             `json:"total_response"`
	Questions []questionStats `json:"questions"`
}

type questionStats struct {
	Question int    `json:"question"`
	Type     string `json:"type"`
	Options  []int  `json:"options"` // votes by position
	Total    int    `json:"total"`
	Correct  int    `json:"correct"`
	Skipped  int    `json:"skipped"`
}

func newPollStats(s *polls.Stats) pollStats {
	wire := pollStats{ID: s.ID, Users: s.Users, MaxUsers: s.MaxUsers, Responses: s.Responses, Questions: make([]questionStats, len(s.Questions))}
	for i, q := range s.Questions {
		wire.Questions[i] = questionStats(q)
	}
	return wire
}

// board is who did best in a quiz.
type board struct {
	ID           string  `json:"poll_id"`
	TotalUsers   int     `json:"total_users"`
	VotedUsers   int     `json:"voted_users"`
	CorrectUsers int     `json:"correct_users"`
	AverageTime  float64 `json:"avg_time"` // milliseconds
	AverageScore float64 `json:"avg_score"`
	Questions    []rank  `json:"questions"` // the places, which the protocol calls so
	Last         bool    `json:"last"`
}

type rank struct {
	Position  int   `json:"position"`
	Score     int   `json:"score"`
	Responses int   `json:"total_responses"`
	Correct   int   `json:"correct_responses"`
	Duration  int   `json:"duration"`
	Peer      voter `json:"peer"`
}

func newBoard(id string, b *polls.Board) board {
	wire := board{
		ID: id, TotalUsers: b.TotalUsers, VotedUsers: b.VotedUsers, CorrectUsers: b.CorrectUsers,
		AverageTime: b.AverageTime, AverageScore: b.AverageScore, Questions: make([]rank, len(b.Ranks)), Last: b.Last,
	}
	for i := range b.Ranks {
		r := &b.Ranks[i]
		wire.Questions[i] = rank{
			Position: r.Position, Score: r.Score, Responses: r.Responses, Correct: r.Correct, Duration: r.Duration, Peer: newVoter(&r.Voter),
		}
	}
	return wire
}
