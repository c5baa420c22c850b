//go:build !linux

package main

// dropProgram does nothing here.
func dropProgram() {}

// dropPages does nothing here.
func dropPages([]byte) {}
