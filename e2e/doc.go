// Package e2e drives the real foyer binary from outside, as its users do: by the official SDKs, in node and in a browser, by the
// unmodified Prebuilt and by newman from npm, by curl, by signals and by kill -9, on SQLite and on Postgres. All of it is in the tests.
package e2e
