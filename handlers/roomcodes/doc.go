// Package roomcodes answers clients of Room Codes v1 (docs/protocol-roomcodes.md): HTTP for tokens and rooms, and a WebSocket for what is
// said in them.
package roomcodes
