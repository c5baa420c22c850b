// Package relay is the floor of the live room: a WebSocket server that forwards the bytes of each message to the other connections of
// its room and knows nothing of them.
package relay
