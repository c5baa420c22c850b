package polls

// What rooms are told of their polls.
type (
	// Began says that a poll has begun.
	Began struct{ Info Info }

	// Ended says that a poll is over.
	Ended struct{ Info Info }

	// Counted says how a poll stands.
	Counted struct {
		Info  Info
		Stats Stats // of all questions
	}
)
