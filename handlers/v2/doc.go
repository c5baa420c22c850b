// Package v2 speaks the 100ms v2 server API: templates, rooms, room codes, the token exchange, and what a room is doing now.
package v2
