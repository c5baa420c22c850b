package v2_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"foyer/handlers/apitest"
)

// cause is the body of a refused exchange, which names one cause.
func cause(status, message, cause string) []string {
	return []string{`{"code":` + status + `,"message":"` + message + `","details":["` + cause + `"]}`}
}

// Server contract 3.7: what an exchange gives.
func TestExchange(t *testing.T) {
	t.Parallel()
	browser := map[string]string{"Content-Type": "text/plain;charset=UTF-8", "Origin": "https://app.example.org"}
	open := map[string]string{"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store"}
	one := `POST /v2/token {"code":"{host}","user_id":"customer-42"}`
	apitest.Play(t, []apitest.Scenario{
		{
			Name: "the claims", Request: one, Status: ok, Headers: open, Contains: []string{`{"token":"eyJ`},
			Then: func(t *testing.T, w *apitest.Workspace, a *apitest.Answer) {
				claims := payload(t, a)
				now := w.Foyer.Clock.Now()
				for key, want := range map[string]any{
					"access_key": w.Pair.AccessKey, "type": "app", "version": 2.0, "room_id": w.Fill("{room}"), "role": "host",
					"user_id": "customer-42", "iat": float64(now.Unix()), "nbf": float64(now.Unix()), "exp": float64(now.Add(24 * time.Hour).Unix()),
				} {
					if claims[key] != want {
						t.Errorf("claim %s is %v, want %v", key, claims[key], want)
					}
				}
				if jti, _ := claims["jti"].(string); !uuidShape.MatchString(jti) {
					t.Errorf("jti is %v, want a UUID", claims["jti"])
				}
				seat, err := w.Foyer.Tokens.VerifyApp(t.Context(), a.At("token"))
				if err != nil || seat.Role != "host" {
					t.Errorf("our own token does not hold: %v", err)
				}
			},
		},
		{Name: "as a browser sends it", Request: one, Header: browser, Status: ok, Headers: open},
		{Name: "without Content-Type", Request: one, Header: map[string]string{"Content-Type": ""}, Status: ok},
		{Name: "as a form, says its Content-Type", Request: one, Header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"}, Status: ok},
		{Name: "with a management token, which is ignored", Request: one, Auth: apitest.Server, Status: ok},
		{Name: "with a wrong token, which is ignored", Request: one, Auth: literal("Bearer x.y.z"), Status: ok},
		{
			Name: "without user_id a UUID is made", Request: `POST /v2/token {"code":"{guest}"}`, Status: ok,
			Then: func(t *testing.T, _ *apitest.Workspace, a *apitest.Answer) {
				if user, _ := payload(t, a)["user_id"].(string); !uuidShape.MatchString(user) {
					t.Errorf("user_id %q, want a UUID v4", user)
				}
			},
		},
		{Name: "user_id null is none", Request: `POST /v2/token {"code":"{guest}","user_id":null}`, Status: ok},
		{Name: "unknown fields are ignored", Request: `POST /v2/token {"code":"{guest}","name":"x","metadata":{"a":[1]}}`, Status: ok},
		{Name: "it works again and again", Given: []string{one, one, one}, Request: one, Status: ok},
		{Name: "after days the code still works", Given: []string{`wait 100h`}, Request: one, Status: ok},
	})
}

// Issue, Codes: look-up is tolerant.
func TestExchangeReadsAnySpelling(t *testing.T) {
	t.Parallel()
	apitest.Each(t, apitest.Options{}, func(t *testing.T, f *apitest.Foyer) {
		w := f.Workspace(t)
		code := w.Fill("{host}")
		letters := strings.ReplaceAll(code, "-", "")
		for _, spelling := range []string{
			strings.ToUpper(code), letters, strings.ToUpper(letters), " " + code + "\n", strings.ReplaceAll(code, "-", " "),
			strings.Join(strings.Split(letters, ""), "-"), strings.ReplaceAll(code, "-", "\u2013"), "\u200b" + code,
		} {
			body, err := json.Marshal(map[string]string{"code": spelling})
			if err != nil {
				t.Fatal(err)
			}
			if a := w.Send(apitest.Request{Line: `POST /v2/token`, Body: strings.NewReader(string(body))}); a.Status != http.StatusOK {
				t.Errorf("%q: %d %s", spelling, a.Status, a.Body)
			}
		}
	})
}

// Server contract 3.7: the requests that are no exchange.
func TestExchangeBadRequest(t *testing.T) {
	t.Parallel()
	open := map[string]string{"Access-Control-Allow-Origin": "*", "Content-Type": "application/json"}
	table := []apitest.Scenario{
		{Name: "no body", Request: `POST /v2/token`},
		{Name: "no JSON", Request: `POST /v2/token code={host}`},
		{Name: "half of it", Request: `POST /v2/token {"code":"{host}"`},
		{Name: "two objects", Request: `POST /v2/token {"code":"{host}"}{}`},
		{Name: "an array", Request: `POST /v2/token ["{host}"]`},
		{Name: "a string", Request: `POST /v2/token "{host}"`},
		{Name: "null", Request: `POST /v2/token null`},
		{Name: "no code", Request: `POST /v2/token {"user_id":"x"}`},
		{Name: "an empty code", Request: `POST /v2/token {"code":""}`},
		{Name: "code null", Request: `POST /v2/token {"code":null}`},
		{Name: "code a number", Request: `POST /v2/token {"code":1234567890}`},
		{Name: "code an array", Request: `POST /v2/token {"code":["{host}"]}`},
		{Name: "user_id a number", Request: `POST /v2/token {"code":"{host}","user_id":42}`},
		{Name: "user_id too long", Request: `POST /v2/token {"code":"{host}","user_id":"` + strings.Repeat("é", 257) + `"}`},
		{Name: "user_id with a zero byte", Request: `POST /v2/token {"code":"{host}","user_id":"a\u0000"}`},
	}
	for i := range table {
		table[i].Status, table[i].Headers, table[i].Contains = bad, open, []string{invalid}
		table[i].Lacks = []string{"{host}"}
	}
	table = append(table, apitest.Scenario{
		Name: "user_id of 256 characters", Request: `POST /v2/token {"code":"{host}","user_id":"` + strings.Repeat("é", 256) + `"}`, Status: ok,
	})
	apitest.Play(t, table)
}

// Issue, Codes: every refused exchange names its cause in details; server contract 3.6, 3.7: and its status.
func TestExchangeRefused(t *testing.T) {
	t.Parallel()
	unknown := cause("404", "Room code does not exist", "unknown")
	gone := cause("403", "the role of this room code does not exist any more", "role gone")
	replaced := cause("403", "room code was replaced by a new one", "replaced")
	guest := `POST /v2/token {"code":"{guest}"}`
	table := []apitest.Scenario{
		{Name: "unknown", Request: `POST /v2/token {"code":"zzz-zzzz-zzz"}`, Status: notFound, Contains: unknown},
		{Name: "unknown, of the older shape", Request: `POST /v2/token {"code":"abc-def-ghi"}`, Status: notFound, Contains: unknown},
		{Name: "unknown, of no shape", Request: `POST /v2/token {"code":"' OR 1=1 --"}`, Status: notFound, Contains: unknown},
		{Name: "unknown, with a digit", Request: `POST /v2/token {"code":"abc-defg-hi1"}`, Status: notFound, Contains: unknown},
		{Name: "unknown, with a zero byte", Request: `POST /v2/token {"code":"abc-defg-hi\u0000"}`, Status: notFound, Contains: unknown},
		{Name: "unknown, very long", Request: `POST /v2/token {"code":"` + strings.Repeat("a", 100_000) + `"}`, Status: notFound, Contains: unknown},
		{
			Name: "disabled", Given: []string{`POST /v2/room-codes/code {"code":"{guest}","enabled":false}`}, Request: guest, Status: forbidden,
			Contains: cause("403", "room code is disabled", "disabled"),
		},
		{
			Name: "room disabled", Given: []string{`POST /v2/rooms/{room} {"enabled":false}`}, Request: guest, Status: forbidden,
			Contains: cause("403", "room is disabled", "room disabled"),
		},
		{
			Name: "links off", Given: []string{`POST /v2/workspace {"room_links_enabled":false}`}, Request: guest, Status: forbidden,
			Contains: cause("403", "room links are turned off in this workspace", "links off"),
		},
		{Name: "role gone", Given: []string{`DELETE /v2/templates/{template}/roles/guest`}, Request: guest, Status: forbidden, Contains: gone},
		{
			Name: "role gone and back", Request: guest, Status: forbidden, Contains: gone,
			Given: []string{`DELETE /v2/templates/{template}/roles/guest`, `POST /v2/templates/{template}/roles/guest`},
		},
		{
			Name: "role renamed", Given: []string{`POST /v2/templates/{template}/roles/guest {"name":"visitor"}`}, Request: guest, Status: forbidden, Contains: gone,
		},
		{
			Name: "template replaced", Given: []string{`POST /v2/templates/{template} {"roles":{"host":{}},"settings":{}}`}, Request: guest,
			Status: forbidden, Contains: gone,
		},
		{
			Name: "template overwritten by name", Given: []string{`POST /v2/templates {"name":"default","roles":{"host":{}}}`}, Request: guest,
			Status: forbidden, Contains: gone,
		},
		{
			Name: "room re-pointed by create", Request: guest, Status: forbidden, Contains: gone,
			Given: []string{`t = POST /v2/templates {"name":"solo","roles":{"host":{}}}`, `POST /v2/rooms {"name":"lesson","template_id":"{t.id}"}`},
		},
		{
			Name: "room re-pointed by update", Request: guest, Status: forbidden, Contains: gone,
			Given: []string{`t = POST /v2/templates {"name":"solo","roles":{"host":{}}}`, `POST /v2/rooms/{room} {"template_id":"{t.id}"}`},
		},
		{
			Name: "not yet", Given: []string{`x = POST /v2/room-codes/room/{room}/role/guest {"not_before":"2100-01-01T00:00:00Z"}`},
			Request: `POST /v2/token {"code":"{x.code}"}`, Status: forbidden, Contains: cause("403", "room code is not valid yet", "not yet"),
		},
		{
			Name: "expired", Given: []string{`x = POST /v2/room-codes/room/{room}/role/guest {"expires_at":"2026-01-01T00:00:00Z"}`},
			Request: `POST /v2/token {"code":"{x.code}"}`, Status: forbidden, Contains: cause("403", "room code is expired", "expired"),
		},
		{
			Name: "used up", Request: `POST /v2/token {"code":"{x.code}"}`, Status: forbidden, Contains: cause("403", "room code is used up", "used up"),
			Given: []string{`x = POST /v2/room-codes/room/{room}/role/guest {"max_uses":1}`, `POST /v2/token {"code":"{x.code}"}`},
		},
		{
			Name: "other user", Given: []string{`x = POST /v2/room-codes/room/{room}/role/guest {"user_id":"ada"}`},
			Request: `POST /v2/token {"code":"{x.code}","user_id":"bob"}`, Status: forbidden,
			Contains: cause("403", "room code belongs to another user", "other user"), Lacks: []string{"ada"},
		},
		{
			Name: "replaced at once", Given: []string{`POST /v2/room-codes/code/rotate {"code":"{guest}"}`}, Request: guest, Status: forbidden, Contains: replaced,
		},
		{
			Name: "replaced after its grace", Given: []string{`POST /v2/room-codes/code/rotate {"code":"{guest}","grace":60}`, `wait 60s`}, Request: guest,
			Status: forbidden, Contains: replaced,
		},
	}
	for i := range table {
		table[i].Headers = map[string]string{"Access-Control-Allow-Origin": "*", "Content-Type": "application/json"}
		table[i].Lacks = append(table[i].Lacks, "{guest}", "token")
	}
	apitest.Play(t, table)
}

// Server contract 3.6.8, 3.6.9, 14.7: what was switched off and on again opens again, the rest goes on meanwhile.
func TestExchangeComesBack(t *testing.T) {
	t.Parallel()
	guest := `POST /v2/token {"code":"{guest}"}`
	apitest.Play(t, []apitest.Scenario{
		{
			Name: "code", Request: guest, Status: ok,
			Given: []string{`POST /v2/room-codes/code {"code":"{guest}","enabled":false}`, `POST /v2/room-codes/code {"code":"{guest}","enabled":true}`},
		},
		{Name: "room", Request: guest, Status: ok, Given: []string{`POST /v2/rooms/{room} {"enabled":false}`, `POST /v2/rooms/{room} {"enabled":true}`}},
		{
			Name: "workspace", Request: guest, Status: ok,
			Given: []string{`POST /v2/workspace {"room_links_enabled":false}`, `POST /v2/workspace {"room_links_enabled":true}`},
		},
		{Name: "the other code of the room", Request: guest, Status: ok, Given: []string{`POST /v2/room-codes/code {"code":"{host}","enabled":false}`}},
		{Name: "the other role of the template", Request: guest, Status: ok, Given: []string{`DELETE /v2/templates/{template}/roles/host`}},
		{
			Name: "a code of a disabled room that was switched meanwhile", Request: guest, Status: forbidden, Contains: []string{`["disabled"]`},
			Given: []string{
				`POST /v2/rooms/{room} {"enabled":false}`, `POST /v2/room-codes/code {"code":"{guest}","enabled":false}`, `POST /v2/rooms/{room} {"enabled":true}`,
			},
		},
		{
			Name: "a replaced code that is enabled again", Request: guest, Status: ok,
			Given: []string{`POST /v2/room-codes/code/rotate {"code":"{guest}"}`, `POST /v2/room-codes/code {"code":"{guest}","enabled":true}`},
		},
		{
			Name: "room codes can be managed while links are off", Request: `POST /v2/room-codes/room/{room}`, Status: ok,
			Given: []string{`POST /v2/workspace {"room_links_enabled":false}`},
		},
		{
			Name: "the workspace next door goes on while links are off", Request: `POST /v2/token {"code":"{other.guest}"}`, Status: ok,
			Given: []string{`POST /v2/workspace {"room_links_enabled":false}`},
		},
	})
}

// Server contract 1.4, 13.7: the browser SDK reads the payload with plain atob.
func TestExchangePayloadIsReadByAtob(t *testing.T) {
	t.Parallel()
	apitest.Each(t, apitest.Options{}, func(t *testing.T, f *apitest.Foyer) {
		w := f.Workspace(t)
		for _, user := range []string{"ab~", "ab?", "xx>", "é", "日本", "🙂", "a\x7fb", "<&>", `"\`, "customer-42", "\u2028"} {
			atob(t, w, user)
		}
	})
}

// atob reads a token as a browser does: standard base64, bytes as Latin-1.
func atob(t *testing.T, w *apitest.Workspace, user string) {
	t.Helper()
	body, err := json.Marshal(map[string]string{"code": w.Fill("{host}"), "user_id": user})
	if err != nil {
		t.Fatal(err)
	}
	a := w.Send(apitest.Request{Line: `POST /v2/token`, Body: strings.NewReader(string(body))})
	if a.Status != http.StatusOK {
		t.Fatalf("user %q: %d %s", user, a.Status, a.Body)
	}
	middle := strings.Split(a.At("token"), ".")[1]
	if strings.ContainsAny(middle, "-_") {
		t.Errorf("user %q: the payload has letters that atob does not know", user)
	}
	raw, err := base64.RawStdEncoding.DecodeString(middle)
	if err != nil {
		t.Fatalf("user %q: %v", user, err)
	}
	latin := make([]rune, len(raw)) // what atob gives: a character for each byte
	for i, b := range raw {
		latin[i] = rune(b)
	}
	var claims struct {
		UserID string `json:"user_id"`
	}
	if err := json.Unmarshal([]byte(string(latin)), &claims); err != nil || claims.UserID != user {
		t.Errorf("user %q is read as %q (%v)", user, claims.UserID, err)
	}
}
