package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"
)

// The names of the sides.
const (
	foyer    = "foyer"
	original = "original"
)

const (
	mikroSeats    = 8         // of a room: the protocol's own limit
	mikroMost     = 200 * 200 // peers, each with a source address of its own
	mikroPatience = 30 * time.Second
	mikroPoll     = 5 * time.Millisecond
	mikroAtOnce   = 64 // rooms that are filled at a time
)

// mikroSide is a server that speaks the MikroRoom protocol, with its rooms.
type mikroSide struct {
	*server

	prefix string // of its paths
	end    func() error
	rooms  []*mikroRoom
}

// mikroHealth is what a server says of itself.
type mikroHealth struct {
	Version           string `json:"version"`
	TotalRooms        int    `json:"totalRooms"`
	TotalParticipants int    `json:"totalParticipants"`
}

// openFoyer starts Foyer on an empty SQLite database.
func (h *mikroHall) openFoyer(ctx context.Context) (*mikroSide, error) {
	h.opened++
	s, err := openSite(ctx, h.dir, filepath.Join(h.dir, fmt.Sprintf("foyer-%d", h.opened)), sqlite, "")
	if err != nil {
		return nil, err
	}
	return &mikroSide{server: s.foyer, prefix: "/mikroroom", end: s.close}, nil
}

// openOriginal starts MikroRoom's original server. It listens on all interfaces: nothing else can be set.
func (h *mikroHall) openOriginal(ctx context.Context) (*mikroSide, error) {
	h.opened++
	dir := filepath.Join(h.dir, fmt.Sprintf("original-%d", h.opened))
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	address, err := freeAddress(ctx)
	if err != nil {
		return nil, err
	}
	_, port, _ := net.SplitHostPort(address)
	cmd := exec.CommandContext(ctx, h.original.node, h.original.script)
	cmd.Dir, cmd.Env = dir, []string{"PORT=" + port}
	log, err := os.Create(filepath.Join(dir, "log"))
	if err != nil {
		return nil, err
	}
	defer func() { _ = log.Close() }() // the process has it
	cmd.Stderr = log
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	s := &mikroSide{server: &server{name: original, address: address, cmd: cmd, errors: log.Name()}}
	s.end = func() error { // asked politely, it waits for its clients for ever
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		return nil
	}
	if err := s.awaitHealth(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("%w\n%s", err, s.logEnd()), s.end())
	}
	return s, nil
}

func (s *mikroSide) awaitHealth(ctx context.Context) error {
	return awaitMikro(ctx, "the original is not ready", func() bool {
		_, err := s.health(ctx)
		return err == nil
	})
}

// awaitMikro waits until something holds.
func awaitMikro(ctx context.Context, otherwise string, holds func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, mikroPatience)
	defer cancel()
	again := time.NewTicker(mikroPoll)
	defer again.Stop()
	for !holds() {
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: %w", otherwise, ctx.Err())
		case <-again.C:
		}
	}
	return nil
}

func (s *mikroSide) health(ctx context.Context) (says mikroHealth, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.address+s.prefix+"/health", http.NoBody)
	if err != nil {
		return says, err
	}
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return says, err
	}
	defer func() { err = errors.Join(err, answer.Body.Close()) }()
	if answer.StatusCode != http.StatusOK {
		return says, fmt.Errorf("%s answers %s to GET %s/health", s.name, answer.Status, s.prefix)
	}
	return says, json.NewDecoder(answer.Body).Decode(&says)
}

// settle has so many more rooms filled. Peers have source addresses of their own, since the original lets ten in a minute from one.
func (s *mikroSide) settle(ctx context.Context, count int) error {
	if _, err := s.health(ctx); err != nil { // a Foyer without the dialect is told here
		return err
	}
	first := len(s.rooms)
	for i := range count {
		s.rooms = append(s.rooms, &mikroRoom{side: s, code: mikroCode(first + i), full: make(chan struct{}, 1)})
	}
	fresh := s.rooms[first:]
	var work errgroup.Group
	work.SetLimit(mikroAtOnce)
	for i, room := range fresh {
		work.Go(func() error { return room.fill(ctx, (first+i)*mikroSeats) })
	}
	if err := work.Wait(); err != nil {
		return err
	}
	return s.awaitFull(ctx)
}

// mikroCode is the code of a room by its number: six of the characters that a person may type.
func mikroCode(number int) string { return "B" + strconv.Itoa(10_000+number) }

// awaitFull waits until everybody sees exactly the others of its room, and the server counts as many.
func (s *mikroSide) awaitFull(ctx context.Context) error {
	for _, room := range s.rooms {
		err := awaitMikro(ctx, "not everybody of "+room.code+" sees exactly the others", room.complete)
		if err != nil {
			return fmt.Errorf("%w: %s", err, room.census())
		}
	}
	var says mikroHealth
	err := awaitMikro(ctx, "the server counts others than are there", func() bool {
		says, _ = s.health(ctx)
		return says.TotalParticipants == len(s.rooms)*mikroSeats
	})
	if err != nil {
		return fmt.Errorf("%w: %d instead of %d", err, says.TotalParticipants, len(s.rooms)*mikroSeats)
	}
	return nil
}

// close ends the server before the connections: there is nobody whom it would have to tell.
func (s *mikroSide) close() error {
	err := s.end()
	for _, room := range s.rooms {
		for _, p := range room.peers {
			_ = p.close() // it was cut by the end of the server
		}
	}
	return err
}

// mikroOpener starts a side.
type mikroOpener struct {
	name string
	open func(context.Context) (*mikroSide, error)
}

// openers are those of the sides that are compared: Foyer, and the original where it could be had.
func (h *mikroHall) openers() []mikroOpener {
	var all []mikroOpener
	if h.side != original {
		all = append(all, mikroOpener{foyer, h.openFoyer})
	}
	if h.original != nil && h.side != foyer {
		all = append(all, mikroOpener{original, h.openOriginal})
	}
	return all
}

// account adds who failed to an error, and tells the end of its log.
func (h *mikroHall) account(s *mikroSide, err error) error {
	fmt.Fprintf(h.table.report.progress, "the end of the log of %s:\n%s\n", s.name, s.logEnd())
	return fmt.Errorf("%s: %w", s.name, err)
}
