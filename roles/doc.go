// Package roles knows what a role of a template may be: its name, its numbers and their defaults, whom it hears and what it permits.
package roles
