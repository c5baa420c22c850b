package roomcodes_test

import (
	"encoding/base64"
	"net/http"
	"strings"
	"testing"
	"time"

	"foyer/models"
	"foyer/usage"

	"github.com/golang-jwt/jwt/v5"
)

// Contract 1: a key buys tokens, each for one thing.
func TestClientToken(t *testing.T) {
	t.Parallel()
	each(t, options{}, func(t *testing.T, h *house) {
		c := h.customer(t, models.PlanUnlimited)
		for _, scope := range []string{"request-room", "join-room", "extend-room"} {
			token := c.token(scope)
			head, rest, _ := strings.Cut(token, ".")
			payload, _, _ := strings.Cut(rest, ".")
			if text, err := base64.RawURLEncoding.DecodeString(head); err != nil || !strings.Contains(string(text), `"alg":"HS256"`) {
				t.Errorf("the header is %s, %v", text, err)
			}
			text, err := base64.RawURLEncoding.DecodeString(payload)
			if err != nil || !strings.HasPrefix(string(text), `{"userID":"`+string(c.account.ID)+`","scope":"`+scope+`"`) {
				t.Errorf("the claims are %s, %v", text, err)
			}
		}
		for name, tc := range map[string]struct {
			key, line string
			status    int
		}{
			"no key":                         {"", `POST /getclienttoken {"scope":"join-room"}`, 401},
			"an unknown key":                 {"unknown-key", `POST /getclienttoken {"scope":"join-room"}`, 403},
			"a token in place of the key":    {c.token("join-room"), `POST /getclienttoken {"scope":"join-room"}`, 403},
			"the key counts before fields":   {"unknown-key", `POST /getclienttoken`, 403},
			"no scope":                       {c.key, `POST /getclienttoken {}`, 400},
			"no body":                        {c.key, `POST /getclienttoken`, 400},
			"an empty scope":                 {c.key, `POST /getclienttoken {"scope":""}`, 400},
			"an unknown scope":               {c.key, `POST /getclienttoken {"scope":"all"}`, 400},
			"scopes in an array":             {c.key, `POST /getclienttoken {"scope":["join-room"]}`, 400},
			"two scopes in the query":        {c.key, `GET /getclienttoken?scope=join-room&scope=extend-room`, 400},
			"null":                           {c.key, `POST /getclienttoken {"scope":null}`, 400},
			"no JSON":                        {c.key, `POST /getclienttoken {"scope"`, 400},
			"a JSON array":                   {c.key, `POST /getclienttoken []`, 400},
			"JSON null":                      {c.key, `POST /getclienttoken null`, 400},
			"too long a body":                {c.key, `POST /getclienttoken {"scope":"join-room","x":"` + strings.Repeat("x", 20_000) + `"}`, 400},
			"GET with a query (R3)":          {c.key, `GET /getclienttoken?scope=join-room`, 200},
			"POST with a query (R3)":         {c.key, `POST /getclienttoken?scope=join-room`, 200},
			"unknown fields":                 {c.key, `POST /getclienttoken {"scope":"join-room","more":[1]}`, 200},
			"a slash at the end":             {c.key, `POST /getclienttoken/ {"scope":"join-room"}`, 200},
			"a body counts before the query": {c.key, `POST /getclienttoken?scope=join-room {"scope":"all"}`, 400},
		} {
			a := h.asks(t, tc.key, tc.line)
			if a.status != tc.status {
				t.Errorf("%s: %d %s, want %d", name, a.status, a.body, tc.status)
			}
			if a.header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s: the answer may be kept", name)
			}
		}
	})
}

