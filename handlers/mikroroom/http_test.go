package mikroroom_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"time"

	"foyer/handlers/apitest"
	"foyer/handlers/mikroroom"
	"foyer/media"

	"github.com/google/go-cmp/cmp"
)

const (
	invalidBody = `{"error":"Invalid request body"}`
	noRoom      = `{"error":"Cannot create room. Limit reached or room ID already exists."}`
	tooOften    = `{"error":"Too many requests. Please try again later."}`
)

// What every answer has, whatever it answers (contract 2).
func TestHeaders(t *testing.T) {
	t.Parallel()
	h := open(t, options{change: func(h *mikroroom.Handler) { h.MaxLatent = 1 }})
	h.makes(`{}`)
	for line, want := range map[string]struct {
		status int
		kind   string
	}{
		"GET ":                     {200, "application/json"},
		"PUT ":                     {200, "application/json"},
		"GET /health":              {200, "application/json"},
		"DELETE /health":           {200, "application/json"},
		"GET /config":              {200, "application/json"},
		"POST /config {}":          {200, "application/json"},
		"POST /api/rooms {":        {400, "application/json"},
		"POST /api/rooms {}":       {429, "application/json"},
		"GET /api/rooms":           {404, "text/plain"},
		"GET /ws":                  {404, "text/plain"},
		"POST /ws":                 {404, "text/plain"},
		"GET /nothing":             {404, "text/plain"},
		"GET /api/rooms/ABC123":    {404, "text/plain"},
		"OPTIONS ":                 {204, ""},
		"OPTIONS /health":          {204, ""},
		"OPTIONS /api/rooms":       {204, ""},
		"OPTIONS /ws":              {204, ""},
		"OPTIONS /nothing/of/this": {204, ""},
	} {
		a := h.sends(line)
		if a.status != want.status || a.header.Get("Content-Type") != want.kind {
			t.Errorf("%s: %d %q, want %d %q", line, a.status, a.header.Get("Content-Type"), want.status, want.kind)
		}
		if want.status == http.StatusNotFound && a.body != "Not found" || want.status == http.StatusNoContent && a.body != "" {
			t.Errorf("%s: %q", line, a.body)
		}
		got := map[string]string{}
		for name := range a.header {
			got[name] = a.header.Get(name)
		}
		for _, usual := range []string{"Content-Type", "Content-Length", "Date", "X-Request-Id", "Connection"} {
			delete(got, usual)
		}
		fixed := map[string]string{
			"X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY", "X-Xss-Protection": "1; mode=block",
			"Referrer-Policy": "strict-origin-when-cross-origin", "Access-Control-Allow-Origin": "*",
			"Access-Control-Allow-Methods": "GET, POST, OPTIONS", "Access-Control-Allow-Headers": "Content-Type",
		}
		if diff := cmp.Diff(fixed, got); diff != "" {
			t.Errorf("%s: headers (-want +got):\n%s", line, diff)
		}
	}
}

// What the three pages say (contract 2).
func TestPages(t *testing.T) {
	t.Parallel()
	h := open(t, options{change: func(h *mikroroom.Handler) {
		h.ICE = (&media.ICE{STUN: []string{"stun:a.example:3478", "stun:b.example"}}).Servers
	}})
	for line, want := range map[string]string{
		"GET ":        `{"name":"MikroRoom API","version":"test","endpoints":{"health":"/health","config":"/config","websocket":"/ws"}}`,
		"GET /config": `{"iceServers":[{"urls":"stun:a.example:3478"},{"urls":"stun:b.example"}]}`,
	} {
		if got := h.sends(line).body; got != want {
			t.Errorf("%s: %s, want %s", line, got, want)
		}
	}
}

