package main

import (
	"os"
	"regexp"
	"strconv"
	"testing"
)

// Pages of the program that nobody uses are given back, and the program goes on.
func TestProgramIsDropped(t *testing.T) {
	before := programPages(t)
	dropProgram()
	if after := programPages(t); after >= before {
		t.Errorf("%d KiB of the program were in memory, %d KiB are", before, after)
	}
}

// programPages are KiB of files that the process has in memory.
func programPages(t *testing.T) int {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	match := regexp.MustCompile(`RssFile:\s+(\d+) kB`).FindSubmatch(status)
	if match == nil {
		t.Skip("this kernel does not say")
	}
	n, err := strconv.Atoi(string(match[1]))
	if err != nil {
		t.Fatal(err)
	}
	return n
}
