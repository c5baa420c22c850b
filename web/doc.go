// Package web holds the pages that people see, as they are embedded in the binary.
package web
