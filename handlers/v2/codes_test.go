package v2_test

import (
	"encoding/json"
	"net/http"
	"regexp"
	"sync"
	"testing"

	"foyer/handlers/apitest"

	"github.com/google/go-cmp/cmp"
)

var codeShape = regexp.MustCompile(`^[a-z]{3}-[a-z]{4}-[a-z]{3}$`)

// sixFields wants code objects with just the documented fields (server contract 3.2).
func sixFields(t *testing.T, object any) {
	t.Helper()
	got := map[string]bool{}
	for key := range object.(map[string]any) {
		got[key] = true
	}
	want := map[string]bool{"code": true, "room_id": true, "role": true, "enabled": true, "created_at": true, "updated_at": true}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("fields of a code (-want +got):\n%s", diff)
	}
}

// data is the list in an answer.
func data(t *testing.T, a *apitest.Answer) []any {
	t.Helper()
	body, _ := a.JSON().(map[string]any)
	list, isList := body["data"].([]any)
	if !isList {
		t.Fatalf("no data: %d %s", a.Status, a.Body)
	}
	return list
}

// Server contract 3.3, 3.5, 3.6: create-all.
func TestSyncCodes(t *testing.T) {
	t.Parallel()
	all := `POST /v2/room-codes/room/{room}`
	apitest.Play(t, []apitest.Scenario{
		{
			Name: "one for each role, by role", Given: []string{`x = POST /v2/rooms`}, Request: `POST /v2/room-codes/room/{x.id} {}`, Status: ok,
			Contains: []string{`{"data":[{"code":"`, `"room_id":"{x.id}"`}, Lacks: []string{"limit", "last"},
			Then: func(t *testing.T, _ *apitest.Workspace, a *apitest.Answer) {
				list := data(t, a)
				if len(list) != 2 || a.At("data.0.role") != "guest" || a.At("data.1.role") != "host" {
					t.Fatalf("want a guest and a host: %s", a.Body)
				}
				for _, code := range list {
					sixFields(t, code)
				}
				if code := a.At("data.0.code"); !codeShape.MatchString(code) {
					t.Errorf("a code of another shape: %s", code)
				}
			},
		},
		{Name: "repeating it returns the same", Request: all, Status: ok, Given: []string{`wait 1h`}, Contains: []string{"{host}", "{guest}"}, Then: count(2)},
		{Name: "no body at all", Request: all, Header: map[string]string{"Content-Type": ""}, Status: ok, Then: count(2)},
		{Name: "junk in the body is ignored", Request: all + ` {"enabled":true,"x":[1]}`, Status: ok, Then: count(2)},
		{Name: "a body that is no JSON", Request: all + ` {"enabled":`, Status: bad, Contains: []string{invalid}},
		{Name: "an array", Request: all + ` []`, Status: bad, Contains: []string{invalid}},
		{
			Name: "a disabled code gets a successor", Given: []string{`POST /v2/room-codes/code {"code":"{host}","enabled":false}`}, Request: all, Status: ok,
			Contains: []string{"{guest}"}, Lacks: []string{"{host}", `"enabled":false`}, Then: count(2),
		},
		{
			Name: "further codes of a role are in it", Given: []string{`x = POST /v2/room-codes/room/{room}/role/guest`}, Request: all, Status: ok,
			Contains: []string{"{x.code}", "{guest}", "{host}"}, Then: count(3),
		},
		{
			Name: "a limited code is not the role's code", Status: ok, Then: count(3),
			Given: []string{
				`POST /v2/room-codes/code {"code":"{guest}","enabled":false}`, `x = POST /v2/room-codes/room/{room}/role/guest {"max_uses":1}`,
			},
			Request: all, Contains: []string{"{x.code}"}, Lacks: []string{"{guest}"},
		},
		{
			Name: "a labelled code is the role's code", Status: ok, Then: count(2),
			Given: []string{
				`POST /v2/room-codes/code {"code":"{guest}","enabled":false}`, `x = POST /v2/room-codes/room/{room}/role/guest {"label":"front desk"}`,
			},
			Request: all, Contains: []string{"{x.code}"},
		},
		{
			Name: "a role added gets a code", Given: []string{`POST /v2/templates/{template}/roles/speaker`}, Request: all, Status: ok,
			Contains: []string{`"role":"speaker"`}, Then: count(3),
		},
		{
			Name: "a role deleted loses its code", Given: []string{`DELETE /v2/templates/{template}/roles/guest`}, Request: all, Status: ok,
			Lacks: []string{"{guest}", `"role":"guest"`}, Then: count(1),
		},
		{
			Name: "a template without roles", Given: []string{`t = POST /v2/templates {"name":"bare"}`, `x = POST /v2/rooms {"template_id":"{t.id}"}`},
			Request: `POST /v2/room-codes/room/{x.id}`, Status: bad, Contains: []string{invalid + "the room's template has no roles"},
		},
		{Name: "a disabled room", Given: []string{`POST /v2/rooms/{room} {"enabled":false}`}, Request: all, Status: forbidden, Contains: []string{roomIsOff}},
		{Name: "an unknown room", Request: `POST /v2/room-codes/room/` + nowhere, Status: notFound, Contains: []string{noRoom}},
		{Name: "a room id that is none", Request: `POST /v2/room-codes/room/%ff`, Status: notFound, Contains: []string{noRoom}},
	})
}

