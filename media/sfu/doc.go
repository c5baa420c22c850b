// Package sfu is the media engine in the binary: it passes on what peers publish to those who may have it, over WebRTC (pion).
package sfu
