package chats

import (
	"net/netip"
	"sync"
	"time"

	"foyer/fault"

	"github.com/hashicorp/golang-lru/v2/simplelru"
)

// Limits bound how often somebody may ask (contract 6). A zero field takes its default.
type Limits struct {
	Off           bool          // bound nothing, for load tests
	List          int           // lists of rooms a minute, of a user or else of an address; default 60
	ListDay       int           // the same a day; default 5000
	Search        int           // searches for users a minute, of a user; default 20
	SearchDay     int           // the same a day; default 1000
	Register      int           // registrations a minute, of an address; default 5
	RegisterBlock time.Duration // how long an address waits that goes beyond; default 24 hours
	Login         int           // log-ins a minute, of an address; default 10
	LoginFailures int           // wrong passwords an hour, for a name; default 20
	LoginLock     time.Duration // how long a name is locked that goes beyond; default an hour
	Refresh       int           // exchanges of tokens a minute, of an address; default 10
	Burst         int           // messages in 10 seconds, of a user in a public room; default 3
	Messages      int           // the same in a minute; default 20
	Gap           time.Duration // between two of them; default 2 seconds
	Change        int           // rooms created, joined, left and deleted a minute, and tickets, of a user; default 60 of each
	Keys          int           // users and addresses remembered for each of these; default 16,384
}

func (l Limits) filled() Limits {
	set := func(field *int, standard int) {
		if *field <= 0 {
			*field = standard
		}
	}
	set(&l.List, 60)
	set(&l.ListDay, 5000)
	set(&l.Search, 20)
	set(&l.SearchDay, 1000)
	set(&l.Register, 5)
	set(&l.Login, 10)
	set(&l.LoginFailures, 20)
	set(&l.Refresh, 10)
	set(&l.Burst, 3)
	set(&l.Messages, 20)
	set(&l.Change, 60)
	set(&l.Keys, 1<<14)
	span := func(field *time.Duration, standard time.Duration) {
		if *field <= 0 {
			*field = standard
		}
	}
	span(&l.RegisterBlock, 24*time.Hour)
	span(&l.LoginLock, time.Hour)
	span(&l.Gap, 2*time.Second)
	return l
}

// The scopes that a refusal names (contract 5).
const (
	Burst = "burst"
	Daily = "daily"
)

const day = 24 * time.Hour

// rule is how often something may be done.
type rule struct {
	name  string
	most  int
	span  time.Duration // of the window
	block time.Duration // how long whoever goes beyond has to wait; 0: until the window ends
	scope string
	text  string
}

const (
	tooMany     = "Too many requests. Please slow down."
	tooManyRegs = "Too many registration attempts. Please try again later."
	tooManyLogs = "Too many login attempts. Please try again later."
	nameLocked  = "Too many failed login attempts for this account. Please try again later."
	tooFast     = "You are sending messages too quickly. Please slow down."
	tooSoon     = "Please wait a moment before you send another message."
)

func (l *Limits) list() []rule {
	return []rule{
		{name: "list", most: l.List, span: time.Minute, scope: Burst, text: tooMany},
		{name: "list a day", most: l.ListDay, span: day, scope: Daily, text: tooMany},
	}
}

func (l *Limits) search() []rule {
	return []rule{
		{name: "search", most: l.Search, span: time.Minute, scope: Burst, text: tooMany},
		{name: "search a day", most: l.SearchDay, span: day, scope: Daily, text: tooMany},
	}
}

func (l *Limits) register() rule {
	return rule{name: "register", most: l.Register, span: time.Minute, block: l.RegisterBlock, scope: Daily, text: tooManyRegs}
}

func (l *Limits) login() rule {
	return rule{name: "login", most: l.Login, span: time.Minute, scope: Burst, text: tooManyLogs}
}

func (l *Limits) failures() rule {
	return rule{name: "failures", most: l.LoginFailures, span: time.Hour, block: l.LoginLock, scope: Burst, text: nameLocked}
}

