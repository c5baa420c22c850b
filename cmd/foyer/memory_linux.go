package main

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"syscall"
)

// dropProgram has the kernel take back the pages of the program: those that are used come back by themselves, from memory as long as the
// kernel keeps them there. The start touches most of the program once, the rest of the day a small part of it.
func dropProgram() {
	path, err := os.Executable()
	if err != nil {
		return
	}
	maps, err := os.Open("/proc/self/maps")
	if err != nil {
		return
	}
	defer func() { _ = maps.Close() }()
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		fields := strings.Fields(lines.Text()) // 00400000-01234000 r-xp 00000000 fe:00 1234 /usr/bin/foyer
		if len(fields) < 6 || fields[5] != path || strings.Contains(fields[1], "w") {
			continue
		}
		from, to, _ := strings.Cut(fields[0], "-")
		first, err1 := strconv.ParseUint(from, 16, 64)
		last, err2 := strconv.ParseUint(to, 16, 64)
		if err1 == nil && err2 == nil {
			_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, uintptr(first), uintptr(last-first), syscall.MADV_DONTNEED) // it may refuse
		}
	}
}

// dropPages has the kernel take back the pages of what will never be read.
func dropPages(b []byte) {
	_ = syscall.Madvise(b, syscall.MADV_DONTNEED) // it may refuse
}
