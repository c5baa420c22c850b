package main

import (
	"os"
	"regexp"
	"runtime"
	"runtime/debug"
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
func programPages(t *testing.T) int { return pages(t, "RssFile") }

// ownPages are KiB that the process has in memory and no file has.
func ownPages(t *testing.T) int { return pages(t, "RssAnon") }

func pages(t *testing.T, of string) int {
	t.Helper()
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	match := regexp.MustCompile(of + `:\s+(\d+) kB`).FindSubmatch(status)
	if match == nil {
		t.Skip("this kernel does not say")
	}
	n, err := strconv.Atoi(string(match[1]))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Headroom takes no memory, even where something else was before.
func TestHeadroomIsEmpty(t *testing.T) {
	var used [][]byte
	for range 8 {
		b := make([]byte, headroom/4)
		for i := range b {
			b[i] = 1
		}
		used = append(used, b)
	}
	runtime.KeepAlive(used)
	room := &reserve{}
	for range 2 {
		room.keep(false)
		debug.FreeOSMemory()
		before := ownPages(t)
		room.keep(true)
		if after := ownPages(t); after > before+headroom>>12 {
			t.Errorf("%d KiB were in memory, with headroom %d KiB are", before, after)
		}
	}
	runtime.KeepAlive(room)
}
