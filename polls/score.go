package polls

import (
	"slices"
	"strings"
	"unicode/utf8"

	"foyer/fault"
	"foyer/models"
)

// Response is what somebody says to one question.
type Response struct {
	Question int    // its index, from 1
	Type     string // of the question, as the client knows it; may be empty
	Option   *int   // for a single choice
	Options  []int  // for a multiple choice; one of them will do for a single one
	Text     string // for the answers in words
	Skipped  bool
	Duration int // milliseconds that it took
}

// said is what a response comes to: what is compared, counted and stored.
type said struct {
	options models.Positions
	text    string
	skipped bool
}

const maxThinking = 24 * 60 * 60 * 1000 // milliseconds

// read holds a response against its question. Kind Invalid.
func (r Response) read(q *models.Question) (said, error) {
	switch {
	case r.Type != "" && r.Type != q.Type:
		return said{}, fault.Invalidf("the question is of the type %s", q.Type)
	case r.Duration < 0 || r.Duration > maxThinking:
		return said{}, fault.Invalidf("duration must be milliseconds of one day at most")
	case r.Skipped && !q.Skippable:
		return said{}, fault.Invalidf("the question cannot be skipped")
	case r.Skipped:
		return said{skipped: true}, nil
	case choice(q):
		return r.chosen(q)
	default:
		return r.written(q)
	}
}

func (r Response) chosen(q *models.Question) (said, error) {
	options := slices.Clone(r.Options)
	if r.Option != nil && q.Type == singleChoice {
		options = []int{*r.Option}
	}
	slices.Sort(options)
	options = slices.Compact(options)
	switch {
	case len(options) == 0:
		return said{}, fault.Invalidf("an option must be chosen")
	case q.Type == singleChoice && len(options) > 1:
		return said{}, fault.Invalidf("only one option can be chosen")
	case options[0] < 1:
		return said{}, noOption(options[0])
	case options[len(options)-1] > len(q.Options):
		return said{}, noOption(options[len(options)-1])
	}
	return said{options: options}, nil
}

func noOption(place int) error { return fault.Invalidf("there is no option %d", place) }

func (r Response) written(q *models.Question) (said, error) {
	most := MaxText
	if q.MaxLength > 0 {
		most = q.MaxLength
	}
	if length := utf8.RuneCountInString(r.Text); length < max(1, q.MinLength) || length > most {
		return said{}, fault.Invalidf("text must have %d to %d characters", max(1, q.MinLength), most)
	}
	if !utf8.ValidString(r.Text) || strings.IndexByte(r.Text, 0) >= 0 { // not every database can hold it
		return said{}, fault.Invalidf("text must be UTF-8 without zero bytes")
	}
	return said{text: r.Text}, nil
}

// right reports whether what somebody said is right: for a single choice one of the right options, for a multiple choice all of them and
// no other, for words the same text. A question without an answer has nothing that is right.
func right(q *models.Question, s said) bool {
	switch {
	case s.skipped:
		return false
	case q.Type == singleChoice:
		return slices.Contains(q.Answer.Options, s.options[0])
	case q.Type == multipleChoice:
		return len(q.Answer.Options) > 0 && slices.Equal(q.Answer.Options, s.options)
	default:
		return q.Answer.Text != "" && sameText(&q.Answer, s.text)
	}
}

func sameText(a *models.Answer, text string) bool {
	want := a.Text
	if a.Trim {
		want, text = strings.TrimSpace(want), strings.TrimSpace(text)
	}
	if a.Case {
		return want == text
	}
	return strings.EqualFold(want, text)
}

// score is what something said is worth: the weight of the question when it is right in a quiz, else nothing; never less than that.
func score(kind string, q *models.Question, s said) (correct bool, points int) {
	if kind != typeQuiz || !right(q, s) {
		return false, 0
	}
	return true, q.Weight
}
