// Package bus says which node of a Foyer owns a room.
package bus
