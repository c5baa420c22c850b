package polls_test

import (
	"strings"
	"testing"

	"foyer/fault"
	"foyer/models"
	"foyer/polls"
)

// question is one of a type with three options and an answer.
func question(kind string, answer models.Answer) models.Question {
	return models.Question{Type: kind, Skippable: true, Weight: 5, Answer: answer, Options: make([]models.Option, 3)}
}

func one(option int) polls.Response { return polls.Response{Option: &option} }

func several(options ...int) polls.Response { return polls.Response{Options: options} }

func words(text string) polls.Response { return polls.Response{Text: text} }

// What is right in a quiz, and what it is worth.
func TestScore(t *testing.T) {
	t.Parallel()
	single := question("single-choice", models.Answer{Options: []int{2}})
	double := question("single-choice", models.Answer{Options: []int{1, 3}})
	multiple := question("multiple-choice", models.Answer{Options: []int{1, 3}})
	exact := question("short-answer", models.Answer{Text: "Blue Sky", Case: true})
	loose := question("long-answer", models.Answer{Text: " Blue Sky", Trim: true})
	open := question("multiple-choice", models.Answer{})
	silent := question("short-answer", models.Answer{Trim: true})
	for _, row := range []struct {
		name     string
		question models.Question
		response polls.Response
		right    bool
	}{
		{"the option", single, one(2), true},
		{"another option", single, one(1), false},
		{"the option in a list", single, several(2), true},
		{"either of two that are right", double, one(3), true},
		{"the one that is not", double, one(2), false},
		{"no answer, no right option", question("single-choice", models.Answer{}), one(1), false},
		{"all and no other", multiple, several(1, 3), true},
		{"in any order, repeated", multiple, several(3, 1, 3), true},
		{"one of two", multiple, several(1), false},
		{"one too many", multiple, several(1, 2, 3), false},
		{"no answer, no right options", open, several(1), false},
		{"the text", exact, words("Blue Sky"), true},
		{"another case", exact, words("blue sky"), false},
		{"space around it", exact, words("Blue Sky "), false},
		{"any case, trimmed", loose, words("\tBLUE sky\n"), true},
		{"another text", loose, words("blue  sky"), false},
		{"no text is right", silent, words(" "), false},
		{"skipped", single, polls.Response{Skipped: true}, false},
		{"skipped words", silent, polls.Response{Skipped: true}, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			right, points, err := polls.Judge("quiz", &row.question, row.response)
			want := map[bool]int{true: 5}[row.right]
			if err != nil || right != row.right || points != want {
				t.Errorf("right %v, %d points, %v; want %v, %d points", right, points, err, row.right, want)
			}
			if right, points, err := polls.Judge("poll", &row.question, row.response); right || points != 0 || err != nil {
				t.Errorf("in a poll: right %v, %d points, %v", right, points, err)
			}
		})
	}
}

// What is no response to a question.
func TestResponseRefused(t *testing.T) {
	t.Parallel()
	single, short := question("single-choice", models.Answer{}), question("short-answer", models.Answer{})
	multiple := question("multiple-choice", models.Answer{})
	needed, bounded := single, short
	needed.Skippable = false
	bounded.MinLength, bounded.MaxLength = 2, 4
	for _, row := range []struct {
		name     string
		question models.Question
		response polls.Response
		message  string
	}{
		{"nothing chosen", single, polls.Response{}, "an option must be chosen"},
		{"nothing chosen of many", multiple, several(), "an option must be chosen"},
		{"two for one", single, several(1, 2), "only one option can be chosen"},
		{"option -1, as a client sends for none", single, one(-1), "there is no option -1"},
		{"option 0", multiple, several(0, 1), "there is no option 0"},
		{"option 4", multiple, several(1, 4), "there is no option 4"},
		{"option alone for many", multiple, one(1), "an option must be chosen"},
		{"skipped, but needed", needed, polls.Response{Skipped: true}, "the question cannot be skipped"},
		{"another type", single, polls.Response{Type: "multiple-choice", Options: []int{1}}, "the question is of the type single-choice"},
		{"no text", short, words(""), "text must have 1 to 4096 characters"},
		{"too short", bounded, words("é"), "text must have 2 to 4 characters"},
		{"too long", bounded, words("ééééé"), "text must have 2 to 4 characters"},
		{"a zero byte", short, words("a\x00"), "text must be UTF-8 without zero bytes"},
		{"no UTF-8", short, words("\xff"), "text must be UTF-8 without zero bytes"},
		{"longer than any", short, words(strings.Repeat("x", 4097)), "text must have 1 to 4096 characters"},
		{"negative duration", single, polls.Response{Options: []int{1}, Duration: -1}, "duration must be milliseconds of one day at most"},
		{"years", single, polls.Response{Options: []int{1}, Duration: 86_400_001}, "duration must be milliseconds of one day at most"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := polls.Judge("quiz", &row.question, row.response)
			if !fault.Is(err, fault.Invalid) || err.Error() != row.message {
				t.Errorf("want %q, got %v", row.message, err)
			}
		})
	}
	if _, _, err := polls.Judge("poll", &bounded, words("éé")); err != nil {
		t.Errorf("two characters of four bytes: %v", err)
	}
}
