//go:build race

package sfu_test

// raced is whether the race detector slows everything down.
const raced = true
