package e2e_test

import (
	"context"
	"io"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// proxy hands connections on to a server, and cuts each of them after a while. Safe for concurrent use.
type proxy struct {
	url    string
	target string // host and port

	listener net.Listener
	work     sync.WaitGroup
	cutting  atomic.Bool
	cuts     atomic.Int64

	mu    sync.Mutex
	links map[net.Conn]struct{} // guarded by mu
}

// newProxy listens on an address. It ends with the test.
func newProxy(t *testing.T, address, target string) *proxy {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	p := &proxy{url: "http://" + address, target: strings.TrimPrefix(target, "http://"), listener: listener, links: map[net.Conn]struct{}{}}
	p.cutting.Store(true)
	p.work.Go(p.accept)
	t.Cleanup(p.close)
	return p
}

func (p *proxy) accept() {
	for {
		near, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.work.Go(func() { p.link(near) })
	}
}

// link carries one connection, for 50 to 500 ms while the proxy cuts.
func (p *proxy) link(near net.Conn) {
	far, err := (&net.Dialer{Timeout: patience}).DialContext(context.Background(), "tcp", p.target)
	if err != nil {
		_ = near.Close()
		return
	}
	p.keep(near, far)
	defer p.drop(near, far)
	var late atomic.Bool
	cut := time.AfterFunc(time.Duration(50+rand.IntN(451))*time.Millisecond, func() {
		if p.cutting.Load() {
			p.cuts.Add(1)
			late.Store(cut(near, far))
		}
	})
	defer cut.Stop()
	var both sync.WaitGroup
	for _, pair := range [][2]net.Conn{{near, far}, {far, near}} {
		both.Go(func() {
			_, _ = io.Copy(pair[0], pair[1])
			_ = near.Close()
			_ = far.SetReadDeadline(time.Now()) // has the other direction end too
		})
	}
	both.Wait()
	if late.Load() { // the server goes on writing to a client that is gone
		<-time.After(time.Duration(rand.IntN(1000)) * time.Millisecond)
	}
}

// cut ends a connection, in one of the ways in which networks do: both ends learn it by a goodbye, by a reset, or the server late.
func cut(near, far net.Conn) (late bool) {
	switch rand.IntN(3) {
	case 0:
		for _, end := range []net.Conn{near, far} {
			_ = end.(*net.TCPConn).SetLinger(0)
		}
		fallthrough
	case 1:
		_ = far.Close()
	default:
		late = true
	}
	_ = near.Close()
	return late
}

func (p *proxy) keep(ends ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, end := range ends {
		p.links[end] = struct{}{}
	}
}

func (p *proxy) drop(ends ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, end := range ends {
		_ = end.Close()
		delete(p.links, end)
	}
}

// close ends everything and waits for it.
func (p *proxy) close() {
	_ = p.listener.Close()
	p.mu.Lock()
	for end := range p.links {
		_ = end.Close()
	}
	p.mu.Unlock()
	p.work.Wait()
}
