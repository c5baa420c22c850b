package e2e_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestCutConnections has a proxy cut all connections of 20 peers again and again, while they talk, raise hands and change names, roles and
// values, and the server changes them too. When it is over every client sees the same room, which is the server's.
func TestCutConnections(t *testing.T) {
	t.Parallel()
	const peers = 20
	length := 10 * time.Second
	if soak() {
		length = time.Minute
	}
	near := freeAddress(t)
	s := start(t, sqlite, settings{"FOYER_RATE_LIMITS": "off", "FOYER_LOG": "info,json", "FOYER_PUBLIC_URL": "http://" + near})
	p := newProxy(t, near, s.url)
	m := newMeeting(t, s, p)
	ctx, cancel := context.WithTimeout(t.Context(), length)
	defer cancel()
	m.play(ctx, t, peers)
	p.cutting.Store(false)
	t.Logf("%d cuts; %d calls were answered, %d refused, %d lost", p.cuts.Load(), m.answered.Load(), m.refused.Load(), m.lost.Load())
	if least := int64(length/time.Second) * peers; p.cuts.Load() < least {
		t.Errorf("only %d cuts, wanted %d", p.cuts.Load(), least)
	}
	m.agree(t)
}

// meeting is a room with apps that reach it through a proxy. Its clients are also the management API's, which is not cut.
type meeting struct {
	*client

	room   room
	tokens map[string]string // by role
	proxy  *proxy
	far    string
	apps   []*app
	ends   func()

	answered, refused, lost atomic.Int64
}

