package v2_test

import (
	"fmt"
	"net/http"
	"testing"

	"foyer/handlers/apitest"
)

// Server contract 2.4: the filters of the list.
func TestListRooms(t *testing.T) {
	t.Parallel()
	three := []string{
		`wait 1s`, `a = POST /v2/rooms {"name":"Alpha"}`, `wait 1s`,
		`t = POST /v2/templates {"name":"other","roles":{"host":{}}}`, `b = POST /v2/rooms {"name":"beta","template_id":"{t.id}","enabled":false}`,
	}
	apitest.Play(t, []apitest.Scenario{
		{
			Name: "newest first", Given: three, Request: `GET /v2/rooms`, Status: ok, Contains: []string{`{"limit":10,"data":[`},
			Then: order("{b.id}", "{a.id}", "{room}"),
		},
		{
			Name: "items have key and recording", Request: `GET /v2/rooms`, Status: ok,
			Contains: []string{`"key":"{workspace}:lesson"`, `"recording":null`, `"recording_info":null`},
		},
		{
			Name: "recording repeats recording_info", Given: []string{`POST /v2/rooms/{room} {"recording_info":{"enabled":true}}`}, Request: `GET /v2/rooms`,
			Status: ok, Contains: []string{`"recording":{"enabled":true}`, `"recording_info":{"enabled":true}`},
		},
		{Name: "enabled only", Given: three, Request: `GET /v2/rooms?enabled=true`, Status: ok, Then: order("{a.id}", "{room}")},
		{Name: "disabled only", Given: three, Request: `GET /v2/rooms?enabled=false`, Status: ok, Then: order("{b.id}")},
		{Name: "by name, in any case", Given: three, Request: `GET /v2/rooms?name=aLPHA`, Status: ok, Then: order("{a.id}")},
		{Name: "by name, the whole of it", Given: three, Request: `GET /v2/rooms?name=alph`, Status: ok, Then: order()},
		{Name: "by a zero byte", Request: `GET /v2/rooms?name=%00`, Status: bad, Contains: []string{badQuery + "name must be"}},
		{Name: "by a name that is not UTF-8", Request: `GET /v2/rooms?name=%ff`, Status: bad, Contains: []string{badQuery + "name must be"}},
		{Name: "a disabled room is found by name", Given: three, Request: `GET /v2/rooms?name=beta`, Status: ok, Then: order("{b.id}")},
		{Name: "by template", Given: three, Request: `GET /v2/rooms?template_id={t.id}`, Status: ok, Then: order("{b.id}")},
		{Name: "by an unknown template", Request: `GET /v2/rooms?template_id=` + nowhere, Status: ok, Then: order()},
		{Name: "by a template id that is not UTF-8", Request: `GET /v2/rooms?template_id=%ff`, Status: bad, Contains: []string{badQuery}},
		{Name: "after is inclusive", Given: three, Request: `GET /v2/rooms?after={a.created_at}`, Status: ok, Then: order("{b.id}", "{a.id}")},
		{Name: "before is inclusive", Given: three, Request: `GET /v2/rooms?before={a.created_at}`, Status: ok, Then: order("{a.id}", "{room}")},
		{Name: "after and before", Given: three, Request: `GET /v2/rooms?after={a.created_at}&before={a.created_at}`, Status: ok, Then: order("{a.id}")},
		{Name: "a time in another zone", Request: `GET /v2/rooms?after=2026-01-05T01:00:00%2B01:00`, Status: ok, Then: order("{room}")},
		{Name: "a time that is none", Request: `GET /v2/rooms?after=yesterday`, Status: bad, Contains: []string{badQuery + "after must be a time"}},
		{Name: "an enabled that is none", Request: `GET /v2/rooms?enabled=yes`, Status: bad, Contains: []string{badQuery + "enabled must be true or false"}},
		{Name: "an empty filter does not filter", Request: `GET /v2/rooms?enabled=&name=&after=&limit=&start=`, Status: ok, Then: order("{room}")},
		{Name: "an unknown parameter is ignored", Request: `GET /v2/rooms?colour=red`, Status: ok, Then: order("{room}")},
	})
}

// order wants just these ids in the page, and the last of them as the page's last.
func order(ids ...string) func(t *testing.T, w *apitest.Workspace, a *apitest.Answer) {
	return func(t *testing.T, w *apitest.Workspace, a *apitest.Answer) {
		t.Helper()
		for i, id := range ids {
			if got, want := a.At(fmt.Sprintf("data.%d.id", i)), w.Fill(id); got != want {
				t.Errorf("number %d is %q, want %q", i, got, want)
			}
		}
		if extra := a.At(fmt.Sprintf("data.%d.id", len(ids))); extra != "" {
			t.Errorf("there is one too many: %s", extra)
		}
		last := ""
		if len(ids) > 0 {
			last = w.Fill(ids[len(ids)-1])
		}
		if got := a.At("last"); got != last {
			t.Errorf("last is %q, want %q", got, last)
		}
	}
}

