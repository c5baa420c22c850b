// Command livekit is the clients of bench media that speak LiveKit's protocol. It is a module of its own: LiveKit needs other versions of
// the libraries that Foyer stands on. Its go.mod also pins the server that it is compared with.
package main
