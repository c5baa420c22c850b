// Package chatrooms answers clients of the ryOS rooms API (docs/protocol-ryos.md): HTTP, and a WebSocket for what happens.
package chatrooms
