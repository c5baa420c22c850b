package apitest

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/gobwas/ws"
)

// Says sends a text as it is, with names filled in.
func (p *Peer) Says(text string) {
	p.Room.t.Helper()
	p.write(ws.NewTextFrame([]byte(p.Room.Fill(text))))
}

// SaysRaw is Says without names. It may be called by many goroutines, but by one at a time for a peer.
func (p *Peer) SaysRaw(text string) { p.write(ws.NewTextFrame([]byte(text))) }

// Begins sends a request and does not wait for its answer, which Gets gives.
func (p *Peer) Begins(method, params string) (id string) {
	p.Room.t.Helper()
	p.last++
	id = strconv.Quote(p.Name + "-" + strconv.Itoa(p.last))
	p.Says(fmt.Sprintf(`{"jsonrpc":"2.0","id":%s,"method":%q,"params":%s}`, id, method, params))
	return id
}

// Notifies sends a notification: no answer comes. Names are not filled in.
func (p *Peer) Notifies(method, params string) {
	p.SaysRaw(fmt.Sprintf(`{"method":%q,"params":%s}`, method, params))
}

// Gets waits for the answer to a request, be it an error.
func (p *Peer) Gets(id string) Frame {
	p.Room.t.Helper()
	answer, ok := p.take(func(f *Frame) bool { return f.Method == "" && f.ID == id })
	if !ok {
		p.Room.t.Fatalf("%s gets no answer to %s; %s", p.Name, id, p.state())
	}
	return answer
}

// Sends sends a request, which must succeed, and gives its result. Each want is JSON that the result must hold.
func (p *Peer) Sends(method, params string, want ...string) Frame {
	p.Room.t.Helper()
	answer := p.Gets(p.Begins(method, params))
	if answer.Code != 0 {
		p.Room.t.Fatalf("%s: %s %s is refused: %s", p.Name, method, params, answer.Text())
	}
	p.check(method, answer, want)
	return answer
}

// IsRefused sends a request, which must be refused with a code, and a message that holds a text.
func (p *Peer) IsRefused(code int, message, method, params string) {
	p.Room.t.Helper()
	answer := p.Gets(p.Begins(method, params))
	p.isRefusal(answer, code, message, method+" "+params)
}

func (p *Peer) isRefusal(answer Frame, code int, message, what string) {
	p.Room.t.Helper()
	if answer.Code != code || !strings.Contains(answer.At("message"), message) {
		p.Room.t.Errorf("%s: %s is answered with %s, want %d %q", p.Name, what, answer.Text(), code, message)
	}
}

// Joins joins under the peer's name and waits until everybody has been told.
func (p *Peer) Joins() {
	p.Room.t.Helper()
	p.Sends("join", fmt.Sprintf(`{"name":%q,"data":""}`, p.Name))
	p.fence()
}

// CannotJoin tries to join, which must be refused.
func (p *Peer) CannotJoin(code int, message string) {
	p.Room.t.Helper()
	p.IsRefused(code, message, "join", fmt.Sprintf(`{"name":%q,"data":""}`, p.Name))
}

// Expects waits for the next notification of a method. Each want is JSON that its parameters must hold.
func (p *Peer) Expects(method string, want ...string) Frame {
	p.Room.t.Helper()
	f, ok := p.take(func(f *Frame) bool { return f.Method == method })
	if !ok {
		p.Room.t.Fatalf("%s hears no %s; %s", p.Name, method, p.state())
	}
	p.check(method, f, want)
	return f
}

// Awaits waits for a notification of a method that holds what is wanted; what comes of it before that is dropped.
func (p *Peer) Awaits(method, want string) Frame {
	p.Room.t.Helper()
	want = p.Room.Fill(want)
	for {
		f, ok := p.take(func(f *Frame) bool { return f.Method == method })
		if !ok {
			p.Room.t.Fatalf("%s hears no %s with %s; %s", p.Name, method, want, p.state())
		}
		if misfit(want, f.content) == "" {
			return f
		}
	}
}

func (p *Peer) check(what string, f Frame, want []string) {
	p.Room.t.Helper()
	for _, each := range want {
		if wrong := misfit(p.Room.Fill(each), f.content); wrong != "" {
			p.Room.t.Errorf("%s: %s: %s\ngot %s", p.Name, what, wrong, f.Text())
		}
	}
}

// Heard are the methods of all notifications, in order, that nobody has asked for yet; they are dropped.
func (p *Peer) Heard() []string {
	p.Room.t.Helper()
	p.fence()
	p.mu.Lock()
	defer p.mu.Unlock()
	heard := []string{}
	for _, f := range p.inbox {
		if f.Method != "" {
			heard = append(heard, f.Method)
		}
	}
	p.inbox = nil
	return heard
}

// Hears expects exactly these notifications since the last ones that were asked for.
func (p *Peer) Hears(methods ...string) {
	p.Room.t.Helper()
	if got, want := strings.Join(p.Heard(), " "), strings.Join(methods, " "); got != want {
		p.Room.t.Errorf("%s hears %q, want %q", p.Name, got, want)
	}
}

// HearsNothingOf fails if there is a notification of a method.
func (p *Peer) HearsNothingOf(method string) {
	p.Room.t.Helper()
	p.fence()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, f := range p.inbox {
		if f.Method == method {
			p.Room.t.Errorf("%s hears %s %s", p.Name, method, f.Text())
		}
	}
}

// fence waits until all that was on its way to the peer has come.
func (p *Peer) fence() {
	p.Room.t.Helper()
	p.Sends("ping", `{"timestamp":7}`, `{"timestamp":7}`)
}

// IsClosed waits for a goodbye with a code.
func (p *Peer) IsClosed(code int) {
	p.Room.t.Helper()
	p.take(func(*Frame) bool { return false })
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.ended || int(p.code) != code {
		p.Room.t.Errorf("%s: closed with %d (ended: %t), want %d", p.Name, p.code, p.ended, code)
	}
}

// Leaves leaves as the SDK does and waits until that is done.
func (p *Peer) Leaves() {
	p.Room.t.Helper()
	p.Notifies("leave", `{"client_reason":"user request"}`)
	p.IsClosed(int(ws.StatusNormalClosure))
}

// Drops loses the connection without a word and waits until the server knows it.
func (p *Peer) Drops() {
	p.Room.t.Helper()
	p.fence() // else it might not be counted yet
	before := p.Room.Foyer.Sockets.Len()
	_ = p.raw.Close() // it may be over
	p.Room.Foyer.soon(p.Room.t, p.Name+"'s connection ends", func() bool { return p.Room.Foyer.Sockets.Len() < before })
}

// Returns opens another connection of the same peer, with the same token.
func (p *Peer) Returns() *Peer {
	p.Room.t.Helper()
	again := p.Room.Connect(p.Visitor)
	again.fence()
	return again
}

func (p *Peer) state() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	texts := make([]string, len(p.inbox))
	for i, f := range p.inbox {
		texts[i] = f.Method + f.ID + " " + f.Text()
	}
	return fmt.Sprintf("ended: %t, with %d; there is %s", p.ended, p.code, strings.Join(texts, "\n"))
}
