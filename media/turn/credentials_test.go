package turn_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"foyer/media"
	"foyer/media/turn"
)

// Whoever has no credentials, or none that are good, gets no relay (acceptance 4 of issue 5).
func TestCredentialsThatAreRefused(t *testing.T) {
	t.Parallel()
	h := open(t, nil)
	now := time.Now()
	good := name("a")
	for what, c := range map[string]struct{ username, password string }{
		"expired":           {media.Username(now.Add(-time.Second), "a"), ""},
		"expired long ago":  {"0:a", ""},
		"wrong password":    {good, "nonsense"},
		"no password":       {good, " "},
		"another key":       {good, media.Password([]byte("south"), good)},
		"another peer's":    {strings.Replace(good, ":a", ":b", 1), media.Password(key, good)},
		"a longer life":     {media.Username(now.Add(2*time.Hour), "a"), media.Password(key, good)},
		"no peer":           {media.Username(now.Add(time.Hour), ""), ""},
		"no expiry":         {"a", ""},
		"no number":         {"soon:a", ""},
		"a number too long": {"99999999999999999999:a", ""},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			if c.password == "" {
				c.password = media.Password(key, c.username)
			}
			for _, network := range []string{"udp", "tcp"} {
				at := &house{t, h.Server}
				if r, err := at.visit(network, c.username, c.password).Allocate(); err == nil {
					t.Errorf("%s: it gets a relay", network)
					_ = r.Close()
				} else if !strings.Contains(err.Error(), "400") { // pion's answer
					t.Errorf("%s: %v", network, err)
				}
			}
		})
	}
}

// A relay does not outlive the credentials: from then on nothing is refreshed.
func TestCredentialsExpireDuringACall(t *testing.T) {
	t.Parallel()
	var ahead atomic.Int64
	h := open(t, func(o *turn.Options) {
		o.Now = func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	})
	username := name("a")
	c := h.visit("udp", username, media.Password(key, username))
	r, err := c.Allocate()
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	other := h.relay("udp", "b")
	if err := c.CreatePermission(other.LocalAddr()); err != nil {
		t.Fatal(err)
	}
	ahead.Store(int64(time.Hour))
	if err := c.CreatePermission(other.LocalAddr()); err == nil {
		t.Error("a permission with credentials that have expired")
	}
}
