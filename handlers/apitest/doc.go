// Package apitest is a Foyer for the tests of what answers HTTP: the real router over a real database, under a clock that moves when
// it is told to, with every answer held against openapi.yaml.
package apitest
