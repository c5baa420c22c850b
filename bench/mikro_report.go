package main

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// Targets beside MikroRoom's original server.
const (
	mikroChatRatio   = 3.0 // of the original's deliveries per CPU-second, at least
	mikroMemoryRatio = 0.5 // of the original's memory for each peer, at most
	mikroStormTime   = 10 * time.Second
)

// mikroTable is what is written about the MikroRoom protocol.
type mikroTable struct{ *liveTable }

// chat writes what deliveries cost: the ratio is the median over turns that were next to each other.
func (t *mikroTable) chat(o mikroOptions, talks []*mikroTalk) {
	perCPU := func(t chatTurn) float64 { return t.perCPU }
	sides := make(map[string][]chatTurn)
	for _, each := range talks {
		sides[each.name] = each.turns
		t.line(fmt.Sprintf("%s: %d peers in rooms of %d, bursts of %d", each.name, o.peers/mikroSeats*mikroSeats, mikroSeats, o.burst),
			thousands(middle(each.turns, perCPU))+" deliveries per CPU-second",
			thousands(middle(each.turns, func(t chatTurn) float64 { return t.rate }))+" a second")
	}
	ours, theirs := sides[foyer], sides[original]
	if len(ours) > 0 && len(theirs) > 0 {
		ratios := make([]float64, len(ours))
		for i := range ours {
			ratios[i] = ours[i].perCPU / theirs[i].perCPU
		}
		ratio := middle(ratios, func(r float64) float64 { return r })
		t.line("  ratio", fmt.Sprintf("%.2f", ratio),
			t.judge("chat: ratio", fmt.Sprintf("%.2f", ratio), fmt.Sprint(mikroChatRatio), ratio >= mikroChatRatio))
	}
	t.end()
}

// idle writes what a joined peer takes.
func (t *mikroTable) idle(o mikroOptions, sides map[string][]idleSide) {
	const mib = 1 << 20
	each := func(m idleSide) float64 { return m.each }
	for _, name := range slices.Sorted(maps.Keys(sides)) {
		rounds := sides[name]
		t.line(fmt.Sprintf("%s: memory of %d idle peers, each", name, o.peers/mikroSeats*mikroSeats),
			fmt.Sprintf("%.1f KiB", middle(rounds, each)/1024),
			fmt.Sprintf("the process %.0f MiB, before that %.0f MiB", middle(rounds, func(m idleSide) float64 { return m.after })/mib,
				middle(rounds, func(m idleSide) float64 { return m.before })/mib))
	}
	if len(sides) > 1 {
		ratio := middle(sides[foyer], each) / middle(sides[original], each)
		t.line("  ratio", fmt.Sprintf("%.2f", ratio),
			t.judge("memory of an idle peer: ratio", fmt.Sprintf("%.2f", ratio), fmt.Sprint(mikroMemoryRatio), ratio <= mikroMemoryRatio))
	}
	t.end()
}

// storm writes how long it took until all were back. The target is Foyer's: the original ends when a connection is reset.
func (t *mikroTable) storm(name string, count int, turn stormTurn) {
	what := fmt.Sprintf("%s: %d peers cut off and back", name, count)
	is := fmt.Sprintf("%.1f s", turn.took.Seconds())
	switch {
	case turn.died:
		t.line(what, "never: its process ended")
	case name == foyer:
		t.line(what, is, t.judge("storm", is, mikroStormTime.String(), turn.took < mikroStormTime))
	default:
		t.line(what, is)
	}
	if !turn.died {
		t.line("  joins that had to be asked again", fmt.Sprintf("%d: room not found", turn.unknown), fmt.Sprintf("%d: for other reasons", turn.other))
	}
	t.end()
}
