// Package turn relays the media of clients whose network lets them reach nobody else (TURN, RFC 8656).
package turn
