package roomcodes_test

import (
	"errors"
	"net/http"
	"testing"
	"time"

	"foyer/hub"
	"foyer/models"
)

// about fails the test unless a moment is where it should be. A slow machine may be late, nobody may be early.
func about(t *testing.T, what string, at, want time.Time) {
	t.Helper()
	if late := at.Sub(want); late < -20*time.Millisecond || late > 900*time.Millisecond {
		t.Errorf("%s came %v behind its time", what, late)
	}
}

// isOver waits until the live room has ended its time by its own timer, which fires a moment after the clock says so.
func isOver(t *testing.T, live *hub.Room) {
	t.Helper()
	refused := errors.New("only asked")
	soon(t, "the room's time is over", func() bool {
		return !errors.Is(live.Extend(func() (time.Time, error) { return time.Time{}, refused }), refused)
	})
}

// Acceptance 4, contract 7: with a TTL of 3 s the warning, the extension, the expiry and the end of the grace come at their times.
func TestTimes(t *testing.T) {
	t.Parallel()
	h := small(t, options{ttl: 3 * time.Second, warning: time.Second, grace: 3 * time.Second})
	c := h.customer(t, models.PlanUnlimited)
	made := c.requests(plain)
	code, end := made.text("code"), time.UnixMilli(made.expires())
	u := c.connects(code)
	u.hears("rc.100", "rc.103", "rc.101")
	v := c.joins(code, u)
	live := c.live(code)

	u.hears("rc.106") // the host only: whatever v hears next is something else
	about(t, "the warning", time.Now(), end.Add(-time.Second))
	if until := time.UnixMilli(c.extends(code).wants(t, http.StatusOK).expires()); !until.Equal(end.Add(3 * time.Second)) {
		t.Errorf("extended to %v, want %v", until, end.Add(3*time.Second))
	}
	u.hears("rc.107")
	end = end.Add(3 * time.Second)
	v.says("still here")
	u.hearsText("still here")
	u.hears("rc.106")
	about(t, "the second warning", time.Now(), end.Add(-time.Second))

	isOver(t, live)
	about(t, "the expiry", time.Now(), end)
	c.knocks(code).wants(t, http.StatusNotFound)
	c.extends(code).wants(t, http.StatusNotFound)
	v.says("too late", "nobody hears this either")
	const expired = `{"type":"SYSTEM","message":"Room closed due to time expiration.","code":{"code":"rc.400","message":"Room closed due to time expiration."}}`
	if got := v.next().raw; got != expired {
		t.Errorf("who speaks hears %s", got)
	}
	v.isClosed(1000)
	u.isClosed(1000)
	about(t, "the end of the grace", time.Now(), end.Add(3*time.Second))
	soon(t, "the code is free", func() bool {
		n, err := h.rooms.CountNamed(t.Context(), "roomcodes", 4)
		return err == nil && n == 0
	})
}

// Contract 7: the extension right behind a warning is followed by one warning more, and by one only.
func TestOneWarning(t *testing.T) {
	t.Parallel()
	h := small(t, options{ttl: 3 * time.Second, warning: 2500 * time.Millisecond, grace: 100 * time.Millisecond})
	c := h.customer(t, models.PlanUnlimited)
	u, code := c.hosts(plain)
	u.hears("rc.106")
	c.extends(code).wants(t, http.StatusOK)
	u.hears("rc.107", "rc.106")
	u.isClosed(1000)
}

// Contract 7: a host that comes after the time of the warning is warned at once (R15).
func TestLateHostIsWarned(t *testing.T) {
	t.Parallel()
	h := small(t, options{ttl: 4 * time.Second, warning: 3500 * time.Millisecond, grace: 100 * time.Millisecond})
	c := h.customer(t, models.PlanUnlimited)
	made := c.requests(plain)
	warned := time.UnixMilli(made.expires()).Add(-3500 * time.Millisecond)
	soon(t, "the time of the warning", func() bool { return time.Now().After(warned) })
	u := c.connects(made.text("code"))
	u.hears("rc.100", "rc.103", "rc.101", "rc.106")
	c.joins(made.text("code"), u)
	u.isClosed(1000)
}

// Contract 7: in the grace nobody hears of others who go, not even of the host.
func TestSilentGrace(t *testing.T) {
	t.Parallel()
	h := small(t, options{ttl: time.Second, warning: 10 * time.Millisecond, grace: 3 * time.Second})
	c := h.customer(t, models.PlanUnlimited)
	u, code := c.hosts(plain)
	v := c.joins(code, u)
	w := c.joins(code, u, v)
	live := c.live(code)
	u.hears("rc.106")
	isOver(t, live)
	w.leaves()
	u.says("too late")
	u.hears("rc.400")
	u.isClosed(1000)
	v.isClosed(1000)
}

// Contract 6: a room into which nobody comes lives to its end.
func TestUnusedRoom(t *testing.T) {
	t.Parallel()
	each(t, options{ttl: time.Minute}, func(t *testing.T, h *house) {
		c := h.customer(t, models.PlanUnlimited)
		code := c.room(plain)
		h.passes(59 * time.Second)
		c.extends(code).wants(t, http.StatusOK)
		h.passes(59 * time.Second)
		c.extends(code).wants(t, http.StatusOK)
		h.passes(63 * time.Second)
		c.extends(code).wants(t, http.StatusNotFound)
		c.knocks(code).wants(t, http.StatusNotFound)
	})
}

// Contract 7: an end that was put off while nobody was there holds for who comes then.
func TestExtendedBefore(t *testing.T) {
	t.Parallel()
	h := small(t, options{ttl: 3 * time.Second, warning: 200 * time.Millisecond, grace: 100 * time.Millisecond})
	c := h.customer(t, models.PlanUnlimited)
	code := c.room(plain)
	end := time.UnixMilli(c.extends(code).expires())
	u := c.connects(code)
	u.hears("rc.100", "rc.103", "rc.101", "rc.106")
	about(t, "the warning", time.Now(), end.Add(-200*time.Millisecond))
	u.isClosed(1000)
}
