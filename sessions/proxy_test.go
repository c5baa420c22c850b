package sessions_test

import (
	"bytes"
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
)

// proxy stands between a store and its Postgres, and can cut the line. Safe for concurrent use.
type proxy struct {
	listener net.Listener
	server   string
	all      sync.WaitGroup

	mu     sync.Mutex
	lines  map[net.Conn]bool // guarded by mu: both ends of all lines
	isCut  bool              // guarded by mu
	losing chan struct{}     // guarded by mu: the next commit's answer is lost with the line; closed when that happened
}

// newProxy gives a proxy, and the address of the database behind it.
func newProxy(t *testing.T, database string) (*proxy, string) {
	t.Helper()
	address, err := url.Parse(database)
	must(t, err)
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	must(t, err)
	p := &proxy{listener: listener, server: address.Host, lines: map[net.Conn]bool{}}
	p.all.Go(p.accept)
	t.Cleanup(func() {
		_ = listener.Close()
		p.cut()
		p.all.Wait()
	})
	address.Host = listener.Addr().String()
	return p, address.String()
}

func (p *proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := (&net.Dialer{}).Dial("tcp", p.server)
		if err != nil || !p.add(client, server) {
			_ = client.Close()
			continue
		}
		p.all.Go(func() { p.forward(client, server) })
		p.all.Go(func() { _, _ = io.Copy(client, server); p.drop(client, server) })
	}
}

func (p *proxy) add(ends ...net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, end := range ends {
		if p.isCut {
			_ = end.Close()
			continue
		}
		p.lines[end] = true
	}
	return !p.isCut
}

func (p *proxy) drop(ends ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, end := range ends {
		_ = end.Close()
		delete(p.lines, end)
	}
}

// forward takes what the client says to the server.
func (p *proxy) forward(client, server net.Conn) {
	defer p.drop(client, server)
	buffer := make([]byte, 64<<10)
	for {
		n, err := client.Read(buffer)
		if err != nil {
			return
		}
		if bytes.Contains(bytes.ToLower(buffer[:n]), []byte("commit")) && p.loses(server, buffer[:n]) {
			return
		}
		if _, err := server.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// loses lets the server commit, and the client never hear of it.
func (p *proxy) loses(server net.Conn, said []byte) bool {
	p.mu.Lock()
	losing := p.losing
	p.losing = nil
	p.mu.Unlock()
	if losing == nil {
		return false
	}
	p.cut(server)
	_, _ = server.Write(said)
	close(losing)
	return true
}

// cut ends all lines but one, and makes no new one.
func (p *proxy) cut(but ...net.Conn) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.isCut = true
	for end := range p.lines {
		if len(but) == 0 || end != but[0] {
			_ = end.Close()
		}
	}
}

// mend lets lines be made again.
func (p *proxy) mend() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.isCut = false
}

// lose has the answer to the next commit be lost, and the line be cut; the channel is closed when that has happened.
func (p *proxy) lose() <-chan struct{} {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.losing = make(chan struct{})
	return p.losing
}
