//go:build !race

package hms_test

import "time"

// tolerable is how long a delivery may take, mostMemory how much the test may use, its own thousand clients included.
const (
	tolerable  = 50 * time.Millisecond
	mostMemory = 256 << 20
)
