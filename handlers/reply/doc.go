// Package reply is the one place that turns a kind of fault into an HTTP status, and where a dialect leaves word how its errors look.
package reply
