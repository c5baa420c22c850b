package sfu_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"foyer/media"
	"foyer/media/sfu"
)

// whoever is a peer that a description of unknown content comes from.
func whoever(t *testing.T, e *sfu.Engine) (p media.Peer, offers chan string) {
	t.Helper()
	offers = make(chan string, 16)
	p, _ = e.Join("r", "whoever", speaker(), func(event media.Event) {
		if o, ok := event.(media.Offered); ok {
			select {
			case offers <- o.SDP:
			default:
			}
		}
	})
	t.Cleanup(p.Close)
	return p, offers
}

// sane fails the test for an error that is not one of the peer's descriptions.
func sane(t *testing.T, err error) {
	t.Helper()
	if err != nil && !errors.Is(err, media.ErrSDP) && !errors.Is(err, media.ErrStale) && !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
}

// real are descriptions as clients send them: an offer of all that may be published, and an answer to one of as much.
func real(f *testing.F, e *sfu.Engine) (offer, answer string) {
	f.Helper()
	ann, bob := enter(f, e, "r", "ann", speaker()), enter(f, e, "r", "bob", listener())
	ann.sends("v", simulcast())
	ann.sends("w", pictures())
	ann.sends("a", sound())
	ann.lists("v", media.Video, "regular")
	ann.lists("w", media.Video, "screen")
	ann.lists("a", media.Audio, "regular")
	must(f, ann.says())
	for _, id := range []string{"v", "w", "a"} {
		bob.hears(id, 1)
	}
	bob.turn.Lock()
	defer bob.turn.Unlock()
	return ann.pub.LocalDescription().SDP, bob.sub.LocalDescription().SDP
}

// seeds are descriptions that are wrong in one thing each: a line is missing, is there twice, or has another value.
func seeds(f *testing.F, description string) {
	f.Helper()
	for _, text := range []string{"", "v=0", "\x00", strings.Repeat("m=", 1000), strings.Repeat(description, 3), description, strings.ReplaceAll(description, "\r", "")} {
		f.Add(text)
	}
	lines := strings.SplitAfter(description, "\r\n")
	seen := map[string]bool{}
	for i, line := range lines {
		name, value, _ := strings.Cut(line, ":")
		if seen[name] && !strings.HasPrefix(line, "m=") { // one of each sort, so that it takes no minutes
			continue
		}
		seen[name] = true
		join := func(instead ...string) {
			f.Add(strings.Join(lines[:i], "") + strings.Join(instead, "") + strings.Join(lines[i+1:], ""))
		}
		join()
		join(line, line)
		join(name + ":\r\n")
		join(name + ":" + strings.Repeat("9", 30) + " " + value)
		join(strings.Replace(line, " ", "  -1 ", 1))
	}
}

// Whatever is offered, nothing panics, and what makes no sense is said to.
func FuzzOffer(f *testing.F) {
	e := open(f)
	offer, _ := real(f, e)
	seeds(f, offer)
	f.Fuzz(func(t *testing.T, text string) {
		p, _ := whoever(t, e)
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		for range 2 {
			_, err := p.Offer(ctx, text, nil)
			sane(t, err)
		}
	})
}

// Whatever is answered, nothing panics, and what makes no sense is said to.
func FuzzAnswer(f *testing.F) {
	e := open(f)
	_, answer := real(f, e)
	seeds(f, answer)
	f.Fuzz(func(t *testing.T, text string) {
		p, offers := whoever(t, e)
		select {
		case <-offers:
		case <-time.After(patience):
			t.Fatal("nothing is offered")
		}
		for range 2 {
			sane(t, p.Answer(text))
		}
	})
}

// Whatever is said to be a candidate, before its description and after it, nothing panics, and what makes no sense is said to.
func FuzzCandidate(f *testing.F) {
	e := open(f)
	offer, answer := real(f, e)
	for _, text := range []string{
		"", "candidate:", "candidate:1 1 udp 2130706431 127.0.0.1 9 typ host", "candidate:1 1 udp 1 127.0.0.1 99999 typ host",
		"candidate:1 1 tcp 1 127.0.0.1 9 typ host tcptype active", "candidate:1 1 tcp 1 127.0.0.1 9 typ host tcptype passive",
		"candidate:1 1 udp 1 nobody.example 9 typ host", "candidate:1 1 udp 1 8a8e2b5c.local 9 typ host", "candidate:1 1 udp 1 ::1 9 typ host",
		"candidate:1 1 udp 1 0.0.0.0 9 typ srflx raddr 10.0.0.1 rport 1", "candidate:1 1 udp 1 224.0.0.1 9 typ relay raddr 0.0.0.0 rport 0",
		"candidate:1 2 udp 1 127.0.0.1 0 typ prflx", "a=candidate:1 1 udp 1 127.0.0.1 9 typ host generation 0 ufrag x network-cost 999",
		"candidate:" + strings.Repeat("1", 100_000), strings.Repeat(" ", 1000),
	} {
		f.Add(text, "0", uint16(0), "")
		f.Add(text, "99", uint16(99), strings.Repeat("u", 300))
	}
	f.Fuzz(func(t *testing.T, text, mid string, index uint16, name string) {
		p, offers := whoever(t, e)
		c := media.Candidate{Candidate: text, SDPMid: &mid, SDPMLineIndex: &index, Username: &name}
		try := func() {
			for _, side := range []media.Side{media.Publish, media.Subscribe, 7} {
				sane(t, p.Trickle(side, c))
				sane(t, p.Trickle(side, media.Candidate{Candidate: text}))
			}
		}
		try()
		_, err := p.Offer(t.Context(), offer, nil)
		must(t, err)
		select {
		case <-offers:
			must(t, p.Answer(answer))
		case <-time.After(patience):
			t.Fatal("nothing is offered")
		}
		try()
	})
}
