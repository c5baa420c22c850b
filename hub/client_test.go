package hub_test

import (
	"slices"
	"sync"

	"foyer/hub"
	"foyer/models"
)

// client is one connection, and what its owner sees: only by what it is told. Safe for concurrent use.
type client struct {
	*hub.Line

	name  string
	asked card // what it said of itself when it joined

	mu     sync.Mutex
	events []any // guarded by mu, as is all that follows
	view   view
	wrong  string // what should not have been delivered
	over   bool   // another connection has taken its place
}

// view is a room as a client sees it.
type view struct {
	In      bool
	Out     bool // removed or refused
	Self    card // the role, at first
	Others  []card
	Count   int
	Values  map[string]string // of those that it observes
	Waiters []string
	Inbox   []string // texts of messages, in order
	Outlook *outlook
	offer   hub.RoleAsked
}

// card is what a client knows of a peer.
type card struct {
	ID, User, Name, Data, Role string
	Groups                     []string
}

// outlook is what a watcher sees.
type outlook struct {
	Session bool
	Count   int
	Peers   []card
}

func newClient(name string) *client {
	return &client{name: name, view: view{Values: map[string]string{}}}
}

func cardOf(c *hub.Card) card {
	return card{ID: c.ID, User: c.User, Name: c.Name, Data: c.Data, Role: c.Role, Groups: append([]string(nil), c.Groups...)}
}

func cardsOf(list []*hub.Card) []card {
	cards := make([]card, 0, len(list))
	for _, c := range list {
		cards = append(cards, cardOf(c))
	}
	return cards
}

// deliver is a hub.Deliver.
func (c *client) deliver(e *hub.Event) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.events = append(c.events, e.Body)
	if c.over {
		c.wrong = "something behind Superseded"
		return
	}
	v := &c.view
	switch body := e.Body.(type) {
	case hub.Superseded:
		c.over = true
	case hub.Welcome:
		*v = view{
			In: true, Self: c.asked, Others: cardsOf(body.Others), Values: map[string]string{}, Inbox: v.Inbox, offer: v.offer,
		}
		v.Self.Role = body.Role
		c.note(body.Values)
	case hub.Assigned:
		v.Self.Role, v.Waiters = body.Role, nil
	case hub.Removed, hub.Refused:
		v.Out, v.In = true, false
	case hub.AtDoor:
	case hub.RoleAsked:
		v.offer = body
	case hub.Outlook:
		v.Outlook = &outlook{Session: body.Session != nil, Count: body.Count}
		if body.Peers != nil {
			v.Outlook.Peers = cardsOf(body.Peers)
		}
	default:
		c.hear(body)
	}
}

// hear takes what only those who are in are told.
func (c *client) hear(body any) {
	v := &c.view
	if !v.In {
		c.wrong = "an event for those who are in"
		return
	}
	switch body := body.(type) {
	case hub.Joined:
		if slices.ContainsFunc(v.Others, func(o card) bool { return o.ID == body.Peer.ID }) {
			c.wrong = "a second Joined"
		}
		v.Others = append(v.Others, cardOf(body.Peer))
	case hub.Left:
		before := len(v.Others)
		v.Others = slices.DeleteFunc(v.Others, func(o card) bool { return o.ID == body.Peer.ID })
		if len(v.Others) != before-1 {
			c.wrong = "a Left of somebody unknown"
		}
	case hub.Changed:
		c.change(cardOf(body.Peer))
	case hub.Counted:
		v.Count = body.Peers
	case hub.Noted:
		c.note(body.Values)
	case hub.Queued:
		v.Waiters = waiterNames(body.Waiters)
	case hub.Said:
		v.Inbox = append(v.Inbox, string(body.Text))
	}
}

func (c *client) change(to card) {
	v := &c.view
	if to.ID == c.name {
		if to.Role != v.Self.Role {
			c.wrong = "a role of its own by Changed"
		}
		v.Self = to
		return
	}
	i := slices.IndexFunc(v.Others, func(o card) bool { return o.ID == to.ID })
	if i < 0 {
		c.wrong = "a Changed of somebody unknown"
		return
	}
	v.Others[i] = to
}

func (c *client) note(values []hub.Value) {
	for _, value := range values {
		c.view.Values[value.Key] = string(value.Data)
	}
}

// forget has the client forget values that it does not observe any more, as a client does that says so.
func (c *client) forget(keys []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key := range c.view.Values {
		if !slices.Contains(keys, key) {
			delete(c.view.Values, key)
		}
	}
}

// tell changes what the client knows of itself because it did it itself.
func (c *client) tell(change func(self *card)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	change(&c.view.Self)
}

// sees is what the client sees now, and what was wrong on the way.
func (c *client) sees() (view, string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	v := c.view
	v.Others, v.Inbox = slices.Clone(v.Others), slices.Clone(v.Inbox)
	return v, c.wrong
}

// heard are all events so far.
func (c *client) heard() []any {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.events)
}

// told counts the events of a type so far.
func told[T any](c *client) int {
	n := 0
	for _, body := range c.heard() {
		if _, ok := body.(T); ok {
			n++
		}
	}
	return n
}

// latest is the last event of a type; the zero one when there is none.
func latest[T any](c *client) T {
	var last T
	for _, body := range c.heard() {
		if event, ok := body.(T); ok {
			last = event
		}
	}
	return last
}

func waiterNames(list []models.Waiter) []string {
	var names []string
	for _, w := range list {
		names = append(names, w.PeerID)
	}
	return names
}
