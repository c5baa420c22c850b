package main

import (
	"context"
	"errors"
	"time"

	"foyer/bench/load"
	"foyer/bench/peers"
)

// crowdTurn is what one stretch of joins cost.
type crowdTurn struct {
	frames int
	cpu    time.Duration
}

func (t crowdTurn) each() time.Duration { return t.cpu / time.Duration(max(1, t.frames)) }

// crowd has one peer after the other join large rooms, and compares what a frame costs when they are nearly empty and nearly full.
func crowd(ctx context.Context, o liveOptions, h *house) (err error) {
	var first, last crowdTurn
	for range max(1, o.rounds/2) {
		f, l, err := h.fillRoom(ctx, o)
		if err != nil {
			return err
		}
		first = crowdTurn{first.frames + f.frames, first.cpu + f.cpu}
		last = crowdTurn{last.frames + l.frames, last.cpu + l.cpu}
	}
	h.table.crowd(o, first, last)
	return nil
}

func (h *house) fillRoom(ctx context.Context, o liveOptions) (first, last crowdTurn, err error) {
	ids, err := h.plainRooms(ctx, 1)
	if err != nil {
		return first, last, err
	}
	s := &side{server: h.foyer, rooms: make([][]*peers.Peer, 1), ping: pingFrame}
	defer func() { err = errors.Join(err, s.close()) }()
	if first, err = h.joinMany(ctx, s, ids[0], o.crowd/10); err != nil {
		return first, last, err
	}
	if _, err = h.joinMany(ctx, s, ids[0], o.crowd-2*(o.crowd/10)); err != nil {
		return first, last, err
	}
	last, err = h.joinMany(ctx, s, ids[0], o.crowd/10)
	return first, last, err
}

// joinMany has so many more join a room, one after the other, and counts the frames that everybody gets by that.
func (h *house) joinMany(ctx context.Context, s *side, room string, count int) (t crowdTurn, err error) {
	seats, err := h.seatsOf(room, count)
	if err != nil {
		return t, err
	}
	desk, err := load.Dial(ctx, h.foyer.address, 1)
	if err != nil {
		return t, err
	}
	defer func() { err = errors.Join(err, desk.Close()) }()
	before, frames, err := h.stand(ctx, s)
	if err != nil {
		return t, err
	}
	stop := s.keepAlive(ctx)
	for _, each := range seats {
		p, err := h.enter(ctx, desk, each, joinReading)
		if err == nil {
			err = p.Watch(isAnything)
		}
		if err != nil {
			return t, errors.Join(err, stop())
		}
		s.rooms[0] = append(s.rooms[0], p)
	}
	if err := stop(); err != nil {
		return t, err
	}
	after, total, err := h.stand(ctx, s)
	return crowdTurn{frames: total - frames, cpu: after - before}, err
}

// stand waits until nothing comes any more, and gives the processor time of Foyer and the frames that have come.
func (h *house) stand(ctx context.Context, s *side) (time.Duration, int, error) {
	quiet := time.NewTicker(300 * time.Millisecond)
	defer quiet.Stop()
	for last := -1; ; {
		frames := 0
		for _, p := range s.rooms[0] {
			frames += p.Received()
		}
		if frames == last {
			cpu, err := load.ProcessorTime(h.foyer.cmd.Process.Pid)
			return cpu, frames, err
		}
		last = frames
		select {
		case <-ctx.Done():
			return 0, 0, ctx.Err()
		case <-quiet.C:
		}
	}
}
