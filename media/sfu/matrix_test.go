package sfu_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"foyer/media"
)

// claim is what a client says that a track is.
type claim struct {
	name   string
	is     media.Kind
	kind   media.Kind // as it says
	source string     // empty: it says nothing
	needs  string     // which right; empty: none would do
}

func claims() []claim {
	return []claim{
		{"microphone", media.Audio, media.Audio, "regular", "audio"},
		{"camera", media.Video, media.Video, "regular", "video"},
		{"screen", media.Video, media.Video, "screen", "screen"},
		{"screen's sound", media.Audio, media.Audio, "screen", "screen"},
		{"plugin", media.Video, media.Video, "plugin", "video"},
		{"playlist", media.Audio, media.Audio, "audioplaylist", "audio"},
		{"film", media.Video, media.Video, "videoplaylist", "video"},
		{"undeclared sound", media.Audio, "", "", ""},
		{"undeclared pictures", media.Video, "", "", ""},
		{"pictures said to be sound", media.Video, media.Audio, "regular", ""},
		{"pictures said to be a screen's sound", media.Video, media.Audio, "screen", ""},
		{"sound said to be pictures", media.Audio, media.Video, "regular", ""},
		{"sound said to be a screen", media.Audio, media.Video, "screen", ""},
		{"neither", media.Video, "text", "regular", ""},
	}
}

// may are rights to publish, by the bits of n.
func may(n int) media.Rights {
	r := media.Rights{Role: fmt.Sprintf("role-%d", n)}
	for bit, b := range []**media.Bound{&r.Audio, &r.Video, &r.Screen} {
		if n&(1<<bit) != 0 {
			*b = &media.Bound{}
		}
	}
	return r
}

func (c *claim) allowed(n int) bool {
	i := slices.Index([]string{"audio", "video", "screen"}, c.needs)
	return i >= 0 && n&(1<<i) != 0
}

// small is a load for when there are many.
func small(kind media.Kind) load {
	if kind == media.Audio {
		return load{media.Audio, "regular", 60 * time.Millisecond, []int{80}}
	}
	return load{media.Video, "regular", 150 * time.Millisecond, []int{700}}
}

// id is what the track is called.
func (c *claim) id() string {
	return strings.NewReplacer(" ", "-", "'", "").Replace(c.name)
}

// A client that publishes all that there is, and says of it whatever it likes, gets through what its role may, for each combination of the
// role's fields: nobody gets a packet of anything else, nor a description of it.
func TestMatrixOfPublishing(t *testing.T) {
	t.Parallel()
	e := open(t)
	type pair struct{ from, to *client }
	pairs := make([]pair, 8)
	for n := range pairs {
		room, r := fmt.Sprintf("room-%d", n), may(n)
		from := enter(t, e, room, "from", r)
		to := enter(t, e, room, "to", media.Rights{Role: "to", Hears: []string{r.Role, "speaker"}})
		enter(t, e, room, "other", speaker()).publishes("other", sound())
		for _, each := range claims() {
			from.sends(each.id(), small(each.is))
			if each.source != "" {
				from.lists(each.id(), each.kind, each.source)
			}
		}
		must(t, from.says())
		pairs[n] = pair{from, to}
	}
	for n, p := range pairs {
		soon(t, "all tracks come in", func() bool {
			up := p.from.peer.Report().Up
			return up.Tracks == len(claims()) && up.Packets > 300
		})
		for _, each := range claims() {
			if each.allowed(n) {
				p.to.hears(each.id(), 10)
			}
		}
		p.to.hears("other", 20)
		for _, each := range claims() {
			checkClaim(t, &each, n, p.from, p.to)
		}
	}
}

func checkClaim(t *testing.T, c *claim, n int, from, to *client) {
	t.Helper()
	allowed := c.allowed(n)
	if got := to.count(c.id()) > 0; got != allowed {
		t.Errorf("%s, rights %03b: comes through %t, want %t", c.name, n, got, allowed)
	}
	if got := to.described(c.id()); got != allowed {
		t.Errorf("%s, rights %03b: is described %t, want %t", c.name, n, got, allowed)
	}
	if got := slices.Contains(told[media.TrackUp](from), media.TrackUp{ID: c.id()}); got != allowed {
		t.Errorf("%s, rights %03b: told as passed on %t, want %t", c.name, n, got, allowed)
	}
}

// Whoever hears some roles gets the tracks of those, and of no others, for each list of roles; and its own never.
func TestMatrixOfHearing(t *testing.T) {
	t.Parallel()
	e := open(t)
	roles := []string{"a", "b", "c"}
	all := make([]*client, 8)
	for n := range all { // each is of one of the roles, or of one that nobody hears, and sends
		r := may(7)
		r.Role = append(roles, "d")[n%4]
		for i, role := range roles {
			if n&(1<<i) != 0 {
				r.Hears = append(r.Hears, role)
			}
		}
		all[n] = enter(t, e, "r", fmt.Sprintf("peer-%d", n), r)
		all[n].publishes(fmt.Sprintf("track-%d", n), small(media.Audio))
	}
	hears := func(n, m int) bool { return n != m && m%4 < 3 && n&(1<<(m%4)) != 0 }
	for n, c := range all {
		for m := range all {
			if hears(n, m) {
				c.hears(fmt.Sprintf("track-%d", m), 20)
			}
		}
	}
	for n, c := range all {
		for m := range all {
			id := fmt.Sprintf("track-%d", m)
			if got, want := c.count(id) > 0, hears(n, m); got != want {
				t.Errorf("list %03b hears role %d: %t, want %t", n, m%4, got, want)
			}
			if got, want := c.described(id), hears(n, m); got != want {
				t.Errorf("list %03b is offered role %d: %t, want %t", n, m%4, got, want)
			}
		}
	}
}
