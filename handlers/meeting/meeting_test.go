package meeting_test

import (
	"html"
	"net/http"
	"strings"
	"testing"

	"foyer/handlers/apitest"
	"foyer/web"
)

// forms are all that lead to a code's page (server contract 3.8).
var forms = []string{"/meeting/", "/preview/", "/streaming/meeting/", "/streaming/preview/", "/"}

// Issue, Links: the page of a good link names the room and the role.
func TestPage(t *testing.T) {
	t.Parallel()
	headers := map[string]string{
		"Content-Type": "text/html; charset=UTF-8", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
		"Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
	}
	var table []apitest.Scenario
	for _, form := range forms {
		table = append(table,
			apitest.Scenario{Name: form + " host", Request: `GET ` + form + `{host}`, Status: http.StatusOK, Contains: []string{"<h1>lesson</h1>", "<strong>host</strong>", web.StylePath}, Lacks: []string{"{host}", "does not open"}},
			apitest.Scenario{Name: form + " guest", Request: `GET ` + form + `{guest}?name=Ada&skip_preview=true&auth_token=x`, Status: http.StatusOK, Contains: []string{"<strong>guest</strong>"}, Lacks: []string{"Ada"}},
		)
	}
	table = append(table,
		apitest.Scenario{Name: "the description", Given: []string{`POST /v2/rooms/{room} {"description":"Bring a pen"}`}, Request: `GET /meeting/{host}`, Status: http.StatusOK, Contains: []string{"Bring a pen"}},
		apitest.Scenario{
			Name: "markup in names is text", Request: `GET /meeting/{x.code}`, Status: http.StatusOK, Contains: []string{"&lt;b&gt;role", "&lt;script&gt;alert(1)"}, Lacks: []string{"<b>", "<script>"},
			Given: []string{
				`POST /v2/templates/{template}/roles/%3Cb%3Erole`, `POST /v2/rooms/{room} {"description":"<script>alert(1)</script>"}`,
				`x = POST /v2/room-codes/room/{room}/role/%3Cb%3Erole`,
			},
		},
		apitest.Scenario{Name: "opening a page is no use", Given: []string{`x = POST /v2/room-codes/room/{room}/role/guest {"max_uses":1}`}, Request: `GET /meeting/{x.code}`, Status: http.StatusOK, Then: exchanges},
		apitest.Scenario{Name: "the page of a bound code", Given: []string{`x = POST /v2/room-codes/room/{room}/role/guest {"user_id":"ada"}`}, Request: `GET /meeting/{x.code}`, Status: http.StatusOK, Lacks: []string{"ada"}},
	)
	table = append(table,
		apitest.Scenario{Name: "the page of a bound code for its user", Given: []string{`x = POST /v2/room-codes/room/{room}/role/guest {"user_id":"ada"}`}, Request: `GET /meeting/{x.code}?userId=ada`, Status: http.StatusOK},
		apitest.Scenario{Name: "the page of a used up code for who used it", Given: []string{`x = POST /v2/room-codes/room/{room}/role/guest {"max_uses":1}`, `POST /v2/token {"code":"{x.code}","user_id":"ada"}`}, Request: `GET /{x.code}?userId=ada`, Status: http.StatusOK},
		apitest.Scenario{Name: "HEAD, as previews of links ask", Request: `HEAD /meeting/{host}`, Status: http.StatusOK},
	)
	for i := range table {
		table[i].Headers = headers
	}
	apitest.Play(t, table)
}

func exchanges(t *testing.T, w *apitest.Workspace, _ *apitest.Answer) {
	t.Helper()
	if a := w.Do(`POST /v2/token {"code":"{x.code}"}`); a.Status != http.StatusOK {
		t.Errorf("the code is used up: %d %s", a.Status, a.Body)
	}
}

