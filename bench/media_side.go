package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	mediaFlow    = 0.9 // of what is wanted has to come before a turn begins
	mediaWarm    = 500 * time.Millisecond
	mediaDrain   = 200 * time.Millisecond
	mediaUnheard = 0.5 // of what is wanted: below that a turn is no measurement
)

// mediaSide is a server, and the process of its clients.
type mediaSide struct {
	*server

	clients *exec.Cmd
	token   func(ctx context.Context, seat *mediaSeat) error
	end     func() error
	told    *json.Encoder
	in      io.Closer
	answers *json.Decoder
	idle    float64 // bytes that the server has before anybody is there
	turns   []mediaTurn
}

// mediaTurn is what came of one turn.
type mediaTurn struct {
	took         time.Duration
	cpu          time.Duration // of the server
	packets      int64         // that were forwarded
	wanted       int64         // that should have been
	resident     float64       // bytes of the server in RAM, at the end
	own          float64       // those of them that are no pages of files
	eachInMicros float64
}

// measure has both sides take turns with one shape.
func (h *mediaHall) measure(ctx context.Context, o mediaOptions, shape mediaShape) (err error) {
	var sides []*mediaSide
	defer func() {
		for _, s := range sides {
			if err != nil {
				fmt.Fprintf(h.table.report.progress, "the end of the log of %s:\n%s\n", s.name, s.logEnd())
			}
			err = errors.Join(err, s.close())
		}
	}()
	open := []func(*mediaHall, context.Context) (*mediaSide, error){(*mediaHall).openFoyer}
	if h.livekit != nil {
		open = append(open, (*mediaHall).openLiveKit)
	}
	for _, each := range open {
		s, err := each(h, ctx)
		if err != nil {
			return err
		}
		sides = append(sides, s)
		if err := s.fill(ctx, o, shape); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
	}
	order := slices.Clone(sides)
	for range o.rounds {
		for _, s := range order {
			if err := s.turn(ctx, o, shape); err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
		}
		slices.Reverse(order) // so that whatever else the machine does hits both
	}
	h.table.shape(shape, sides)
	return nil
}

// fill has all clients join.
func (s *mediaSide) fill(ctx context.Context, o mediaOptions, shape mediaShape) (err error) {
	if s.idle, err = s.resident(); err != nil {
		return err
	}
	settings := mediaSettings{Address: s.address, Bare: o.bare}
	for i := range shape.peers {
		seat := mediaSeat{Room: "bench", Peer: "peer-" + strconv.Itoa(i), Publishes: i < shape.publishers}
		if err := s.token(ctx, &seat); err != nil {
			return err
		}
		settings.Seats = append(settings.Seats, seat)
	}
	in, err := s.clients.StdinPipe()
	if err != nil {
		return err
	}
	out, err := s.clients.StdoutPipe()
	if err != nil {
		return err
	}
	said := &strings.Builder{}
	s.clients.Stderr = said
	if err := s.clients.Start(); err != nil {
		return err
	}
	s.told, s.in, s.answers = json.NewEncoder(in), in, json.NewDecoder(out)
	if err := s.told.Encode(settings); err != nil {
		return err
	}
	if _, err := s.counts(); err != nil {
		_ = s.clients.Wait()
		s.in = nil
		return fmt.Errorf("the clients do not come in: %s", strings.TrimSpace(said.String()))
	}
	return nil
}

// counts is the next answer of the clients.
func (s *mediaSide) counts() (c mediaCounts, err error) {
	if err := s.answers.Decode(&c); err != nil {
		return c, fmt.Errorf("the clients have ended: %w", err)
	}
	return c, nil
}

func (s *mediaSide) tell(command string) (mediaCounts, error) {
	if err := s.told.Encode(command); err != nil {
		return mediaCounts{}, err
	}
	return s.counts()
}

