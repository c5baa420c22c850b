package rooms_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"foyer/codes"
	"foyer/fault"
	"foyer/models"
	"foyer/rooms"
	"foyer/store"
	"foyer/store/storetest"
	"foyer/templates"
	"foyer/workspaces"

	"pgregory.net/rapid"
)

// TestModel drives rooms, roles and codes at random beside an oracle, which says of every exchange whether it must succeed, and why not.
func TestModel(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		f := newFoyer(t, storetest.URL(t, database))
		rapid.Check(t, func(t *rapid.T) {
			m := newMachine(t, f)
			t.Repeat(map[string]func(*rapid.T){
				"sync":          m.sync,
				"mint":          m.mint,
				"exchange":      m.exchange,
				"exchange more": m.exchange,
				"switch":        m.switchCode,
				"rotate":        m.rotate,
				"toggle room":   m.toggleRoom,
				"toggle links":  m.toggleLinks,
				"change roles":  m.changeRoles,
				"move room":     m.moveRoom,
				"wait":          m.wait,
				"":              m.agree,
			})
		})
	})
}

// shadow is what the oracle knows of a code.
type shadow struct {
	room      int
	role      string
	enabled   bool
	orphaned  bool
	retires   time.Time // zero: was not rotated
	terms     codes.Terms
	users     map[string]bool
	anonymous int
}

func (s *shadow) live(now time.Time) bool {
	return s.enabled && (s.retires.IsZero() || now.Before(s.retires))
}

func (s *shadow) plain() bool {
	return s.retires.IsZero() && s.terms.NotBefore == nil && s.terms.ExpiresAt == nil && s.terms.MaxUses == nil && s.terms.UserID == nil
}

// machine is one workspace and its oracle.
type machine struct {
	f                   *foyer
	ctx                 context.Context
	workspace           models.Workspace
	templates           []models.ID
	roles               []map[string]bool // of each template
	rooms               []models.ID
	templateOf, enabled []int // of each room: its template; 1 when it is enabled
	links               bool
	codes               map[string]*shadow
	order               []string // codes in the order they were made
}

var roleNames = []string{"host", "guest", "speaker"}

func newMachine(t *rapid.T, f *foyer) *machine {
	m := &machine{f: f, ctx: context.Background(), links: true, codes: map[string]*shadow{}}
	m.workspace = f.newWorkspace(t)
	for i := range 2 {
		t0, err := f.templates.Create(m.ctx, m.workspace.ID, templates.Draft{
			Name: fmt.Sprint("t", i), Roles: map[string]models.Document{"host": {}, "guest": {}},
		})
		must(t, err)
		m.templates = append(m.templates, t0.ID)
		m.roles = append(m.roles, map[string]bool{"host": true, "guest": true})
	}
	for i := range 2 {
		name := fmt.Sprint("room", i)
		r, err := f.rooms.Create(m.ctx, &m.workspace, rooms.Change{Name: &name, TemplateID: &m.templates[i]})
		must(t, err)
		m.rooms, m.templateOf, m.enabled = append(m.rooms, r.ID), append(m.templateOf, i), append(m.enabled, 1)
	}
	return m
}

