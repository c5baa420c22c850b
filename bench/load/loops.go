package load

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
)

// Round is what came of one stretch of load.
type Round struct {
	Requests  int
	Took      time.Duration
	Latencies []time.Duration // sorted
}

// Rate is requests a second.
func (r *Round) Rate() float64 { return float64(r.Requests) / r.Took.Seconds() }

// Quantile is the latency that the part q of all requests did not exceed.
func (r *Round) Quantile(q float64) time.Duration {
	if len(r.Latencies) == 0 {
		return 0
	}
	return r.Latencies[min(int(q*float64(len(r.Latencies))), len(r.Latencies)-1)]
}

// Closed keeps every connection busy for a time: each sends its next request when it has its answer (a closed loop). It ends early
// when the source does.
func (c *Client) Closed(ctx context.Context, d time.Duration, next Source) (Round, error) {
	began := time.Now()
	end := began.Add(d)
	return c.round(ctx, func(each *connection, seen *[]time.Duration) error {
		for at := time.Now(); at.Before(end) && ctx.Err() == nil; at = time.Now() {
			request, more := next()
			if !more {
				return nil
			}
			if _, err := each.do(request); err != nil {
				return err
			}
			*seen = append(*seen, time.Since(at))
		}
		return ctx.Err()
	})
}

// Open sends rate requests a second for a time, whether answers come or not (an open loop). Latencies count from the moment at which
// a request was meant to be sent, so that a server that stalls does not hide how long its callers would have waited.
func (c *Client) Open(ctx context.Context, rate int, d time.Duration, next Source) (Round, error) {
	due := make(chan time.Time, int(d.Seconds()*float64(rate))+1) // holds all of them: the clock never waits for an answer
	var failed atomic.Bool
	var clock errgroup.Group
	clock.Go(func() error {
		defer close(due)
		Tick(rate, cap(due)-1, func(at time.Time) bool {
			due <- at
			return ctx.Err() == nil && !failed.Load()
		})
		return nil
	})
	round, err := c.round(ctx, func(each *connection, seen *[]time.Duration) error {
		for at := range due {
			request, more := next()
			if !more {
				return nil
			}
			if _, err := each.do(request); err != nil {
				failed.Store(true)
				return err
			}
			*seen = append(*seen, time.Since(at))
		}
		return ctx.Err()
	})
	_ = clock.Wait()
	return round, err
}

// round runs work on every connection and gathers what they saw.
func (c *Client) round(ctx context.Context, work func(*connection, *[]time.Duration) error) (Round, error) {
	seen := make([][]time.Duration, len(c.connections))
	group, _ := errgroup.WithContext(ctx)
	began := time.Now()
	for i, each := range c.connections {
		group.Go(func() error { return work(each, &seen[i]) })
	}
	err := group.Wait()
	r := Round{Took: time.Since(began), Latencies: slices.Concat(seen...)}
	slices.Sort(r.Latencies)
	r.Requests = len(r.Latencies)
	return r, err
}
