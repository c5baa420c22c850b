package hub_test

import (
	"slices"
	"strconv"

	"foyer/fault"
	"foyer/hub"

	"pgregory.net/rapid"
)

func (m *machine) say(t *rapid.T) {
	c := m.aClient(t)
	m.said++
	text := strconv.Itoa(m.said)
	message := hub.Message{Text: []byte(text), Type: hub.Chat}
	switch rapid.IntRange(0, 2).Draw(t, "to") {
	case 0:
		message.Peer = m.aName(t)
	case 1:
		message.Roles = []string{aRole(t), aRole(t)}
	}
	_, err := c.Say(message)
	if m.o.find(c.name, inside) == nil {
		m.want(t, err, kind(fault.Forbidden))
		return
	}
	if message.Peer != "" && m.o.find(message.Peer, inside) == nil {
		m.want(t, err, kind(fault.NotFound))
		return
	}
	must(t, err)
	for _, p := range m.o.inside {
		to := message.Peer == p.ID || message.Peer == "" && (message.Roles == nil || slices.Contains(message.Roles, p.Role))
		if listener := m.clients[p.ID]; to && p.ID != c.name && listener != nil {
			m.inbox[listener] = append(m.inbox[listener], text)
		}
	}
}

func (m *machine) observe(t *rapid.T) {
	c := m.aClient(t)
	keys := rapid.SliceOfDistinct(rapid.SampledFrom(keys), rapid.ID).Draw(t, "keys")
	c.forget(keys)
	must(t, c.Observe(keys))
	if p := m.o.people[c.name]; p != nil {
		p.observed = keys
	}
	m.after(t)
}

var keys = []string{"x", "y", "z"}

func (m *machine) set(t *rapid.T) {
	c, key := m.aClient(t), rapid.SampledFrom(keys).Draw(t, "key")
	data := strconv.Itoa(rapid.IntRange(0, 9).Draw(t, "data"))
	old := m.o.values[key]
	var version *int
	if rapid.Bool().Draw(t, "with version") {
		v := rapid.IntRange(0, 3).Draw(t, "version")
		version = &v
	}
	_, err := c.Set(key, []byte(data), version)
	switch {
	case m.o.find(c.name, inside) == nil:
		m.want(t, err, kind(fault.Forbidden))
	case version != nil && *version != old.version:
		m.want(t, err, kind(fault.Conflict))
	default:
		must(t, err)
		m.o.values[key] = value{data, old.version + 1}
	}
	m.after(t)
}
