// Package tokens issues and verifies the tokens of the 100ms dialect, and keeps the access keys that sign them.
package tokens
