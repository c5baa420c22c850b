package hms

import (
	"maps"
	"slices"
)

// Parse is parse for tests from outside.
func Parse(message []byte) (id, method, params string, err error) {
	c, err := parse(message)
	return c.ID, c.Method, c.Params, err
}

// Methods are all that a client can call.
func Methods() []string {
	names := []string{"ping", "analytics", "join", "leave"}
	for _, table := range []map[string]method{methods, pollMethods, engineMethods} {
		names = slices.AppendSeq(names, maps.Keys(table))
	}
	return slices.AppendSeq(names, maps.Keys(mediaMethods))
}
