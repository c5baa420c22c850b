package polls

import (
	"slices"

	"foyer/models"
)

// without is a list that lacks what stood at a place, from 1.
func without[T any](list []T, place int) []T {
	return slices.Delete(slices.Clone(list), place-1, place)
}

// removeOption takes an option out of a question. What the answer says of the options after it follows them.
func removeOption(q *models.Question, place int) {
	q.Options = without(q.Options, place)
	var right []int
	for _, each := range q.Answer.Options {
		switch {
		case each < place:
			right = append(right, each)
		case each > place:
			right = append(right, each-1)
		}
	}
	q.Answer.Options = right
}
