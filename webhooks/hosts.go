package webhooks

import (
	"net/url"
	"strings"
)

// How many lanes are sent at a time: over all, to one host, and to one whose last attempt was a time-out. Hosts that hang hold
// their turns for long, and must not take those of the others.
const (
	mostTurns  = 256
	mostOfHost = 32
	mostOfHung = 4
)

// hosts counts who is being sent to. Owned by the dispatcher.
type hosts struct {
	busy  int
	known map[string]*host // those with a turn under way, or whose last attempt was a time-out
}

type host struct {
	busy int
	hung bool
}

// enter takes a turn for a host, if there is one left.
func (h *hosts) enter(name string) bool {
	one := h.known[name]
	if one == nil {
		one = &host{}
	}
	most := mostOfHost
	if one.hung {
		most = mostOfHung
	}
	if h.busy >= mostTurns || one.busy >= most {
		return false
	}
	h.known[name] = one
	one.busy++
	h.busy++
	return true
}

// outcome is how the last attempt of a turn went.
type outcome int

const (
	untried outcome = iota
	answered
	hung
)

// leave gives a turn back and says how it went.
func (h *hosts) leave(name string, last outcome) {
	one := h.known[name]
	one.busy--
	h.busy--
	if last != untried {
		one.hung = last == hung
	}
	if one.busy == 0 && !one.hung {
		delete(h.known, name)
	}
}

func (h *hosts) full() bool { return h.busy >= mostTurns }

// hostOf is the receiver's host as the bounds know it.
func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Host)
}
