package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// liveOptions say what is measured of the live room, and how long.
type liveOptions struct {
	only   string // only what begins so
	rounds int    // turns of each side
	idle   int    // peers that sit idle
	crowd  int    // peers of the one large room
	seats  []int  // of the rooms in which messages fan out
	check  bool
	short  bool
}

func parseLive(arguments []string) (liveOptions, error) {
	o := liveOptions{seats: []int{8, 100}}
	flags := flag.NewFlagSet("bench room", flag.ContinueOnError)
	flags.StringVar(&o.only, "only", "", "measure only what begins so: fan-out, joins, idle, crowd")
	flags.IntVar(&o.rounds, "rounds", 7, "turns of Foyer and of the floor")
	flags.IntVar(&o.idle, "peers", 8000, "peers that sit idle; each takes an open file here and one there")
	flags.BoolVar(&o.check, "check", false, "fail when a target is missed")
	flags.BoolVar(&o.short, "short", false, "a few seconds that prove that everything works; the numbers mean nothing, no target is looked at")
	if err := flags.Parse(arguments); err != nil {
		return o, err
	}
	o.crowd = 1000
	if o.short {
		o.rounds, o.idle, o.crowd, o.seats = 1, 64, 40, []int{8, 20}
	}
	switch {
	case flags.NArg() > 0:
		return o, fmt.Errorf("unknown argument %q", flags.Arg(0))
	case o.rounds < 1 || o.idle < seatsOfIdle:
		return o, errors.New("rounds must be positive, peers too")
	}
	return o, nil
}

// measureRooms does all that is asked for and writes the table to out; what goes on meanwhile goes to progress.
func measureRooms(ctx context.Context, o liveOptions, out, progress io.Writer) (err error) {
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
	t := r.rooms()
	defer t.end()
	for _, each := range []struct {
		name    string
		measure func(context.Context, liveOptions, *house) error
	}{{"fan-out", fanOut}, {"joins", joins}, {"idle", idle}, {"crowd", crowd}} {
		if !strings.HasPrefix(each.name, o.only) {
			continue
		}
		fmt.Fprintln(progress, each.name)
		if err := o.inHouse(ctx, dir, each.name, t, each.measure); err != nil {
			return fmt.Errorf("%s: %w", each.name, err)
		}
	}
	t.end()
	if o.short {
		return nil
	}
	return r.verdict(o.check)
}

// house is a Foyer on an empty SQLite database, with a floor beside it.
type house struct {
	*site

	table *liveTable
	made  int // rooms so far
}

// turn is how long one side has its turn; rest is how long idle peers sit before memory is read.
func (o liveOptions) turn() time.Duration {
	if o.short {
		return 100 * time.Millisecond
	}
	return 2 * time.Second
}

func (o liveOptions) rest() time.Duration {
	if o.short {
		return 100 * time.Millisecond
	}
	return 15 * time.Second
}

// inHouse measures something in a house of its own, so that nothing remains of what was measured before.
func (o liveOptions) inHouse(ctx context.Context, programs, name string, t *liveTable,
	measure func(context.Context, liveOptions, *house) error,
) (err error) {
	dir := filepath.Join(programs, "house-"+name)
	s, err := openSite(ctx, programs, dir, sqlite, "")
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			fmt.Fprintf(t.report.progress, "the end of Foyer's log:\n%s\n", s.foyer.logEnd())
		}
		err = errors.Join(err, s.close())
	}()
	if s.floor, err = startRelay(ctx, programs, dir); err != nil {
		return err
	}
	return measure(ctx, o, &house{site: s, table: t})
}
