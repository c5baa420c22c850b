// Package hub keeps the live rooms: who is in, who waits, what is said, in one definite order for everybody. It is memory only: it knows
// no protocol and no database.
package hub
