package polls

import "foyer/models"

// RemoveOptionOf is removeOption.
func RemoveOptionOf(q *models.Question, place int) { removeOption(q, place) }

// Without is without, for questions.
func Without(list models.Questions, place int) models.Questions { return without(list, place) }

// Judge reads a response and scores it.
func Judge(kind string, q *models.Question, r Response) (correct bool, points int, err error) {
	said, err := r.read(q)
	if err != nil {
		return false, 0, err
	}
	correct, points = score(kind, q, said)
	return correct, points, nil
}
