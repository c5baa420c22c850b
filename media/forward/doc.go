// Package forward takes the packets of one published track to whoever is to get them: in the layer that each bears, under numbers and
// times of its own, and again when they were lost. It opens no connection; whoever has some gives it packets and takes them.
package forward
