// Package hms speaks the 100ms client protocol: GET /init, and JSON-RPC over a WebSocket (docs/protocol-100ms.md).
package hms
