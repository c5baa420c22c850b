// Package peers is a crowd of WebSocket clients that cost little: they send frames that are ready, and count what they get, so that the
// processors are the server's.
package peers
