package v2

import (
	"time"

	"foyer/models"
	"foyer/store"
)

// poll is a poll on the wire (server contract 8.1).
type poll struct {
	ID        models.ID      `json:"id"`
	Title     string         `json:"title"`
	Duration  int            `json:"duration"`
	Anonymous bool           `json:"anonymous"`
	Mode      string         `json:"mode"`
	Type      string         `json:"type"`
	Start     string         `json:"start"`
	Vote      []string       `json:"vote"`
	Responses []string       `json:"responses"`
	Questions []pollQuestion `json:"questions"`
}

type pollQuestion struct {
	Index        int              `json:"index"`
	Text         string           `json:"text"`
	Format       string           `json:"format"`
	Attachment   []pollAttachment `json:"attachment"`
	Skippable    bool             `json:"skippable"`
	Duration     int              `json:"duration"`
	Once         bool             `json:"once"`
	Weight       int              `json:"weight"`
	AnswerMinLen int              `json:"answer_min_len"`
	AnswerMaxLen int              `json:"answer_max_len"`
	Type         string           `json:"type"`
	Answer       pollAnswer       `json:"answer"`
	Options      []pollOption     `json:"options"`
}

type pollAttachment struct {
	Type string `json:"type"`
	URL  string `json:"url"`
}

type pollAnswer struct {
	Hidden  bool   `json:"hidden"`
	Options []int  `json:"options"`
	Text    string `json:"text"`
	Case    bool   `json:"case"`
	Trim    bool   `json:"trim"`
}

type pollOption struct {
	Index  int    `json:"index"`
	Text   string `json:"text"`
	Weight int    `json:"weight"`
}

func newPoll(p *models.Poll) poll {
	wire := poll{
		ID: p.ID, Title: p.Title, Duration: p.Duration, Anonymous: p.Anonymous, Mode: p.Mode, Type: p.Type, Start: p.Start,
		Vote: some(p.Voters), Responses: some(p.Viewers), Questions: make([]pollQuestion, len(p.Questions)),
	}
	for i := range p.Questions {
		wire.Questions[i] = newQuestion(i+1, &p.Questions[i])
	}
	return wire
}

// some is a list that is never null on the wire.
func some[S ~[]T, T any](list S) []T { return append([]T{}, list...) }

func newQuestion(index int, q *models.Question) pollQuestion {
	wire := pollQuestion{
		Index: index, Text: q.Text, Format: q.Format, Attachment: make([]pollAttachment, len(q.Attachments)), Skippable: q.Skippable,
		Duration: q.Duration, Once: q.Once, Weight: q.Weight, AnswerMinLen: q.MinLength, AnswerMaxLen: q.MaxLength, Type: q.Type,
		Answer: pollAnswer{
			Hidden: q.Answer.Hidden, Options: some(q.Answer.Options), Text: q.Answer.Text, Case: q.Answer.Case, Trim: q.Answer.Trim,
		},
		Options: make([]pollOption, len(q.Options)),
	}
	for i, a := range q.Attachments {
		wire.Attachment[i] = pollAttachment(a)
	}
	for i, o := range q.Options {
		wire.Options[i] = newOption(i+1, o)
	}
	return wire
}

func newOption(index int, o models.Option) pollOption {
	return pollOption{Index: index, Text: o.Text, Weight: o.Weight}
}

// responseListing is a page of a list of a poll: its key is responses, whatever is in it (server contract 11.36).
type responseListing[T any] struct {
	Last      string `json:"last"`
	Limit     int    `json:"limit"`
	Responses []T    `json:"responses"`
}

type resultListing struct {
	Last    string       `json:"last"`
	Limit   int          `json:"limit"`
	Results []pollResult `json:"results"`
}

// pollSession is a session in which a poll ran.
type pollSession struct {
	ID                 models.ID  `json:"id"`
	PollID             models.ID  `json:"poll_id"`
	SessionID          models.ID  `json:"session_id"`
	StartedAt          time.Time  `json:"started_at"`
	StoppedAt          *time.Time `json:"stopped_at"`
	TotalResponses     int        `json:"total_responses"`
	UniqueParticipants int        `json:"unique_participants"`
}

func newPollSession(r *store.CountedRun) pollSession {
	return pollSession{
		ID: r.ID, PollID: r.PollID, SessionID: r.SessionID, StartedAt: r.StartedAt.UTC(), StoppedAt: utc(r.StoppedAt),
		TotalResponses: r.Responses, UniqueParticipants: r.Voters,
	}
}

type pollResponse struct {
	ID               models.ID  `json:"id"`
	PollID           models.ID  `json:"poll_id"`
	SessionID        models.ID  `json:"session_id"`
	Duration         int        `json:"duration"`
	Question         int        `json:"question"`
	Skipped          bool       `json:"skipped"`
	Options          []int      `json:"options"`
	Text             string     `json:"text"`
	Update           bool       `json:"update"`
	OriginalResponse *models.ID `json:"original_response"`
	Retries          int        `json:"retries"`
	SentAt           time.Time  `json:"sent_at"`
	PeerID           string     `json:"peer_id"`
	UserID           string     `json:"user_id"`
}

func newPollResponse(r *models.PollResponse) pollResponse {
	return pollResponse{
		ID: r.ID, PollID: r.PollID, SessionID: r.SessionID, Duration: r.Duration, Question: r.Question, Skipped: r.Skipped,
		Options: some(r.Options), Text: r.Text, Update: r.FirstID != nil, OriginalResponse: r.FirstID, Retries: r.Retries,
		SentAt: r.SentAt.UTC(), PeerID: r.PeerID, UserID: r.UserID,
	}
}

// pollResult is what one response in force has scored.
type pollResult struct {
	ID        models.ID `json:"id"`
	PollID    models.ID `json:"poll_id"`
	SessionID models.ID `json:"session_id"`
	Question  int       `json:"question"`
	Duration  int       `json:"duration"`
	PeerID    string    `json:"peer_id"`
	UserID    string    `json:"user_id"`
	Score     int       `json:"score"`
}

func newPollResult(r *models.PollResponse) pollResult {
	return pollResult{
		ID: r.ID, PollID: r.PollID, SessionID: r.SessionID, Question: r.Question, Duration: r.Duration,
		PeerID: r.PeerID, UserID: r.UserID, Score: r.Score,
	}
}
