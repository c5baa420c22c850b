package hub_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"foyer/fault"
	"foyer/hub"
	"foyer/models"

	"pgregory.net/rapid"
)

// TestModel drives one room at random beside an oracle. After each step every client's own view, made only of what it was told, is what
// the oracle says, and so is the room as the server's side sees it; what was written down makes sense.
func TestModel(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		inBubble(t, func() {
			m := newMachine(rt)
			defer m.close()
			rt.Repeat(map[string]func(*rapid.T){
				"arrive": m.arrive, "join": m.join, "join more": m.join, "enter": m.enter, "leave": m.leave, "lose": m.lose,
				"lose old": m.loseOld, "word": m.word, "word more": m.word, "say": m.say, "update": m.update, "group": m.group,
				"set": m.set, "observe": m.observe, "change role": m.changeRole, "change roles": m.changeRoles, "accept": m.accept,
				"server update": m.serverUpdate, "admit": m.admit, "deny": m.deny, "remove": m.remove, "put out": m.putOut,
				"end": m.end, "lock": m.lock, "wait": m.wait, "": m.agree,
			})
			m.finish(rt)
		})
	})
}

// inBubble runs a property of rapid in a bubble of its own, and throws again outside what it throws to end.
func inBubble(t *testing.T, property func()) {
	t.Helper()
	var thrown any
	synctest.Test(t, func(*testing.T) {
		defer func() { thrown = recover() }()
		property()
	})
	if fmt.Sprintf("%T", thrown) == "rapid.invalidData" { // it tells failures apart by where they are thrown
		panic(thrown)
	}
	if thrown != nil {
		panic(thrown)
	}
}

// slot is somebody who comes and goes under one id.
type slot struct {
	name, role string
	grace      time.Duration
}

var slots = []slot{
	{"ada", "host", time.Minute},
	{"ben", "host", 0},
	{"cem", "guest", time.Minute},
	{"dia", "speaker", time.Minute},
	{"eva", "speaker", 0},
	{"fay", "speaker", time.Minute},
	{"gil", "chair", time.Minute},
	{"hal", "chair", 0},
	{"ida", "caller", time.Minute},
	{"jon", "caller", 0},
}

// machine is a hub with one room, its clients, and the oracle.
type machine struct {
	*house

	o       *oracle
	clients map[string]*client // the latest connection of each
	old     []*client          // superseded ones
	all     []*client
	asks    []*ask
	inbox   map[*client][]string
	said    int
	changed time.Time // when time has changed something last
}

func newMachine(t *rapid.T) *machine {
	size := rapid.SampledFrom([]int{0, 3, 5}).Draw(t, "size")
	m := &machine{clients: map[string]*client{}, inbox: map[*client][]string{}, o: newOracle(time.Now(), size)}
	m.house = newHouse(func(r *models.Room, _ *hub.Options) { r.Size = &size })
	m.hold(true)
	return m
}

// close lets all goroutines end.
func (m *machine) close() {
	m.hold(false)
	for _, s := range slots {
		m.give(s.name, errAway)
	}
	m.Stop()
	synctest.Wait()
	for _, s := range slots {
		m.give(s.name, errAway)
	}
	synctest.Wait()
}

// after is what follows each step: all has come to rest, time has passed in the oracle's world too.
func (m *machine) after(t rapid.TB) {
	m.o.settle()
	synctest.Wait()
	for _, a := range m.asks {
		m.checkAsk(t, a)
	}
	m.asks = slices.DeleteFunc(m.asks, func(a *ask) bool { return a.done })
}

func (m *machine) checkAsk(t rapid.TB, a *ask) {
	select {
	case err := <-a.answer:
		if !a.done {
			t.Fatalf("a call has returned before its time: %v", err)
		}
		m.want(t, err, a.want)
	default:
		if a.done {
			t.Fatal("a call does not return")
		}
	}
}

func (m *machine) want(t rapid.TB, err error, want *fault.Kind) {
	t.Helper()
	switch {
	case want == nil && err != nil:
		t.Fatalf("got %v, the oracle says nothing is wrong", err)
	case want != nil && !fault.Is(err, *want):
		t.Fatalf("got %v, the oracle says %v", err, *want)
	}
}

// sleep passes time, from one thing that it changes to the next.
func (m *machine) sleep(t rapid.TB, d time.Duration) {
	until := m.o.now.Add(d)
	for {
		at, any := m.o.next()
		if !any || at.After(until) {
			break
		}
		m.pass(t, at)
		m.changed = at
	}
	m.pass(t, until)
}

func (m *machine) pass(t rapid.TB, at time.Time) {
	<-time.After(at.Sub(m.o.now))
	m.o.now = at
	m.o.pass()
	m.after(t)
}

// finish has everybody go, and finds that nothing is left.
func (m *machine) finish(t *rapid.T) {
	for len(m.o.joiners()) > 0 {
		m.giveWord(t, m.o.joiners()[0], true)
	}
	for _, s := range slots {
		if c := m.clients[s.name]; c != nil {
			c.Lost()
			m.after(t)
			m.lost(c)
			m.after(t)
		}
	}
	for len(m.o.people) > 0 { // one who was let in on the way needs a word first
		for _, p := range m.o.joiners() {
			m.giveWord(t, p, true)
		}
		m.sleep(t, time.Minute)
	}
	m.sleep(t, time.Minute)
	m.agree(t)
	m.check(t, true)
	if rooms, peers := m.Size(); rooms != 0 || peers != 0 {
		t.Fatalf("%d peers are left in %d rooms", peers, rooms)
	}
}

// joiners are those who wait for a word, in the order of their names.
func (o *oracle) joiners() []*person {
	var list []*person
	for _, s := range slots {
		if p := o.find(s.name, joins); p != nil {
			if _, given := p.seats.words[p]; !given {
				list = append(list, p)
			}
		}
	}
	return list
}
