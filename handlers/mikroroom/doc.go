// Package mikroroom speaks MikroRoom's protocol: its HTTP API, and the signalling of its rooms over a WebSocket.
package mikroroom
