// Package templates keeps what kinds of rooms there are: their roles, settings and destinations.
package templates
