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

// mediaOptions say what is measured of the media, and how long.
type mediaOptions struct {
	only    string // only what begins so
	livekit string // the file of LiveKit's server; none: it is built
	alone   bool   // Foyer: no comparison
	rounds  int    // turns of each side
	turn    time.Duration
	bare    bool
	check   bool
	short   bool
}

func parseMedia(arguments []string) (mediaOptions, error) {
	var o mediaOptions
	flags := flag.NewFlagSet("bench media", flag.ContinueOnError)
	flags.StringVar(&o.only, "only", "", "measure only what begins so: 2-party, 4-party, 1-to-50")
	flags.StringVar(&o.livekit, "livekit", os.Getenv("FOYER_BENCH_LIVEKIT"), //nolint:forbidigo // bench is a program of its own
		"the file of LiveKit's server, "+livekitVersion+" (or FOYER_BENCH_LIVEKIT); without it, it is built from the module proxy")
	flags.BoolVar(&o.alone, "alone", false, "measure Foyer alone: no comparison")
	flags.IntVar(&o.rounds, "rounds", 5, "turns of Foyer and of LiveKit")
	flags.DurationVar(&o.turn, "turn", 10*time.Second, "how long a turn is")
	flags.BoolVar(&o.bare, "bare", false, "clients that negotiate neither feedback nor header extensions, as LiveKit's test client does")
	flags.BoolVar(&o.check, "check", false, "fail when a target is missed")
	flags.BoolVar(&o.short, "short", false, "a few seconds that prove that everything works; the numbers mean nothing, no target is looked at")
	if err := flags.Parse(arguments); err != nil {
		return o, err
	}
	if o.short {
		o.rounds, o.turn, o.alone = 1, 300*time.Millisecond, o.alone || o.livekit == ""
	}
	switch {
	case flags.NArg() > 0:
		return o, fmt.Errorf("unknown argument %q", flags.Arg(0))
	case o.rounds < 1 || o.turn <= 0:
		return o, errors.New("rounds and turn must be positive")
	case len(o.shapes()) == 0:
		return o, fmt.Errorf("nothing begins with %q", o.only)
	case o.livekit != "" && !isFile(o.livekit):
		return o, fmt.Errorf("there is no file %s", o.livekit)
	case o.alone && o.check:
		return o, errors.New("the targets are LiveKit's figures: without it there is nothing to check")
	}
	return o, nil
}

func isFile(name string) bool {
	info, err := os.Stat(name)
	return err == nil && info.Mode().IsRegular()
}

// mediaShape is who is in a room: the first ones publish, and everybody hears all others.
type mediaShape struct {
	name              string
	publishers, peers int
}

func (o mediaOptions) shapes() []mediaShape {
	all := []mediaShape{{"2-party", 2, 2}, {"4-party", 4, 4}, {"1-to-50", 1, 51}}
	if o.short {
		all[2] = mediaShape{"1-to-5", 1, 6}
	}
	var wanted []mediaShape
	for _, shape := range all {
		if strings.HasPrefix(shape.name, o.only) {
			wanted = append(wanted, shape)
		}
	}
	return wanted
}

// hears is how many hear each publisher.
func (s mediaShape) hears() int64 { return int64(s.peers - 1) }

// tracks is how many there are at all peers together: each publisher has two.
func (s mediaShape) tracks() int64 { return 2 * int64(s.publishers) * s.hears() }

func runMedia(ctx context.Context, arguments []string) error {
	o, err := parseMedia(arguments)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	return measureMedia(ctx, o, os.Stdout, os.Stderr)
}

// mediaHall is where both servers are started, afresh for each shape.
type mediaHall struct {
	dir     string           // of the programs; the servers get folders in it
	livekit *livekitPrograms // nil: no comparison
	table   *mediaTable
	opened  int // sides so far
}

// measureMedia does all that is asked for and writes the table to out; what goes on meanwhile goes to progress.
func measureMedia(ctx context.Context, o mediaOptions, out, progress io.Writer) (err error) {
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
	h := &mediaHall{dir: dir, table: &mediaTable{&liveTable{Writer: tabwriter.NewWriter(out, 0, 0, 2, ' ', 0), report: r}}}
	defer h.table.end()
	if err := h.invite(ctx, o); err != nil {
		return err
	}
	for _, shape := range o.shapes() {
		fmt.Fprintln(progress, shape.name)
		if err := h.measure(ctx, o, shape); err != nil {
			return fmt.Errorf("%s: %w", shape.name, err)
		}
	}
	if o.short || h.livekit == nil {
		return nil
	}
	return r.verdict(o.check)
}

// invite gets LiveKit, and says what is compared.
func (h *mediaHall) invite(ctx context.Context, o mediaOptions) (err error) {
	out := h.table.report.out
	if o.alone {
		fmt.Fprintln(out, "Foyer on SQLite alone: the comparison is not made")
		return nil
	}
	fmt.Fprintln(h.table.report.progress, "LiveKit "+livekitVersion+" is built where it has not been yet: the first time that takes minutes")
	if h.livekit, err = findLiveKit(ctx, o.livekit, h.dir); err == nil {
		fmt.Fprintf(out, "Foyer on SQLite, and LiveKit %s on one node\n", livekitVersion)
		return nil
	}
	err = fmt.Errorf("LiveKit %s cannot be had, so there is nothing to compare with: it needs the module proxy or -livekit FILE (%w)",
		livekitVersion, err)
	if o.check || o.short {
		return err
	}
	fmt.Fprintf(out, "Foyer on SQLite alone. %v\n", err)
	return nil
}
