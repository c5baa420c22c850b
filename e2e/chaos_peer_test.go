package e2e_test

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
)

// person is what a client knows of a peer, itself included.
type person struct {
	Role   string
	Groups []string
	Name   string
	Data   string
}

// sight is a room as a client sees it, by peer id; the client itself is in it too.
type sight struct {
	People map[string]person
	Values map[string]string
}

// app is a client that stays in a room as the web SDK does: whenever its connection is gone it comes back with the same peer id and token
// and does not join again; what it had asked for it asks again. Safe for concurrent use.
type app struct {
	credentials

	mu     sync.Mutex
	line   *wire // guarded by mu, as is the rest; nil: there is none
	joined bool
	policy string // its own role
	seen   sight
	heard  int // messages
}

func newApp(via *http.Client, url, token string) *app {
	a := &app{credentials: credentials{http: via, url: url, peer: uuid.NewString(), token: token}}
	a.seen = sight{People: map[string]person{a.peer: {}}, Values: map[string]string{}}
	return a
}

// run keeps the app connected until the context ends.
func (a *app) run(ctx context.Context) {
	for ctx.Err() == nil {
		w, err := a.dial(ctx, a.hear)
		if err != nil {
			pause(ctx)
			continue
		}
		if w.await(ctx, w.policy) == nil {
			a.set(w)
			a.keepAlive(ctx, w)
			a.set(nil)
		}
		w.close()
	}
}

func (a *app) set(w *wire) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.line = w
}

// keepAlive sends pings as the SDK does, until the connection or the context ends.
func (a *app) keepAlive(ctx context.Context, w *wire) {
	pings := time.NewTicker(3 * time.Second)
	defer pings.Stop()
	for {
		select {
		case <-pings.C:
			_ = w.send(map[string]any{"id": uuid.NewString(), "jsonrpc": "2.0", "method": "ping", "params": map[string]int{"timestamp": 1}})
		case <-w.done:
			return
		case <-ctx.Done():
			return
		}
	}
}

// call asks on whatever connection there is, and again when it is gone before the answer: three times, or for a join for ever.
func (a *app) call(ctx context.Context, method string, params any) (json.RawMessage, error) {
	return a.callThen(ctx, method, params, nil)
}

// callThen is call, and done happens when it was carried out.
func (a *app) callThen(ctx context.Context, method string, params any, done func()) (json.RawMessage, error) {
	for try := 0; ; try++ {
		w, err := a.wire(ctx)
		if err != nil {
			return nil, err
		}
		result, err := w.callThen(ctx, method, params, done)
		if !errors.Is(err, errDropped) || method != "join" && try == 3 {
			return result, err
		}
		select { // until run has noticed it too
		case <-time.After(time.Duration(5+rand.IntN(20)) * time.Millisecond):
		case <-ctx.Done():
		}
	}
}

// wire waits for a connection.
func (a *app) wire(ctx context.Context) (*wire, error) {
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	for {
		a.mu.Lock()
		w := a.line
		a.mu.Unlock()
		if w != nil {
			return w, nil
		}
		select {
		case <-again.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// join asks until the app is in.
func (a *app) join(ctx context.Context, name string) error {
	a.mu.Lock()
	a.seen.People[a.peer] = person{Name: name, Groups: []string{}}
	a.mu.Unlock()
	_, err := a.call(ctx, "join", map[string]string{"name": name, "data": ""})
	a.mu.Lock()
	defer a.mu.Unlock()
	a.joined = err == nil
	return err
}

// wirePeer is a peer as the protocol tells it.
type wirePeer struct {
	PeerID   string   `json:"peer_id"`
	Role     string   `json:"role"`
	Groups   []string `json:"groups"`
	Realtime bool     `json:"realtime"`
	Info     struct {
		Name string `json:"name"`
		Data string `json:"data"`
	} `json:"info"`
}

func (p *wirePeer) person() person {
	groups := slices.Clone(p.Groups)
	slices.Sort(groups)
	return person{Role: p.Role, Groups: groups, Name: p.Info.Name, Data: p.Info.Data}
}

// hear takes what the server tells, as the SDK does.
func (a *app) hear(method string, params json.RawMessage) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var err error
	switch method {
	case "on-policy-change":
		var policy struct{ Name string }
		err = json.Unmarshal(params, &policy)
		a.policy = policy.Name
	case "peer-list":
		var list struct{ Peers map[string]wirePeer }
		err = json.Unmarshal(params, &list)
		a.seen.People = map[string]person{a.peer: a.seen.People[a.peer]}
		for id, peer := range list.Peers {
			a.seen.People[id] = peer.person()
		}
	case "on-peer-join", "on-peer-update":
		var peer wirePeer
		err = json.Unmarshal(params, &peer)
		a.seen.People[peer.PeerID] = peer.person()
	case "on-peer-leave":
		var peer wirePeer
		err = json.Unmarshal(params, &peer)
		delete(a.seen.People, peer.PeerID)
	case "on-metadata-change":
		var noted struct {
			Values []struct {
				Key  string
				Data json.RawMessage
			}
		}
		err = json.Unmarshal(params, &noted)
		for _, value := range noted.Values {
			a.seen.Values[value.Key] = string(value.Data)
		}
	case "on-broadcast":
		a.heard++
	}
	if err != nil {
		panic(method + ": " + err.Error()) // nothing of a test can make that right
	}
}

// describe asks for a change of what the app says of itself, and knows it when the server has done it.
func (a *app) describe(ctx context.Context, what map[string]string, change func(p *person)) error {
	_, err := a.callThen(ctx, "peer-update", what, func() {
		a.mu.Lock()
		defer a.mu.Unlock()
		me := a.seen.People[a.peer]
		change(&me)
		a.seen.People[a.peer] = me
	})
	return err
}

// sees is what the app sees now.
func (a *app) sees() sight {
	a.mu.Lock()
	defer a.mu.Unlock()
	seen := sight{People: maps.Clone(a.seen.People), Values: maps.Clone(a.seen.Values)}
	me := seen.People[a.peer]
	me.Role = a.policy
	seen.People[a.peer] = me
	return seen
}
