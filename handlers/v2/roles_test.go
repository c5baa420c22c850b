package v2_test

import (
	"net/http"
	"strings"
	"testing"

	"foyer/handlers/apitest"
)

// Server contract 4, 4.2: the calls of one role.
func TestRole(t *testing.T) {
	t.Parallel()
	role := func(method, name, body string) string {
		return method + ` /v2/templates/{template}/roles/` + name + ` ` + body
	}
	apitest.Play(t, []apitest.Scenario{
		{
			Name: "read", Request: role("GET", "guest", ""), Status: ok,
			Contains: []string{`"name":"guest"`, `"priority":2`, `"maxPeerCount":0`, `"sendRoomState":false`, `"hlsStreaming":true`, `"subscribeToRoles":["guest","host"]`},
		},
		{Name: "read in another case", Request: role("GET", "Guest", ""), Status: notFound, Contains: []string{noRole}},
		{Name: "read an unknown one", Request: role("GET", "nobody", ""), Status: notFound, Contains: []string{noRole}},
		{Name: "read one that is not UTF-8", Request: role("GET", "%ff", ""), Status: notFound, Contains: []string{noRole}},
		{Name: "of an unknown template", Request: `GET /v2/templates/` + nowhere + `/roles/guest`, Status: notFound, Contains: []string{noTemplate}},
		{Name: "create with nothing", Request: role("POST", "speaker", ""), Status: ok, Contains: []string{`"name":"speaker"`, `"priority":1`, `"subscribeToRoles":["guest","host","speaker"]`}},
		{Name: "create, then read", Given: []string{role("POST", "speaker", `{"priority":4}`)}, Request: role("GET", "speaker", ""), Status: ok, Contains: []string{`"priority":4`}},
		{Name: "replace: what is left out gets its default", Given: []string{role("POST", "guest", `{"priority":4,"permissions":{"mute":true},"later":1}`)}, Request: role("POST", "guest", `{"maxPeerCount":3}`), Status: ok, Contains: []string{`"priority":1`, `"mute":false`, `"maxPeerCount":3`}, Lacks: []string{"later"}},
		{Name: "unknown keys are kept", Given: []string{role("POST", "guest", `{"later":{"x":1.0}}`)}, Request: role("GET", "guest", ""), Status: ok, Contains: []string{`"later":{"x":1.0}`}},
		{Name: "its own name in the body", Request: role("POST", "guest", `{"name":"guest"}`), Status: ok},
		{Name: "rename", Request: role("POST", "guest", `{"name":"visitor"}`), Status: ok, Contains: []string{`"name":"visitor"`}, Then: rolesAre("host", "visitor")},
		{Name: "the old name is gone", Given: []string{role("POST", "guest", `{"name":"visitor"}`)}, Request: role("GET", "guest", ""), Status: notFound, Contains: []string{noRole}},
		{Name: "others hear it under its new name", Given: []string{role("POST", "host", `{"subscribeParams":{"subscribeToRoles":["guest"]}}`), role("POST", "guest", `{"name":"visitor"}`)}, Request: role("GET", "host", ""), Status: ok, Contains: []string{`"subscribeToRoles":["visitor"]`}},
		{Name: "rename onto another", Request: role("POST", "guest", `{"name":"host"}`), Status: bad, Contains: []string{invalid + `role \"host\" exists already`}, Then: rolesAre("guest", "host")},
		{Name: "rename one that is not there", Request: role("POST", "nobody", `{"name":"somebody"}`), Status: bad, Contains: []string{invalid}, Then: rolesAre("guest", "host")},
		{Name: "rename to a reserved name", Request: role("POST", "guest", `{"name":"__internal_x"}`), Status: bad, Contains: []string{invalid + "role names that begin with __internal_"}},
		{Name: "create with a reserved name", Request: role("POST", "__internal_recorder", ""), Status: bad, Contains: []string{invalid}},
		{Name: "a name with a slash", Request: role("POST", "a%2Fb", ""), Status: bad, Contains: []string{invalid + "a role name must not hold a slash"}},
		{Name: "a name of 65 characters", Request: role("POST", strings.Repeat("r", 65), ""), Status: bad, Contains: []string{invalid}},
		{Name: "a name of 64 characters", Request: role("POST", strings.Repeat("r", 64), ""), Status: ok},
		{Name: "a name with a control character", Request: role("POST", "a%07b", ""), Status: bad, Contains: []string{invalid + "a role name must hold printable characters only"}},
		{Name: "a name that is not UTF-8", Request: role("POST", "%ff", ""), Status: bad, Contains: []string{invalid}},
		{Name: "out of range", Request: role("POST", "guest", `{"publishParams":{"audio":{"bitRate":8}}}`), Status: bad, Contains: []string{invalid + "role guest: publishParams.audio.bitRate"}},
		{Name: "a name that is a number", Request: role("POST", "guest", `{"name":7}`), Status: bad, Contains: []string{invalid}},
		{Name: "an array", Request: role("POST", "guest", `[]`), Status: bad, Contains: []string{invalid}},
		{Name: "in an unknown template", Request: `POST /v2/templates/` + nowhere + `/roles/guest`, Status: notFound, Contains: []string{noTemplate}},
		{Name: "delete", Request: role("DELETE", "guest", ""), Status: http.StatusNoContent, Then: rolesAre("host")},
		{Name: "delete again", Given: []string{role("DELETE", "guest", "")}, Request: role("DELETE", "guest", ""), Status: notFound, Contains: []string{noRole}},
		{Name: "delete in an unknown template", Request: `DELETE /v2/templates/` + nowhere + `/roles/guest`, Status: notFound, Contains: []string{noTemplate}},
		{Name: "others do not hear it any more", Given: []string{role("POST", "host", `{"subscribeParams":{"subscribeToRoles":["guest","host"]}}`), role("DELETE", "guest", "")}, Request: role("GET", "host", ""), Status: ok, Contains: []string{`"subscribeToRoles":["host"]`}},
		{
			Name: "after a rename the template can be posted back", Then: postsBack, Request: role("POST", "guest", `{"name":"visitor"}`), Status: ok,
			Given: []string{everywhere},
		},
		{Name: "after a deletion the template can be posted back", Then: postsBack, Request: role("DELETE", "guest", ""), Status: http.StatusNoContent, Given: []string{everywhere}},
		{
			Name: "after a deletion the recordings can be posted back", Request: role("DELETE", "guest", ""), Status: http.StatusNoContent,
			Given: []string{`POST /v2/templates/{template}/recordings [{"name":"r","role":"guest"}]`},
			Then: func(t *testing.T, w *apitest.Workspace, _ *apitest.Answer) {
				path := `/v2/templates/{template}/recordings`
				if a := w.Send(apitest.Request{Line: `POST ` + path, Body: strings.NewReader(string(w.Do(`GET ` + path).Body))}); a.Status != http.StatusOK {
					t.Errorf("post back: %d %s", a.Status, a.Body)
				}
			},
		},
	})
}

