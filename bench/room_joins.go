package main

import (
	"context"
	"errors"
	"sync/atomic"
	"time"

	"foyer/bench/load"

	"golang.org/x/sync/errgroup"
)

const (
	joinRooms   = 32
	joinLoops   = 4 // in each room, beside somebody who stays
	joinReading = 4 << 10
	joinStock   = 16_384 // tokens of a turn: more than are used in it
)

// joinTurn is what came of one turn.
type joinTurn struct {
	perCPU float64 // joins per CPU-second
	rate   float64 // joins a second
}

// joins measures whole stays: /init, the WebSocket, the join until it is answered, and the leave until the server has closed the
// connection; both are written down by then. Somebody stays in each room, so that its session does.
func joins(ctx context.Context, o liveOptions, h *house) (err error) {
	residents, err := h.settle(ctx, joinRooms, 1, joinReading)
	if err != nil {
		return err
	}
	if err := residents.watch(isAnything); err != nil {
		return err
	}
	stop := residents.keepAlive(ctx)
	defer func() { err = errors.Join(err, stop(), residents.close()) }()
	var turns []joinTurn
	for range o.rounds + 1 {
		turn, err := h.runJoins(ctx, o)
		if err != nil {
			return err
		}
		turns = append(turns, turn)
	}
	h.table.joins(turns[1:])
	return nil
}

// runJoins has some loops come and go in every room.
func (h *house) runJoins(ctx context.Context, o liveOptions) (t joinTurn, err error) {
	loops := make([][]seat, joinRooms*joinLoops)
	for i := range loops {
		if loops[i], err = h.seatsOf(roomID(firstFresh+i%joinRooms), joinStock/len(loops)); err != nil {
			return t, err
		}
	}
	began := time.Now()
	done := 0
	cpu, err := h.foyer.spends(func() (err error) {
		done, err = h.visits(ctx, loops, began.Add(o.turn()))
		return err
	})
	return joinTurn{perCPU: float64(done) / cpu.Seconds(), rate: float64(done) / time.Since(began).Seconds()}, err
}

func (h *house) seatsOf(room string, count int) ([]seat, error) {
	seats := make([]seat, count)
	for i := range seats {
		var err error
		if seats[i], err = h.newSeat(room); err != nil {
			return nil, err
		}
	}
	return seats, nil
}

// visits has loops of seats be used one after the other, until the end or until there are none left. It says how many were.
func (h *house) visits(ctx context.Context, loops [][]seat, end time.Time) (int, error) {
	var work errgroup.Group
	var done atomic.Int64
	for _, seats := range loops {
		work.Go(func() (err error) {
			desk, err := load.Dial(ctx, h.foyer.address, 1)
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, desk.Close()) }()
			for i := 0; i < len(seats) && time.Now().Before(end); i++ {
				if err := h.visit(ctx, desk, seats[i]); err != nil {
					return err
				}
				done.Add(1)
			}
			return nil
		})
	}
	err := work.Wait()
	return int(done.Load()), err
}

// visit is one whole stay.
func (h *house) visit(ctx context.Context, desk *load.Client, s seat) error {
	p, err := h.enter(ctx, desk, s, joinReading)
	if err != nil {
		return err
	}
	if err := p.Send(leaveFrame); err != nil {
		return errors.Join(err, p.Close())
	}
	return p.End()
}
