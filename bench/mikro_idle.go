package main

import (
	"context"
	"errors"
	"time"
)

// mikroIdleRounds is how often each side is filled; each time by a process of its own.
const mikroIdleRounds = 3

// idle measures the memory that peers take who have joined and say nothing.
func (h *mikroHall) idle(ctx context.Context, o mikroOptions) error {
	openers := h.openers()
	sides := make(map[string][]idleSide, len(openers))
	for range min(o.rounds, mikroIdleRounds) {
		for _, each := range openers {
			m, err := h.restOf(ctx, o, each.open)
			if err != nil {
				return err
			}
			sides[each.name] = append(sides[each.name], m)
		}
	}
	h.table.idle(o, sides)
	return nil
}

// restOf fills a server and reads its memory before and behind that, when the peers have been idle for a while.
func (h *mikroHall) restOf(ctx context.Context, o mikroOptions, open func(context.Context) (*mikroSide, error)) (m idleSide, err error) {
	s, err := open(ctx)
	if err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	if err := s.settle(ctx, 2); err != nil { // what the first peers need comes once
		return m, h.account(s, err)
	}
	if m.before, err = s.resident(); err != nil {
		return m, err
	}
	if err := s.settle(ctx, o.peers/mikroSeats); err != nil {
		return m, h.account(s, err)
	}
	select {
	case <-ctx.Done():
		return m, ctx.Err()
	case <-time.After(o.rest()):
	}
	if m.after, err = s.resident(); err != nil {
		return m, err
	}
	m.each = (m.after - m.before) / float64(o.peers/mikroSeats*mikroSeats)
	return m, s.awaitFull(ctx) // nobody was dropped for being silent
}