// Issue, Links: the page of a link that does not work says why, with the status of the exchange.
func TestPageOfARefusal(t *testing.T) {
	t.Parallel()
	guest := `GET /meeting/{guest}`
	table := []apitest.Scenario{
		{Name: "unknown", Request: `GET /meeting/zzz-zzzz-zzz`, Status: http.StatusNotFound, Contains: []string{"This link does not exist. Check that it was copied whole."}},
		{Name: "unknown, of no shape", Request: `GET /meeting/x`, Status: http.StatusNotFound, Contains: []string{"This link does not exist."}},
		{Name: "unknown, not UTF-8", Request: `GET /preview/%ff%00`, Status: http.StatusNotFound, Contains: []string{"This link does not exist."}},
		{Name: "the old form by id and role", Request: `GET /preview/{room}/host`, Status: http.StatusNotFound, Contains: []string{"This link does not exist."}, Lacks: []string{"{room}"}},
		{Name: "used up", Given: []string{`x = POST /v2/room-codes/room/{room}/role/guest {"max_uses":1}`, `POST /v2/token {"code":"{x.code}"}`}, Request: `GET /meeting/{x.code}`, Status: http.StatusForbidden, Contains: []string{"This link has been used as often as it may be."}},
		{Name: "used up, for another user", Given: []string{`x = POST /v2/room-codes/room/{room}/role/guest {"max_uses":1}`, `POST /v2/token {"code":"{x.code}","user_id":"ada"}`}, Request: `GET /meeting/{x.code}?userId=bob`, Status: http.StatusForbidden, Contains: []string{"This link has been used as often as it may be."}},
		{Name: "other user", Given: []string{`x = POST /v2/room-codes/room/{room}/role/guest {"user_id":"ada"}`}, Request: `GET /meeting/{x.code}?userId=bob`, Status: http.StatusForbidden, Contains: []string{"This link belongs to somebody else."}, Lacks: []string{"ada"}},
		{Name: "a user that no database can hold", Given: []string{`x = POST /v2/room-codes/room/{room}/role/guest {"max_uses":1}`, `POST /v2/token {"code":"{x.code}"}`}, Request: `GET /meeting/{x.code}?userId=%00`, Status: http.StatusForbidden, Contains: []string{"This link has been used as often as it may be."}},
		{Name: "disabled", Given: []string{`POST /v2/room-codes/code {"code":"{guest}","enabled":false}`}, Request: guest, Status: http.StatusForbidden, Contains: []string{"This link was turned off."}},
		{Name: "expired", Given: []string{`x = POST /v2/room-codes/room/{room}/role/guest {"expires_at":"2026-01-01T00:00:00Z"}`}, Request: `GET /meeting/{x.code}`, Status: http.StatusForbidden, Contains: []string{"This link has expired."}},
		{Name: "not yet", Given: []string{`x = POST /v2/room-codes/room/{room}/role/guest {"not_before":"2100-01-01T00:00:00Z"}`}, Request: `GET /meeting/{x.code}`, Status: http.StatusForbidden, Contains: []string{"This link does not work yet."}},
		{Name: "replaced", Given: []string{`POST /v2/room-codes/code/rotate {"code":"{guest}"}`}, Request: guest, Status: http.StatusForbidden, Contains: []string{"This link was replaced."}},
		{Name: "room disabled", Given: []string{`POST /v2/rooms/{room} {"enabled":false}`}, Request: guest, Status: http.StatusForbidden, Contains: []string{"This room is closed."}},
		{Name: "role gone", Given: []string{`DELETE /v2/templates/{template}/roles/guest`}, Request: guest, Status: http.StatusForbidden, Contains: []string{"This link's role does not exist any more."}},
		{Name: "links off", Given: []string{`POST /v2/workspace {"room_links_enabled":false}`}, Request: guest, Status: http.StatusForbidden, Contains: []string{"Joining by link is turned off here."}},
	}
	for i := range table {
		for j, text := range table[i].Contains {
			table[i].Contains[j] = html.EscapeString(text)
		}
		table[i].Contains = append(table[i].Contains, "<h1>This link does not open a room</h1>")
		table[i].Lacks = append(table[i].Lacks, "lesson", "{guest}")
		table[i].Headers = map[string]string{"Content-Type": "text/html; charset=UTF-8", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "WWW-Authenticate": ""}
	}
	apitest.Play(t, table)
}

// Issue, Links: /:code is a link only if it has a code's shape; what else there is not is a JSON 404.
func TestCodeAlone(t *testing.T) {
	t.Parallel()
	unknown := []string{`{"code":404,"message":"Not Found","details":[]}`}
	var table []apitest.Scenario
	for _, path := range []string{"/favicon.ico", "/robots.txt", "/abc-defg-hi", "/abc-defg-hijk", "/abc-def1-hij", "/abc-defg-hij/x", "/x/abc-defg-hij", "/%ff", "/"} {
		table = append(table, apitest.Scenario{Name: path, Request: `GET ` + path, Status: http.StatusNotFound, Contains: unknown})
	}
	for _, path := range []string{"/zzz-zzzz-zzz", "/zzzzzzzzzz", "/ZZZ-ZZZZ-ZZZ", "/zzz%20zzzz%20zzz", "/zzz%2Dzzzz%2Dzzz"} {
		table = append(table, apitest.Scenario{Name: path, Request: `GET ` + path, Status: http.StatusNotFound, Contains: []string{"This link does not exist."}})
	}
	apitest.Play(t, table)
}

// The style sheet is the binary's own, and may be kept for ever.
func TestStyle(t *testing.T) {
	t.Parallel()
	apitest.Play(t, []apitest.Scenario{{
		Name: "style", Request: `GET ` + web.StylePath, Status: http.StatusOK,
		Headers: map[string]string{"Content-Type": "text/css; charset=utf-8", "Cache-Control": "public, max-age=31536000, immutable"},
		Then: func(t *testing.T, _ *apitest.Workspace, a *apitest.Answer) {
			if string(a.Body) != string(web.Style) || strings.Contains(string(a.Body), "http") {
				t.Error("another sheet, or one that takes things from elsewhere")
			}
		},
	}})
}

// A code in any spelling opens its page, as it does in an exchange.
func TestPageReadsAnySpelling(t *testing.T) {
	t.Parallel()
	apitest.Each(t, apitest.Options{}, func(t *testing.T, f *apitest.Foyer) {
		w := f.Workspace(t)
		code := w.Fill("{host}")
		for _, spelling := range []string{strings.ToUpper(code), strings.ReplaceAll(code, "-", ""), strings.ReplaceAll(code, "-", "%20"), strings.ReplaceAll(code, "-", "%2D")} {
			for _, form := range forms {
				if a := w.Do(`GET ` + form + spelling); a.Status != http.StatusOK {
					t.Errorf("%s%s: %d", form, strings.ReplaceAll(spelling, code, "the code"), a.Status)
				}
			}
		}
	})
}
