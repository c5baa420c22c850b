// Package codes makes room codes, says when one is void, and slows down whoever guesses them.
package codes