func must(t rapid.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (m *machine) now() time.Time { return m.f.now() }

func (m *machine) aRoom(t *rapid.T) int { return rapid.IntRange(0, len(m.rooms)-1).Draw(t, "room") }

// aCode is one of the codes made so far, empty when there is none.
func (m *machine) aCode(t *rapid.T) string {
	if len(m.order) == 0 {
		return ""
	}
	return rapid.SampledFrom(m.order).Draw(t, "code")
}

func (m *machine) remember(room int, list []models.Code, terms codes.Terms) {
	for _, c := range list {
		if m.codes[c.Code] == nil {
			m.codes[c.Code] = &shadow{room: room, role: c.Role, enabled: true, terms: terms, users: map[string]bool{}}
			m.order = append(m.order, c.Code)
		}
	}
}

// liveIn lists the enabled codes of a room.
func (m *machine) liveIn(room int) []string {
	return slices.DeleteFunc(slices.Clone(m.order), func(code string) bool {
		return m.codes[code].room != room || !m.codes[code].live(m.now())
	})
}

func (m *machine) sync(t *rapid.T) {
	room := m.aRoom(t)
	list, err := m.f.codes.Sync(m.ctx, m.workspace.ID, m.rooms[room])
	if m.enabled[room] == 0 {
		wantKind(t, err, fault.Forbidden)
		return
	}
	roles := m.roles[m.templateOf[room]]
	if len(roles) == 0 {
		wantKind(t, err, fault.Invalid)
		return
	}
	must(t, err)
	before := m.liveIn(room)
	m.remember(room, list, codes.Terms{})
	plain := map[string]int{}
	for _, c := range list {
		if m.codes[c.Code].plain() {
			plain[c.Role]++
		}
	}
	for role := range roles {
		if plain[role] < 1 {
			t.Fatalf("role %s has no plain code after a sync", role)
		}
	}
	for _, code := range before {
		if !slices.ContainsFunc(list, func(c models.Code) bool { return c.Code == code }) {
			t.Fatalf("an enabled code of role %s is missing after a sync", m.codes[code].role)
		}
	}
	if len(list) != len(m.liveIn(room)) {
		t.Fatalf("a sync returned %d codes, %d are enabled", len(list), len(m.liveIn(room)))
	}
}

func (m *machine) mint(t *rapid.T) {
	room, role := m.aRoom(t), rapid.SampledFrom(roleNames).Draw(t, "role")
	terms, count := m.someTerms(t), rapid.IntRange(1, 3).Draw(t, "count")
	live := len(m.liveIn(room))
	list, err := m.f.codes.Mint(m.ctx, m.workspace.ID, m.rooms[room], role, terms, count)
	switch {
	case m.enabled[room] == 0:
		wantKind(t, err, fault.Forbidden)
	case len(m.roles[m.templateOf[room]]) == 0:
		wantKind(t, err, fault.Invalid)
	case !m.roles[m.templateOf[room]][role]:
		wantKind(t, err, fault.NotFound)
	case live+count > codes.Limit:
		wantKind(t, err, fault.Invalid)
	default:
		must(t, err)
		m.remember(room, list, terms)
	}
}

func (m *machine) someTerms(t *rapid.T) codes.Terms {
	var terms codes.Terms
	if rapid.Bool().Draw(t, "starts") {
		at := m.now().Add(time.Duration(rapid.IntRange(-60, 60).Draw(t, "not before")) * time.Second)
		terms.NotBefore = &at
	}
	if rapid.Bool().Draw(t, "expires") {
		at := m.now().Add(time.Duration(rapid.IntRange(61, 300).Draw(t, "expires at")) * time.Second)
		terms.ExpiresAt = &at
	}
	if rapid.Bool().Draw(t, "counts") {
		n := rapid.IntRange(1, 3).Draw(t, "max uses")
		terms.MaxUses = &n
	}
	if rapid.Bool().Draw(t, "bound") {
		user := rapid.SampledFrom(users).Draw(t, "user")
		terms.UserID = &user
	}
	return terms
}

var users = []string{"ann", "bob", "cem"}

func (m *machine) exchange(t *rapid.T) {
	code := m.aCode(t)
	if code == "" {
		return
	}
	user := rapid.SampledFrom(append([]string{""}, users...)).Draw(t, "asking")
	want := m.verdict(code, user)
	token, err := m.f.rooms.Exchange(m.ctx, rooms.Entry{Code: code, User: user, From: netip.MustParseAddr("127.0.0.1")})
	if got := causeOf(err); got != want {
		t.Fatalf("exchange: got %q (%v), the oracle says %q", got, err, want)
	}
	if want != "" {
		return
	}
	seat, err := m.f.tokens.VerifyApp(m.ctx, token)
	must(t, err)
	s := m.codes[code]
	if s.terms.UserID != nil {
		user = *s.terms.UserID
	}
	if seat.Room != m.rooms[s.room] || seat.Role != s.role || user != "" && seat.User != user || seat.User == "" {
		t.Fatalf("the token is for %+v", seat)
	}
	m.use(s, user)
}

// use counts an exchange.
func (m *machine) use(s *shadow, user string) {
	if user == "" {
		s.anonymous++
		return
	}
	s.users[user] = true
}

// verdict is the oracle: the cause of the refusal, empty when the exchange must succeed.
func (m *machine) verdict(code, user string) string {
	s, now := m.codes[code], m.now()
	if s.terms.UserID != nil && user == "" {
		user = *s.terms.UserID
	}
	switch {
	case !m.links:
		return codes.CauseLinksOff
	case m.enabled[s.room] == 0:
		return codes.CauseRoom
	case s.orphaned:
		return codes.CauseRoleGone
	case !s.live(now) && !s.retires.IsZero():
		return codes.Replaced
	case !s.enabled:
		return codes.Disabled
	case s.terms.NotBefore != nil && now.Before(*s.terms.NotBefore):
		return codes.NotYet
	case s.terms.ExpiresAt != nil && !now.Before(*s.terms.ExpiresAt):
		return codes.Expired
	case s.terms.UserID != nil && user != *s.terms.UserID:
		return codes.OtherUser
	case s.terms.MaxUses != nil && !s.users[user] && len(s.users)+s.anonymous >= *s.terms.MaxUses:
		return codes.UsedUp
	}
	return ""
}

func (m *machine) switchCode(t *rapid.T) {
	code := m.aCode(t)
	if code == "" {
		return
	}
	s, enabled := m.codes[code], rapid.Bool().Draw(t, "enabled")
	crowded := len(m.liveIn(s.room)) >= codes.Limit
	_, err := m.f.codes.Switch(m.ctx, m.workspace.ID, code, enabled)
	switch {
	case s.live(m.now()) == enabled:
		must(t, err)
	case enabled && s.orphaned:
		wantKind(t, err, fault.Forbidden)
	case enabled && crowded:
		wantKind(t, err, fault.Invalid)
	default:
		must(t, err)
		s.enabled = enabled
		if enabled {
			s.retires = time.Time{}
		}
	}
}

func (m *machine) rotate(t *rapid.T) {
	code := m.aCode(t)
	if code == "" {
		return
	}
	grace := time.Duration(rapid.IntRange(0, 60).Draw(t, "grace")) * time.Second
	s := m.codes[code]
	crowded := grace > 0 && len(m.liveIn(s.room)) >= codes.Limit
	fresh, err := m.f.codes.Rotate(m.ctx, m.workspace.ID, code, grace)
	roles := m.roles[m.templateOf[s.room]]
	switch {
	case m.enabled[s.room] == 1 && len(roles) == 0:
		wantKind(t, err, fault.Invalid)
	case m.enabled[s.room] == 0, !roles[s.role], s.orphaned, !s.retires.IsZero(), !s.enabled:
		wantKind(t, err, fault.Forbidden)
	case crowded:
		wantKind(t, err, fault.Invalid)
	default:
		must(t, err)
		s.retires, s.enabled = m.now().Add(grace), grace > 0
		m.remember(s.room, []models.Code{fresh}, s.terms)
	}
}

func (m *machine) toggleRoom(t *rapid.T) {
	room := m.aRoom(t)
	m.enabled[room] = 1 - m.enabled[room]
	enabled := m.enabled[room] == 1
	_, err := m.f.rooms.Update(m.ctx, m.workspace.ID, m.rooms[room], rooms.Change{Enabled: &enabled})
	must(t, err)
}

func (m *machine) toggleLinks(t *rapid.T) {
	m.links = !m.links
	_, err := m.f.workspaces.Change(m.ctx, m.workspace.ID, workspaces.Change{RoomLinksEnabled: &m.links})
	must(t, err)
}

func (m *machine) changeRoles(t *rapid.T) {
	template := rapid.IntRange(0, 1).Draw(t, "template")
	role := rapid.SampledFrom(roleNames).Draw(t, "role")
	if !m.roles[template][role] {
		_, err := m.f.templates.SetRole(m.ctx, m.workspace.ID, m.templates[template], role, models.Document{})
		must(t, err)
		m.roles[template][role] = true
		return
	}
	must(t, m.f.templates.DeleteRole(m.ctx, m.workspace.ID, m.templates[template], role))
	delete(m.roles[template], role)
	for room := range m.rooms {
		if m.templateOf[room] == template {
			m.orphan(room)
		}
	}
}

// orphan voids the codes of a room whose role its template lacks.
func (m *machine) orphan(room int) {
	for _, s := range m.codes {
		if s.room == room && !m.roles[m.templateOf[room]][s.role] {
			s.orphaned, s.enabled = true, false
		}
	}
}

func (m *machine) moveRoom(t *rapid.T) {
	room, template := m.aRoom(t), rapid.IntRange(0, 1).Draw(t, "template")
	_, err := m.f.rooms.Update(m.ctx, m.workspace.ID, m.rooms[room], rooms.Change{TemplateID: &m.templates[template]})
	must(t, err)
	m.templateOf[room] = template
	m.orphan(room)
}

func (m *machine) wait(t *rapid.T) {
	m.f.clock.Add(int64(time.Duration(rapid.IntRange(1, 120).Draw(t, "seconds")) * time.Second))
}

// agree holds the list of each room's codes against the oracle: the switch of each, and that uses stay within their bound.
func (m *machine) agree(t *rapid.T) {
	for room, id := range m.rooms {
		if m.enabled[room] == 0 {
			continue
		}
		list, err := m.f.codes.List(m.ctx, m.workspace.ID, id, store.CodeFilter{}, store.Page{Limit: 1000})
		must(t, err)
		seen := map[string]bool{}
		for _, c := range list {
			s := m.codes[c.Code]
			seen[c.Code] = true
			switch {
			case s == nil:
				t.Fatal("a code that the oracle does not know")
			case c.Enabled != s.live(m.now()):
				t.Fatalf("code of role %s: enabled is %v, the oracle says %v", c.Role, c.Enabled, s.live(m.now()))
			case s.terms.MaxUses != nil && c.Uses != len(s.users)+s.anonymous:
				t.Fatalf("uses are %d, the oracle counts %d", c.Uses, len(s.users)+s.anonymous)
			case s.terms.MaxUses != nil && c.Uses > *s.terms.MaxUses:
				t.Fatalf("%d uses of %d", c.Uses, *s.terms.MaxUses)
			}
		}
		for code := range maps.Keys(m.codes) {
			if m.codes[code].room == room && !seen[code] {
				t.Fatal("a code is lost")
			}
		}
	}
}

func wantKind(t rapid.TB, err error, kind fault.Kind) {
	t.Helper()
	if !fault.Is(err, kind) {
		t.Fatalf("got %v, want kind %v", err, kind)
	}
}

// causeOf is the cause that a refusal names; empty for none.
func causeOf(err error) string {
	if ours, ok := errors.AsType[*fault.Error](err); ok && len(ours.Details) == 1 {
		return ours.Details[0]
	}
	if err != nil {
		return err.Error()
	}
	return ""
}

// clockStart is when the tests' clocks begin.
var clockStart = time.Date(2026, 1, 5, 10, 0, 0, 0, time.UTC)

// clock can be set on by a test while others read it.
type clock struct{ ahead atomic.Int64 }

func (c *clock) Add(nanoseconds int64) { c.ahead.Add(nanoseconds) }

func (c *clock) Now() time.Time { return clockStart.Add(time.Duration(c.ahead.Load())) }
