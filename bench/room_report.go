package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"
)

// Targets of the live room.
const (
	fanOutRatio   = 0.5       // of the floor's deliveries per CPU-second, at least
	burstsOfEight = 1_500_000 // deliveries per CPU-second in bursts in rooms of 8, at least
	joinsPerCPU   = 2000      // at least
	idleKiB       = 12        // of a peer beyond the floor's connection, at most
	crowdGrowth   = 2         // of the CPU of a frame, at most
)

// liveTable is what is written about the live room.
type liveTable struct {
	*tabwriter.Writer

	report *report
}

func (r *report) rooms() *liveTable {
	fmt.Fprintln(r.out, "\nThe live room: Foyer on SQLite, and the floor, which only forwards bytes")
	return &liveTable{Writer: tabwriter.NewWriter(r.out, 0, 0, 2, ' ', 0), report: r}
}

func (t *liveTable) line(cells ...string) { _, _ = fmt.Fprintln(t, strings.Join(cells, "\t")) }

func (t *liveTable) end() { _ = t.Flush() }

// judge says whether a target is held.
func (t *liveTable) judge(what, is, target string, held bool) string {
	if held {
		return "target " + target + ": held"
	}
	t.report.missed = append(t.report.missed, fmt.Sprintf("%s is %s, target %s", what, is, target))
	return "target " + target + ": MISSED"
}

// middle is the median of what of says of all turns.
func middle[T any, N cmp.Ordered](turns []T, of func(T) N) N {
	all := make([]N, len(turns))
	for i, each := range turns {
		all[i] = of(each)
	}
	slices.Sort(all)
	return all[len(all)/2]
}

func thousands(n float64) string { return fmt.Sprintf("%.0f k", n/1000) }

// fanOut writes what deliveries cost: ratios are medians over turns that were next to each other.
func (t *liveTable) fanOut(seats int, foyer, floor []fanTurn) {
	for _, loop := range []struct {
		name   string
		of     func(fanTurn) float64
		target float64
	}{
		{"in bursts", func(t fanTurn) float64 { return t.burst }, map[int]float64{8: burstsOfEight}[seats]},
		{"paced", func(t fanTurn) float64 { return t.paced }, 0},
	} {
		ratios := make([]float64, len(foyer))
		for i := range foyer {
			ratios[i] = loop.of(foyer[i]) / loop.of(floor[i])
		}
		name := fmt.Sprintf("rooms of %d, %s", seats, loop.name)
		is, ratio := middle(foyer, loop.of), middle(ratios, func(r float64) float64 { return r })
		t.line(name+": deliveries per CPU-second", thousands(is), "floor "+thousands(middle(floor, loop.of)))
		t.line("  ratio", fmt.Sprintf("%.2f", ratio), "",
			t.judge(name+": ratio", fmt.Sprintf("%.2f", ratio), fmt.Sprint(fanOutRatio), ratio >= fanOutRatio))
		if loop.target > 0 {
			verdict := t.judge(name+": deliveries per CPU-second", thousands(is), thousands(loop.target), is >= loop.target)
			t.line("  deliveries", thousands(is), "", verdict)
		}
	}
	p50, p99 := func(t fanTurn) time.Duration { return t.p50 }, func(t fanTurn) time.Duration { return t.p99 }
	t.line(fmt.Sprintf("rooms of %d, paced: p50 and p99 of a delivery", seats), millis(middle(foyer, p50))+", "+millis(middle(foyer, p99)),
		"floor "+millis(middle(floor, p50))+", "+millis(middle(floor, p99)))
	_ = t.Flush()
}

func (t *liveTable) joins(turns []joinTurn) {
	is := middle(turns, func(t joinTurn) float64 { return t.perCPU })
	rate := middle(turns, func(t joinTurn) float64 { return t.rate })
	t.line("joins and leaves per CPU-second", fmt.Sprintf("%.0f", is), fmt.Sprintf("%.0f a second", rate),
		t.judge("joins per CPU-second", fmt.Sprintf("%.0f", is), strconv.Itoa(joinsPerCPU), is >= joinsPerCPU))
	_ = t.Flush()
}

func (t *liveTable) idle(count int, foyer, floor idleSide) {
	is := (foyer.each - floor.each) / 1024
	t.line(fmt.Sprintf("memory of %d idle peers, each", count),
		fmt.Sprintf("%.1f KiB", foyer.each/1024), fmt.Sprintf("floor %.1f KiB", floor.each/1024))
	t.line("  beyond the floor's", fmt.Sprintf("%.1f KiB", is), "",
		t.judge("memory of an idle peer beyond the floor's", fmt.Sprintf("%.1f KiB", is), fmt.Sprintf("%d KiB", idleKiB), is <= idleKiB))
	_ = t.Flush()
}

func (t *liveTable) crowd(o liveOptions, first, last crowdTurn) {
	is := float64(last.each()) / float64(max(1, first.each()))
	t.line(fmt.Sprintf("CPU of a frame, first %d joins of %d", o.crowd/10, o.crowd),
		first.each().String(), fmt.Sprintf("%d frames", first.frames))
	t.line(fmt.Sprintf("  last %d", o.crowd/10), last.each().String(), fmt.Sprintf("%d frames", last.frames))
	t.line("  growth", fmt.Sprintf("%.2f", is), "",
		t.judge("growth of the CPU of a frame", fmt.Sprintf("%.2f", is), strconv.Itoa(crowdGrowth), is <= crowdGrowth))
	_ = t.Flush()
}
