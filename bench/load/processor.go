package load

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"
)

// clockTick is the unit of times in /proc: 1/100 s on every architecture.
const clockTick = 10 * time.Millisecond

// ProcessorTime is the time that a process has spent on processors so far, its own and the kernel's for it, to 10 ms. It needs
// Linux's /proc.
func ProcessorTime(pid int) (time.Duration, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, fmt.Errorf("processor time of the server: %w", err)
	}
	// The name in parentheses may hold anything; utime and stime are fields 14 and 15, the state after the name is the third.
	fields := bytes.Fields(stat[bytes.LastIndexByte(stat, ')')+1:])
	var total time.Duration
	for _, field := range fields[11:13] {
		ticks, err := strconv.ParseInt(string(field), 10, 64)
		if err != nil {
			return 0, fmt.Errorf("processor time of the server: %w", err)
		}
		total += time.Duration(ticks) * clockTick
	}
	return total, nil
}
