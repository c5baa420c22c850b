// Package load sends requests to an HTTP server over connections that stay open, and measures what comes of it: how many a second,
// how long each takes, and how much processor time the server's process spends.
package load
