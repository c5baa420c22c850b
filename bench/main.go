package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"foyer/bench/floor"
	"foyer/bench/relay"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stopped above
	}
}

func run(ctx context.Context, arguments []string) error {
	if len(arguments) == 1 && arguments[0] == "floor" {
		return serveFloor(ctx, os.Stdin)
	}
	if len(arguments) == 1 && arguments[0] == "relay" {
		return relay.Serve(ctx, os.Getenv(relayAddress)) //nolint:forbidigo // bench is a program of its own
	}
	if len(arguments) == 1 && arguments[0] == mediaLoad {
		return serveMedia(ctx, os.Stdin, os.Stdout, enterFoyer)
	}
	if len(arguments) > 0 && arguments[0] == "room" {
		return runRooms(ctx, arguments[1:])
	}
	if len(arguments) > 0 && arguments[0] == "mikroroom" {
		return runMikro(ctx, arguments[1:])
	}
	if len(arguments) > 0 && arguments[0] == "media" {
		return runMedia(ctx, arguments[1:])
	}
	o, err := parse(arguments)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	return compare(ctx, o, os.Stdout, os.Stderr)
}

func runRooms(ctx context.Context, arguments []string) error {
	o, err := parseLive(arguments)
	if errors.Is(err, flag.ErrHelp) {
		return nil
	}
	if err != nil {
		return err
	}
	return measureRooms(ctx, o, os.Stdout, os.Stderr)
}

// serveFloor is the subcommand that bench starts itself with. The settings come by standard input: they hold secrets, and arguments
// can be read by others.
func serveFloor(ctx context.Context, in io.Reader) error {
	var s floor.Settings
	if err := json.NewDecoder(in).Decode(&s); err != nil {
		return fmt.Errorf("settings of the floor: %w", err)
	}
	return floor.Serve(ctx, s)
}

// options say what is measured and for how long.
type options struct {
	database    string
	postgres    string
	duration    time.Duration // of one call on one database, both servers together
	round       time.Duration
	connections int
	rate        int    // requests a second of the open loop
	codes       int    // of the crowded table; 0 leaves that comparison out
	call        string // only calls whose names begin so
	check       bool
	short       bool
}

const (
	sqlite   = "sqlite"
	postgres = "postgres"
	both     = "both"
)

func parse(arguments []string) (options, error) {
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.StringVar(&o.database, "database", both, "sqlite, postgres or both; both leaves Postgres out where there is none")
	flags.DurationVar(&o.duration, "duration", 28*time.Second, "how long each call is measured on each database")
	flags.IntVar(&o.connections, "connections", 16, "connections that are kept busy to find requests per CPU-second")
	flags.IntVar(&o.rate, "rate", 1000, "requests a second at which p50 and p99 are measured")
	flags.IntVar(&o.codes, "codes", 1_000_000, "codes in the table that the exchange is compared with an empty one; 0 for none")
	flags.StringVar(&o.call, "call", "", "measure only the calls whose names begin so")
	flags.BoolVar(&o.check, "check", false, "fail when a target is missed")
	flags.BoolVar(&o.short, "short", false, "a few seconds that prove that everything works; the numbers mean nothing, no target is looked at")
	if err := flags.Parse(arguments); err != nil {
		return o, err
	}
	o.round = time.Second
	if o.short {
		o.duration, o.round, o.connections, o.rate, o.codes = 400*time.Millisecond, 100*time.Millisecond, 4, 200, 2000
	}
	o.postgres = os.Getenv("FOYER_TEST_POSTGRES") //nolint:forbidigo // bench is a program of its own
	switch {
	case flags.NArg() > 0:
		return o, fmt.Errorf("unknown argument %q", flags.Arg(0))
	case o.database != sqlite && o.database != postgres && o.database != both:
		return o, fmt.Errorf("there is no database %q", o.database)
	case o.connections < 1 || o.rate < 1 || o.duration <= 0 || o.codes < 0:
		return o, errors.New("connections, rate and duration must be positive")
	}
	return o, nil
}

// rounds is how often each server has its turn, in each of the two loops.
func (o options) rounds() int { return max(1, int(o.duration/(4*o.round))) }
