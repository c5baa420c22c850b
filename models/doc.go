// Package models holds the nouns of Foyer as plain structs: what a row of each table is, and nothing that acts.
package models
