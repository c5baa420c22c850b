package roomcodes_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"foyer/models"

	"github.com/gobwas/ws"
)

// Contract 4: the first three frames, to the letter, and their order. The first to come in is the host, in either mode (R9, R10, R12).
func TestJoinOrder(t *testing.T) {
	t.Parallel()
	h := small(t, options{})
	c := h.customer(t, models.PlanUnlimited)
	for config, mode := range map[string]string{
		plain:  `"broadcastType":"Broadcast","echo":false`,
		echoed: `"broadcastType":"Broadcast","echo":true`,
		star:   `"broadcastType":"HostClient","echo":false`,
		`{"codeLength":4,"broadcastType":"HostClient","echo":true}`: `"broadcastType":"HostClient","echo":false`,
	} {
		made := c.requests(config)
		code := made.text("code")
		u := c.connects(strings.ToLower(code))
		want := fmt.Sprintf(`{"roomCode":%q,"expirationTime":%d,%s}`, code, made.expires(), mode)
		first := u.hears("rc.100")
		if first.Message != want || first.Type != "SYSTEM" || first.Code.Message != "Initial room joining update." {
			t.Errorf("the first frame is %s, want %s", first.raw, want)
		}
		const hosts = `{"type":"SYSTEM","message":"You are the host of this room.","code":{"code":"rc.103","message":"You are the host of this room."}}`
		if got := u.next().raw; got != hosts {
			t.Errorf("the host hears %s, want %s", got, hosts)
		}
		const joined = `{"type":"SYSTEM","message":"A user has joined the room.","code":{"code":"rc.101","message":"A user has joined the room."}}`
		if got := u.next().raw; got != joined {
			t.Errorf("the host hears %s, want %s", got, joined)
		}
		until := c.extends(code).wants(t, http.StatusOK).expires()
		u.hears("rc.107")
		later := c.connects(code)
		if got := later.hears("rc.100").Message; !strings.Contains(got, strconv.FormatInt(until, 10)) {
			t.Errorf("after an extension the first frame is %s, want %d", got, until)
		}
		later.hears("rc.101")
		u.hears("rc.101")
	}
}

// Contract 2: codes of all lengths that there are open their rooms.
func TestEveryLength(t *testing.T) {
	t.Parallel()
	h := small(t, options{})
	c := h.customer(t, models.PlanUnlimited)
	for length := 3; length <= 12; length++ {
		u, code := c.hosts(fmt.Sprintf(`{"codeLength":%d,"broadcastType":"Broadcast"}`, length))
		c.joins(code, u)
	}
}

// Contract 4: of many who come at once one is the host, and nothing comes before the first frame.
func TestOneHost(t *testing.T) {
	t.Parallel()
	each(t, options{}, func(t *testing.T, h *house) {
		c := h.customer(t, models.PlanUnlimited)
		code := c.room(plain)
		const many = 16
		users := make([]*user, many)
		var all sync.WaitGroup
		for i := range users {
			all.Go(func() { users[i] = c.connects(code) })
		}
		all.Wait()
		hosts := 0
		for _, u := range users {
			u.hears("rc.100")
			next := u.next()
			if next.Code.Code == "rc.103" {
				hosts++
				next = u.next()
			}
			if next.Code.Code != "rc.101" {
				t.Errorf("heard %s", next.raw)
			}
		}
		if hosts != 1 {
			t.Errorf("%d hosts, want 1", hosts)
		}
	})
}

// Contract 5: no more come in than fit, and who leaves makes room.
func TestFullRoom(t *testing.T) {
	t.Parallel()
	h := small(t, options{size: 3})
	c := h.customer(t, models.PlanUnlimited)
	u, code := c.hosts(plain)
	c.joins(code, u)
	last := c.joins(code, u)
	for range 3 {
		c.knocks(code).wants(t, http.StatusBadRequest)
	}
	last.leaves()
	u.hears("rc.102")
	c.joins(code, u)
}

