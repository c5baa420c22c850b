package polls_test

import (
	"slices"
	"strconv"
	"testing"

	"foyer/models"
	"foyer/polls"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestOptionsKeepTheirRightness takes options out at random: what is left stays in order, and the same ones are right.
func TestOptionsKeepTheirRightness(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var q models.Question
		rightOnes := map[string]bool{}
		for i := range rapid.IntRange(1, 12).Draw(t, "options") {
			name := strconv.Itoa(i)
			q.Options = append(q.Options, models.Option{Text: name})
			if rapid.Bool().Draw(t, "right") {
				q.Answer.Options = append(q.Answer.Options, i+1)
				rightOnes[name] = true
			}
		}
		for len(q.Options) > 0 && rapid.Bool().Draw(t, "more") {
			before := slices.Clone(q.Options)
			place := rapid.IntRange(1, len(q.Options)).Draw(t, "place")
			polls.RemoveOptionOf(&q, place)
			var left []string
			for i, option := range before {
				if i+1 != place {
					left = append(left, option.Text)
				}
			}
			if diff := cmp.Diff(left, texts(q.Options)); diff != "" {
				t.Fatalf("-want +got\n%s", diff)
			}
			checkRight(t, &q, rightOnes)
		}
	})
}

func texts(options []models.Option) []string {
	var list []string
	for _, option := range options {
		list = append(list, option.Text)
	}
	return list
}

// checkRight wants the answer to name, in order, just the options that were right from the beginning.
func checkRight(t *rapid.T, q *models.Question, rightOnes map[string]bool) {
	var want []int
	for i, option := range q.Options {
		if rightOnes[option.Text] {
			want = append(want, i+1)
		}
	}
	if diff := cmp.Diff(want, q.Answer.Options); diff != "" {
		t.Fatalf("right options: -want +got\n%s", diff)
	}
}

// TestQuestionsMoveDown takes questions out at random, and leaves the list that it was given alone.
func TestQuestionsMoveDown(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var list models.Questions
		for i := range rapid.IntRange(1, 12).Draw(t, "questions") {
			list = append(list, models.Question{Text: strconv.Itoa(i)})
		}
		given := slices.Clone(list)
		place := rapid.IntRange(1, len(list)).Draw(t, "place")
		want := append(slices.Clone(list[:place-1]), list[place:]...)
		if diff := cmp.Diff(want, polls.Without(list, place)); diff != "" {
			t.Fatalf("-want +got\n%s", diff)
		}
		if diff := cmp.Diff(given, list); diff != "" {
			t.Fatalf("the list itself: -before +after\n%s", diff)
		}
	})
}