// Credentials for TURN live for a short time, unlike the original's, and belong to one page (contract 2, 10.11).
func TestRelays(t *testing.T) {
	t.Parallel()
	key := []byte("north")
	h := open(t, options{change: func(h *mikroroom.Handler) {
		h.ICE = (&media.ICE{STUN: []string{"stun:a.example"}, TURN: []string{"turn:b.example?transport=udp", "turn:b.example?transport=tcp"}, Key: key, Now: h.Now}).Servers
	}})
	known := map[string]bool{}
	for range 2 {
		var got struct {
			Servers []struct{ URLs, Username, Credential string } `json:"iceServers"`
		}
		if err := json.Unmarshal([]byte(h.sends("GET /config").body), &got); err != nil || len(got.Servers) != 3 {
			t.Fatalf("%v, %v", got, err)
		}
		if first := got.Servers[0]; first.URLs != "stun:a.example" || first.Username+first.Credential != "" {
			t.Errorf("STUN is %v", first)
		}
		for i, url := range []string{"turn:b.example?transport=udp", "turn:b.example?transport=tcp"} {
			s := got.Servers[1+i]
			until, peer, ok := media.ParseUsername(s.Username)
			if !ok || s.URLs != url || s.Credential != media.Password(key, s.Username) || !until.Equal(h.Clock.Now().Add(media.CredentialLife).Truncate(time.Second)) {
				t.Errorf("TURN is %v", s)
			}
			if known[peer] != (i == 1) {
				t.Errorf("the name is not a page's own: %s", peer)
			}
			known[peer] = true
		}
	}
}

// Health counts open rooms, empty ones too, those who are in, and how many were at most; waiters are not in (contract 2).
func TestHealth(t *testing.T) {
	t.Parallel()
	h := open(t, options{})
	h.makes(`{}`)
	alice := h.host("ABC123", "Alice")
	bob := h.come(door{}, "ABC123", "Bob")
	alice.says(`{"type":"room-locked"}`)
	alice.fence()
	waiter := h.visit(door{})
	waiter.joins("ABC123", "Carol")
	waiter.hears("waiting-room")
	bob.says(`{"type":"leave"}`)
	bob.fence()
	h.Clock.Advance(1500 * time.Millisecond)
	want := `{"status":"ok","totalRooms":2,"totalParticipants":1,"peakParticipants":2,"uptime":1500,"version":"test"}`
	if got := h.sends("GET /health").body; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Rooms and connections have rates of their own, ten a minute for each address, and what is refused does not count (contract 4, 10.13).
func TestRates(t *testing.T) {
	t.Parallel()
	h := open(t, options{
		proxies: apitest.Options{Proxies: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}},
		change:  func(h *mikroroom.Handler) { h.Limited, h.MaxLatent = true, 100 },
	})
	post := func(from string) int {
		a := h.sends("POST /api/rooms {", "X-Forwarded-For", from)
		if a.status == 429 && a.body != tooOften {
			t.Errorf("refused with %s", a.body)
		}
		return a.status
	}
	connect := func(from string) bool {
		p, err := h.dial(door{header: http.Header{"X-Forwarded-For": {from}}})
		if err == nil {
			_ = p.raw.Close()
		}
		return err == nil
	}
	for i := range 10 {
		if status := post("203.0.113.7"); status != 400 { // what is made in vain counts
			t.Fatalf("request %d: %d", i, status)
		}
		if !connect("203.0.113.7") {
			t.Fatalf("connection %d is refused", i)
		}
		h.Clock.Advance(time.Second)
	}
	for range 20 {
		if post("203.0.113.7") != 429 || connect("203.0.113.7") {
			t.Fatal("no bound")
		}
	}
	if post("203.0.113.8") != 400 || !connect("203.0.113.8") {
		t.Error("another address is refused")
	}
	h.Clock.Advance(50 * time.Second) // now the first one does not count any more
	if post("203.0.113.7") != 400 || !connect("203.0.113.7") {
		t.Error("refused for what was refused")
	}
	if post("203.0.113.7") != 429 || connect("203.0.113.7") {
		t.Error("the second one counts still")
	}
	for i := range 10 {
		if status := post(fmt.Sprintf("2001:db8::%d", i)); status != 400 {
			t.Errorf("request %d: %d", i, status)
		}
	}
	if post("2001:db8::ffff") != 429 {
		t.Error("an IPv6 network is one address")
	}
}

// A request for a WebSocket beyond the rate is answered over HTTP, before the handshake.
func TestRefusedUpgrade(t *testing.T) {
	t.Parallel()
	h := open(t, options{change: func(h *mikroroom.Handler) { h.Limited, h.RatePerMinute = true, 1 }})
	if _, err := h.dial(door{}); err != nil {
		t.Fatal(err)
	}
	a := h.sends("GET /ws", "Connection", "Upgrade", "Upgrade", "websocket", "Sec-WebSocket-Version", "13",
		"Sec-WebSocket-Key", "MDEyMzQ1Njc4OWFiY2RlZg==")
	if a.status != 429 || a.body != tooOften || a.header.Get("Access-Control-Allow-Origin") != "*" {
		t.Errorf("%d %s %v", a.status, a.body, a.header)
	}
}

