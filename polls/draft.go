package polls

import (
	"slices"
	"unicode/utf8"

	"foyer/fault"
	"foyer/models"
)

// The words that a poll is described by (server contract 8.1).
const (
	typePoll = "poll"
	typeQuiz = "quiz"

	startAuto   = "auto"
	startManual = "manual"

	modeUserID   = "userid"
	modePeerID   = "peerid"
	modeUsername = "username"

	singleChoice   = "single-choice"
	multipleChoice = "multiple-choice"
	shortAnswer    = "short-answer"
	longAnswer     = "long-answer"
)

// The bounds of a poll. A client reads 50 questions and no more; the rest keeps one poll from becoming a burden to the peers that are
// sent it. Texts are counted in characters.
const (
	MaxQuestions = 50
	MaxOptions   = 50
	MaxTitle     = 1000
	MaxQuestion  = 4096 // of a question's text
	MaxOption    = 1024 // of an option's text
	MaxText      = 4096 // of a response, and of the text that is right
	MaxDuration  = 86400
	MaxWeight    = 10_000

	maxRoles       = 100
	maxRole        = 64
	maxAttachments = 10
	maxURL         = 2048
	maxWord        = 256 // of an attachment's type, and of a format
)

// Draft is what a caller wants a poll to be about; what is nil takes its default.
type Draft struct {
	Title     *string
	Type      *string  // poll
	Duration  *int     // seconds; 0: until it is stopped
	Anonymous *bool    // false
	Mode      *string  // userid
	Start     *string  // auto; manual for those that peers make
	Voters    []string // roles that may vote; none: all
	Viewers   []string // roles that may see the responses; none: all
	Questions []QuestionDraft
}

// putAll puts the whole draft into a poll.
func (d Draft) putAll(p *models.Poll, start string) error {
	questions, err := newQuestions(d.Questions)
	if err != nil {
		return err
	}
	p.Questions = questions
	return d.put(p, start)
}

// put puts the draft into a poll, but for the questions.
func (d Draft) put(p *models.Poll, start string) error {
	p.Title, p.Duration, p.Anonymous = or(d.Title, ""), or(d.Duration, 0), or(d.Anonymous, false)
	p.Type, p.Mode, p.Start = or(d.Type, typePoll), or(d.Mode, modeUserID), or(d.Start, start)
	p.Voters, p.Viewers = d.Voters, d.Viewers
	return first(
		longest("title", p.Title, MaxTitle),
		upTo("duration", p.Duration, MaxDuration),
		oneOf("type", p.Type, typePoll, typeQuiz),
		oneOf("mode", p.Mode, modeUserID, modePeerID, modeUsername),
		oneOf("start", p.Start, startAuto, startManual),
		checkRoles("vote", d.Voters),
		checkRoles("responses", d.Viewers),
	)
}

func checkRoles(key string, roles []string) error {
	if len(roles) > maxRoles {
		return fault.Invalidf("%s: at most %d roles are possible", key, maxRoles)
	}
	for _, role := range roles {
		if role == "" || utf8.RuneCountInString(role) > maxRole {
			return fault.Invalidf("%s: the name of a role has 1 to %d characters", key, maxRole)
		}
	}
	return nil
}

func or[T any](given *T, standard T) T {
	if given == nil {
		return standard
	}
	return *given
}

// first is the first of some errors that is one.
func first(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func longest(key, text string, limit int) error {
	if utf8.RuneCountInString(text) > limit {
		return fault.Invalidf("%s must have at most %d characters", key, limit)
	}
	return nil
}

func upTo(key string, number, most int) error {
	if number < 0 || number > most {
		return fault.Invalidf("%s must be an integer from 0 to %d", key, most)
	}
	return nil
}

func oneOf[T ~string](key string, word T, words ...T) error {
	if !slices.Contains(words, word) {
		return fault.Invalidf("%s must be one of %v", key, words)
	}
	return nil
}
