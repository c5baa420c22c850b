package hub_test

import (
	"context"
	"slices"
	"time"

	"foyer/fault"

	"pgregory.net/rapid"
)

func (m *machine) aSlot(t *rapid.T) slot { return rapid.SampledFrom(slots).Draw(t, "who") }

func (m *machine) aName(t *rapid.T) string { return rapid.SampledFrom(slots).Draw(t, "whom").name }

func aRole(t *rapid.T) string {
	return rapid.SampledFrom([]string{"host", "guest", "speaker", "chair", "caller", "ghost", "nobody"}).Draw(t, "role")
}

// aClient is the connection of somebody, if there is one.
func (m *machine) aClient(t *rapid.T) *client {
	var there []string
	for _, s := range slots {
		if m.clients[s.name] != nil {
			there = append(there, s.name)
		}
	}
	if len(there) == 0 {
		t.Skip("nobody is there")
	}
	return m.clients[rapid.SampledFrom(there).Draw(t, "client")]
}

// arrive connects somebody, who may be connected already, as a dialect does: known peers resume.
func (m *machine) arrive(t *rapid.T) { m.connect(t, m.aSlot(t)) }

func (m *machine) connect(t *rapid.T, s slot) {
	p := m.o.people[s.name]
	if p != nil && p.departed { // has said goodbye a moment ago
		return
	}
	ticket := m.ticket(s.name, s.role)
	ticket.Grace = s.grace
	c := newClient(s.name)
	c.asked = card{ID: s.name, User: ticket.User, Role: s.role}
	if p != nil { // the app that comes back knows what it said
		c.asked.Name, c.asked.Data = p.Name, p.Data
	}
	line, known := m.Resume(roomID, s.name, ticket.Token, nil, c.deliver)
	if known != (p != nil && (p.stage == inside || p.stage == waits)) {
		t.Fatalf("Resume says %v of %+v", known, p)
	}
	if !known {
		var err error
		line, err = m.Arrive(context.Background(), ticket, s.name, c.deliver)
		must(t, err)
	}
	c.Line = line
	if before := m.clients[s.name]; before != nil {
		m.old = append(m.old, before)
		if _, _ = before.sees(); !before.over && p != nil {
			t.Fatalf("%s was not told of its other connection", s.name)
		}
	}
	m.clients[s.name], m.all = c, append(m.all, c)
	if p == nil {
		p = &person{card: c.asked, stage: watches, grace: s.grace}
		m.o.people[s.name] = p
	}
	p.connected, p.deadline = true, time.Time{}
	m.after(t)
}

func (m *machine) join(t *rapid.T) {
	c := m.aClient(t)
	m.joinBy(t, c, rapid.SampledFrom([]string{"A", "B"}).Draw(t, "name"))
}

func (m *machine) joinBy(t *rapid.T, c *client, name string) {
	p := m.o.people[c.name]
	a := &ask{answer: make(chan error, 1)}
	m.asks = append(m.asks, a)
	if p != nil && (p.stage == watches || p.stage == waits) {
		c.mu.Lock()
		c.asked.Name, c.asked.Data = name, "data"
		c.mu.Unlock()
	}
	go func() { a.answer <- c.Join(context.Background(), name, "data") }()
	switch {
	case p == nil:
		a.finish(kind(fault.Forbidden))
	case p.stage == inside:
		a.finish(nil)
	case p.stage == joins:
		p.asks = append(p.asks, a)
	default:
		p.Name, p.Data = name, "data"
		m.askIn(p, a)
	}
	m.after(t)
}

func (m *machine) askIn(p *person, a *ask) {
	if m.o.mustWait(p.Role) && !p.admitted {
		if p.stage != waits {
			p.stage, p.since = waits, m.o.now
			m.o.queue = append(m.o.queue, p)
		}
		a.finish(nil)
		return
	}
	if err := m.o.reserve(p); err != nil {
		a.finish(err)
		return
	}
	p.asks = append(p.asks, a)
	p.seats = &seats{people: []*person{p}, words: map[*person]bool{}}
}

// enter is arrive, join and the word at once.
func (m *machine) enter(t *rapid.T) {
	absent := slices.DeleteFunc(slices.Clone(slots), func(s slot) bool { return m.o.people[s.name] != nil })
	if len(absent) == 0 {
		t.Skip("all are there")
	}
	s := rapid.SampledFrom(absent).Draw(t, "who")
	m.connect(t, s)
	m.joinBy(t, m.clients[s.name], s.name)
	if p := m.o.find(s.name, joins); p != nil {
		m.giveWord(t, p, true)
	}
}

// word says of a join whether it was written.
func (m *machine) word(t *rapid.T) {
	list := m.o.joiners()
	if len(list) == 0 {
		t.Skip("nobody waits for a word")
	}
	m.giveWord(t, rapid.SampledFrom(list).Draw(t, "joiner"), rapid.IntRange(0, 3).Draw(t, "written") > 0)
}

func (m *machine) giveWord(t rapid.TB, p *person, written bool) {
	var err error
	if !written {
		err = errAway
	}
	if !m.give(p.ID, err) {
		t.Fatalf("%s is not being written", p.ID)
	}
	m.o.give(p, written)
	m.after(t)
}

func (m *machine) leave(t *rapid.T) {
	c := m.aClient(t)
	must(t, c.Leave(context.Background()))
	if p := m.o.people[c.name]; p != nil {
		if p.stage == joins {
			p.out, p.told, p.departed = true, false, true
		} else {
			m.o.remove(p)
		}
	}
	m.gone(c)
	m.after(t)
}

// gone is a client that looks at nothing any more.
func (m *machine) gone(c *client) { delete(m.clients, c.name) }

func (m *machine) lose(t *rapid.T) {
	c := m.aClient(t)
	m.sleep(t, time.Millisecond) // no two at the same moment: their ends would have no order
	c.Lost()
	m.lost(c)
	m.after(t)
}

func (m *machine) lost(c *client) {
	m.gone(c)
	p := m.o.people[c.name]
	if p == nil {
		return
	}
	p.connected = false
	switch p.stage {
	case watches:
		m.o.remove(p)
	case waits, inside:
		m.o.linger(p)
	}
}

// loseOld ends connections that were superseded: nobody notices.
func (m *machine) loseOld(t *rapid.T) {
	for _, c := range m.old {
		c.Lost()
	}
	m.old = nil
	m.after(t)
}

func (m *machine) wait(t *rapid.T) {
	m.sleep(t, rapid.SampledFrom([]time.Duration{time.Second, 30 * time.Second, 61 * time.Second}).Draw(t, "how long"))
	m.checkOutlook(t)
}