// A path of two slashes, and a Host that makes no sense, are requests like any other (contract 10.2).
func TestStrangeRequests(t *testing.T) {
	t.Parallel()
	h := open(t, options{})
	for _, request := range []string{
		"GET // HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET " + prefix + "// HTTP/1.1\r\nHost: x\r\n\r\n",
		"GET " + prefix + "/health HTTP/1.1\r\nHost: [::bad\r\n\r\n",
		"GET " + prefix + "/health HTTP/1.1\r\nHost: a b\r\n\r\n",
		"GET " + prefix + "/%zz HTTP/1.1\r\nHost: x\r\n\r\n",
	} {
		raw := h.raw(t)
		if _, err := io.WriteString(raw, request); err != nil {
			t.Fatal(err)
		}
		line, err := bufio.NewReader(raw).ReadString('\n')
		if err != nil || !strings.HasPrefix(line, "HTTP/1.1 ") {
			t.Errorf("%q: %q %v", request, line, err)
		}
	}
	if a := h.sends("GET /health"); a.status != 200 {
		t.Errorf("health: %d", a.status)
	}
}

// raw is a TCP connection.
func (h *house) raw(t *testing.T) net.Conn {
	t.Helper()
	raw, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", h.at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = raw.Close() })
	_ = raw.SetDeadline(time.Now().Add(patience))
	return raw
}

// What the answer to a handshake has on top: a cookie that pages cannot read.
func TestCookie(t *testing.T) {
	t.Parallel()
	h := open(t, options{})
	raw := h.raw(t)
	shake := func(more string) http.Header {
		_, err := fmt.Fprintf(raw, "GET %s/ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"+
			"Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n%s\r\n", prefix, more)
		if err != nil {
			t.Fatal(err)
		}
		response, err := http.ReadResponse(bufio.NewReader(raw), nil)
		if err != nil {
			t.Fatal(err)
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusSwitchingProtocols || response.Header.Get("X-Frame-Options") != "DENY" {
			t.Errorf("%d %v", response.StatusCode, response.Header)
		}
		return response.Header
	}
	pattern := regexp.MustCompile(`^mikroroom=[0-9a-f]{32}; HttpOnly; SameSite=Lax$`)
	fresh := shake("").Get("Set-Cookie")
	if !pattern.MatchString(fresh) {
		t.Errorf("the cookie is %s", fresh)
	}
	value, _, _ := strings.Cut(fresh, ";")
	raw = h.raw(t)
	if again := shake("Cookie: " + value + "\r\n").Get("Set-Cookie"); again != "" {
		t.Errorf("given again: %s", again)
	}
	raw = h.raw(t)
	if other := shake("Cookie: mikroroom=mine\r\n").Get("Set-Cookie"); !pattern.MatchString(other) {
		t.Errorf("a cookie of somebody's own is believed: %q", other)
	}
	raw = h.raw(t)
	if secure := shake("X-Forwarded-Proto: https\r\n").Get("Set-Cookie"); !strings.Contains(secure, "; Secure; SameSite=None") {
		t.Errorf("over TLS the cookie is %s", secure)
	}
}

// No token, password or cookie gets into the log.
func TestNothingIsLogged(t *testing.T) {
	t.Parallel()
	h := open(t, options{})
	room := h.makes(`{"password":"sesame-in-clear"}`)
	p := h.come(door{}, room.Room, "Alice", `"password":"sesame-in-clear"`, fmt.Sprintf(`"creatorToken":%q`, room.Creator))
	p.says(`{"type":"join","roomId":%q,"password":"guessed-in-clear"}`, room.Room)
	p.says(`{"type":"moderator-action"`)
	p.fence()
	log := h.Log.String()
	for _, secret := range []string{room.Creator, room.Room, "in-clear", p.cookie} {
		if strings.Contains(log, secret) {
			t.Errorf("%s is in the log", secret)
		}
	}
	if !json.Valid([]byte(strings.SplitN(log, "\n", 2)[0])) {
		t.Error("there is no log")
	}
}
