package hub_test

import (
	"context"
	"fmt"
	"strconv"
	"testing"

	"foyer/hub"
	"foyer/models"
)

// quiet is a connection that writes each event as a protocol would, and forgets it.
func quiet(e *hub.Event) { e.Form("bench", func(any) []byte { return []byte("x") }) }

func fill(b *testing.B, h *house, n int) []*hub.Line {
	b.Helper()
	lines := make([]*hub.Line, n)
	for i := range lines {
		name := fmt.Sprint("peer", i)
		line, err := h.Arrive(b.Context(), h.ticket(name, "host"), name, quiet)
		must(b, err)
		must(b, line.Join(b.Context(), name, ""))
		lines[i] = line
	}
	return lines
}

func unwritten() *house { return newHouse(func(_ *models.Room, o *hub.Options) { o.Journal = nil }) }

// BenchmarkSay is a message to all; per operation there are so many deliveries as peers, less one.
func BenchmarkSay(b *testing.B) {
	for _, n := range []int{8, 100} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			h := unwritten()
			lines := fill(b, h, n)
			message := hub.Text("hello", "")
			b.ReportAllocs()
			for b.Loop() {
				if _, err := lines[0].Say(message); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(b.N)*float64(n-1)/b.Elapsed().Seconds(), "deliveries/s")
			h.Stop()
		})
	}
}

// BenchmarkJoin is a join into a room of 1,000, and the leave that makes it 1,000 again.
func BenchmarkJoin(b *testing.B) {
	h := unwritten()
	fill(b, h, 1000)
	ticket, ctx := h.ticket("guest", "guest"), context.Background()
	b.ReportAllocs()
	for b.Loop() {
		line, err := h.Arrive(ctx, ticket, "guest", quiet)
		if err == nil {
			err = line.Join(ctx, "guest", "")
		}
		if err == nil {
			err = line.Leave(ctx)
		}
		if err != nil {
			b.Fatal(err)
		}
	}
	h.Stop()
}