// everywhere is a template that names the role guest wherever one can be named.
const everywhere = `POST /v2/templates {"name":"default","settings":{},"roles":{"host":{"subscribeParams":{"subscribeToRoles":["guest"]}},"guest":{}},` +
	`"plugins":{"whiteboard":{"permissions":{"admin":["guest"]}},"transcriptions":[{"permissions":{"admin":["guest"]}}]},` +
	`"destinations":{"transcriptions":{"t":{"role":"guest"}},"browserRecordings":{"b":{"role":"guest"}},"hlsDestinations":{"h":{"role":"guest"}}}}`

// postsBack wants the template as it is read to be one that may be posted (server contract 13.13).
func postsBack(t *testing.T, w *apitest.Workspace, _ *apitest.Answer) {
	t.Helper()
	read := w.Do(`GET /v2/templates/{template}`)
	back := w.Send(apitest.Request{Line: `POST /v2/templates/{template}`, Body: strings.NewReader(string(read.Body))})
	if back.Status != http.StatusOK {
		t.Errorf("post back: %d %s", back.Status, back.Body)
	}
}

// rolesAre wants just these roles in the template.
func rolesAre(want ...string) func(t *testing.T, w *apitest.Workspace, a *apitest.Answer) {
	return func(t *testing.T, w *apitest.Workspace, _ *apitest.Answer) {
		t.Helper()
		body, _ := w.Do(`GET /v2/templates/{template}`).JSON().(map[string]any)
		roles, _ := body["roles"].(map[string]any)
		if len(roles) != len(want) {
			t.Errorf("%d roles, want %v", len(roles), want)
		}
		for _, name := range want {
			if roles[name] == nil {
				t.Errorf("there is no role %s", name)
			}
		}
	}
}
