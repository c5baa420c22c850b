package polls

import (
	"errors"
	"slices"

	"foyer/fault"
	"foyer/models"
)

// QuestionDraft is what a caller wants a question to be; what is nil takes its default (server contract 8.1).
type QuestionDraft struct {
	Index       *int // its place in the list, from 1
	Text        *string
	Type        *string // single-choice
	Format      *string // text
	Attachments []models.Attachment
	Skippable   *bool // true
	Once        *bool // false
	Duration    *int  // seconds
	Weight      *int  // 1
	MinLength   *int
	MaxLength   *int
	Answer      AnswerDraft
	Options     []OptionDraft
}

// AnswerDraft is what a caller wants to be right.
type AnswerDraft struct {
	Hidden  *bool // false
	Options []int
	Text    *string
	Case    *bool // false
	Trim    *bool // true
}

// OptionDraft is what a caller wants an option to be.
type OptionDraft struct {
	Index  *int // its place in the list, from 1
	Text   *string
	Weight *int // 1
}

// newQuestions makes questions of drafts, in the order of their indexes: 1 to n, each once. One without an index has that of its place.
func newQuestions(drafts []QuestionDraft) (models.Questions, error) {
	if len(drafts) > MaxQuestions {
		return nil, fault.Invalidf("questions: at most %d are possible", MaxQuestions)
	}
	questions := make(models.Questions, len(drafts))
	err := inOrder("questions", len(drafts), func(i int) *int { return drafts[i].Index }, func(i, index int) (err error) {
		questions[index-1], err = drafts[i].question(index)
		return err
	})
	return questions, err
}

// inOrder calls put with every place of a list and the index that its draft gives it, or that it has by its place.
func inOrder(list string, length int, given func(i int) *int, put func(i, index int) error) error {
	seen := make([]bool, length)
	for i := range length {
		index := or(given(i), i+1)
		if index < 1 || index > length || seen[index-1] {
			return fault.Invalidf("%s: the indexes must be 1 to %d, each once", list, length)
		}
		seen[index-1] = true
		if err := put(i, index); err != nil {
			return err
		}
	}
	return nil
}

// about tells of an error which part it is about.
func about(part string, index int, err error) error {
	f, ours := errors.AsType[*fault.Error](err)
	if !ours {
		return err
	}
	return fault.Invalidf("%s %d: %s", part, index, f.Message)
}

// question makes the question of an index. Kind Invalid.
func (d QuestionDraft) question(index int) (models.Question, error) {
	q := models.Question{
		Text: or(d.Text, ""), Type: or(d.Type, singleChoice), Format: or(d.Format, "text"), Attachments: d.Attachments,
		Skippable: or(d.Skippable, true), Once: or(d.Once, false), Duration: or(d.Duration, 0), Weight: or(d.Weight, 1),
		MinLength: or(d.MinLength, 0), MaxLength: or(d.MaxLength, 0),
		Answer: models.Answer{
			Hidden: or(d.Answer.Hidden, false), Options: d.Answer.sorted(), Text: or(d.Answer.Text, ""),
			Case: or(d.Answer.Case, false), Trim: or(d.Answer.Trim, true),
		},
	}
	var err error
	if q.Options, err = newOptions(d.Options); err != nil {
		return q, about("question", index, err)
	}
	if err := first(sameIndex(d.Index, index), checkQuestion(&q), checkAnswer(&q)); err != nil {
		return q, about("question", index, err)
	}
	return q, nil
}

// sorted are the options of an answer in order, each once.
func (d AnswerDraft) sorted() []int {
	right := slices.Clone(d.Options)
	slices.Sort(right)
	return slices.Compact(right)
}

func sameIndex(given *int, index int) error {
	if or(given, index) != index {
		return fault.Invalidf("index must be %d", index)
	}
	return nil
}

func checkQuestion(q *models.Question) error {
	if len(q.Attachments) > maxAttachments {
		return fault.Invalidf("attachment: at most %d are possible", maxAttachments)
	}
	for _, each := range q.Attachments {
		if err := first(longest("attachment: type", each.Type, maxWord), longest("attachment: url", each.URL, maxURL)); err != nil {
			return err
		}
	}
	return first(
		oneOf("type", q.Type, singleChoice, multipleChoice, shortAnswer, longAnswer),
		longest("text", q.Text, MaxQuestion),
		longest("format", q.Format, maxWord),
		upTo("duration", q.Duration, MaxDuration),
		upTo("weight", q.Weight, MaxWeight),
		upTo("answer_min_len", q.MinLength, MaxText),
		upTo("answer_max_len", q.MaxLength, MaxText),
		ordered(q.MinLength, q.MaxLength),
	)
}

func ordered(least, most int) error {
	if most != 0 && least > most {
		return fault.Invalidf("answer_min_len must not be greater than answer_max_len")
	}
	return nil
}

func checkAnswer(q *models.Question) error {
	for _, option := range q.Answer.Options {
		if option < 1 || option > len(q.Options) {
			return fault.Invalidf("answer: there is no option %d", option)
		}
	}
	return longest("answer: text", q.Answer.Text, MaxText)
}

// newOptions is newQuestions for options.
func newOptions(drafts []OptionDraft) ([]models.Option, error) {
	if len(drafts) > MaxOptions {
		return nil, fault.Invalidf("options: at most %d are possible", MaxOptions)
	}
	options := make([]models.Option, len(drafts))
	err := inOrder("options", len(drafts), func(i int) *int { return drafts[i].Index }, func(i, index int) (err error) {
		options[index-1], err = drafts[i].option(index)
		return err
	})
	return options, err
}

// option makes the option of an index. Kind Invalid.
func (d OptionDraft) option(index int) (models.Option, error) {
	o := models.Option{Text: or(d.Text, ""), Weight: or(d.Weight, 1)}
	err := first(sameIndex(d.Index, index), longest("text", o.Text, MaxOption), upTo("weight", o.Weight, MaxWeight))
	if err != nil {
		return o, about("option", index, err)
	}
	return o, nil
}

// choice reports whether a question is answered by options.
func choice(q *models.Question) bool { return q.Type == singleChoice || q.Type == multipleChoice }

// checkReady reports what keeps a poll from being begun. Kind Invalid.
func checkReady(questions models.Questions) error {
	if len(questions) == 0 {
		return fault.Invalidf("the poll has no questions")
	}
	for i := range questions {
		if choice(&questions[i]) && len(questions[i].Options) == 0 {
			return fault.Invalidf("question %d has no options", i+1)
		}
	}
	return nil
}
