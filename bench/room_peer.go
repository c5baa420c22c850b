package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"foyer/bench/load"
	"foyer/bench/peers"

	"github.com/golang-jwt/jwt/v5"
	"golang.org/x/sync/errgroup"
)

// How frames of Foyer begin that are waited for, and what is sent for them.
var (
	policyHead  = []byte(`{"jsonrpc":"2.0","method":"on-policy-change"`)
	joinedHead  = []byte(`{"jsonrpc":"2.0","id":"join","result"`)
	messageHead = []byte(`{"jsonrpc":"2.0","method":"on-broadcast"`)
	replyHead   = []byte(`{"jsonrpc":"2.0","id":"` + messageID + `","result"`)

	joinFrame = peers.Text(`{"jsonrpc":"2.0","id":"join","method":"join","params":{` +
		`"name":"A Peer of the Bench","data":"{\"isHandRaised\":false}"}}`)
	leaveFrame = peers.Text(`{"method":"leave","params":{"client_reason":"left the meeting"}}`)
	pingFrame  = peers.Text(`{"jsonrpc":"2.0","id":"ping","method":"ping","params":{"timestamp":1790000000000}}`)
)

// messageID is the id of every message's request: as long as the SDK's.
const messageID = "0b8f7f4e-6f0c-4f0e-9d55-3c1f5be0a1d2"

// seat is who may come into a room.
type seat struct{ room, peer, token string }

// newSeat makes a seat for somebody new, with a token like those that an exchange answers.
func (h *house) newSeat(room string) (seat, error) {
	now := time.Now()
	user := rand.Text()
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"access_key": h.key, "type": "app", "version": 2, "jti": rand.Text(), "room_id": room, "role": "guest", "user_id": user,
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(24 * time.Hour).Unix(),
	}).SignedString([]byte(h.secret))
	return seat{room: room, peer: "peer-" + user, token: token}, err
}

// enter does what a client does to join: it asks /init, opens the WebSocket, and joins when it knows its policy. Desk is the connection
// over which it has asked for its token just now.
func (h *house) enter(ctx context.Context, desk *load.Client, s seat, buffer int) (*peers.Peer, error) {
	_, err := desk.Do(fmt.Appendf(nil, "GET /init?peer_id=%s HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer %s\r\n\r\n", s.peer, s.token))
	if err != nil {
		return nil, err
	}
	p, err := peers.Dial(ctx, h.foyer.address, "/ws?peer="+s.peer+"&token="+s.token, buffer)
	if err != nil {
		return nil, err
	}
	if _, err = p.Until(policyHead); err == nil {
		err = p.Send(joinFrame)
	}
	if err == nil {
		_, err = p.Until(joinedHead)
	}
	if err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

// side is a server with the peers of its rooms.
type side struct {
	server *server
	rooms  [][]*peers.Peer
	ping   []byte
}

func (s *side) all() []*peers.Peer {
	var all []*peers.Peer
	for _, room := range s.rooms {
		all = append(all, room...)
	}
	return all
}

// settle has count rooms of so many seats each filled in Foyer.
func (h *house) settle(ctx context.Context, count, seats, buffer int) (*side, error) {
	s := &side{server: h.foyer, rooms: make([][]*peers.Peer, count), ping: pingFrame}
	ids, err := h.plainRooms(ctx, count)
	if err != nil {
		return nil, err
	}
	var work errgroup.Group
	work.SetLimit(16)
	for i, id := range ids {
		work.Go(func() (err error) {
			s.rooms[i], err = h.fill(ctx, id, seats, buffer)
			return err
		})
	}
	return s, work.Wait()
}

// fill has so many new peers enter a room.
func (h *house) fill(ctx context.Context, room string, count, buffer int) (all []*peers.Peer, err error) {
	desk, err := load.Dial(ctx, h.foyer.address, 1)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, desk.Close()) }()
	for range count {
		s, err := h.newSeat(room)
		if err != nil {
			return all, err
		}
		p, err := h.enter(ctx, desk, s, buffer)
		if err != nil {
			return all, err
		}
		all = append(all, p)
	}
	return all, nil
}

// settleFloor does the same in the floor.
func (h *house) settleFloor(ctx context.Context, count, seats, buffer int) (*side, error) {
	s := &side{server: h.floor, rooms: make([][]*peers.Peer, count), ping: peers.Ping()}
	for i := range s.rooms {
		for range seats {
			p, err := peers.Dial(ctx, h.floor.address, fmt.Sprintf("/%d", i), buffer)
			if err != nil {
				return nil, err
			}
			s.rooms[i] = append(s.rooms[i], p)
		}
	}
	return s, nil
}

// plainRooms makes rooms without codes, by number, and gives their ids.
func (h *house) plainRooms(ctx context.Context, count int) ([]string, error) {
	first := h.made
	h.made += count
	ids := make([]string, count)
	for i := range ids {
		ids[i] = roomID(firstFresh + first + i)
	}
	return ids, h.insertRooms(ctx, firstFresh+first, count)
}

// keepAlive has all peers ping as the SDK does, evenly, until the function that it gives is called.
func (s *side) keepAlive(ctx context.Context) (stop func() error) {
	ctx, cancel := context.WithCancel(ctx)
	var work errgroup.Group
	all := s.all()
	work.Go(func() error {
		every := time.NewTicker(pingEvery / pingSlices)
		defer every.Stop()
		for slice := 0; ; slice = (slice + 1) % pingSlices {
			for _, p := range all[slice*len(all)/pingSlices : (slice+1)*len(all)/pingSlices] {
				if err := p.Send(s.ping); err != nil {
					return err
				}
			}
			select {
			case <-ctx.Done():
				return nil
			case <-every.C:
			}
		}
	})
	return func() error {
		cancel()
		return work.Wait()
	}
}

// How often the SDK's peers ping, and in how many parts of that time all of them do.
const (
	pingEvery  = 3 * time.Second
	pingSlices = 60
)

func (s *side) close() error {
	var errs []error
	for _, p := range s.all() {
		errs = append(errs, p.Close())
	}
	return errors.Join(errs...)
}

// watch has every peer count the messages of others and the answers to its own.
func (s *side) watch(counts func(message []byte) bool) error {
	for _, p := range s.all() {
		if err := p.Watch(counts); err != nil {
			return err
		}
	}
	return nil
}

func isMessage(message []byte) bool { return bytes.HasPrefix(message, messageHead) }
func isCounted(message []byte) bool { return isMessage(message) || bytes.HasPrefix(message, replyHead) }
func isAnything([]byte) bool        { return true }
