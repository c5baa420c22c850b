//go:build race

package hms_test

import "time"

// With the race detector everything takes many times as long, and as much memory.
const (
	tolerable  = time.Second
	mostMemory = 1 << 30
)
