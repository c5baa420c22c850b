// Package loopback is a media engine without packets, for tests of those who drive an engine: it keeps the rules and passes on nothing.
package loopback
