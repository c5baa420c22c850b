package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"foyer/bench/load"
)

// call is one call of the API, and what Foyer promises about it.
type call struct {
	name  string
	next  load.Source
	stock func(ctx context.Context, requests int) error // called before a turn that may need so many; may be nil
	ratio float64                                       // at least so many times the floor's requests per CPU-second; 0: no target
	p99   time.Duration                                 // at most, at the rate of the open loop; 0: no target
}

// The targets.
const (
	exchangeRatio = 0.8
	codesRatio    = 0.5
	exchangeP99   = 5 * time.Millisecond
	crowdedRatio  = 1.3
)

// calls are those that are compared, over rooms that exist and their codes.
func (s *site) calls(ids, codes []string) []call {
	lists, syncs := make([][]byte, len(ids)), make([][]byte, len(ids))
	for i, id := range ids {
		lists[i], syncs[i] = s.get("/v2/room-codes/room/"+id), s.post("/v2/room-codes/room/"+id, "{}")
	}
	fresh := &freshRooms{site: s, end: firstFresh}
	fresh.next.Store(firstFresh)
	return []call{
		{name: "exchange", next: s.exchanges(codes), ratio: exchangeRatio, p99: exchangeP99},
		{name: "list codes", next: anyOf(lists), ratio: codesRatio},
		{name: "create codes", next: anyOf(syncs), ratio: codesRatio},
		{name: "create codes, fresh room", next: fresh.request, stock: fresh.stock, ratio: codesRatio},
		{name: "create room", next: s.newRoom()},
	}
}

// exchanges asks for tokens of codes at random.
func (s *site) exchanges(codes []string) load.Source {
	requests := make([][]byte, len(codes))
	for i, code := range codes {
		requests[i] = s.exchange(code)
	}
	return anyOf(requests)
}

func anyOf(requests [][]byte) load.Source {
	return func() ([]byte, bool) { return requests[rand.IntN(len(requests))], true }
}

// newRoom makes a room of another name each time.
func (s *site) newRoom() load.Source {
	var made atomic.Int64
	return func() ([]byte, bool) {
		return s.post("/v2/rooms", fmt.Sprintf(`{"name":"bench-%d","description":"a room of the benchmark"}`, made.Add(1))), true
	}
}

// freshRooms are rooms without codes, each to be used once.
type freshRooms struct {
	site *site
	next atomic.Int64
	end  int64
}

// firstFresh is above the numbers of the rooms of a crowded table.
const firstFresh = 1 << 32

func (f *freshRooms) stock(ctx context.Context, requests int) error {
	f.next.Store(min(f.next.Load(), f.end))
	lacking := requests - int(f.end-f.next.Load())
	if lacking <= 0 {
		return nil
	}
	if err := f.site.insertRooms(ctx, int(f.end), lacking); err != nil {
		return fmt.Errorf("make rooms: %w", err)
	}
	f.end += int64(lacking)
	return nil
}

func (f *freshRooms) request() ([]byte, bool) {
	n := f.next.Add(1) - 1
	if n >= f.end {
		return nil, false
	}
	return f.site.post("/v2/room-codes/room/"+roomID(int(n)), "{}"), true
}