// turn measures for a while what the server spends while publishers send, once everybody gets everything.
func (s *mediaSide) turn(ctx context.Context, o mediaOptions, shape mediaShape) error {
	if _, err := s.tell(mediaOn); err != nil {
		return err
	}
	if err := s.awaitFlow(ctx, shape); err != nil {
		return err
	}
	turn, err := s.watch(ctx, o.turn, shape)
	if err != nil {
		return err
	}
	if float64(turn.packets) < mediaUnheard*float64(turn.wanted) {
		return fmt.Errorf("only %d of %d packets were forwarded", turn.packets, turn.wanted)
	}
	if turn.resident, err = s.resident(); err != nil {
		return err
	}
	if turn.own, err = s.own(); err != nil {
		return err
	}
	s.turns = append(s.turns, turn)
	if _, err := s.tell(mediaOff); err != nil {
		return err
	}
	return rest(ctx, mediaDrain)
}

// awaitFlow waits until nearly all comes of what is wanted.
func (s *mediaSide) awaitFlow(ctx context.Context, shape mediaShape) error {
	for began := time.Now(); ; {
		now, err := s.watch(ctx, mediaWarm, shape)
		if err != nil {
			return err
		}
		c, err := s.tell(mediaCount)
		if err != nil {
			return err
		}
		switch {
		case c.Tracks == shape.tracks() && float64(now.packets) >= mediaFlow*float64(now.wanted) && now.packets > 0:
			return nil
		case time.Since(began) > mediaPatience:
			return fmt.Errorf("%d of %d packets come, and %d of %d tracks", now.packets, now.wanted, c.Tracks, shape.tracks())
		}
	}
}

// watch counts for a while.
func (s *mediaSide) watch(ctx context.Context, d time.Duration, shape mediaShape) (t mediaTurn, err error) {
	before, err := s.tell(mediaCount)
	if err != nil {
		return t, err
	}
	began, spent := time.Now(), time.Duration(0)
	if spent, err = processorTime(s.cmd.Process.Pid); err != nil {
		return t, err
	}
	if err := rest(ctx, d); err != nil {
		return t, err
	}
	t.took = time.Since(began)
	if t.cpu, err = processorTime(s.cmd.Process.Pid); err != nil {
		return t, err
	}
	after, err := s.tell(mediaCount)
	t.cpu -= spent
	t.packets, t.wanted = after.Received-before.Received, (after.Sent-before.Sent)*shape.hears()
	t.eachInMicros = float64(t.cpu.Nanoseconds()) / 1000 / float64(max(1, t.packets))
	return t, err
}

func rest(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// processorTime is what all threads of a process have spent on processors so far, to the nanosecond, which load.ProcessorTime does not give:
// two peers cost a server less than a hundredth of a second each second.
func processorTime(pid int) (total time.Duration, err error) {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil || len(threads) == 0 {
		return 0, errors.New("the kernel does not say what threads spend: /proc/PID/task/TID/schedstat is needed")
	}
	for _, each := range threads {
		stat, err := os.ReadFile(each)
		if err != nil {
			continue // the thread has ended
		}
		spent, _, _ := strings.Cut(string(stat), " ")
		nanos, err := strconv.ParseInt(spent, 10, 64)
		if err != nil {
			return 0, err
		}
		total += time.Duration(nanos)
	}
	return total, nil
}

// own is the memory that the server's process has in RAM and that no file could give back, in bytes.
func (s *mediaSide) own() (float64, error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", s.cmd.Process.Pid))
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "RssAnon:"); ok {
			kib, err := strconv.Atoi(strings.Fields(rest)[0])
			return float64(kib) * 1024, err
		}
	}
	return 0, errors.New("the kernel does not say how much memory is a process's own")
}

// close ends the clients and then the server.
func (s *mediaSide) close() error {
	var errs []error
	if s.in != nil {
		errs = append(errs, s.in.Close(), s.clients.Wait())
	}
	return errors.Join(append(errs, s.end())...)
}
