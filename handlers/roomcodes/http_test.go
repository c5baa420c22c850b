package roomcodes_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"foyer/models"
)

// Contract 3: what is not there is 404, a wrong method too, in this dialect's shape; preflights are answered.
func TestNoSuchEndpoint(t *testing.T) {
	t.Parallel()
	h := small(t, options{})
	c := h.customer(t, models.PlanUnlimited)
	for _, line := range []string{
		"GET /", "GET /nothing", "POST /getclienttokens", "OPTIONS /nothing", "PUT /requestroom", "DELETE /extendroom", "PATCH /getclienttoken",
		"POST /joinroom", "PURGE /joinroom", "PURGE /requestroom", "PURGE /nothing", "GET /requestroom/more", "GET /../v2/requestroom",
	} {
		a := h.asks(t, c.key, line)
		a.wants(t, http.StatusNotFound)
	}
	for _, path := range []string{"/getclienttoken", "/requestroom", "/extendroom", "/joinroom"} {
		a := h.asks(t, "", "OPTIONS "+path, "Origin: https://page.example.org", "Access-Control-Request-Method: POST").wants(t, http.StatusNoContent)
		for name, want := range map[string]string{
			"Access-Control-Allow-Headers": "Authorization, Content-Type", "Access-Control-Allow-Methods": "GET, POST",
			"Access-Control-Allow-Credentials": "",
		} {
			if got := a.header.Get(name); got != want {
				t.Errorf("%s: %s is %q, want %q", path, name, got, want)
			}
		}
	}
	h.asks(t, c.key, `POST /getclienttoken {"scope":"join-room"}`, "Host: codes.example.org").wants(t, http.StatusOK)
}

// Contract 2: requestroom, its fields and its answer.
func TestRequestRoom(t *testing.T) {
	t.Parallel()
	each(t, options{}, func(t *testing.T, h *house) {
		free, rich := h.customer(t, models.PlanFree), h.customer(t, models.PlanPremium)
		for name, tc := range map[string]struct {
			c      *customer
			line   string
			status int
		}{
			"Broadcast":                       {free, `POST /requestroom ` + plain, 200},
			"HostClient":                      {free, `POST /requestroom ` + star, 200},
			"echo":                            {free, `POST /requestroom ` + echoed, 200},
			"echo in words (R4)":              {free, `POST /requestroom {"codeLength":4,"broadcastType":"Broadcast","echo":"true"}`, 200},
			"echo with HostClient (R4)":       {free, `POST /requestroom {"codeLength":4,"broadcastType":"HostClient","echo":true}`, 200},
			"echo as a number":                {free, `POST /requestroom {"codeLength":4,"broadcastType":"Broadcast","echo":1}`, 400},
			"echo as null":                    {free, `POST /requestroom {"codeLength":4,"broadcastType":"Broadcast","echo":null}`, 400},
			"echo in other words":             {free, `POST /requestroom {"codeLength":4,"broadcastType":"Broadcast","echo":"yes"}`, 400},
			"echo as a list":                  {free, `POST /requestroom {"codeLength":4,"broadcastType":"Broadcast","echo":[]}`, 400},
			"no broadcastType":                {free, `POST /requestroom {"codeLength":4}`, 400},
			"broadcastType in small letters":  {free, `POST /requestroom {"codeLength":4,"broadcastType":"broadcast"}`, 400},
			"no codeLength":                   {free, `POST /requestroom {"broadcastType":"Broadcast"}`, 400},
			"codeLength as a text":            {free, `POST /requestroom {"codeLength":"4","broadcastType":"Broadcast"}`, 400},
			"codeLength as a text in a query": {free, `GET /requestroom?codeLength=4&broadcastType=Broadcast&echo=false`, 200},
			"codeLength with a fraction":      {free, `POST /requestroom {"codeLength":4.5,"broadcastType":"Broadcast"}`, 400},
			"codeLength as null":              {free, `POST /requestroom {"codeLength":null,"broadcastType":"Broadcast"}`, 400},
			"a huge codeLength":               {free, `POST /requestroom {"codeLength":99999999999999999999,"broadcastType":"Broadcast"}`, 400},
			"free: too short (R5)":            {free, `POST /requestroom {"codeLength":3,"broadcastType":"Broadcast"}`, 400},
			"free: the longest (R5)":          {free, `POST /requestroom {"codeLength":6,"broadcastType":"Broadcast"}`, 200},
			"free: too long (R5)":             {free, `POST /requestroom {"codeLength":7,"broadcastType":"Broadcast"}`, 400},
			"premium: the shortest (R5)":      {rich, `POST /requestroom {"codeLength":3,"broadcastType":"Broadcast"}`, 200},
			"premium: the longest (R5)":       {rich, `POST /requestroom {"codeLength":12,"broadcastType":"Broadcast"}`, 200},
			"premium: too long (R5)":          {rich, `POST /requestroom {"codeLength":13,"broadcastType":"Broadcast"}`, 400},
		} {
			before, token := time.Now().UnixMilli(), tc.c.token("request-room")
			a := h.asks(t, token, tc.line)
			if a.status != tc.status {
				t.Errorf("%s: %d %s, want %d", name, a.status, a.body, tc.status)
				continue
			}
			if a.status != http.StatusOK {
				continue
			}
			if code := a.text("code"); len(strings.Trim(code, "ABCDEFGHIJKLMNOPQRSTUVWXYZ")) != 0 || len(code) < 3 {
				t.Errorf("%s: the code is %q", name, code)
			}
			end := a.expires()
			if end < before+300_000 || end > time.Now().UnixMilli()+300_000 {
				t.Errorf("%s: it ends %d ms after the request", name, end-before)
			}
		}
	})
}