// count wants that many entries.
func count(n int) func(t *testing.T, w *apitest.Workspace, a *apitest.Answer) {
	return func(t *testing.T, _ *apitest.Workspace, a *apitest.Answer) {
		t.Helper()
		if list := data(t, a); len(list) != n {
			t.Errorf("%d entries, want %d: %s", len(list), n, a.Body)
		}
	}
}

// Server contract 3.3, 3.6.4, 14.12: create for one role.
func TestMintCode(t *testing.T) {
	t.Parallel()
	one := `POST /v2/room-codes/room/{room}/role/guest`
	apitest.Play(t, []apitest.Scenario{
		{
			Name: "a bare object", Request: one, Status: ok, Contains: []string{`{"code":"`, `"role":"guest","enabled":true`}, Lacks: []string{"data", "{guest}"},
			Then: func(t *testing.T, _ *apitest.Workspace, a *apitest.Answer) { sixFields(t, a.JSON()) },
		},
		{Name: "always a new one", Given: []string{`x = ` + one}, Request: one, Status: ok, Lacks: []string{"{x.code}", "{guest}"}},
		{
			Name: "a role with a space", Given: []string{`POST /v2/templates/{template}/roles/co%20host`}, Status: ok,
			Request: `POST /v2/room-codes/room/{room}/role/co%20host {}`, Contains: []string{`"role":"co host"`},
		},
		{
			Name: "a role with all sorts of letters", Given: []string{`POST /v2/templates/{template}/roles/%E8%80%81%E5%B8%AB%20100%25%20+%20%3F%23`}, Status: ok,
			Request: `POST /v2/room-codes/room/{room}/role/%E8%80%81%E5%B8%AB%20100%25%20+%20%3F%23`, Contains: []string{`"role":"老師 100% + ?#"`},
		},
		{Name: "an unknown role", Request: `POST /v2/room-codes/room/{room}/role/nobody`, Status: notFound, Contains: []string{noRole}},
		{Name: "a role in another case", Request: `POST /v2/room-codes/room/{room}/role/Guest`, Status: notFound, Contains: []string{noRole}},
		{Name: "a role with a slash", Request: `POST /v2/room-codes/room/{room}/role/a%2Fb`, Status: notFound, Contains: []string{noRole}},
		{Name: "a role that is not UTF-8", Request: `POST /v2/room-codes/room/{room}/role/%ff`, Status: notFound, Contains: []string{noRole}},
		{Name: "an unknown room", Request: `POST /v2/room-codes/room/` + nowhere + `/role/guest`, Status: notFound, Contains: []string{noRoom}},
		{Name: "a disabled room", Given: []string{`POST /v2/rooms/{room} {"enabled":false}`}, Request: one, Status: forbidden, Contains: []string{roomIsOff}},
		{Name: "the hundredth", Given: []string{one + ` {"count":97}`}, Request: one, Status: ok},
		{
			Name: "beyond a hundred", Given: []string{one + ` {"count":98}`}, Request: one, Status: bad,
			Contains: []string{invalid + "a room has at most 100 enabled codes"},
		},
		{
			Name: "disabled ones do not count", Request: one, Status: ok,
			Given: []string{one + ` {"count":98}`, `POST /v2/room-codes/code {"code":"{guest}","enabled":false}`},
		},
		{Name: "a hundred at once would pass it: none is made", Request: one + ` {"count":99}`, Status: bad, Contains: []string{invalid}, Then: codesInAll(2)},
	})
}

// codesInAll wants that many codes in the room.
func codesInAll(n int) func(t *testing.T, w *apitest.Workspace, a *apitest.Answer) {
	return func(t *testing.T, w *apitest.Workspace, _ *apitest.Answer) {
		t.Helper()
		count(n)(t, w, w.Do(`GET /v2/room-codes/room/{room}?limit=100`))
	}
}

