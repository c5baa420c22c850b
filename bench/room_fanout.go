package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"foyer/bench/load"
	"foyer/bench/peers"

	"golang.org/x/sync/errgroup"
)

const (
	burstSenders   = 8      // of a room speak at once
	burstMessages  = 32     // of each of them
	burstPeers     = 64     // in all rooms together, or one room
	pacedDelivered = 10_000 // deliveries a second
	readAtOnce     = 64 << 10
)

// speech is what the peers of one side say, and what they hear.
type speech struct {
	*side

	burst   []byte                    // many messages at once
	stamped func(at time.Time) []byte // one message that says when it was meant to be sent
	echoed  bool                      // each sender gets an answer to each message
	counts  func(message []byte) bool // what is waited for
	turns   []fanTurn

	mu        sync.Mutex
	latencies []time.Duration // guarded by mu
}

// fanTurn is what came of one turn of both loops.
type fanTurn struct {
	burst, paced float64 // deliveries per CPU-second
	rate         float64 // deliveries a second in bursts
	p50, p99     time.Duration
}

// fanOut measures what it costs to give a message to everybody else in a room.
func fanOut(ctx context.Context, o liveOptions, h *house) error {
	for _, seats := range o.seats {
		if err := h.fanOutAmong(ctx, o, seats); err != nil {
			return fmt.Errorf("rooms of %d: %w", seats, err)
		}
	}
	return nil
}

func (h *house) fanOutAmong(ctx context.Context, o liveOptions, seats int) (err error) {
	count := max(1, burstPeers/seats)
	ours, err := h.settle(ctx, count, seats, readAtOnce)
	if err != nil {
		return err
	}
	theirs, err := h.settleFloor(ctx, count, seats, readAtOnce)
	if err != nil {
		return err
	}
	foyer, floor, err := speeches(ours, theirs)
	if err != nil {
		return err
	}
	for _, each := range []*speech{foyer, floor} {
		stop := each.keepAlive(ctx)
		defer func() { err = errors.Join(err, stop(), each.close()) }()
	}
	if err := o.takeTurns(ctx, foyer, floor, 1); err != nil { // to run warm
		return err
	}
	foyer.turns, floor.turns = nil, nil
	if err := o.takeTurns(ctx, foyer, floor, o.rounds); err != nil {
		return err
	}
	h.table.fanOut(seats, foyer.turns, floor.turns)
	return nil
}

// takeTurns lets both sides speak, first one and then the other leading, so that whatever else the machine does hits both.
func (o liveOptions) takeTurns(ctx context.Context, foyer, floor *speech, rounds int) error {
	both := []*speech{foyer, floor}
	for range rounds {
		for _, loop := range []func(*speech, context.Context, liveOptions) error{(*speech).runBurst, (*speech).runPaced} {
			for _, each := range both {
				if err := loop(each, ctx, o); err != nil {
					return fmt.Errorf("%s: %w", each.server.name, err)
				}
			}
			slices.Reverse(both)
		}
		slices.Reverse(both)
	}
	return nil
}

// text is what is said: a line of chat.
const text = "so that is what we agreed on: I write it down and send it round"

// speeches are what is said on both sides: in the floor something as long as what Foyer delivers.
func speeches(ours, theirs *side) (foyer, floor *speech, err error) {
	request := func(text string) string {
		return `{"jsonrpc":"2.0","id":"` + messageID + `","method":"broadcast","params":{"info":{"message":"` + text + `","type":"chat"}}}`
	}
	first := ours.rooms[0]
	if err := first[0].Send(peers.Text(request(text))); err != nil {
		return nil, nil, err
	}
	delivered, err := first[1].Until(messageHead)
	if err != nil {
		return nil, nil, err
	}
	padding := strings.Repeat(" ", len(delivered)-len(text))
	foyer = newSpeech(ours, request, true)
	floor = newSpeech(theirs, func(text string) string { return text + padding }, false)
	return foyer, floor, errors.Join(foyer.watch(foyer.hear), floor.watch(floor.hear))
}

