// Package sessions writes down what happens in live rooms, gives it back after a restart, and tells who was there when.
package sessions