// Server contract 3.4, 3.5, 11.12, 11.13, 14.7: the list.
func TestListCodes(t *testing.T) {
	t.Parallel()
	list := `GET /v2/room-codes/room/{room}`
	off := `POST /v2/room-codes/code {"code":"{guest}","enabled":false}`
	apitest.Play(t, []apitest.Scenario{
		{Name: "all, limit 20 and an empty last", Request: list, Status: ok, Contains: []string{`{"limit":20,`, "{guest}", "{host}", `"last":""}`}},
		{
			Name: "created and listed are equal", Given: []string{`wait 1h`, `POST /v2/templates/{template}/roles/speaker`}, Status: ok,
			Request: `POST /v2/room-codes/room/{room}`,
			Then: func(t *testing.T, w *apitest.Workspace, a *apitest.Answer) {
				if diff := cmp.Diff(data(t, a), data(t, w.Do(list))); diff != "" {
					t.Errorf("created and listed differ:\n%s", diff)
				}
			},
		},
		{Name: "of one role", Request: list + `?role=host`, Status: ok, Contains: []string{"{host}"}, Lacks: []string{"{guest}"}},
		{Name: "enabled ones", Given: []string{off}, Request: list + `?enabled=true`, Status: ok, Contains: []string{"{host}"}, Lacks: []string{"{guest}"}},
		{Name: "disabled ones", Given: []string{off}, Request: list + `?enabled=false`, Status: ok, Contains: []string{"{guest}"}, Lacks: []string{"{host}"}},
		{Name: "disabled ones stay in the list", Given: []string{off}, Request: list, Status: ok, Contains: []string{`"{guest}"`, `"enabled":false`}},
		{
			Name: "a role without codes is an empty page", Given: []string{`POST /v2/templates/{template}/roles/speaker`}, Request: list + `?role=speaker`, Status: ok,
			Contains: []string{`"data":[]`},
		},
		{Name: "a role filter that meets nothing in this state", Request: list + `?role=host&enabled=false`, Status: ok, Contains: []string{`"data":[]`}},
		{Name: "an unknown role", Request: list + `?role=nobody`, Status: notFound, Contains: []string{noRole}},
		{Name: "a role that is not UTF-8", Request: list + `?role=%ff`, Status: bad, Contains: []string{badQuery}},
		{Name: "an enabled that is none", Request: list + `?enabled=1`, Status: bad, Contains: []string{badQuery}},
		{Name: "a disabled room, on GET too", Given: []string{`POST /v2/rooms/{room} {"enabled":false}`}, Request: list, Status: forbidden, Contains: []string{roomIsOff}},
		{Name: "an unknown room", Request: `GET /v2/room-codes/room/` + nowhere, Status: notFound, Contains: []string{noRoom}},
		{
			Name: "the cursor of another room", Given: []string{`x = POST /v2/rooms`, `POST /v2/room-codes/room/{x.id}`, `p = GET /v2/room-codes/room/{x.id}?limit=1`},
			Request: list + `?start={p.last}`, Status: ok,
		},
	})
}

