package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"
)

// mikroOptions say what is measured of the MikroRoom protocol, and how long.
type mikroOptions struct {
	only     string // only what begins so
	side     string // only this one: no comparison
	original string // the folder of MikroRoom's original server; none: it is fetched
	rounds   int    // turns of each side
	peers    int    // who chat, or sit idle, in rooms of 8
	storm    int    // who are cut off at once
	burst    int    // messages that each peer says at once
	check    bool
	short    bool
}

func parseMikro(arguments []string) (mikroOptions, error) {
	var o mikroOptions
	flags := flag.NewFlagSet("bench mikroroom", flag.ContinueOnError)
	flags.StringVar(&o.only, "only", "", "measure only what begins so: chat, idle, storm")
	flags.StringVar(&o.side, "side", "", "measure only one side: foyer, original")
	flags.StringVar(&o.original, "original", os.Getenv("FOYER_BENCH_MIKROROOM"), //nolint:forbidigo // bench is a program of its own
		"the folder of the original's source or build (or FOYER_BENCH_MIKROROOM); without it, it is fetched with git and npm")
	flags.IntVar(&o.rounds, "rounds", 7, "turns of Foyer and of the original")
	flags.IntVar(&o.peers, "peers", 1000, "peers who chat, or sit idle, in rooms of 8")
	flags.IntVar(&o.storm, "storm", 5000, "peers who are cut off at once; each takes an open file here and one there")
	flags.IntVar(&o.burst, "burst", 32, "messages that each peer says at once")
	flags.BoolVar(&o.check, "check", false, "fail when a target is missed")
	flags.BoolVar(&o.short, "short", false, "a few seconds that prove that everything works; the numbers mean nothing, no target is looked at")
	if err := flags.Parse(arguments); err != nil {
		return o, err
	}
	if o.short {
		o.rounds, o.peers, o.storm = 1, 64, 160
	}
	switch {
	case flags.NArg() > 0:
		return o, fmt.Errorf("unknown argument %q", flags.Arg(0))
	case o.side != "" && o.side != foyer && o.side != original:
		return o, fmt.Errorf("there is no side %q", o.side)
	case o.rounds < 1 || o.burst < 1 || o.peers < mikroSeats || o.storm < mikroSeats || max(o.peers, o.storm) > mikroMost:
		return o, fmt.Errorf("rounds and burst must be positive, peers and storm between %d and %d", mikroSeats, mikroMost)
	}
	return o, nil
}

func runMikro(ctx context.Context, arguments []string) error {
	o, err := parseMikro(arguments)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	return measureMikro(ctx, o, os.Stdout, os.Stderr)
}

// mikroHall is where both servers are started, afresh for each measurement, so that nothing remains of what was measured before.
type mikroHall struct {
	dir      string        // of the programs; the servers get folders in it
	original *mikroProgram // nil: it could not be had
	table    *mikroTable
	side     string // only this one
	opened   int    // sides so far
}

// measureMikro does all that is asked for and writes the table to out; what goes on meanwhile goes to progress.
func measureMikro(ctx context.Context, o mikroOptions, out, progress io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "foyer-bench.")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := build(ctx, dir); err != nil {
		return err
	}
	r := &report{out: out, progress: progress}
	r.machine()
	fmt.Fprintf(out, "bench %s\n", strings.Join(os.Args[1:], " "))
	h := &mikroHall{dir: dir, side: o.side, table: &mikroTable{&liveTable{Writer: tabwriter.NewWriter(out, 0, 0, 2, ' ', 0), report: r}}}
	defer h.table.end()
	if err := h.invite(ctx, o); err != nil {
		return err
	}
	if err := h.measure(ctx, o); err != nil {
		return err
	}
	h.table.end()
	if o.short || o.side == original { // it has no targets
		return nil
	}
	return r.verdict(o.check)
}

// invite finds the original, and says what is compared.
func (h *mikroHall) invite(ctx context.Context, o mikroOptions) (err error) {
	out := h.table.report.out
	if o.side == foyer {
		fmt.Fprintln(out, "Foyer on SQLite alone: the comparison is not made")
		return nil
	}
	if h.original, err = findOriginal(ctx, o, h.dir); err == nil {
		fmt.Fprintf(out, "Foyer on SQLite, and MikroRoom's original server (%s, Node %s)\n", h.original.source, h.original.version)
		return nil
	}
	if o.side == original {
		return fmt.Errorf("there is no original: %w", err)
	}
	fmt.Fprintf(out, "Foyer on SQLite. MikroRoom's original server is left out, and the comparison is not made: %v\n", err)
	return nil
}

func (h *mikroHall) measure(ctx context.Context, o mikroOptions) error {
	for _, each := range []struct {
		name string
		do   func(*mikroHall, context.Context, mikroOptions) error
	}{{"chat", (*mikroHall).chat}, {"idle", (*mikroHall).idle}, {"storm", (*mikroHall).storm}} {
		if !strings.HasPrefix(each.name, o.only) {
			continue
		}
		fmt.Fprintln(h.table.report.progress, each.name)
		if err := each.do(h, ctx, o); err != nil {
			return fmt.Errorf("%s: %w", each.name, err)
		}
	}
	return nil
}

// turn is how long one side has its turn; rest is how long idle peers sit before memory is read.
func (o mikroOptions) turn() time.Duration { return liveOptions{short: o.short}.turn() }
func (o mikroOptions) rest() time.Duration { return liveOptions{short: o.short}.rest() }
