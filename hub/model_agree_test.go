package hub_test

import (
	"fmt"
	"maps"
	"time"

	"foyer/roles"

	"pgregory.net/rapid"
)

// agree holds everything against the oracle.
func (m *machine) agree(t *rapid.T) {
	for _, s := range slots {
		if c := m.clients[s.name]; c != nil {
			m.checkClient(t, c)
		}
	}
	for _, c := range m.all {
		if _, wrong := c.sees(); wrong != "" {
			t.Fatalf("%s was delivered %s", c.name, wrong)
		}
	}
	m.checkRoom(t)
	m.check(t, false)
}

// checkClient compares what a client sees with what is.
func (m *machine) checkClient(t rapid.TB, c *client) {
	v, _ := c.sees()
	same(t, c.name+"'s messages", v.Inbox, m.inbox[c])
	p := m.o.people[c.name]
	if p == nil || p.stage != inside {
		if v.In {
			t.Fatalf("%s believes that it is in", c.name)
		}
		return
	}
	want := view{
		In: true, Self: p.card, Others: m.cards(p), Count: len(m.o.inside), Values: map[string]string{},
		Inbox: v.Inbox, Outlook: v.Outlook, offer: v.offer,
	}
	for _, key := range p.observed {
		if value, ok := m.o.values[key]; ok {
			want.Values[key] = value.data
		}
	}
	if may(p.Role, roles.Admit) {
		want.Waiters = names(m.o.queue)
	}
	if len(v.Others) == 0 {
		v.Others = want.Others[:0:0]
	}
	if fmt.Sprintf("%+v", v) != fmt.Sprintf("%+v", want) {
		t.Fatalf("%s sees\n%+v, the oracle says\n%+v", c.name, v, want)
	}
}

// cards are those who are in, but one.
func (m *machine) cards(but *person) []card {
	cards := []card{}
	for _, p := range m.o.inside {
		if p != but {
			cards = append(cards, p.card)
		}
	}
	return cards
}

func names(list []*person) []string {
	var names []string
	for _, p := range list {
		names = append(names, p.ID)
	}
	return names
}

// checkRoom compares the server's view.
func (m *machine) checkRoom(t rapid.TB) {
	r, live := m.RoomOf(roomID)
	if live != (len(m.o.people) > 0) {
		t.Fatalf("there is a room: %v, the oracle knows %d people", live, len(m.o.people))
	}
	if !live {
		return
	}
	view := r.View()
	same(t, "who is in", cardsOf(view.Peers), m.cards(nil))
	same(t, "who waits", m.waiters(), names(m.o.queue))
	if (view.Session != nil) != m.o.session {
		t.Fatalf("there is a session: %v, the oracle says %v", view.Session != nil, m.o.session)
	}
	values := map[string]value{}
	for _, v := range view.Values {
		values[v.Key] = value{string(v.Data), v.Version}
	}
	if !maps.Equal(values, m.o.values) {
		t.Fatalf("the values are %v, the oracle says %v", values, m.o.values)
	}
	if m.o.size > 0 && len(view.Peers) > m.o.size {
		t.Fatalf("%d are in, there is room for %d", len(view.Peers), m.o.size)
	}
	if _, err := m.Room(workspace, roomID); (err == nil) != (len(m.o.inside)+len(m.o.queue) > 0) {
		t.Fatalf("Room: %v with %d in and %d waiting", err, len(m.o.inside), len(m.o.queue))
	}
}

// checkOutlook compares what watchers see, which they are told with a delay.
func (m *machine) checkOutlook(t rapid.TB) {
	if m.o.joining > 0 || m.o.now.Sub(m.changed) < time.Second {
		return
	}
	for _, p := range m.o.people {
		c := m.clients[p.ID]
		if !p.connected || p.stage == inside || c == nil {
			continue
		}
		v, _ := c.sees()
		want := outlook{Session: m.o.session, Count: len(m.o.inside)}
		if v.Outlook == nil || v.Outlook.Session != want.Session || v.Outlook.Count != want.Count {
			t.Fatalf("%s watches %+v, the oracle says %+v", p.ID, v.Outlook, want)
		}
		if may(p.Role, roles.SendRoomState) && len(v.Outlook.Peers) != want.Count || !may(p.Role, roles.SendRoomState) && v.Outlook.Peers != nil {
			t.Fatalf("%s watches %+v with the role %s", p.ID, v.Outlook, p.Role)
		}
	}
}
