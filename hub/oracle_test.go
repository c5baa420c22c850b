package hub_test

import (
	"slices"
	"time"

	"foyer/fault"
	"foyer/roles"
)

// How far somebody has come, as the oracle calls it.
const (
	watches = "watches"
	waits   = "waits"
	joins   = "joins"
	inside  = "inside"
)

// person is one stay as the oracle knows it.
type person struct {
	card

	stage     string
	since     time.Time // waits since; zero: never waited
	admitted  bool
	out       bool // joins: has to go again
	told      bool // with out: is told so
	departed  bool // joins: has left by itself
	connected bool
	deadline  time.Time // zero: none
	grace     time.Duration
	observed  []string
	offers    []offer
	asks      []*ask // joins that wait for the same end
	seats     *seats
}

type offer struct{ role, token string }

// ask is a call that does not return at once.
type ask struct {
	answer chan error
	done   bool
	want   *fault.Kind // with done; nil: no error
}

func (a *ask) finish(want *fault.Kind) {
	if a != nil {
		a.done, a.want = true, want
	}
}

// seats are joins that one caller waits for, in order.
type seats struct {
	people  []*person
	words   map[*person]bool // those that were given
	failed  *fault.Kind      // the first failure
	ask     *ask             // of whoever lets in many
	relieve bool
}

// oracle is what a room must be like, by a simpler account than the hub's.
type oracle struct {
	now      time.Time
	size     int
	people   map[string]*person
	inside   []*person
	queue    []*person
	joining  int
	session  bool
	locked   bool
	values   map[string]value
	relieves bool
	retry    time.Time // when to try again; zero: no matter
}

type value struct {
	data    string
	version int
}

func newOracle(now time.Time, size int) *oracle {
	return &oracle{now: now, size: size, people: map[string]*person{}, values: map[string]value{}}
}

func kind(k fault.Kind) *fault.Kind { return &k }

func (o *oracle) find(id, stage string) *person {
	if p := o.people[id]; p != nil && p.stage == stage {
		return p
	}
	return nil
}

func may(role string, p roles.Permission) bool { return cast[role] != nil && cast[role].May(p) }

// mayDo is the error of somebody who needs a permission.
func (o *oracle) mayDo(id string, p roles.Permission) *fault.Kind {
	if actor := o.find(id, inside); actor == nil || !may(actor.Role, p) {
		return kind(fault.Forbidden)
	}
	return nil
}

func (o *oracle) mustWait(role string) bool {
	admits := slices.ContainsFunc(o.inside, func(p *person) bool { return may(p.Role, roles.Admit) })
	if may(role, roles.Admit) && (!cast[role].Lobby || !admits) {
		return false
	}
	return cast[role].Lobby || o.locked
}

func (o *oracle) roleFull(name string) bool {
	n := 0
	for _, p := range o.people {
		if (p.stage == inside || p.stage == joins) && p.Role == name {
			n++
		}
	}
	return cast[name].MaxPeers != 0 && n >= cast[name].MaxPeers
}

// reserve gives somebody a seat.
func (o *oracle) reserve(p *person) *fault.Kind {
	if o.size > 0 && len(o.inside)+o.joining >= o.size || o.roleFull(p.Role) {
		return kind(fault.Forbidden)
	}
	o.queue = slices.DeleteFunc(o.queue, func(other *person) bool { return other == p })
	p.stage, p.out, p.told, p.Groups = joins, false, false, nil
	o.joining++
	o.session = true
	return nil
}

// land ends a join that was written, or was not.
func (o *oracle) land(p *person, written bool) {
	o.joining--
	var want *fault.Kind
	if !written {
		want = kind(fault.Unavailable)
	}
	for _, a := range p.asks {
		a.finish(want)
	}
	p.asks, p.seats = nil, nil
	if !written {
		o.turnBack(p)
		return
	}
	p.stage = inside
	o.inside = append(o.inside, p)
	switch {
	case p.out:
		o.depart(p)
	case !p.connected:
		o.linger(p)
	}
}

