package roomcodes_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"foyer/handlers/roomcodes"
	"foyer/hub"
	"foyer/models"
)

// customer is somebody with an API key.
type customer struct {
	*house

	t       *testing.T
	key     string
	account models.Account
}

func (h *house) customer(t *testing.T, plan string) *customer {
	t.Helper()
	account, key := h.account(t, plan)
	return &customer{house: h, t: t, key: key, account: account}
}

// spent is what the account has paid so far.
func (c *customer) spent() (sum int) {
	c.t.Helper()
	ledger, err := c.usage.Ledger(c.t.Context(), c.account.ID, pageOfAll)
	must(c.t, err)
	for _, row := range ledger {
		sum += row.Cost
	}
	return sum
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) field(name string) any {
	var all map[string]any
	if json.Unmarshal([]byte(a.body), &all) != nil {
		return nil
	}
	return all[name]
}

func (a answer) text(name string) string {
	text, _ := a.field(name).(string)
	return text
}

// expires is when a room ends, in milliseconds.
func (a answer) expires() int64 {
	n, _ := a.field("expirationTime").(float64)
	return int64(n)
}

// asks sends "METHOD path body" with a credential, and perhaps other headers: "Name: value".
func (h *house) asks(t *testing.T, credential, line string, headers ...string) answer {
	t.Helper()
	method, rest, _ := strings.Cut(line, " ")
	path, body, _ := strings.Cut(rest, " ")
	request, err := http.NewRequestWithContext(t.Context(), method, h.at+"/roomcodes/api/v1"+path, strings.NewReader(body))
	must(t, err)
	if credential != "" {
		request.Header.Set("Authorization", "Bearer "+credential)
	}
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		request.Header.Set(name, value)
		if name == "Host" {
			request.Host, request.URL.Path = value, "/api/v1"+path
		}
	}
	response, err := http.DefaultTransport.RoundTrip(request)
	must(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	must(t, err)
	return answer{response.StatusCode, response.Header, strings.TrimSpace(string(text))}
}

// wants fails the test unless the answer has a status, and, where it is an error, the shape of one.
func (a answer) wants(t *testing.T, status int) answer {
	t.Helper()
	if a.status != status {
		t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	if status >= 400 && a.text("error") == "" {
		t.Fatalf("an error without a text: %s", a.body)
	}
	if got := a.header.Get("Access-Control-Allow-Origin"); got != "*" {
		t.Errorf("Access-Control-Allow-Origin is %q", got)
	}
	return a
}

// token gives a fresh token for a scope.
func (c *customer) token(scope string) string {
	c.t.Helper()
	return c.asks(c.t, c.key, `POST /getclienttoken {"scope":"`+scope+`"}`).wants(c.t, http.StatusOK).text("token")
}

// requests asks for a room.
func (c *customer) requests(config string) answer {
	c.t.Helper()
	return c.asks(c.t, c.token("request-room"), "POST /requestroom "+config)
}

// room makes a room and gives its code.
func (c *customer) room(config string) string {
	c.t.Helper()
	return c.requests(config).wants(c.t, http.StatusOK).text("code")
}

// The usual rooms.
const (
	plain  = `{"codeLength":4,"broadcastType":"Broadcast"}`
	echoed = `{"codeLength":4,"broadcastType":"Broadcast","echo":true}`
	star   = `{"codeLength":4,"broadcastType":"HostClient"}`
)

// open reports whether a code is that of an open room.
func (c *customer) open(code string) bool {
	_, err := c.rooms.Known(context.Background(), roomcodes.Dialect, code, c.account.ID)
	return err == nil
}

// live is the room of a code as the hub has it.
func (c *customer) live(code string) *hub.Room {
	c.t.Helper()
	room, err := c.rooms.Known(c.t.Context(), roomcodes.Dialect, code, c.account.ID)
	must(c.t, err)
	live, err := c.hub.Room(room.WorkspaceID, room.ID)
	must(c.t, err)
	return live
}

func (c *customer) extends(code string) answer {
	c.t.Helper()
	return c.asks(c.t, c.token("extend-room"), `POST /extendroom {"room":"`+code+`"}`)
}

// knocks asks to join, and gives the answer of a refusal.
func (c *customer) knocks(code string) answer {
	c.t.Helper()
	return c.asks(c.t, "", "GET /joinroom?room="+url.QueryEscape(code)+"&token="+c.token("join-room"),
		"Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==")
}
