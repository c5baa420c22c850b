package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strings"

	"foyer/bench/load"
)

// compare does all that is asked for and writes the tables to out; what goes on meanwhile goes to progress.
func compare(ctx context.Context, o options, out, progress io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "foyer-bench.")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if err := build(ctx, dir); err != nil {
		return err
	}
	debug.SetGCPercent(-1) // garbage is collected between the turns: within them its pauses would count as the servers'
	r := &report{out: out, progress: progress}
	r.machine()
	if o.database != postgres {
		if err := o.measure(ctx, dir, sqlite, "", r); err != nil {
			return fmt.Errorf("sqlite: %w", err)
		}
	}
	if o.database != sqlite {
		if err := o.measurePostgres(ctx, dir, r); err != nil {
			return fmt.Errorf("postgres: %w", err)
		}
	}
	if o.short {
		return nil
	}
	return r.verdict(o.check)
}

// measurePostgres uses the server that is named, or else one that it starts.
func (o options) measurePostgres(ctx context.Context, dir string, r *report) error {
	if o.postgres != "" {
		return o.measure(ctx, dir, postgres, o.postgres, r)
	}
	server, stop, err := startPostgres(ctx)
	if err != nil && o.database == both {
		fmt.Fprintf(r.progress, "Postgres is left out: %v\n", err)
		return nil
	}
	if err != nil {
		return err
	}
	return errors.Join(o.measure(ctx, dir, postgres, server, r), stop())
}

// startPostgres starts a throw-away server by the script that the tests use.
func startPostgres(ctx context.Context) (address string, stop func() error, err error) {
	root, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return "", nil, fmt.Errorf("find the module: %w", err)
	}
	script := filepath.Join(strings.TrimSpace(string(root)), "ci", "postgres.sh")
	dir, err := os.MkdirTemp("/tmp", "foyer-postgres.") // where another user, as which the server may have to run, can get
	if err != nil {
		return "", nil, err
	}
	stop = func() error {
		return exec.CommandContext(context.WithoutCancel(ctx), "bash", script, "stop", dir).Run()
	}
	said, err := exec.CommandContext(ctx, "bash", script, "start", dir).Output()
	if err != nil {
		return "", nil, errors.Join(fmt.Errorf("ci/postgres.sh start: %w", err), stop())
	}
	return strings.TrimSpace(string(said)), stop, nil
}

// someRooms is how many rooms with codes there are but for a crowded table.
const someRooms = 200

// measure compares all calls on one database, and then the exchange on it with the exchange on a crowded one.
func (o options) measure(ctx context.Context, programs, engine, server string, r *report) (err error) {
	quiet, err := openSite(ctx, programs, filepath.Join(programs, engine), engine, server)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			fmt.Fprintf(r.progress, "the end of Foyer's log:\n%s\n", quiet.foyer.logEnd())
		}
		err = errors.Join(err, quiet.close())
	}()
	if quiet.floor, err = startFloor(ctx, programs, filepath.Join(programs, engine), quiet); err != nil {
		return err
	}
	ids, codes, err := quiet.rooms(ctx, someRooms)
	if err != nil {
		return err
	}
	table := r.calls(o, engine)
	for _, each := range quiet.calls(ids, codes) {
		if !strings.HasPrefix(each.name, o.call) {
			continue
		}
		fmt.Fprintf(r.progress, "%s: %s\n", engine, each.name)
		if err := quiet.alike(ctx, each); err != nil {
			return fmt.Errorf("%s: %w", each.name, err)
		}
		foyer := &contender{server: quiet.foyer, next: each.next, stock: each.stock}
		floor := &contender{server: quiet.floor, next: each.next, stock: each.stock}
		if err := o.duel(ctx, foyer, floor); err != nil {
			return fmt.Errorf("%s: %w", each.name, err)
		}
		table.call(each, foyer.turns, floor.turns)
	}
	table.end()
	if o.codes == 0 {
		return nil
	}
	return o.measureCrowd(ctx, programs, server, quiet, r)
}

// measureCrowd compares the exchange over few codes with the exchange over many, on two databases.
func (o options) measureCrowd(ctx context.Context, programs, server string, quiet *site, r *report) (err error) {
	fmt.Fprintf(r.progress, "%s: make %d codes\n", quiet.engine, o.codes)
	crowded, err := openSite(ctx, programs, filepath.Join(programs, quiet.engine+"-crowded"), quiet.engine, server)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, crowded.close()) }()
	if err := crowded.insertCodes(ctx, o.codes); err != nil {
		return err
	}
	_, few, err := quiet.rooms(ctx, 1)
	if err != nil {
		return err
	}
	sample := make([]string, min(o.codes, 50_000))
	for i := range sample {
		sample[i] = codeOf(i * (o.codes / len(sample)))
	}
	fmt.Fprintf(r.progress, "%s: exchange, %d codes\n", quiet.engine, o.codes)
	empty := &contender{server: quiet.foyer, next: quiet.exchanges(few)}
	crowd := &contender{server: crowded.foyer, next: crowded.exchanges(sample)}
	if err := o.duel(ctx, empty, crowd); err != nil {
		return err
	}
	r.crowd(o, quiet.engine, empty.turns, crowd.turns)
	return nil
}

// alike asks both servers once and reports answers whose sizes are more than a twentieth apart: one server would have less to write.
func (s *site) alike(ctx context.Context, c call) error {
	var sizes [2]int
	for i, each := range []*server{s.foyer, s.floor} {
		if c.stock != nil {
			if err := c.stock(ctx, 1); err != nil {
				return err
			}
		}
		client, err := load.Dial(ctx, each.address, 1)
		if err != nil {
			return err
		}
		request, _ := c.next()
		answer, err := client.Do(request)
		if err = errors.Join(err, client.Close()); err != nil {
			return fmt.Errorf("%s: %w", each.name, err)
		}
		sizes[i] = len(answer)
	}
	if difference := sizes[0] - sizes[1]; difference > sizes[0]/20 || -difference > sizes[0]/20 {
		return fmt.Errorf("foyer answers %d bytes, the floor %d", sizes[0], sizes[1])
	}
	return nil
}
