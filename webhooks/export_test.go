package webhooks

import (
	"context"
	"net"
)

// Public is the guard's judgement of one address.
var Public = public

// Again is an envelope as a replay sends it.
var Again = again

// Dialing makes receivers be reached by a function of a test's own.
func (o Options) Dialing(dial func(ctx context.Context, network, address string) (net.Conn, error)) Options {
	o.dial = dial
	return o
}