// Contract 1, 3: which credentials hold (R6, R21).
func TestCredentials(t *testing.T) {
	t.Parallel()
	each(t, options{tokenTTL: time.Minute}, func(t *testing.T, h *house) {
		c, other := h.customer(t, models.PlanUnlimited), h.customer(t, models.PlanUnlimited)
		const ask = `POST /requestroom ` + plain
		forged := func(method jwt.SigningMethod, key any) string {
			token, err := jwt.NewWithClaims(method, jwt.MapClaims{
				"userID": c.account.ID, "scope": "request-room", "kid": c.account.ID, "exp": time.Now().Add(time.Hour).Unix(),
			}).SignedString(key)
			must(t, err)
			return token
		}
		good := c.token("request-room")
		for name, tc := range map[string]struct {
			credential, line string
			status           int
		}{
			"none":                                  {"", ask, 401},
			"none, before the fields":               {"", `POST /requestroom`, 401},
			"an API key":                            {c.key, ask, 401},
			"nonsense":                              {"a.b.c", ask, 401},
			"no algorithm":                          {forged(jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType), ask, 401},
			"another algorithm":                     {forged(jwt.SigningMethodHS512, []byte("key")), ask, 401},
			"another key":                           {forged(jwt.SigningMethodHS256, []byte("key")), ask, 401},
			"another scope":                         {c.token("join-room"), ask, 401},
			"another scope, before the fields":      {c.token("join-room"), `POST /requestroom`, 401},
			"the scope of another endpoint":         {good, `POST /extendroom {"room":"ABCD"}`, 401},
			"a good one":                            {good, ask, 200},
			"a good one again: it is no single-use": {good, ask, 200},
		} {
			if a := h.asks(t, tc.credential, tc.line); a.status != tc.status {
				t.Errorf("%s: %d %s, want %d", name, a.status, a.body, tc.status)
			}
		}
		h.asks(t, "", ask, "Authorization: Basic "+good).wants(t, http.StatusUnauthorized)

		u, _ := c.hosts(echoed)
		must(t, h.usage.RevokeKey(t.Context(), c.key))
		u.says("open connections stay")
		u.hearsText("open connections stay")
		h.asks(t, c.key, `POST /getclienttoken {"scope":"join-room"}`).wants(t, http.StatusForbidden)
		h.asks(t, good, ask).wants(t, http.StatusForbidden)

		late := other.token("request-room")
		h.passes(time.Minute + time.Second)
		h.asks(t, late, ask).wants(t, http.StatusUnauthorized)
	})
}

// Contract 3, 8: what the account cannot pay is refused with the time until it can, comes behind all other refusals, and what is refused
// costs nothing.
func TestPoints(t *testing.T) {
	t.Parallel()
	each(t, options{allowance: 27}, func(t *testing.T, h *house) {
		c := h.customer(t, models.PlanFree)
		code := c.room(plain) // 10
		c.requests(`{"codeLength":99,"broadcastType":"Broadcast"}`).wants(t, http.StatusBadRequest)
		c.extends("ZZZZZ").wants(t, http.StatusNotFound)
		c.knocks("ZZZZZ").wants(t, http.StatusNotFound)
		if got := c.spent(); got != 10 {
			t.Fatalf("a room and some refusals cost %d, want 10", got)
		}
		c.extends(code).wants(t, http.StatusOK) // 5
		first := c.connects(code)               // 1
		first.hears("rc.100", "rc.103", "rc.101")
		if got := c.spent(); got != 16 {
			t.Fatalf("a room, an extension and a join cost %d, want 16", got)
		}
		second := c.room(plain) // 10
		c.joins(code, first)    // 1
		for _, a := range []answer{c.requests(plain), c.extends(code), c.knocks(code), c.knocks(second)} {
			a.wants(t, http.StatusTooManyRequests)
			if a.header.Get("Retry-After") == "" {
				t.Error("nobody knows when to come back")
			}
		}
		c.extends("ZZZZZ").wants(t, http.StatusNotFound)
		c.requests(`{}`).wants(t, http.StatusBadRequest)
		if got := c.spent(); got != 27 {
			t.Errorf("%d points are spent, want 27", got)
		}
		ledger := map[string]int{}
		rows, err := h.usage.Ledger(t.Context(), c.account.ID, pageOfAll)
		must(t, err)
		for _, row := range rows {
			ledger[row.Action]++
			if row.RoomID == "" {
				t.Errorf("%s is charged for no room", row.Action)
			}
		}
		if ledger[string(usage.RequestRoom)] != 2 || ledger[string(usage.JoinRoom)] != 2 || ledger[string(usage.ExtendRoom)] != 1 {
			t.Errorf("the ledger has %v", ledger)
		}
	})
}

// Acceptance 7: neither a token nor a key nor a code is in the log.
func TestNothingSecretInTheLog(t *testing.T) {
	t.Parallel()
	h := small(t, options{})
	c := h.customer(t, models.PlanUnlimited)
	u, code := c.hosts(plain)
	token := c.token("join-room")
	v := c.dials("room=" + code + "&token=" + token)
	v.hears("rc.100", "rc.101")
	v.says("a word")
	u.hears("rc.101")
	u.hearsText("a word")
	c.knocks("QQQQQQ")
	h.asks(t, "", "GET /joinroom?room="+code+"&token="+token)
	h.asks(t, "", "GET /nothing?token="+token)
	h.asks(t, token, "POST /getclienttoken?scope=x")
	log := h.log.String()
	if !strings.Contains(log, "/roomcodes/api/v1/joinroom") {
		t.Fatalf("the log does not tell of the join:\n%s", log)
	}
	for _, secret := range []string{token, c.key, code, "QQQQQQ", "a word", "token="} {
		if strings.Contains(log, `"`+secret) || strings.Contains(log, "="+secret) || len(secret) > 6 && strings.Contains(log, secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}
