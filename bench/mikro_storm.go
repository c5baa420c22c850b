package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

const (
	stormPause = time.Second            // that the web client waits before it connects again
	stormAgain = 100 * time.Millisecond // before a join is asked again that was refused
)

// stormTurn is what came of a storm.
type stormTurn struct {
	took time.Duration // from the cut until everybody sees everybody and has heard one message of each
	died bool          // the server's process has ended
	refusals
}

// refusals counts the joins that had to be asked again. The web client gives up at the first, and hangs at the others.
type refusals struct{ unknown, other int64 }

// storm cuts everybody off at once, and measures how long it takes until all are back: Foyer, and then the original.
func (h *mikroHall) storm(ctx context.Context, o mikroOptions) error {
	for _, each := range h.openers() {
		s, err := each.open(ctx)
		if err != nil {
			return err
		}
		turn, err := s.weather(ctx, o.storm/mikroSeats)
		if err != nil {
			err = h.account(s, err)
		}
		if err := errors.Join(err, s.close()); err != nil {
			return err
		}
		h.table.storm(s.name, o.storm/mikroSeats*mikroSeats, turn)
	}
	return nil
}

// weather fills rooms and lets them go through the storm.
func (s *mikroSide) weather(ctx context.Context, rooms int) (t stormTurn, err error) {
	if err := s.settle(ctx, rooms); err != nil {
		return t, err
	}
	began := time.Now()
	if err := s.cutAll(); err != nil {
		return t, err
	}
	t.refusals, err = s.returnAll(ctx)
	if err == nil {
		err = s.awaitFull(ctx)
	}
	if err == nil {
		err = s.hearEachOther(ctx)
	}
	t.took, t.died = time.Since(began), err != nil && s.dead(ctx)
	if t.died {
		return t, nil
	}
	return t, err
}

func (s *mikroSide) cutAll() error {
	var work errgroup.Group
	for _, room := range s.rooms {
		work.Go(func() error {
			var errs []error
			for _, p := range room.peers {
				errs = append(errs, p.cut())
			}
			return errors.Join(errs...)
		})
	}
	return work.Wait()
}

// returnAll has everybody connect and join again, all at the same time and each as the web client does.
func (s *mikroSide) returnAll(ctx context.Context) (refusals, error) {
	var unknown, other atomic.Int64
	var work errgroup.Group
	for _, room := range s.rooms {
		for _, p := range room.peers {
			work.Go(func() error {
				r, err := p.comeBack(ctx)
				unknown.Add(r.unknown)
				other.Add(r.other)
				return err
			})
		}
	}
	err := work.Wait()
	return refusals{unknown: unknown.Load(), other: other.Load()}, err
}

// comeBack connects after the web client's pause, and joins; a join that is refused is asked again.
func (p *mikroPeer) comeBack(ctx context.Context) (r refusals, err error) {
	late, cancel := context.WithTimeout(ctx, mikroPatience)
	defer cancel()
	if err := pauseFor(late, stormPause); err != nil {
		return r, err
	}
	if err := p.dial(ctx); err != nil {
		return r, err
	}
	for {
		err := p.join()
		var refusal *mikroRefusal
		switch {
		case err == nil:
			p.watch()
			return r, nil
		case !errors.As(err, &refusal):
			return r, err
		case refusal.code == "ROOM_NOT_FOUND":
			r.unknown++
		default:
			r.other++
		}
		if late := pauseFor(late, stormAgain); late != nil {
			return r, fmt.Errorf("not let in again: %w", errors.Join(err, late))
		}
	}
}

func pauseFor(ctx context.Context, d time.Duration) error {
	pause := time.NewTimer(d)
	defer pause.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-pause.C:
		return nil
	}
}

// hearEachOther has everybody say one thing that everybody in the room must hear.
func (s *mikroSide) hearEachOther(ctx context.Context) error {
	var work errgroup.Group
	for _, room := range s.rooms {
		room.prepare(1)
		work.Go(func() error { return room.speak(ctx) })
	}
	return work.Wait()
}

// dead says whether the server's process answers no more.
func (s *mikroSide) dead(ctx context.Context) bool {
	_, err := s.health(ctx)
	return err != nil
}
