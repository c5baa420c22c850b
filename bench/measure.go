package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"

	"foyer/bench/load"
)

// openConnections is how many connections the open loop has, so that one slow answer holds nobody up.
const openConnections = 64

// fastest is above the requests a second that any server here answers to a call with a stock.
const fastest = 8000

// contender is one side of a comparison.
type contender struct {
	server       *server
	next         load.Source
	stock        func(ctx context.Context, requests int) error
	closed, open *load.Client

	turns []turn
}

// turn is what came of one turn of both loops.
type turn struct {
	rate     float64       // requests a second with all connections busy
	cpu      time.Duration // of the server's process, for one request
	p50, p99 time.Duration // at the rate of the open loop
}

// duel lets two contenders take turns, first one and then the other leading, so that whatever else the machine does hits both.
func (o options) duel(ctx context.Context, a, b *contender) error {
	both := []*contender{a, b}
	for _, each := range both {
		if err := each.enter(ctx, o); err != nil {
			return err
		}
	}
	for range o.rounds() {
		for _, each := range both {
			each.turns = append(each.turns, turn{})
		}
		for _, loop := range []func(*contender, context.Context, options) error{(*contender).runClosed, (*contender).runOpen} {
			for _, each := range both {
				if err := loop(each, ctx, o); err != nil {
					return fmt.Errorf("%s: %w", each.server.name, err)
				}
			}
			slices.Reverse(both)
		}
		slices.Reverse(both)
	}
	return errors.Join(a.leave(), b.leave())
}

// enter opens the connections and has the server run warm.
func (c *contender) enter(ctx context.Context, o options) error {
	var err error
	if c.closed, err = load.Dial(ctx, c.server.address, o.connections); err != nil {
		return err
	}
	if c.open, err = load.Dial(ctx, c.server.address, openConnections); err != nil {
		return err
	}
	c.turns = []turn{{}}
	err = c.runClosed(ctx, o)
	c.turns = nil
	return err
}

func (c *contender) leave() error { return errors.Join(c.closed.Close(), c.open.Close()) }

// prepare does what must not disturb a turn: it collects garbage and stocks up.
func (c *contender) prepare(ctx context.Context, rate int, d time.Duration) error {
	runtime.GC()
	if c.stock == nil {
		return nil
	}
	return c.stock(ctx, int(float64(rate)*d.Seconds()))
}

func (c *contender) runClosed(ctx context.Context, o options) error {
	if err := c.prepare(ctx, fastest, o.round); err != nil {
		return err
	}
	before, err := load.ProcessorTime(c.server.cmd.Process.Pid)
	if err != nil {
		return err
	}
	round, err := c.closed.Closed(ctx, o.round, c.next)
	if err != nil {
		return err
	}
	after, err := load.ProcessorTime(c.server.cmd.Process.Pid)
	if err != nil {
		return err
	}
	if round.Requests == 0 {
		return errors.New("no request was answered")
	}
	t := &c.turns[len(c.turns)-1]
	t.rate, t.cpu = round.Rate(), (after-before)/time.Duration(round.Requests)
	return nil
}

func (c *contender) runOpen(ctx context.Context, o options) error {
	if err := c.prepare(ctx, o.rate, o.round); err != nil {
		return err
	}
	round, err := c.open.Open(ctx, o.rate, o.round, c.next)
	if err != nil {
		return err
	}
	t := &c.turns[len(c.turns)-1]
	t.p50, t.p99 = round.Quantile(0.5), round.Quantile(0.99)
	return nil
}

// median is the middle of what of says of the turns.
func median[T cmp.Ordered](turns []turn, of func(turn) T) T {
	all := make([]T, len(turns))
	for i, each := range turns {
		all[i] = of(each)
	}
	slices.Sort(all)
	return all[len(all)/2]
}

func rateOf(t turn) float64      { return t.rate }
func cpuOf(t turn) time.Duration { return t.cpu }
func p50Of(t turn) time.Duration { return t.p50 }
func p99Of(t turn) time.Duration { return t.p99 }

// ratio is the median, over the turns, of what of says of the one by what it says of the other in the same turn.
func ratio[T ~int64 | ~float64](one, other []turn, of func(turn) T) float64 {
	all := make([]float64, len(one))
	for i := range one {
		all[i] = float64(of(one[i])) / float64(of(other[i]))
	}
	slices.Sort(all)
	return all[len(all)/2]
}
