package main

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// chatTurn is what came of one turn.
type chatTurn struct {
	perCPU float64 // deliveries per CPU-second of the server
	rate   float64 // deliveries a second
}

// mikroTalk is a side whose peers chat.
type mikroTalk struct {
	*mikroSide

	turns []chatTurn
}

// chat measures what it costs to give chat messages to everybody in rooms of 8, the speaker too.
func (h *mikroHall) chat(ctx context.Context, o mikroOptions) (err error) {
	talks, err := h.openTalks(ctx, o)
	defer func() {
		for _, each := range talks {
			err = errors.Join(err, each.close())
		}
	}()
	if err != nil {
		return err
	}
	for round := range o.rounds + 1 {
		for _, each := range talks {
			if err := each.takeTurn(ctx, o); err != nil {
				return h.account(each.mikroSide, err)
			}
		}
		if round == 0 { // to run warm
			for _, each := range talks {
				each.turns = nil
			}
		}
		slices.Reverse(talks) // first one leads and then the other, so that whatever else the machine does hits both
	}
	h.table.chat(o, talks)
	return nil
}

// openTalks has everybody in on both sides, Foyer first.
func (h *mikroHall) openTalks(ctx context.Context, o mikroOptions) (talks []*mikroTalk, err error) {
	for _, each := range h.openers() {
		s, err := each.open(ctx)
		if err != nil {
			return talks, err
		}
		talks = append(talks, &mikroTalk{mikroSide: s})
		if err := s.settle(ctx, o.peers/mikroSeats); err != nil {
			return talks, h.account(s, err)
		}
	}
	return talks, nil
}

// takeTurn has every room chat by itself, again and again, until the turn is over. The messages are made before the turn begins.
func (t *mikroTalk) takeTurn(ctx context.Context, o mikroOptions) error {
	for _, room := range t.rooms {
		room.prepare(o.burst)
	}
	began := time.Now()
	end := began.Add(o.turn())
	var delivered atomic.Int64
	cpu, err := t.spends(func() error {
		var work errgroup.Group
		for _, room := range t.rooms {
			work.Go(func() error {
				for time.Now().Before(end) {
					if err := room.speak(ctx); err != nil {
						return err
					}
					delivered.Add(int64(o.burst * mikroSeats * mikroSeats))
				}
				return nil
			})
		}
		return work.Wait()
	})
	total := float64(delivered.Load())
	t.turns = append(t.turns, chatTurn{perCPU: total / cpu.Seconds(), rate: total / time.Since(began).Seconds()})
	return err
}
