package main

import "fmt"

// Targets beside LiveKit.
const (
	mediaCPURatio    = 1.1 // of LiveKit's processor time for a packet that is forwarded, at most
	mediaMemoryRatio = 0.5 // of LiveKit's resident memory, at most
)

// mediaTable is what is written about media.
type mediaTable struct{ *liveTable }

// shape writes what both sides spent on one shape: ratios are medians over turns that were next to each other.
func (t *mediaTable) shape(shape mediaShape, sides []*mediaSide) {
	const mib = 1 << 20
	cpu := func(t mediaTurn) float64 { return t.eachInMicros }
	memory := func(t mediaTurn) float64 { return t.resident }
	for _, s := range sides {
		t.line(shape.name+": "+s.name,
			fmt.Sprintf("%.1f µs a packet", middle(s.turns, cpu)),
			fmt.Sprintf("%.0f packets/s", middle(s.turns, func(t mediaTurn) float64 { return float64(t.packets) / t.took.Seconds() })),
			fmt.Sprintf("%.1f %% arrive", 100*middle(s.turns, func(t mediaTurn) float64 { return float64(t.packets) / float64(max(1, t.wanted)) })),
			fmt.Sprintf("%.0f MiB, %.0f of them its own", middle(s.turns, memory)/mib, middle(s.turns, func(t mediaTurn) float64 { return t.own })/mib),
			fmt.Sprintf("idle %.0f MiB", s.idle/mib))
	}
	if len(sides) == 2 {
		t.ratio(shape.name+": CPU of a packet", sides, cpu, mediaCPURatio)
		t.ratio(shape.name+": memory", sides, memory, mediaMemoryRatio)
	}
	t.end()
}

func (t *mediaTable) ratio(what string, sides []*mediaSide, of func(mediaTurn) float64, target float64) {
	ratios := make([]float64, len(sides[0].turns))
	for i := range ratios {
		ratios[i] = of(sides[0].turns[i]) / of(sides[1].turns[i])
	}
	is := middle(ratios, func(r float64) float64 { return r })
	t.line("  "+what, fmt.Sprintf("ratio %.2f", is), t.judge(what+": ratio", fmt.Sprintf("%.2f", is), fmt.Sprint(target), is <= target))
}
