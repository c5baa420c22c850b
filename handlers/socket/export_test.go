package socket

import (
	"bufio"
	"net"
	"strings"
)

// Over runs a stay over a connection whose handshake is over.
func Over(raw net.Conn, limits Limits, stay func(*Conn)) error {
	c, err := newConn(raw, bufio.NewReader(strings.NewReader("")), limits.filled())
	if err == nil {
		c.serve(func() { stay(c) })
	}
	return err
}
