// Package store keeps Foyer's nouns in SQLite or Postgres: the only place that knows SQL, locks and drivers' errors.
package store