// Contract 2: codes are unique among the open rooms, free again when a room closes, and when more than half of a length are in use, that is
// said. Of two letters and a length of 4 there are 16.
func TestCodesRunOut(t *testing.T) {
	t.Parallel()
	each(t, options{alphabet: "XY", contact: "Ask the porter."}, func(t *testing.T, h *house) {
		c := h.customer(t, models.PlanUnlimited)
		seen := map[string]bool{}
		for range 9 {
			code := c.room(plain)
			if seen[code] {
				t.Fatalf("%s was given twice", code)
			}
			seen[code] = true
		}
		a := c.requests(plain).wants(t, http.StatusInternalServerError)
		if text := a.text("error"); !strings.Contains(text, "codeLength") || !strings.HasSuffix(text, "Ask the porter.") {
			t.Errorf("the error is %q", text)
		}
		for code := range seen {
			u := c.connects(code)
			u.hears("rc.100", "rc.103", "rc.101")
			u.leaves()
		}
		soon(t, "the codes are free again", func() bool {
			n, err := h.rooms.CountNamed(t.Context(), "roomcodes", 4)
			return err == nil && n == 0
		})
		c.room(plain)
	})
}

// Contract 2, 3: extendroom adds to the end that there was, whoever of the account asks, before anybody came in too (R2, R7).
func TestExtendRoom(t *testing.T) {
	t.Parallel()
	each(t, options{}, func(t *testing.T, h *house) {
		c, other := h.customer(t, models.PlanUnlimited), h.customer(t, models.PlanUnlimited)
		made := c.requests(plain)
		code, end := made.text("code"), made.expires()
		for n := range int64(3) {
			if got := c.extends(" "+strings.ToLower(code)+" ").wants(t, http.StatusOK).expires(); got != end+(n+1)*300_000 {
				t.Errorf("extension %d: it ends %d ms after its first end", n, got-end)
			}
		}
		token := c.token("extend-room")
		h.asks(t, token, `GET /extendroom?room=`+code).wants(t, http.StatusOK)
		other.extends(code).wants(t, http.StatusNotFound)
		c.extends("ZZZZZ").wants(t, http.StatusNotFound)
		for _, line := range []string{`POST /extendroom {}`, `POST /extendroom`, `POST /extendroom {"room":7}`, `POST /extendroom {"room":" "}`, `GET /extendroom?room=` + strings.Repeat("A", 99)} {
			h.asks(t, token, line).wants(t, http.StatusBadRequest)
		}
		h.passes(25*time.Minute + time.Second)
		c.extends(code).wants(t, http.StatusNotFound)
		c.knocks(code).wants(t, http.StatusNotFound)
	})
}

