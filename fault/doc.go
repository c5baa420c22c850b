// Package fault is how Foyer says that something cannot be done: a kind for the program, a message for the caller,
// a cause for the log.
package fault
