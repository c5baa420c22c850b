// Package handlers mounts every dialect on one router, with what all of them share: who is asking, how often, what is logged and
// how an error ends.
package handlers