// Contract 5, Routing.
func TestRouting(t *testing.T) {
	t.Parallel()
	h := small(t, options{})
	c := h.customer(t, models.PlanUnlimited)
	for _, tc := range []struct {
		name, config string
		from         int
		hear         []int
	}{
		{"Broadcast, from the host", plain, 0, []int{1, 2}},
		{"Broadcast, from a client", plain, 1, []int{0, 2}},
		{"Broadcast with echo, from the host", echoed, 0, []int{0, 1, 2}},
		{"Broadcast with echo, from a client", echoed, 2, []int{0, 1, 2}},
		{"HostClient, from the host", star, 0, []int{1, 2}},
		{"HostClient, from a client", star, 1, []int{0}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			c := &customer{house: h, t: t, key: c.key, account: c.account}
			u, code := c.hosts(tc.config)
			v := c.joins(code, u)
			users := []*user{u, v, c.joins(code, u, v)}
			users[tc.from].says("a word")
			for _, i := range tc.hear {
				users[i].hearsText("a word")
			}
			c.joins(code, users...) // nobody has heard anything before that
		})
	}
}

// Contract 5: a text comes out as it went in, whatever it is, in the order in which it was said (R11).
func TestTextIsKept(t *testing.T) {
	t.Parallel()
	h := small(t, options{})
	c := h.customer(t, models.PlanUnlimited)
	u, code := c.hosts(plain)
	v := c.joins(code, u)
	texts := []string{
		"", " ", "a", `{"b": 2,  "a":1.50}`, `"quoted"`, "<b>&amp;</b>", "line\nfeed\ttab\r\x00\x1f\x7f", "\u2028\u2029", "ümläut 😀", `\ud800 \n`,
		strings.Repeat("x", 64<<10), strings.Repeat("\x01", 64<<10), strings.Repeat("😀", 16<<10),
	}
	for _, text := range texts {
		v.says(text)
		u.hearsText(text)
	}
	var many []string
	for n := range 100 {
		many = append(many, strconv.Itoa(n))
	}
	u.says(many...)
	v.hearsText(many...)
}

// Contract 5: binary messages are texts, or base64 (R13).
func TestBinary(t *testing.T) {
	t.Parallel()
	h := small(t, options{})
	c := h.customer(t, models.PlanUnlimited)
	u, code := c.hosts(plain)
	v := c.joins(code, u)
	for in, out := range map[string]string{"ümläut": "ümläut", "": "", "\xff\xfe\x00": "//4A", "\x80": "gA=="} {
		v.sends(ws.NewBinaryFrame([]byte(in)))
		u.hearsText(out)
	}
	v.sends(ws.NewFrame(ws.OpBinary, false, []byte("\xc3")), ws.NewFrame(ws.OpContinuation, true, []byte("\xbc")))
	u.hearsText("ü")
	v.sends(ws.NewFrame(ws.OpBinary, false, []byte("\xff")), ws.NewFrame(ws.OpContinuation, true, []byte("a")))
	u.hearsText("/2E=")
	v.says("a text behind it")
	u.hearsText("a text behind it")
}

// Contract 5, 6: too large a message ends the connection of its sender (R14).
func TestTooLarge(t *testing.T) {
	t.Parallel()
	h := small(t, options{})
	c := h.customer(t, models.PlanUnlimited)
	u, code := c.hosts(plain)
	v := c.joins(code, u)
	w := c.joins(code, u, v)
	v.says(strings.Repeat("x", 64<<10+1))
	v.isClosed(1009)
	u.hears("rc.102")
	w.hears("rc.102")
	u.says(strings.Repeat("x", 64<<10+1))
	u.isClosed(1009)
	w.hears("rc.104")
	w.isClosed(1000)
}

// Contract 5: whoever does not read is given up (R20).
func TestSlowReader(t *testing.T) {
	t.Parallel()
	h := small(t, options{queue: 2 << 20})
	c := h.customer(t, models.PlanUnlimited)
	u, code := c.hosts(plain)
	v := c.joins(code, u)
	flood := strings.Repeat("x", 60<<10)
	left := make(chan struct{})
	go func() { // ends with the frame that it waits for
		defer close(left)
		u.hears("rc.102")
	}()
	for range 400 {
		u.says(flood)
		select {
		case <-left:
			return
		default:
		}
	}
	<-left
	for {
		frame, err := v.reads()
		if err != nil {
			t.Log("the goodbye was not written: nobody reads it") // the protocol lets it be lost
			return
		}
		if frame.Header.OpCode == ws.OpClose {
			if code, _ := ws.ParseCloseFrameData(frame.Payload); code != 1013 {
				t.Errorf("closed with %d, want 1013", code)
			}
			return
		}
	}
}