// Server contract 3.3, 3.5, 11.10, 14.7: enable and disable.
func TestSwitchCode(t *testing.T) {
	t.Parallel()
	off := `POST /v2/room-codes/code {"code":"{guest}","enabled":false}`
	on := `POST /v2/room-codes/code {"code":"{guest}","enabled":true}`
	gone := `DELETE /v2/templates/{template}/roles/guest`
	apitest.Play(t, []apitest.Scenario{
		{
			Name: "disable answers the code as it now is", Given: []string{`wait 1h`}, Request: off, Status: ok,
			Contains: []string{`"code":"{guest}"`, `"enabled":false`, `"created_at":"`},
			Then: func(t *testing.T, _ *apitest.Workspace, a *apitest.Answer) {
				if a.At("created_at") == a.At("updated_at") {
					t.Error("updated_at stays though enabled changed")
				}
				sixFields(t, a.JSON())
			},
		},
		{Name: "enable", Given: []string{off}, Request: on, Status: ok, Contains: []string{`"enabled":true`}},
		{
			Name: "setting what is set changes nothing, not even updated_at", Given: []string{`x = ` + on, `wait 1h`}, Request: on, Status: ok,
			Contains: []string{`"updated_at":"{x.updated_at}"`},
		},
		{Name: "in any spelling", Request: `POST /v2/room-codes/code {"code":" {guest} ","enabled":false}`, Status: ok, Contains: []string{"{guest}"}},
		{Name: "another field", Request: `POST /v2/room-codes/code {"code":"{guest}","enabled":false,"role":"host"}`, Status: bad, Contains: []string{invalid}, Then: stillOpens},
		{Name: "enabled is not boolean", Request: `POST /v2/room-codes/code {"code":"{guest}","enabled":"false"}`, Status: bad, Contains: []string{invalid}, Then: stillOpens},
		{Name: "enabled is null", Request: `POST /v2/room-codes/code {"code":"{guest}","enabled":null}`, Status: bad, Contains: []string{invalid}},
		{Name: "enabled is missing", Request: `POST /v2/room-codes/code {"code":"{guest}"}`, Status: bad, Contains: []string{invalid}},
		{Name: "code is missing", Request: `POST /v2/room-codes/code {"enabled":true}`, Status: bad, Contains: []string{invalid + "code is required"}},
		{Name: "code is a number", Request: `POST /v2/room-codes/code {"code":5,"enabled":true}`, Status: bad, Contains: []string{invalid}},
		{Name: "nothing", Request: `POST /v2/room-codes/code`, Status: bad, Contains: []string{invalid}},
		{Name: "an unknown code", Request: `POST /v2/room-codes/code {"code":"aaa-aaaa-aaa","enabled":true}`, Status: notFound, Contains: []string{noCode}},
		{Name: "a code of the older shape", Request: `POST /v2/room-codes/code {"code":"abc-def-ghi","enabled":true}`, Status: notFound, Contains: []string{noCode}},
		{Name: "a code with a zero byte", Request: `POST /v2/room-codes/code {"code":"\u0000","enabled":true}`, Status: bad, Contains: []string{invalid}},
		{
			Name: "its role is gone: enabling is refused", Given: []string{gone}, Request: on, Status: forbidden,
			Contains: []string{`{"code":403,"message":"room code cannot be enabled`},
		},
		{Name: "its role is gone: disabling succeeds", Given: []string{gone}, Request: off, Status: ok, Contains: []string{`"enabled":false`}},
		{
			Name: "its role came back: it stays disabled", Given: []string{gone, `POST /v2/templates/{template}/roles/guest`}, Request: on, Status: forbidden,
		},
		{
			Name: "its role was renamed", Given: []string{`POST /v2/templates/{template}/roles/guest {"name":"visitor"}`}, Request: on, Status: forbidden,
		},
		{
			Name: "its room got another template without the role", Request: on, Status: forbidden,
			Given: []string{`t = POST /v2/templates {"name":"solo","roles":{"host":{}}}`, `POST /v2/rooms {"name":"lesson","template_id":"{t.id}"}`},
		},
		{
			Name: "its room's template was replaced by one without the role", Request: on, Status: forbidden,
			Given: []string{`POST /v2/templates/{template} {"roles":{"host":{}},"settings":{}}`},
		},
		{
			Name: "enabling one beyond a hundred", Request: on, Status: bad, Contains: []string{invalid + "a room has at most 100 enabled codes"},
			Given: []string{off, `POST /v2/room-codes/room/{room}/role/host {"count":99}`},
		},
		{Name: "there is no single-code GET", Request: `GET /v2/room-codes/code/{guest}`, Status: notFound, Lacks: []string{"{guest}"}},
		{Name: "there is no DELETE", Request: `DELETE /v2/room-codes/code`, Status: http.StatusMethodNotAllowed},
		{Name: "there is no GET without a code either", Request: `GET /v2/room-codes/code`, Status: http.StatusMethodNotAllowed},
	})
}

func stillOpens(t *testing.T, w *apitest.Workspace, _ *apitest.Answer) {
	t.Helper()
	if a := w.Do(`POST /v2/token {"code":"{guest}"}`); a.Status != http.StatusOK {
		t.Errorf("the code changed though the request was refused: %d %s", a.Status, a.Body)
	}
}

// Issue, Codes: 50 parallel create-alls leave exactly one enabled code per role, and each answers with it.
func TestSyncCodesAtOnce(t *testing.T) {
	t.Parallel()
	apitest.Each(t, apitest.Options{}, func(t *testing.T, f *apitest.Foyer) {
		w := f.Workspace(t)
		room := w.Given(`x = POST /v2/rooms`).At("id")
		answers := make([][]byte, 50)
		var together sync.WaitGroup
		for i := range answers {
			together.Go(func() { answers[i] = w.Do(`POST /v2/room-codes/room/` + room).Body })
		}
		together.Wait()
		for i, body := range answers {
			if string(body) != string(answers[0]) {
				t.Errorf("call %d answers %s, the first one %s", i, body, answers[0])
			}
		}
		list := w.Do(`GET /v2/room-codes/room/` + room + `?limit=100`)
		count(2)(t, w, list)
		var created struct{ Data []any }
		if err := json.Unmarshal(answers[0], &created); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(created.Data, data(t, list)); diff != "" {
			t.Errorf("created and listed differ:\n%s", diff)
		}
	})
}
