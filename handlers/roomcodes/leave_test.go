package roomcodes_test

import (
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"foyer/models"
)

// Contract 6: a client that leaves is told of, and may come again; the room stays while the host is there.
func TestClientLeaves(t *testing.T) {
	t.Parallel()
	each(t, options{}, func(t *testing.T, h *house) {
		c := h.customer(t, models.PlanUnlimited)
		u, code := c.hosts(plain)
		v := c.joins(code, u)
		w := c.joins(code, u, v)
		v.leaves()
		u.hears("rc.102")
		w.hears("rc.102")
		w.drops()
		u.hears("rc.102")
		u.says("to nobody")
		v = c.joins(code, u)
		v.says("again")
		u.hearsText("again")
	})
}

// Contract 6: when the host leaves, cleanly or not, in either mode, the others are told that and closed, and the code is free (R19, R20).
func TestHostLeaves(t *testing.T) {
	t.Parallel()
	each(t, options{}, func(t *testing.T, h *house) {
		c := h.customer(t, models.PlanUnlimited)
		for _, config := range []string{plain, star} {
			for _, goes := range []func(*user){(*user).leaves, (*user).drops} {
				u, code := c.hosts(config)
				v := c.joins(code, u)
				w := c.connects(code)
				w.hears("rc.100", "rc.101")
				v.hears("rc.101")
				goes(u)
				for _, left := range []*user{v, w} {
					left.hears("rc.104")
					left.isClosed(1000)
				}
				c.knocks(code).wants(t, http.StatusNotFound)
				soon(t, "the code is free", func() bool { return !c.open(code) })
				c.extends(code).wants(t, http.StatusNotFound)
			}
		}
		u, code := c.hosts(plain)
		u.drops()
		soon(t, "a room without others closes too", func() bool { return !c.open(code) })
		c.knocks(code).wants(t, http.StatusNotFound)
	})
}

// Contract 6: when Foyer stops all are closed with 1001 and without a word, and the room is there for those who come back (R20).
func TestShutdown(t *testing.T) {
	t.Parallel()
	h := small(t, options{})
	c := h.customer(t, models.PlanUnlimited)
	u, code := c.hosts(plain)
	v := c.joins(code, u)
	var all sync.WaitGroup
	all.Go(func() { u.isClosed(1001) })
	all.Go(func() { v.isClosed(1001) })
	h.shut()
	all.Wait()
	if !c.open(code) {
		t.Error("the room is closed")
	}
}

// Contract 6: whoever is put out is closed with 1000, and the others hear that somebody has left.
func TestKicked(t *testing.T) {
	t.Parallel()
	h := small(t, options{})
	c := h.customer(t, models.PlanUnlimited)
	u, code := c.hosts(plain)
	v := c.joins(code, u)
	live := c.live(code)
	peers := live.View().Peers
	must(t, live.Remove(peers[1].ID, "enough"))
	v.isClosed(1000)
	u.hears("rc.102")
	v = c.joins(code, u)
	live.End("enough for all", false)
	v.isClosed(1000)
	u.isClosed(1000)
}

// Contract 8: messages are paid for by the piece; what cannot be paid is dropped, the sender is told, and all stay (R17, R18).
func TestMessagesCost(t *testing.T) {
	t.Parallel()
	each(t, options{allowance: 10 + 2 + 4}, func(t *testing.T, h *house) {
		c := h.customer(t, models.PlanFree)
		u, code := c.hosts(plain)
		v := c.joins(code, u)
		v.says("1")
		u.hearsText("1")
		u.says(strings.Repeat("2", 16<<10+1))
		v.hearsText(strings.Repeat("2", 16<<10+1))
		v.says(strings.Repeat("x", 16<<10+1), "1")
		v.hears("rc.401")
		u.hearsText("1")
		v.says("x")
		const unpaid = `{"type":"SYSTEM","message":"API usage limit has been reached.","code":{"code":"rc.401","message":"API usage limit has been reached."}}`
		if got := v.next().raw; got != unpaid {
			t.Errorf("heard %s", got)
		}
		u.says("x")
		u.hears("rc.401")
		h.passes(24 * time.Hour) // the points come back, the room does not end by that: its timer runs by another clock
		u.says("y")
		v.hearsText("y")
	})
}

// Contract 8: what was paid in advance comes back when the room is empty; all connections of a room share it.
func TestLeaseIsReturned(t *testing.T) {
	t.Parallel()
	each(t, options{}, func(t *testing.T, h *house) {
		c := h.customer(t, models.PlanFree)
		u, code := c.hosts(plain)
		v := c.joins(code, u)
		for range 3 {
			u.says("x")
			v.hearsText("x")
			v.says("y")
			u.hearsText("y")
		}
		u.leaves()
		v.hears("rc.104")
		v.isClosed(1000)
		soon(t, "10 for the room, 2 for joins and 6 for messages are paid", func() bool { return c.spent() == 18 })
	})
}

// Contract 4: what is our own fault the sender is told, with whom to ask, and stays.
func TestMessageFails(t *testing.T) {
	t.Parallel()
	h := small(t, options{contact: "Ask the porter."})
	c := h.customer(t, models.PlanFree)
	u, _ := c.hosts(plain)
	must(t, h.store.Close())
	u.says("x")
	if got := u.hears("rc.500"); got.Message != "Unknown server error. Ask the porter." || got.Code.Message != got.Message {
		t.Errorf("heard %s", got.raw)
	}
	u.says("y")
	u.hears("rc.500")
}