// Contract 3: joinroom says 426 before all else, and refuses before the upgrade (R8).
func TestJoinRoomIsRefused(t *testing.T) {
	t.Parallel()
	each(t, options{size: 2}, func(t *testing.T, h *house) {
		c, other := h.customer(t, models.PlanUnlimited), h.customer(t, models.PlanUnlimited)
		code := c.room(plain)
		upgrade := []string{"Connection: keep-alive, Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="}
		for _, headers := range [][]string{nil, {"Connection: Upgrade"}, {"Upgrade: websocket"}, {"Connection: Upgrade", "Upgrade: h2c"}, {"Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 8"}} {
			a := h.asks(t, "", "GET /joinroom", headers...).wants(t, http.StatusUpgradeRequired)
			if a.header.Get("Upgrade") != "websocket" {
				t.Errorf("Upgrade is %q", a.header.Get("Upgrade"))
			}
		}
		token := c.token("join-room")
		h.asks(t, "", "GET /joinroom?room="+code+"&token="+token, upgrade[:2]...).wants(t, http.StatusBadRequest)
		for name, tc := range map[string]struct {
			path   string
			status int
		}{
			"no token":             {"?room=" + code, 401},
			"no token, no room":    {"", 401},
			"nonsense":             {"?room=" + code + "&token=x", 401},
			"another scope":        {"?room=" + code + "&token=" + c.token("extend-room"), 401},
			"no room":              {"?token=" + token, 400},
			"an empty room":        {"?room=%20&token=" + token, 400},
			"two rooms":            {"?room=A&room=B&token=" + token, 400},
			"an unknown room":      {"?room=ZZZZZ&token=" + token, 404},
			"an unknown room code": {"?room=zzz-zzzz-zzz&token=" + token, 404},
			"another account's":    {"?room=" + code + "&token=" + other.token("join-room"), 404},
		} {
			if a := h.asks(t, "", "GET /joinroom"+tc.path, upgrade...); a.status != tc.status || a.text("error") == "" {
				t.Errorf("%s: %d %s, want %d", name, a.status, a.body, tc.status)
			}
		}
		first := c.connects(code)
		first.hears("rc.100", "rc.103", "rc.101")
		second := c.joins(" "+strings.ToLower(code), first)
		if a := c.knocks(code).wants(t, http.StatusBadRequest); !strings.Contains(a.text("error"), "full") {
			t.Errorf("a full room: %s", a.body)
		}
		paid := c.spent()
		second.leaves()
		first.hears("rc.102")
		c.joins(code, first)
		if got := c.spent() - paid; got != 1 { // the ledger of an unlimited plan tells it too
			t.Errorf("a join costs %d, want 1", got)
		}
	})
}

// Contract 1: the token may also stand in the header.
func TestJoinByHeader(t *testing.T) {
	t.Parallel()
	h := small(t, options{})
	c := h.customer(t, models.PlanUnlimited)
	a := h.asks(t, c.token("join-room"), "GET /joinroom?room=ZZZZZ",
		"Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==")
	a.wants(t, http.StatusNotFound)
}

// Contract 2: guessing codes is bounded for each account; Retry-After says for how long.
func TestFailedJoins(t *testing.T) {
	t.Parallel()
	h := small(t, options{limited: true})
	c, other := h.customer(t, models.PlanUnlimited), h.customer(t, models.PlanUnlimited)
	code, elsewhere := c.room(plain), other.room(plain)
	c.connects(code).hears("rc.100")
	for range 20 {
		c.knocks("ZZZZZ").wants(t, http.StatusNotFound)
	}
	a := c.knocks("ZZZZZ").wants(t, http.StatusTooManyRequests)
	if after := a.header.Get("Retry-After"); after == "" || len(after) > 2 {
		t.Errorf("Retry-After is %q", after)
	}
	c.knocks(code).wants(t, http.StatusTooManyRequests)
	other.connects(elsewhere).hears("rc.100")
	h.passes(time.Minute)
	c.connects(code).hears("rc.100")
}

// Contract 3: our own faults are 500, with whom to ask and without what happened.
func TestUnknownError(t *testing.T) {
	t.Parallel()
	h := small(t, options{contact: "Ask the porter."})
	c := h.customer(t, models.PlanUnlimited)
	token := c.token("request-room")
	h.shut()
	must(t, h.store.Close())
	a := h.asks(t, token, `POST /requestroom `+plain).wants(t, http.StatusInternalServerError)
	if text := a.text("error"); !strings.HasSuffix(text, " Ask the porter.") || strings.Contains(text, "sql") {
		t.Errorf("the error is %q", text)
	}
}
