// Package usage keeps accounts and their API keys, and takes points from them for what their rooms do.
package usage
