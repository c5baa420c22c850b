package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"strconv"
	"time"
)

const (
	seatsOfIdle = 8
	idleReading = 512
)

// idleSide is the memory of one side: bytes for each peer.
type idleSide struct{ before, after, each float64 }

// idle measures the memory that peers take who only ping: Foyer's beside the floor's, one after the other, since open files are few.
func idle(ctx context.Context, o liveOptions, h *house) error {
	theirs := func(rooms int) (*side, error) { return h.settleFloor(ctx, rooms, seatsOfIdle, idleReading) }
	floor, err := h.restOf(ctx, o, h.floor, theirs)
	if err != nil {
		return err
	}
	if err := h.warmUp(ctx, o); err != nil {
		return err
	}
	ours := func(rooms int) (*side, error) { return h.settle(ctx, rooms, seatsOfIdle, idleReading) }
	foyer, err := h.restOf(ctx, o, h.foyer, ours)
	if err != nil {
		return err
	}
	h.table.idle(o.idle/seatsOfIdle*seatsOfIdle, foyer, floor)
	return nil
}

// warmUp has Foyer use the memory in which garbage waits to be collected: that comes once, whoever is there.
func (h *house) warmUp(ctx context.Context, o liveOptions) error {
	ids, err := h.plainRooms(ctx, 16)
	if err != nil {
		return err
	}
	loops := make([][]seat, len(ids))
	for i, id := range ids {
		if loops[i], err = h.seatsOf(id, max(1, o.idle/4/len(ids))); err != nil {
			return err
		}
	}
	_, err = h.visits(ctx, loops, time.Now().Add(time.Minute))
	return err
}

// restOf fills rooms of one side and reads the memory of its server before and behind that, when the peers have been idle for a while.
func (h *house) restOf(ctx context.Context, o liveOptions, s *server, settle func(rooms int) (*side, error)) (m idleSide, err error) {
	count := o.idle / seatsOfIdle
	few, err := settle(2) // what the first peers need comes once
	if err != nil {
		return m, err
	}
	if err := few.watch(isAnything); err != nil {
		return m, err
	}
	stopFew := few.keepAlive(ctx)
	defer func() { err = errors.Join(err, stopFew(), few.close()) }()
	if m.before, err = s.resident(); err != nil {
		return m, err
	}
	all, err := settle(count)
	if err != nil {
		return m, err
	}
	if err := all.watch(isAnything); err != nil {
		return m, err
	}
	stop := all.keepAlive(ctx)
	defer func() { err = errors.Join(err, stop(), all.close()) }()
	select {
	case <-ctx.Done():
		return m, ctx.Err()
	case <-time.After(o.rest()):
	}
	if m.after, err = s.resident(); err != nil {
		return m, err
	}
	m.each = (m.after - m.before) / float64(count*seatsOfIdle)
	return m, nil
}

// resident is the memory that the server's process has in RAM, in bytes.
func (s *server) resident() (float64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range bytes.Lines(status) {
		if rest, ok := bytes.CutPrefix(line, []byte("VmRSS:")); ok {
			kib, err := strconv.Atoi(string(bytes.Fields(rest)[0]))
			return float64(kib) * 1024, err
		}
	}
	return 0, errors.New("the kernel does not say how much memory a process has")
}
