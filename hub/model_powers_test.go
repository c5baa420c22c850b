package hub_test

import (
	"slices"

	"foyer/fault"
	"foyer/hub"
	"foyer/roles"

	"pgregory.net/rapid"
)

// server is the room for what the server wishes; the step is skipped when there is none.
func (m *machine) server(t *rapid.T) *hub.Room {
	r, ok := m.RoomOf(roomID)
	if !ok {
		t.Skip("no room")
	}
	return r
}

// byPeer says whether a peer does something, rather than the server.
func (m *machine) byPeer(t *rapid.T) bool {
	return len(m.clients) > 0 && rapid.Bool().Draw(t, "by a peer")
}

func (m *machine) update(t *rapid.T) {
	c, name := m.aClient(t), rapid.SampledFrom([]string{"A", "B", "C"}).Draw(t, "name")
	details := hub.Details{Name: &name}
	if rapid.Bool().Draw(t, "with data") {
		details.Data = &name
	}
	err := c.Update(details)
	p := m.o.find(c.name, inside)
	if p == nil {
		m.want(t, err, kind(fault.Forbidden))
		return
	}
	must(t, err)
	describe(&p.card, details)
	c.tell(func(self *card) { describe(self, details) })
	m.after(t)
}

func describe(c *card, d hub.Details) {
	c.Name = *d.Name
	if d.Data != nil {
		c.Data = *d.Data
	}
}

func (m *machine) serverUpdate(t *rapid.T) {
	r, id, name := m.server(t), m.aName(t), "S"
	details := hub.Details{Name: &name}
	var role *string
	if rapid.Bool().Draw(t, "with role") {
		drawn := aRole(t)
		role = &drawn
	}
	_, err := r.Update(id, details, role)
	p := m.o.find(id, inside)
	if p == nil {
		m.want(t, err, kind(fault.NotFound))
		return
	}
	var refusal *fault.Kind
	if role != nil {
		refusal = m.o.assign(p, *role)
	}
	m.want(t, err, refusal)
	if refusal == nil {
		describe(&p.card, details)
	}
	m.after(t)
}

func (m *machine) group(t *rapid.T) {
	c, id := m.aClient(t), m.aName(t)
	if rapid.Bool().Draw(t, "itself") {
		id = c.name
	}
	name, member := rapid.SampledFrom([]string{"_handraise", "blue"}).Draw(t, "group"), rapid.Bool().Draw(t, "member")
	groups, err := c.Group(id, name, member)
	p := m.o.find(id, inside)
	switch {
	case m.o.find(c.name, inside) == nil || id != c.name && m.o.mayDo(c.name, roles.ChangeRole) != nil:
		m.want(t, err, kind(fault.Forbidden))
	case p == nil:
		m.want(t, err, kind(fault.NotFound))
	default:
		must(t, err)
		if slices.Contains(p.Groups, name) != member {
			p.Groups = slices.DeleteFunc(append([]string(nil), p.Groups...), func(g string) bool { return g == name })
			if member {
				p.Groups = append(p.Groups, name)
			}
			if len(p.Groups) == 0 {
				p.Groups = nil
			}
		}
		same(t, "groups", append([]string(nil), groups...), p.Groups)
	}
	m.after(t)
}

func (m *machine) changeRole(t *rapid.T) {
	c, id, role, force := m.aClient(t), m.aName(t), aRole(t), rapid.Bool().Draw(t, "force")
	err := c.ChangeRole(id, role, force)
	p := m.o.find(id, inside)
	refusal := m.o.mayDo(c.name, roles.ChangeRole)
	switch {
	case refusal != nil:
	case p == nil:
		refusal = kind(fault.NotFound)
	case force:
		refusal = m.o.assign(p, role)
	case cast[role] == nil:
		refusal = kind(fault.Invalid)
	default:
		o := offer{role: role}
		if asked := m.clients[id]; asked != nil {
			v, _ := asked.sees()
			same(t, "the role that was asked for", []string{v.offer.Role, v.offer.By}, []string{role, c.name})
			o.token = v.offer.Token
		}
		p.offers = append(p.offers, o)
		if len(p.offers) > 8 {
			p.offers = p.offers[1:]
		}
	}
	m.want(t, err, refusal)
	m.after(t)
}

func (m *machine) changeRoles(t *rapid.T) {
	c, from, role := m.aClient(t), []string{aRole(t), aRole(t)}, aRole(t)
	err := c.ChangeRoles(from, role)
	refusal := m.o.mayDo(c.name, roles.ChangeRole)
	if refusal == nil {
		for _, p := range slices.Clone(m.o.inside) {
			if slices.Contains(from, p.Role) && refusal == nil {
				refusal = m.o.assign(p, role)
			}
		}
	}
	m.want(t, err, refusal)
	m.after(t)
}

// accept takes the role that was offered last; or none that was.
func (m *machine) accept(t *rapid.T) {
	c := m.aClient(t)
	v, _ := c.sees()
	role, token := v.offer.Role, v.offer.Token
	err := c.Accept(role, token)
	p := m.o.find(c.name, inside)
	i := -1
	if p != nil {
		i = slices.IndexFunc(p.offers, func(o offer) bool { return o.token == token && o.role == role && token != "" })
	}
	if i < 0 {
		m.want(t, err, kind(fault.Forbidden))
		return
	}
	p.offers = slices.Delete(p.offers, i, i+1)
	m.want(t, err, m.o.assign(p, role))
	m.after(t)
}

func (m *machine) remove(t *rapid.T) {
	id, refusal := m.aName(t), (*fault.Kind)(nil)
	call := m.server(t).Remove
	if m.byPeer(t) {
		c := m.aClient(t)
		call, refusal = c.Remove, m.o.mayDo(c.name, roles.RemoveOthers)
	}
	err := call(id, "enough")
	p := m.o.find(id, inside)
	switch {
	case refusal != nil:
	case p == nil:
		refusal = kind(fault.NotFound)
	default:
		m.o.remove(p)
		m.sentAway(t, p)
	}
	m.want(t, err, refusal)
	m.after(t)
}

// putOut ends the stay of whoever holds a token, wherever that is.
func (m *machine) putOut(t *rapid.T) {
	r, id := m.server(t), m.aName(t)
	r.PutOut(func(ticket *hub.Ticket) bool { return ticket.Token == "token-"+id }, "banned")
	p := m.o.people[id]
	switch {
	case p == nil:
	case p.stage == joins:
		p.out, p.told, p.departed = true, true, true
	default:
		m.o.remove(p)
		m.sentAway(t, p)
	}
	m.after(t)
}

func (m *machine) end(t *rapid.T) {
	r := m.server(t)
	if rapid.IntRange(0, 2).Draw(t, "really") > 0 {
		return
	}
	locked := rapid.Bool().Draw(t, "locked")
	if m.byPeer(t) {
		c := m.aClient(t)
		refusal := m.o.mayDo(c.name, roles.EndRoom)
		m.want(t, c.End("over", locked), refusal)
		if refusal != nil {
			return
		}
		m.gone(c) // it goes by itself
	} else {
		r.End("over", locked)
	}
	for _, p := range m.o.end(locked) {
		m.sentAway(t, p)
	}
	m.after(t)
}
