package hub_test

import (
	"context"
	"slices"

	"foyer/fault"
	"foyer/roles"

	"pgregory.net/rapid"
)

func (m *machine) lock(t *rapid.T) {
	if r, ok := m.RoomOf(roomID); ok {
		m.o.locked = rapid.Bool().Draw(t, "locked")
		r.Lock(m.o.locked)
		m.after(t)
	}
}

func (m *machine) admit(t *rapid.T) {
	r := m.server(t)
	id := ""
	if rapid.Bool().Draw(t, "one") {
		id = m.aName(t)
	}
	call, refusal := r.Admit, (*fault.Kind)(nil)
	if m.byPeer(t) {
		c := m.aClient(t)
		call, refusal = c.Admit, m.o.mayDo(c.name, roles.Admit)
	}
	a := &ask{answer: make(chan error, 1)}
	m.asks = append(m.asks, a)
	go func() { a.answer <- call(context.Background(), id) }()
	if refusal != nil {
		a.finish(refusal)
	} else {
		m.letIn(id, a)
	}
	m.after(t)
}

func (m *machine) letIn(id string, a *ask) {
	chosen := slices.Clone(m.o.queue)
	if id != "" {
		p := m.o.find(id, waits)
		if p == nil {
			a.finish(kind(fault.NotFound))
			return
		}
		chosen = []*person{p}
	}
	s := &seats{words: map[*person]bool{}, ask: a}
	for _, p := range chosen {
		if !p.connected {
			p.admitted = true
			continue
		}
		if err := m.o.reserve(p); err != nil {
			if id != "" { // of all, as many as there is room for
				s.failed = err
			}
			continue
		}
		p.seats = s
		s.people = append(s.people, p)
	}
	if len(s.people) == 0 {
		a.finish(s.failed)
	}
}

func (m *machine) deny(t *rapid.T) {
	r := m.server(t)
	id, refusal, call := m.aName(t), (*fault.Kind)(nil), r.Deny
	if m.byPeer(t) {
		c := m.aClient(t)
		call, refusal = c.Deny, m.o.mayDo(c.name, roles.Admit)
	}
	err := call(id, "not today")
	p := m.o.find(id, waits)
	switch {
	case refusal != nil:
		m.want(t, err, refusal)
	case p == nil:
		m.want(t, err, kind(fault.NotFound))
	default:
		must(t, err)
		m.o.remove(p)
		m.sentAway(t, p)
	}
	m.after(t)
}

// sentAway demands that somebody who was connected was told.
func (m *machine) sentAway(t *rapid.T, p *person) {
	c := m.clients[p.ID]
	if c == nil {
		return
	}
	if v, _ := c.sees(); !v.Out {
		t.Fatalf("%s was not told that it is out", p.ID)
	}
	m.gone(c)
}
