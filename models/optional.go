package models

// Optional is a value that a request may leave out, apart from giving it, be it empty.
type Optional[T any] struct {
	Given bool
	Value T
}

// Given is an optional value that was given.
func Given[T any](value T) Optional[T] { return Optional[T]{Given: true, Value: value} }
