package sfu_test

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"foyer/media"
)

func TestZZ(t *testing.T) {
	if os.Getenv("ZZ") == "" {
		t.Skip()
	}
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
	pass(t, 15*time.Second)
	for n, p := range pairs {
		bad := false
		for _, each := range claims() {
			if each.allowed(n) && p.to.count(each.id()) == 0 {
				bad = true
				t.Errorf("%d: %s  described %t", n, each.id(), p.to.described(each.id()))
			}
		}
		if !bad {
			continue
		}
		t.Logf("%+v", told[media.Layers](p.to))
		t.Logf("asked %v", func() (s []string) {
			for _, pp := range p.from.publications {
				s = append(s, fmt.Sprint(pp.id, " ", pp.asked.Load()))
			}
			return
		}())
		t.Logf("%+v", p.to.peer.Report())
		re := regexp.MustCompile(`(?m)^(m=.*|a=mid.*|a=ssrc:\d+ msid.*|a=(sendonly|sendrecv|inactive|recvonly))`)
		t.Log(strings.Join(re.FindAllString(p.to.sub.RemoteDescription().SDP, -1), "\n"))
		t.Log("ANSWER", strings.Join(re.FindAllString(p.to.sub.LocalDescription().SDP, -1), "\n"))
	}
}