// Server contract 1.7, 14.8: pages, the same for every list that has them.
func TestPages(t *testing.T) {
	t.Parallel()
	lists := []string{
		"/v2/rooms", "/v2/templates", "/v2/room-codes/room/{room}", "/v2/sessions",
		"/v2/recordings", "/v2/recording-assets", "/v2/live-streams", "/v2/external-streams",
	}
	var table []apitest.Scenario
	for _, list := range lists {
		standard := 10
		if list == "/v2/room-codes/room/{room}" {
			standard = 20
		}
		table = append(table,
			apitest.Scenario{Name: list + " standard", Request: "GET " + list, Status: ok, Contains: []string{fmt.Sprintf(`{"limit":%d,`, standard)}},
			apitest.Scenario{Name: list + " limit 1", Request: "GET " + list + "?limit=1", Status: ok, Contains: []string{`{"limit":1,`}},
			apitest.Scenario{Name: list + " limit 7", Request: "GET " + list + "?limit=7", Status: ok, Contains: []string{`{"limit":7,`}},
			apitest.Scenario{Name: list + " limit 100", Request: "GET " + list + "?limit=100", Status: ok, Contains: []string{`{"limit":100,`}},
			apitest.Scenario{Name: list + " limit 101 is clamped", Request: "GET " + list + "?limit=101", Status: ok, Contains: []string{`{"limit":100,`}},
			apitest.Scenario{Name: list + " a limit of 20 digits is clamped", Request: "GET " + list + "?limit=99999999999999999999", Status: ok, Contains: []string{`{"limit":100,`}},
			apitest.Scenario{Name: list + " unknown start", Request: "GET " + list + "?start=" + "000000000000000000000000", Status: ok, Contains: []string{`"data":[]`, `"last":""`}},
		)
		for _, wrong := range []string{"limit=0", "limit=-1", "limit=ten", "limit=5.5", "limit=1e1", "limit=%20", "start=x", "start=%ff", "start=0123456789ABCDEF01234567"} {
			table = append(table, apitest.Scenario{Name: list + " " + wrong, Request: "GET " + list + "?" + wrong, Status: bad, Contains: []string{badQuery}})
		}
	}
	apitest.Play(t, table)
}

// Server contract 1.7: walking a list by start, exclusive, to an end that the SDK recognises.
func TestPagesFollowEachOther(t *testing.T) {
	t.Parallel()
	apitest.Each(t, apitest.Options{}, func(t *testing.T, f *apitest.Foyer) {
		for _, list := range []struct{ name, create, path string }{
			{"rooms", `POST /v2/rooms`, `/v2/rooms`},
			{"templates", `POST /v2/templates {"roles":{"host":{}}}`, `/v2/templates`},
			{"codes", `POST /v2/room-codes/room/{room}/role/guest`, `/v2/room-codes/room/{room}`},
		} {
			t.Run(list.name, func(t *testing.T) {
				w := f.Workspace(t)
				total := 11
				for range 10 {
					w.Given(list.create)
				}
				if list.name == "codes" {
					total = 12
				}
				walk(t, w, list.path, total, 4)
				walk(t, w, list.path, total, total) // the last page is exactly full
				walk(t, w, list.path, total, 1)
			})
		}
	})
}

// walk reads a list page by page as the SDK does, and wants every entry once.
func walk(t *testing.T, w *apitest.Workspace, path string, total, limit int) {
	t.Helper()
	seen, start := map[string]bool{}, ""
	for page := 1; ; page++ {
		a := w.Do(fmt.Sprintf("GET %s?limit=%d&start=%s", path, limit, start))
		if a.Status != http.StatusOK {
			t.Fatalf("page %d: %d %s", page, a.Status, a.Body)
		}
		n := 0
		for ; a.At(fmt.Sprintf("data.%d.created_at", n))+a.At(fmt.Sprintf("data.%d.createdAt", n)) != ""; n++ {
			key := a.At(fmt.Sprintf("data.%d.id", n)) + a.At(fmt.Sprintf("data.%d.code", n))
			if seen[key] {
				t.Errorf("%s comes twice", key)
			}
			seen[key] = true
		}
		start = a.At("last")
		if n < limit || start == "" {
			break
		}
		if page > total+1 {
			t.Fatal("the list does not end")
		}
	}
	if len(seen) != total {
		t.Errorf("limit %d: %d entries in all, want %d", limit, len(seen), total)
	}
}