func (l *Limits) refresh() rule {
	return rule{name: "refresh", most: l.Refresh, span: time.Minute, scope: Burst, text: tooMany}
}

// changing is the rule of one sort of change: create, join, leave, delete, ticket.
func (l *Limits) changing(what string) rule {
	return rule{name: what, most: l.Change, span: time.Minute, scope: Burst, text: tooMany}
}

func (l *Limits) messages() []rule {
	return []rule{
		{name: "messages at once", most: l.Burst, span: 10 * time.Second, scope: Burst, text: tooFast},
		{name: "messages", most: l.Messages, span: time.Minute, scope: Burst, text: tooFast},
	}
}

// meter counts in fixed windows; refused attempts count too. It forgets whoever was longest unseen. Safe for concurrent use.
type meter struct {
	Limits // static, as is the next one

	now func() time.Time

	mu    sync.Mutex
	kinds map[string]*simplelru.LRU[string, *count] // guarded by mu, as are its values: by the rule's name, then by whom it is about
}

type count struct {
	n     int
	ends  time.Time // of the window
	until time.Time // blocked till then
}

func newMeter(l Limits, now func() time.Time) *meter {
	return &meter{Limits: l.filled(), now: now, kinds: map[string]*simplelru.LRU[string, *count]{}}
}

// spend counts an attempt by each rule in turn. Kind RateLimited for the first one that it is too many for.
func (m *meter) spend(who string, rules ...rule) error {
	if m.Off {
		return nil
	}
	now := m.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, r := range rules {
		if wait := m.countLocked(who, r).add(r, now); wait > 0 {
			return &fault.Error{Kind: fault.RateLimited, Message: r.text, Details: []string{r.scope}, RetryAfter: wait}
		}
	}
	return nil
}

// forgive takes an attempt back.
func (m *meter) forgive(who string, r rule) {
	if m.Off {
		return
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if c := m.countLocked(who, r); c.n > 0 {
		c.n--
		c.until = time.Time{} // many at once may have locked the name though none of them was wrong
	}
}

// pause refuses what comes within a time of the last one that was not refused.
func (m *meter) pause(who string) error {
	if m.Off {
		return nil
	}
	now := m.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	c := m.countLocked(who, rule{name: "gap"})
	if wait := c.until.Sub(now); wait > 0 {
		return &fault.Error{Kind: fault.RateLimited, Message: tooSoon, Details: []string{Burst}, RetryAfter: wait}
	}
	c.until = now.Add(m.Gap)
	return nil
}

func (m *meter) countLocked(who string, r rule) *count {
	kind := m.kinds[r.name]
	if kind == nil {
		kind, _ = simplelru.NewLRU[string, *count](m.Keys, nil) // errs only for a size below 1
		m.kinds[r.name] = kind
	}
	c, ok := kind.Get(who)
	if !ok {
		c = &count{}
		kind.Add(who, c)
	}
	return c
}

// add counts one, and says how long whoever it is has to wait; 0 when it need not.
func (c *count) add(r rule, now time.Time) time.Duration {
	if wait := c.until.Sub(now); wait > 0 {
		return wait
	}
	if !now.Before(c.ends) {
		c.n, c.ends = 0, now.Add(r.span)
	}
	if c.n++; c.n <= r.most {
		return 0
	}
	if r.block > 0 {
		c.until, c.ends = now.Add(r.block), now
		return r.block
	}
	return c.ends.Sub(now)
}

// Place is what an address counts as: itself, or its /64 for IPv6, of which one person has as many addresses as they like. One that cannot
// be read shares a place with all of its kind.
func Place(address string) string {
	addr, err := netip.ParseAddr(address)
	if err != nil {
		return ""
	}
	addr = addr.Unmap().WithZone("")
	network, _ := addr.Prefix(min(addr.BitLen(), 64)) // the bits are in range
	return network.String()
}
