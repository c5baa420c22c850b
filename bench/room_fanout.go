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
	foyer, err := h.settle(ctx, count, seats, readAtOnce)
	if err != nil {
		return err
	}
	floor, err := h.settleFloor(ctx, count, seats, readAtOnce)
	if err != nil {
		return err
	}
	both, err := speeches(foyer, floor)
	if err != nil {
		return err
	}
	for _, each := range both {
		stop := each.keepAlive(ctx)
		defer func() { err = errors.Join(err, stop(), each.close()) }()
	}
	for turn := range o.rounds + 1 {
		for _, loop := range []func(*speech, context.Context, liveOptions) error{(*speech).runBurst, (*speech).runPaced} {
			for _, each := range both {
				if err := loop(each, ctx, o); err != nil {
					return fmt.Errorf("%s: %w", each.server.name, err)
				}
			}
			slices.Reverse(both)
		}
		slices.Reverse(both)
		if turn == 0 { // it was for warming up
			both[0].turns, both[1].turns = both[0].turns[:0], both[1].turns[:0]
		}
	}
	if both[0].server != h.foyer {
		slices.Reverse(both)
	}
	h.table.fanOut(seats, both[0].turns, both[1].turns)
	return nil
}

// text is what is said: a line of chat.
const text = "so that is what we agreed on: I write it down and send it round"

// speeches are what is said on both sides: in the floor something as long as what Foyer delivers.
func speeches(foyer, floor *side) ([]*speech, error) {
	request := func(text string) string {
		return `{"jsonrpc":"2.0","id":"` + messageID + `","method":"broadcast","params":{"info":{"message":"` + text + `","type":"chat"}}}`
	}
	first := foyer.rooms[0]
	if err := first[0].Send(peers.Text(request(text))); err != nil {
		return nil, err
	}
	delivered, err := first[1].Until(messageHead)
	if err != nil {
		return nil, err
	}
	padding := strings.Repeat(" ", len(delivered)-len(text))
	ours := newSpeech(foyer, request, true)
	theirs := newSpeech(floor, func(text string) string { return text + padding }, false)
	return []*speech{ours, theirs}, errors.Join(ours.watch(ours.hear), theirs.watch(theirs.hear))
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
	before, err := load.ProcessorTime(s.server.cmd.Process.Pid)
	if err != nil {
		return err
	}
	began := time.Now()
	end := began.Add(o.turn())
	delivered := make([]int, len(s.rooms))
	var work errgroup.Group
	for i, room := range s.rooms {
		work.Go(func() error {
			for time.Now().Before(end) {
				if err := s.burstIn(ctx, room); err != nil {
					return err
				}
				delivered[i] += burstSenders * burstMessages * (len(room) - 1)
			}
			return nil
		})
	}
	if err := work.Wait(); err != nil {
		return err
	}
	took := time.Since(began)
	after, err := load.ProcessorTime(s.server.cmd.Process.Pid)
	if err != nil {
		return err
	}
	total := 0
	for _, each := range delivered {
		total += each
	}
	s.turns = append(s.turns, fanTurn{burst: float64(total) / (after - before).Seconds(), rate: float64(total) / took.Seconds()})
	return nil
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
	before, err := load.ProcessorTime(s.server.cmd.Process.Pid)
	if err != nil {
		return err
	}
	s.mu.Lock()
	s.latencies = nil
	s.mu.Unlock()
	seats := len(s.rooms[0])
	rate := pacedDelivered / (seats - 1)
	count := int(float64(rate) * o.turn().Seconds())
	count -= count % (len(s.rooms) * seats) // each peer says as much as any other
	count = max(count, len(s.rooms)*seats)
	each := count / (len(s.rooms) * seats)
	for _, p := range s.all() {
		n := each * (seats - 1)
		if s.echoed {
			n += each
		}
		p.Expect(n)
	}
	turn := 0
	load.Tick(rate, count, func(at time.Time) bool {
		room := s.rooms[turn%len(s.rooms)]
		err = room[turn/len(s.rooms)%seats].Send(s.stamped(at))
		turn++
		return err == nil && ctx.Err() == nil
	})
	if err = errors.Join(err, ctx.Err()); err != nil {
		return err
	}
	if err := awaitAll(ctx, s.all()); err != nil {
		return err
	}
	after, err := load.ProcessorTime(s.server.cmd.Process.Pid)
	if err != nil {
		return err
	}
	t := &s.turns[len(s.turns)-1]
	t.paced = float64(count*(seats-1)) / (after - before).Seconds()
	s.mu.Lock()
	defer s.mu.Unlock()
	slices.Sort(s.latencies)
	heard := load.Round{Latencies: s.latencies}
	t.p50, t.p99 = heard.Quantile(0.5), heard.Quantile(0.99)
	return nil
}
