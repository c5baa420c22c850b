package hub_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"foyer/hub"
	"foyer/models"

	"github.com/google/go-cmp/cmp"
)

// TestManyAtOnce has many peers do everything at once, with connections that are lost and come back, joins that are refused and a
// server that interferes. When it is over all of them see the same room, the server's, and what was written down makes sense.
func TestManyAtOnce(t *testing.T) {
	t.Parallel()
	const people, steps = 24, 400
	h := newHouse(nil)
	h.refuse = func(*models.Peer) error {
		runtime.Gosched()
		if rand.IntN(8) == 0 {
			return errAway
		}
		return nil
	}
	roleOf := []string{"host", "guest", "speaker", "chair", "caller", "guest"}
	seen := &crowd{all: map[string][]*client{}}
	var work sync.WaitGroup
	for i := range people {
		name := fmt.Sprintf("p%02d", i)
		work.Go(func() {
			c := seen.connect(t, h, name, roleOf[i%len(roleOf)])
			for range steps {
				c = live(t, h, seen, c, roleOf[i%len(roleOf)])
			}
		})
	}
	work.Go(func() {
		for range steps {
			interfere(h)
		}
	})
	work.Wait()
	seen.agree(t, h)
	h.check(t, false)
	if r, ok := h.RoomOf(roomID); ok {
		r.End("over", false)
	}
	seen.part()
	h.await(t)
	h.check(t, true)
	h.Stop()
}

// crowd are all connections ever made, the latest of each peer last. Safe for concurrent use.
type crowd struct {
	mu  sync.Mutex
	all map[string][]*client
}

func (s *crowd) connect(t *testing.T, h *house, name, role string) *client {
	ticket := h.ticket(name, role)
	ticket.Grace = time.Hour
	c := newClient(name)
	line, known := h.Resume(roomID, name, ticket.Token, nil, c.deliver)
	if !known {
		var err error
		if line, err = h.Arrive(context.Background(), ticket, name, c.deliver); err != nil {
			t.Error(err)
		}
	}
	c.Line = line
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all[name] = append(s.all[name], c)
	return c
}

func (s *crowd) part() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, list := range s.all {
		for _, c := range list {
			_ = c.Leave(context.Background())
			c.Lost()
		}
	}
}

// live does one thing of a peer's life, and gives the connection that it has then.
func live(t *testing.T, h *house, seen *crowd, c *client, role string) *client {
	ctx, other := context.Background(), fmt.Sprintf("p%02d", rand.IntN(24))
	switch rand.IntN(16) {
	case 0:
		c.Lost()
		return seen.connect(t, h, c.name, role)
	case 1: // a second connection while the first one is there
		again := seen.connect(t, h, c.name, role)
		c.Lost()
		return again
	case 2:
		_ = c.Leave(ctx)
		c.Lost()
		return seen.connect(t, h, c.name, role)
	case 3:
		_ = c.Update(hub.Details{Name: ptr(strconv.Itoa(rand.IntN(100)))})
	case 4:
		_, _ = c.Group(other, "blue", rand.IntN(2) == 0)
	case 5:
		_, _ = c.Set(fmt.Sprint("k", rand.IntN(4)), json.RawMessage(strconv.Itoa(rand.IntN(100))), nil)
	case 6:
		_ = c.Observe([]string{"k0", "k1", "k2", "k3"})
	case 7:
		_ = c.ChangeRole(other, "guest", rand.IntN(2) == 0)
	case 8:
		_ = c.ChangeRoles([]string{"guest"}, "host")
	case 9:
		_ = c.Admit(ctx, "")
	case 10:
		_ = c.Remove(other, "")
	case 11:
		offer := latest[hub.RoleAsked](c)
		_ = c.Accept(offer.Role, offer.Token)
	case 12:
		_, _ = c.Say(hub.Text("hello", ""))
	default:
		_ = c.Join(ctx, c.name, "")
	}
	if v, _ := c.sees(); v.Out { // is out: comes back as another one
		c.Lost()
		return seen.connect(t, h, c.name, role)
	}
	return c
}

// interfere is what the server does meanwhile.
func interfere(h *house) {
	r, ok := h.RoomOf(roomID)
	if !ok {
		return
	}
	name := fmt.Sprintf("p%02d", rand.IntN(24))
	switch rand.IntN(30) {
	case 0:
		r.End("over", false)
	case 1:
		r.PutOut(func(ticket *hub.Ticket) bool { return ticket.User == "user-"+name }, "banned")
	case 2:
		_ = r.Deny(name, "no")
	case 3:
		r.Lock(rand.IntN(2) == 0)
	case 4, 5, 6:
		_ = r.Admit(context.Background(), "")
	case 7, 8:
		_ = r.Assign(name, "speaker")
	default:
		_, _ = r.Update(name, hub.Details{Data: ptr("data")}, nil)
		_, _ = h.Size()
	}
}

// agree compares what those who are in see with what the server says.
func (s *crowd) agree(t *testing.T, h *house) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []card
	if r, ok := h.RoomOf(roomID); ok {
		all = cardsOf(r.View().Peers)
	}
	for name, list := range s.all {
		for _, c := range list {
			if _, wrong := c.sees(); wrong != "" {
				t.Errorf("%s was delivered %s", name, wrong)
			}
		}
		v, _ := list[len(list)-1].sees()
		if !v.In {
			continue
		}
		i := slices.IndexFunc(all, func(c card) bool { return c.ID == name })
		if i < 0 {
			t.Errorf("%s believes that it is in", name)
			continue
		}
		if diff := cmp.Diff(slices.Delete(slices.Clone(all), i, i+1), v.Others); diff != "" {
			t.Errorf("%s sees others (- server, + %s):\n%s", name, name, diff)
		}
		if v.Self.Role != all[i].Role || v.Count != len(all) {
			t.Errorf("%s has the role %s among %d, the server says %s among %d", name, v.Self.Role, v.Count, all[i].Role, len(all))
		}
	}
	t.Logf("%d are in at the end, %d entries were written", len(all), len(h.written()))
}

// await waits until the room is empty: who is let in at the end has to be taken out once more.
func (h *house) await(t *testing.T) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	for {
		r, ok := h.RoomOf(roomID)
		if !ok {
			return
		}
		r.PutOut(func(*hub.Ticket) bool { return true }, "over")
		select {
		case <-deadline:
			t.Fatalf("%v are still there", h.names())
		case <-time.After(time.Millisecond):
		}
	}
}
