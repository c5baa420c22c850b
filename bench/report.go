package main

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"text/tabwriter"
	"time"
)

// report writes tables, and keeps the targets that were missed.
type report struct {
	out, progress io.Writer
	missed        []string
}

var engineNames = map[string]string{sqlite: "SQLite", postgres: "Postgres"}

// notes say what is not counted.
var notes = map[string]string{postgres: "; CPU of the answering process alone, without Postgres's"}

// machine says where the numbers come from.
func (r *report) machine() {
	model := "unknown processor"
	info, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(info)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			model = strings.TrimSpace(value)
		}
	}
	load, _ := os.ReadFile("/proc/loadavg")
	fmt.Fprintf(r.out, "%s, %d CPUs, %s; load before: %.14s\n", model, runtime.NumCPU(), runtime.Version(), load)
}

// table is one being written.
type table struct {
	*tabwriter.Writer

	report *report
	engine string
}

func (r *report) table(o options, engine, what string) *table {
	fmt.Fprintf(r.out, "\n%s, %s (medians of %d rounds; %d connections kept busy, then %d requests/s%s)\n",
		engineNames[engine], what, o.rounds(), o.connections, o.rate, notes[engine])
	t := &table{Writer: tabwriter.NewWriter(r.out, 0, 0, 2, ' ', tabwriter.AlignRight), report: r, engine: engine}
	t.line("", "requests/s", "CPU a request", "p50", "p99", "", "")
	return t
}

func (r *report) calls(o options, engine string) *table {
	return r.table(o, engine, "Foyer and the floor")
}

func (t *table) line(cells ...string) { _, _ = fmt.Fprintln(t, strings.Join(cells, "\t")+"\t") }

func (t *table) server(name string, turns []turn, verdicts ...string) {
	t.line(append([]string{
		name, fmt.Sprintf("%.0f", median(turns, rateOf)), fmt.Sprintf("%d µs", median(turns, cpuOf).Microseconds()),
		millis(median(turns, p50Of)), millis(median(turns, p99Of)),
	}, verdicts...)...)
}

func millis(d time.Duration) string {
	return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond))
}

// call writes what Foyer and the floor did with one call.
func (t *table) call(c call, foyer, floor []turn) {
	share, slow := ratio(floor, foyer, cpuOf), median(foyer, p99Of)
	t.server(c.name, foyer, fmt.Sprintf("%.2f", share), t.judge(c.name, "requests per CPU-second", share, c.ratio, share >= c.ratio))
	t.server("floor", floor, "", "")
	if c.p99 > 0 {
		t.judge(c.name, "p99 in ms", float64(slow)/1e6, float64(c.p99)/1e6, slow < c.p99)
	}
}

func (t *table) judge(name, what string, is, target float64, held bool) string {
	switch {
	case target == 0:
		return ""
	case held:
		return fmt.Sprintf("target %.1f: held", target)
	}
	t.report.missed = append(t.report.missed, fmt.Sprintf("%s, %s: %s is %.2f, target %.1f", engineNames[t.engine], name, what, is, target))
	return fmt.Sprintf("target %.1f: MISSED", target)
}

func (t *table) end() { _ = t.Flush() }

// crowd writes what an exchange costs over many codes. Where the database is another process, the time that a request takes with
// all connections busy has that process in it too; the target holds for both.
func (r *report) crowd(o options, engine string, empty, crowded []turn) {
	t := r.table(o, engine, fmt.Sprintf("the exchange over two codes and over %d", o.codes))
	cpu, took := ratio(crowded, empty, cpuOf), ratio(empty, crowded, rateOf)
	t.server("two codes", empty, "", "")
	t.server(fmt.Sprintf("%d codes", o.codes), crowded, fmt.Sprintf("%.2f, time %.2f", cpu, took),
		t.judge("crowded exchange", "CPU a request", cpu, crowdedRatio, cpu <= crowdedRatio))
	t.judge("crowded exchange", "time a request", took, crowdedRatio, took <= crowdedRatio)
	t.end()
}

// verdict names the targets that were missed; with check that is an error.
func (r *report) verdict(check bool) error {
	if len(r.missed) == 0 {
		fmt.Fprintln(r.out, "\nAll targets are held.")
		return nil
	}
	fmt.Fprintf(r.out, "\nMissed:\n  %s\n", strings.Join(r.missed, "\n  "))
	if check {
		return fmt.Errorf("%d targets missed", len(r.missed))
	}
	return nil
}
