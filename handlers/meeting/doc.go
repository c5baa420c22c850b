// Package meeting answers join links: the page that a room code leads to.
package meeting
