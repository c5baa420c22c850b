package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// This file and media_client.go are the same in bench and in bench/livekit, which is a module of its own because LiveKit needs other versions
// of the same libraries. A test compares them. So both servers get the same load of the same clients, and only what is said differs.

// mediaSettings are what a process of clients reads first from its standard input: they hold tokens.
type mediaSettings struct {
	Address string
	Bare    bool // the clients neither give feedback nor know header extensions
	Seats   []mediaSeat
}

// mediaSeat is one client.
type mediaSeat struct {
	Room, Peer, Token string
	Publishes         bool
}

// What a process of clients is told after that, a JSON string for each.
const (
	mediaOn    = "on"    // publishers send
	mediaOff   = "off"   // they do not
	mediaCount = "count" // nothing changes
)

// mediaCounts are the answer to the settings, when all are in, and to whatever is told later.
type mediaCounts struct {
	Sent     int64 // packets of publishers
	Received int64 // packets that the others got
	Tracks   int64 // that have been heard
}

// mediaEnter has a client join a room, and publish if its seat says so. Leave ends what it has begun.
type mediaEnter func(ctx context.Context, s *mediaSettings, seat mediaSeat, c *mediaClient) (leave func() error, err error)

// mediaCrowd is all clients of a process.
type mediaCrowd struct {
	on                     atomic.Bool
	sent, received, tracks atomic.Int64

	clients []*mediaClient // owned by serveMedia, as is the next one
	leaves  []func() error
	work    sync.WaitGroup
}

// serveMedia is a process of clients: it ends with its standard input.
func serveMedia(ctx context.Context, in io.Reader, out io.Writer, enter mediaEnter) (err error) {
	told, answers := json.NewDecoder(in), json.NewEncoder(out)
	var s mediaSettings
	if err := told.Decode(&s); err != nil {
		return fmt.Errorf("settings of the clients: %w", err)
	}
	ctx, cancel := context.WithCancel(ctx)
	crowd := &mediaCrowd{}
	defer func() {
		cancel()
		err = errors.Join(err, crowd.leave())
	}()
	for i, seat := range s.Seats {
		if err := crowd.seat(ctx, &s, i, enter); err != nil {
			return fmt.Errorf("client %d, %s: %w", i, seat.Peer, err)
		}
	}
	for command := ""; ; {
		if err := answers.Encode(crowd.counts()); err != nil {
			return err
		}
		if err := told.Decode(&command); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if command != mediaCount {
			crowd.on.Store(command == mediaOn)
		}
	}
}

func (m *mediaCrowd) counts() mediaCounts {
	return mediaCounts{Sent: m.sent.Load(), Received: m.received.Load(), Tracks: m.tracks.Load()}
}

// seat has one more client come in.
func (m *mediaCrowd) seat(ctx context.Context, s *mediaSettings, i int, enter mediaEnter) error {
	c, err := newMediaClient(m, s.Bare, strconv.Itoa(i))
	if err != nil {
		return err
	}
	m.clients = append(m.clients, c)
	leave, err := enter(ctx, s, s.Seats[i], c)
	if err != nil {
		return err
	}
	m.leaves = append(m.leaves, leave)
	if !s.Seats[i].Publishes {
		return nil
	}
	if err := c.awaitConnected(ctx); err != nil {
		return err
	}
	m.work.Go(func() { m.pace(ctx, c, time.Duration(i)*mediaPhase%mediaFrame) })
	return nil
}

func (m *mediaCrowd) leave() error {
	var errs []error
	for _, leave := range m.leaves {
		errs = append(errs, leave())
	}
	for _, c := range m.clients {
		errs = append(errs, c.close())
	}
	m.work.Wait()
	return errors.Join(errs...)
}

// The load of a publisher: pictures of 500 kbit/s, a key frame every three seconds, and sound. A key frame that is asked for comes soon, but
// not so often that servers which ask more would get another load.
const (
	mediaStep    = 10 * time.Millisecond
	mediaSound   = 2 * mediaStep // between packets of sound
	mediaFrame   = 5 * mediaStep // between pictures
	mediaKeys    = 60            // pictures from one key frame to the next
	mediaSoon    = 40            // pictures after a key frame another one may be asked for
	mediaPhase   = 17 * time.Millisecond
	mediaTooLate = 100 * time.Millisecond

	soundSize  = 80
	frameSize  = 3030 // three packets: pion cuts at 1,200 bytes
	keySize    = 8800 // eight packets
	framePacks = 3
	keyPacks   = 8
)

// pace has a client send, for as long as the crowd is on. What is late by too much is left out: a burst would be another load.
func (m *mediaCrowd) pace(ctx context.Context, c *mediaClient, phase time.Duration) {
	began := time.Now().Add(phase)
	wake := time.NewTimer(0)
	defer wake.Stop()
	for step, since := 0, mediaKeys; ; step++ {
		due := began.Add(time.Duration(step) * mediaStep)
		wake.Reset(time.Until(due))
		select {
		case <-ctx.Done():
			return
		case now := <-wake.C:
			if !m.on.Load() || now.Sub(due) > mediaTooLate {
				continue
			}
		}
		if step%int(mediaSound/mediaStep) == 0 && c.sound(make([]byte, soundSize)) == nil {
			m.sent.Add(1)
		}
		if step%int(mediaFrame/mediaStep) == 0 {
			key := since >= mediaKeys || since >= mediaSoon && c.wanted.Swap(false)
			if since++; key {
				since = 1
			}
			frame, packets := mediaPicture(key)
			if c.picture(frame) == nil {
				m.sent.Add(packets)
			}
		}
	}
}

// mediaPicture is a picture that begins as one of VP8 (RFC 6386, 9.1), and the number of its packets.
func mediaPicture(key bool) (frame []byte, packets int64) {
	if !key {
		frame = make([]byte, frameSize)
		frame[0] = 0x11 // not a key frame, to be shown
		return frame, framePacks
	}
	frame = make([]byte, keySize)
	copy(frame, []byte{0x10, 0x02, 0x00, 0x9d, 0x01, 0x2a, 640 & 0xff, 640 >> 8, 360 & 0xff, 360 >> 8})
	return frame, keyPacks
}
