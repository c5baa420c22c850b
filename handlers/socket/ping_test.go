package socket_test

import (
	"context"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"foyer/handlers/socket"

	"github.com/gobwas/ws"
)

// asking are limits by which an end that says nothing is asked for a sign of life.
var asking = socket.Limits{Ping: 60 * time.Millisecond, Silence: 240 * time.Millisecond}

// over is a visitor over a connection in memory, whose time may be virtual.
func over(t *testing.T, limits socket.Limits, stay func(context.Context, *socket.Conn)) *visitor {
	t.Helper()
	here, there := net.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- socket.Over(there, limits, func(c *socket.Conn) { stay(t.Context(), c) })
	}()
	t.Cleanup(func() {
		_ = here.Close() // it may be over
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return &visitor{Conn: here, in: here, t: t}
}

func (v *visitor) isAsked() {
	v.t.Helper()
	if frame, _ := v.reads(); frame.Header.OpCode != ws.OpPing {
		v.t.Fatalf("got %x instead of a ping", frame.Header.OpCode)
	}
}

// Whoever answers pings stays, whoever does not is dead: half an hour of virtual time.
func TestPing(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		limits := socket.Limits{Ping: 10 * time.Second, Silence: 20 * time.Second}
		v := over(t, limits, echo)
		for range 180 {
			began := time.Now()
			v.isAsked()
			if waited := time.Since(began); waited < 8*time.Second || waited > 10*time.Second {
				t.Fatalf("asked after %v", waited)
			}
			v.sends(ws.NewPongFrame(nil))
		}
		v.isAsked()
		began := time.Now()
		v.isClosed(socket.Silent)
		if waited := time.Since(began); waited != 10*time.Second {
			t.Errorf("dead %v after the last ping", waited)
		}
	})
}

// Whoever says something is not asked.
func TestNoPingForWhoeverSpeaks(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := over(t, socket.Limits{Ping: 10 * time.Second, Silence: 20 * time.Second}, echo)
		tick := time.NewTicker(7 * time.Second)
		defer tick.Stop()
		for range 20 {
			v.sends(ws.NewTextFrame([]byte("here")))
			v.hears("here")
			<-tick.C
		}
	})
}

// A message that stops in its middle is waited for as long as any, and asked about: what comes of it then is read.
func TestPingWithinAMessage(t *testing.T) {
	t.Parallel()
	v := open(t, asking, echo).visit(t)
	whole := masked(ws.NewTextFrame([]byte("two halves")))
	if _, err := v.Write(whole[:9]); err != nil {
		t.Fatal(err)
	}
	v.isAsked()
	if _, err := v.Write(whole[9:]); err != nil {
		t.Fatal(err)
	}
	v.hears("two halves")
}

// Whoever is told goodbye is not asked any more.
func TestNoPingAfterGoodbye(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		v := over(t, socket.Limits{Ping: time.Second, Silence: 20 * time.Second}, func(context.Context, *socket.Conn) {})
		if frame, code := v.reads(); frame.Header.OpCode != ws.OpClose || code != socket.Normal {
			t.Fatalf("got %x with %d", frame.Header.OpCode, code)
		}
		if _, err := ws.ReadHeader(v.in); err == nil {
			t.Error("something came behind the goodbye")
		}
	})
}

// The answer to a handshake has the headers that are given.
func TestHeader(t *testing.T) {
	t.Parallel()
	h := openWith(t, http.Header{"Set-Cookie": {"a=b; HttpOnly"}}, small, echo)
	var got string
	dialer := ws.Dialer{OnHeader: func(key, value []byte) error {
		if strings.EqualFold(string(key), "Set-Cookie") {
			got = string(value)
		}
		return nil
	}}
	raw, early, _, err := dialer.Dial(t.Context(), h.at)
	if err != nil {
		t.Fatal(err)
	}
	defer raw.Close()
	if want := "a=b; HttpOnly"; got != want {
		t.Errorf("the cookie is %q, want %q", got, want)
	}
	v := &visitor{Conn: raw, in: raw, t: t}
	if early != nil {
		v.in = early
	}
	v.sends(ws.NewTextFrame([]byte("hello")))
	v.hears("hello")
}