func newSpeech(s *side, request func(text string) string, echoed bool) *speech {
	sp := &speech{side: s, echoed: echoed, burst: bytes.Repeat(peers.Text(request(text)), burstMessages), counts: isAnything}
	if echoed {
		sp.counts = isCounted
	}
	sp.stamped = func(at time.Time) []byte {
		mark := "@" + strconv.FormatInt(at.UnixNano(), 10)
		return peers.Text(request(mark + text[len(mark):]))
	}
	return sp
}

// hear counts a message, and how long it took when it says so.
func (s *speech) hear(message []byte) bool {
	if !s.counts(message) {
		return false
	}
	const digits = 19
	if i := bytes.IndexByte(message, '@'); i >= 0 && len(message) > i+digits {
		if at, err := strconv.ParseInt(string(message[i+1:i+1+digits]), 10, 64); err == nil {
			took := time.Since(time.Unix(0, at))
			s.mu.Lock()
			s.latencies = append(s.latencies, took)
			s.mu.Unlock()
		}
	}
	return true
}

// runBurst has some peers of each room say many things at once, and again when all of it has arrived everywhere.
func (s *speech) runBurst(ctx context.Context, o liveOptions) error {
	began := time.Now()
	end := began.Add(o.turn())
	var delivered atomic.Int64
	cpu, err := s.server.spends(func() error {
		var work errgroup.Group
		for _, room := range s.rooms {
			work.Go(func() error {
				for time.Now().Before(end) {
					if err := s.burstIn(ctx, room); err != nil {
						return err
					}
					delivered.Add(int64(burstSenders * burstMessages * (len(room) - 1)))
				}
				return nil
			})
		}
		return work.Wait()
	})
	total := float64(delivered.Load())
	s.turns = append(s.turns, fanTurn{burst: total / cpu.Seconds(), rate: total / time.Since(began).Seconds()})
	return err
}

// burstIn is one burst in one room.
func (s *speech) burstIn(ctx context.Context, room []*peers.Peer) error {
	for i, p := range room {
		others := burstSenders
		if i < burstSenders && !s.echoed {
			others--
		}
		p.Expect(others * burstMessages)
	}
	for _, p := range room[:burstSenders] {
		if err := p.Send(s.burst); err != nil {
			return err
		}
	}
	return awaitAll(ctx, room)
}

func awaitAll(ctx context.Context, all []*peers.Peer) error {
	for _, p := range all {
		if err := p.Await(ctx); err != nil {
			return err
		}
	}
	return nil
}

// runPaced has one peer after the other say something, at a rate that leaves the server idle in between.
func (s *speech) runPaced(ctx context.Context, o liveOptions) error {
	s.mu.Lock()
	s.latencies = nil
	s.mu.Unlock()
	seats := len(s.rooms[0])
	rate, turns := pacedDelivered/(seats-1), len(s.rooms)*seats // of one message of each peer
	each := max(1, int(float64(rate)*o.turn().Seconds())/turns)
	cpu, err := s.server.spends(func() error { return s.pace(ctx, rate, each) })
	if err != nil {
		return err
	}
	t := &s.turns[len(s.turns)-1]
	t.paced = float64(each*turns*(seats-1)) / cpu.Seconds()
	s.mu.Lock()
	defer s.mu.Unlock()
	slices.Sort(s.latencies)
	heard := load.Round{Latencies: s.latencies}
	t.p50, t.p99 = heard.Quantile(0.5), heard.Quantile(0.99)
	return nil
}

// pace has each peer say so many things, all of them together rate a second, and waits until all of it has arrived.
func (s *speech) pace(ctx context.Context, rate, each int) (err error) {
	seats := len(s.rooms[0])
	for _, p := range s.all() {
		n := each * (seats - 1)
		if s.echoed {
			n += each
		}
		p.Expect(n)
	}
	turn := 0
	load.Tick(rate, each*len(s.rooms)*seats, func(at time.Time) bool {
		room := s.rooms[turn%len(s.rooms)]
		err = room[turn/len(s.rooms)%seats].Send(s.stamped(at))
		turn++
		return err == nil && ctx.Err() == nil
	})
	if err = errors.Join(err, ctx.Err()); err != nil {
		return err
	}
	return awaitAll(ctx, s.all())
}
