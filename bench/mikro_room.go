package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"foyer/bench/peers"
)

// mikroRoom is one room of a side and who has joined it.
type mikroRoom struct {
	side  *mikroSide // static, as is the next one
	code  string
	peers []*mikroPeer
	burst int // messages that each peer says at once; set while nobody speaks

	heard atomic.Int64  // chat messages at all peers
	goal  atomic.Int64  // how many are waited for
	full  chan struct{} // one for each goal that is reached
}

// fill has everybody join, the one who makes the room first. Number is that of the first peer.
func (r *mikroRoom) fill(ctx context.Context, number int) error {
	for i := range mikroSeats {
		p := &mikroPeer{room: r, number: number + i, host: i == 0}
		if err := p.dial(ctx); err != nil {
			return err
		}
		if err := p.join(); err != nil {
			return errors.Join(err, p.raw.Close())
		}
		p.watch()
		r.peers = append(r.peers, p)
	}
	return nil
}

// complete says whether everybody sees exactly the others.
func (r *mikroRoom) complete() bool {
	for _, p := range r.peers {
		if p.present.Load() != mikroSeats {
			return false
		}
	}
	return len(r.peers) == mikroSeats
}

// census is how many each one sees, for the account of a failure.
func (r *mikroRoom) census() string {
	var all []string
	for _, p := range r.peers {
		all = append(all, strconv.FormatInt(p.present.Load(), 10))
		select {
		case <-p.ended:
			all = append(all, fmt.Sprintf("(ended: %v)", p.reason))
		default:
		}
	}
	return strings.Join(all, " ")
}

// prepare has everybody's messages ready: those of the web client, each with its number in the burst and a line of chat.
func (r *mikroRoom) prepare(count int) {
	r.burst = count
	for _, p := range r.peers {
		var all bytes.Buffer
		for i := range count {
			all.Write(peers.Text(fmt.Sprintf(`{"type":"chat","roomId":%q,"participantId":%q,"text":"%03d %s","timestamp":%d}`,
				r.code, p.id, i, text, time.Now().UnixMilli())))
		}
		p.burst = all.Bytes()
	}
}

// mikroNumber is the number with which a message begins.
func mikroNumber(message string) (int, bool) {
	number, said, _ := strings.Cut(message, " ")
	n, err := strconv.Atoi(number)
	return n, err == nil && said == text
}

// speak has everybody say its messages at once, and waits until each of them has arrived at everybody, the speaker too.
func (r *mikroRoom) speak(ctx context.Context) error {
	each := r.burst * mikroSeats
	before := r.peers[0].heard.Load()
	r.goal.Add(int64(each * mikroSeats))
	for _, p := range r.peers {
		if err := p.send(p.burst); err != nil {
			return err
		}
	}
	if err := r.awaitGoal(ctx); err != nil {
		return err
	}
	for _, p := range r.peers {
		if got := p.heard.Load() - before; got != int64(each) {
			return fmt.Errorf("a peer of %s got %d messages instead of %d", r.code, got, each)
		}
	}
	return nil
}

// count tells whoever waits that everything has arrived.
func (r *mikroRoom) count() {
	if r.heard.Add(1) == r.goal.Load() {
		r.full <- struct{}{}
	}
}

func (r *mikroRoom) awaitGoal(ctx context.Context) error {
	late := time.NewTimer(mikroPatience)
	defer late.Stop()
	select {
	case <-r.full:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-late.C:
		return fmt.Errorf("%d of %d messages in %s after %v: %s", r.heard.Load(), r.goal.Load(), r.code, mikroPatience, r.census())
	}
}
