// Package workspaces keeps what belongs to a customer as a whole: its settings, and the operators of the dashboard.
package workspaces