func (o *oracle) turnBack(p *person) {
	switch {
	case p.out:
		p.told = p.told && !p.since.IsZero() // whoever asked by itself has its answer
		o.remove(p)
	case !p.since.IsZero():
		p.stage = waits
		o.queue = append(o.queue, p)
		slices.SortStableFunc(o.queue, func(a, b *person) int { return a.since.Compare(b.since) })
		if !p.connected {
			o.linger(p)
		}
	case !p.connected:
		o.remove(p)
	default:
		p.stage = watches
	}
}

func (o *oracle) linger(p *person) {
	p.deadline = o.now.Add(p.grace)
	if p.grace == 0 {
		o.remove(p)
	}
}

func (o *oracle) depart(p *person) { o.remove(p) }

// remove takes somebody off all lists.
func (o *oracle) remove(p *person) {
	same := func(other *person) bool { return other == p }
	o.inside, o.queue = slices.DeleteFunc(o.inside, same), slices.DeleteFunc(o.queue, same)
	p.deadline = time.Time{}
	delete(o.people, p.ID)
}

// settle is what follows from any change.
func (o *oracle) settle() {
	if o.session && len(o.inside)+o.joining == 0 {
		o.session, o.locked, o.values = false, false, map[string]value{}
	}
	if len(o.people) == 0 {
		o.locked, o.relieves, o.retry = false, false, time.Time{}
	}
	if o.relieves {
		return
	}
	guarded := slices.ContainsFunc(o.inside, func(p *person) bool { return may(p.Role, roles.Admit) })
	for _, p := range o.queue {
		if p.connected && (may(p.Role, roles.Admit) || !guarded) && !o.mustWait(p.Role) {
			if o.reserve(p) == nil {
				p.seats = &seats{people: []*person{p}, words: map[*person]bool{}, relieve: true}
				o.relieves = true
			}
			return
		}
	}
}

// give is the word that a join waited for: those whose turn it is land.
func (o *oracle) give(p *person, written bool) {
	s := p.seats
	s.words[p] = written
	for len(s.people) > 0 {
		next := s.people[0]
		written, given := s.words[next]
		if !given {
			return
		}
		s.people = s.people[1:]
		o.land(next, written)
		if !written && s.failed == nil {
			s.failed = kind(fault.Unavailable)
		}
		if s.relieve && written {
			o.settleAfterRelief()
			continue
		}
		if s.relieve {
			o.retry = o.now.Add(time.Second)
		}
		o.settle()
	}
	s.ask.finish(s.failed)
}

func (o *oracle) settleAfterRelief() {
	o.settle()
	o.relieves = false
	o.settle()
}

// next is when time changes something next.
func (o *oracle) next() (time.Time, bool) {
	at := o.retry
	for _, p := range o.people {
		if !p.deadline.IsZero() && (at.IsZero() || p.deadline.Before(at)) {
			at = p.deadline
		}
	}
	return at, !at.IsZero()
}

// pass is what time changes by now.
func (o *oracle) pass() {
	for _, p := range o.people {
		if !p.deadline.IsZero() && !p.deadline.After(o.now) {
			o.remove(p)
		}
	}
	o.settle()
	if !o.retry.IsZero() && !o.retry.After(o.now) {
		o.relieves, o.retry = false, time.Time{}
		o.settle()
	}
}

// assign gives somebody who is in a role.
func (o *oracle) assign(p *person, role string) *fault.Kind {
	switch {
	case cast[role] == nil:
		return kind(fault.Invalid)
	case role == p.Role:
		return nil
	case cast[role].MaxPeers < 0 || o.roleFull(role):
		return kind(fault.Invalid)
	}
	p.Role = role
	return nil
}

// end puts everybody out, but who watches, unless the room is locked.
func (o *oracle) end(locked bool) (out []*person) {
	for _, p := range slices.Concat(o.inside, o.queue) {
		o.remove(p)
		out = append(out, p)
	}
	for _, p := range o.people {
		switch {
		case p.stage == joins:
			p.out, p.told = true, true
		case p.stage == watches && locked:
			o.remove(p)
			out = append(out, p)
		}
	}
	return out
}
