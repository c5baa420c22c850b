// Package rooms opens rooms and lets people in: a code becomes a token here.
package rooms