func newMeeting(t *testing.T, s *server, p *proxy) *meeting {
	t.Helper()
	m := &meeting{client: s.client(t), proxy: p, far: s.url, tokens: map[string]string{}}
	made, codes, err := m.newRoom(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	m.room = made
	for _, code := range codes {
		_, token, err := m.exchange(t.Context(), code.Code)
		if err != nil || token == "" {
			t.Fatalf("exchange: %v", err)
		}
		m.tokens[code.Role] = token
	}
	return m
}

// via is a client that takes a connection for each request, so that each can be cut.
func via() *http.Client {
	return &http.Client{Transport: &http.Transport{DisableKeepAlives: true}, Timeout: 5 * time.Second}
}

// play has so many apps join, and lets them live until the context ends. They stay connected until the test ends.
func (m *meeting) play(ctx context.Context, t *testing.T, peers int) {
	t.Helper()
	var lines, work sync.WaitGroup
	connected, hangUp := context.WithCancel(context.WithoutCancel(ctx))
	m.ends = func() {
		hangUp()
		lines.Wait()
	}
	t.Cleanup(func() { m.ends() })
	for i := range peers {
		token := m.tokens["host"]
		if i%2 == 1 {
			token = m.tokens["guest"]
		}
		m.apps = append(m.apps, newApp(via(), m.proxy.url, token))
	}
	for i, a := range m.apps {
		lines.Go(func() { a.run(connected) })
		work.Go(func() {
			m.live(ctx, a, fmt.Sprint("peer ", i))
		})
	}
	work.Go(func() {
		for ctx.Err() == nil {
			m.interfere(ctx)
		}
	})
	work.Wait()
}

// live is what somebody does in a meeting.
func (m *meeting) live(ctx context.Context, a *app, name string) {
	patient := context.WithoutCancel(ctx)
	if err := a.join(patient, name); err != nil {
		return // agree finds out
	}
	_, _ = a.call(patient, "listen-metadata-change", map[string]any{"keys": keys})
	for ctx.Err() == nil {
		err := m.act(patient, a)
		switch {
		case err == nil:
			m.answered.Add(1)
		case errors.Is(err, errDropped):
			m.lost.Add(1)
		default:
			m.refused.Add(1)
		}
		pause(ctx)
	}
}

var keys = []string{"spotlight", "pinned", "stage"}

// act does one thing. What is asked again because the answer was lost may be done twice.
func (m *meeting) act(ctx context.Context, a *app) (err error) {
	text := fmt.Sprint("text ", rand.IntN(1000))
	other := m.apps[rand.IntN(len(m.apps))].peer
	switch rand.IntN(8) {
	case 0:
		_, err = a.call(ctx, "broadcast", map[string]any{"info": map[string]string{"message": text, "type": "chat"}})
	case 1:
		err = a.describe(ctx, map[string]string{"name": text}, func(p *person) { p.Name = text })
	case 2:
		err = a.describe(ctx, map[string]string{"data": text}, func(p *person) { p.Data = text })
	case 3:
		_, err = a.call(ctx, "group-join", map[string]string{"name": "_handraise"})
	case 4:
		_, err = a.call(ctx, "group-leave", map[string]string{"name": "_handraise"})
	case 5:
		_, err = a.call(ctx, "set-metadata", map[string]any{"key": keys[rand.IntN(len(keys))], "data": map[string]string{"by": text}})
	case 6:
		role := []string{"host", "guest"}[rand.IntN(2)]
		_, err = a.call(ctx, "role-change-request", map[string]any{"requested_for": other, "role": role, "force": true})
	default:
		_, err = a.call(ctx, "group-remove", map[string]string{"name": "_handraise", "peer_id": other})
	}
	return err
}

// interfere changes a peer as the server's side does, whether it is connected at the moment or not.
func (m *meeting) interfere(ctx context.Context) {
	path := "/v2/active-rooms/" + m.room.ID + "/peers/" + m.apps[rand.IntN(len(m.apps))].peer
	change := []map[string]string{{"role": "host"}, {"role": "guest"}, {"name": "renamed"}, {"metadata": "changed"}}[rand.IntN(4)]
	var answer json.RawMessage
	_ = m.post(ctx, path, change, &answer) // it may not be in yet
	pause(ctx)
}

// agree demands that all clients come to see what the server sees. An onlooker who comes in beside the proxy sees it in full; the API must
// say the same.
func (m *meeting) agree(t *testing.T) {
	t.Helper()
	onlooker := newApp(via(), m.far, m.tokens["host"])
	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), patience)
	var lines sync.WaitGroup
	defer lines.Wait()
	defer cancel()
	lines.Go(func() { onlooker.run(ctx) })
	if err := onlooker.join(ctx, "onlooker"); err != nil {
		t.Fatal(err)
	}
	if _, err := onlooker.call(ctx, "listen-metadata-change", map[string]any{"keys": keys}); err != nil {
		t.Fatal(err)
	}
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	var wrong string
	for deadline := time.After(20 * time.Second); ; {
		if wrong = m.differences(t, onlooker); wrong == "" {
			return
		}
		select {
		case <-again.C:
		case <-deadline:
			t.Fatal(wrong)
		}
	}
}

// differences says who sees something else than the onlooker; empty if nobody does.
func (m *meeting) differences(t *testing.T, onlooker *app) string {
	t.Helper()
	var wrong strings.Builder
	want := onlooker.sees()
	if len(want.People) != len(m.apps)+1 {
		fmt.Fprintf(&wrong, "%d are in, wanted %d\n", len(want.People), len(m.apps)+1)
	}
	for i, a := range m.apps {
		if diff := cmp.Diff(want, a.sees()); diff != "" {
			fmt.Fprintf(&wrong, "app %d, peer %s (- server, + client):\n%s", i, a.peer, diff)
		}
	}
	var api struct {
		Peers map[string]struct{ Name, Role, Metadata string }
	}
	if err := m.get(t.Context(), "/v2/active-rooms/"+m.room.ID+"/peers", &api); err != nil {
		t.Fatal(err)
	}
	listed := map[string]person{}
	for id, peer := range api.Peers {
		listed[id] = person{Role: peer.Role, Name: peer.Name, Data: peer.Metadata, Groups: want.People[id].Groups}
	}
	if diff := cmp.Diff(want.People, listed); diff != "" {
		fmt.Fprintf(&wrong, "(- client, + API):\n%s", diff)
	}
	return wrong.String()
}
