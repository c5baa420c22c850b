package v2_test

import (
	"net/http"
	"testing"

	"foyer/handlers/apitest"
)

// Server contract 1.5, issue acceptance 4: one workspace cannot see another's rooms, codes or templates. All are 404, as if they
// were not there.
func TestTenancy(t *testing.T) {
	t.Parallel()
	table := []apitest.Scenario{
		{Name: "read a room", Request: `GET /v2/rooms/{other.room}`, Contains: []string{noRoom}},
		{Name: "change a room", Request: `POST /v2/rooms/{other.room} {"enabled":false}`, Contains: []string{noRoom}},
		{Name: "create codes", Request: `POST /v2/room-codes/room/{other.room}`, Contains: []string{noRoom}},
		{Name: "create a code", Request: `POST /v2/room-codes/room/{other.room}/role/guest`, Contains: []string{noRoom}},
		{Name: "list codes", Request: `GET /v2/room-codes/room/{other.room}`, Contains: []string{noRoom}},
		{Name: "disable a code", Request: `POST /v2/room-codes/code {"code":"{other.guest}","enabled":false}`, Contains: []string{noCode}},
		{Name: "rotate a code", Request: `POST /v2/room-codes/code/rotate {"code":"{other.guest}"}`, Contains: []string{noCode}},
		{Name: "read links", Request: `GET /v2/room-links/room/{other.room}`, Contains: []string{noRoom}},
		{Name: "read a template", Request: `GET /v2/templates/{other.template}`, Contains: []string{noTemplate}},
		{Name: "replace a template", Request: `POST /v2/templates/{other.template} {"roles":{},"settings":{}}`, Contains: []string{noTemplate}},
		{Name: "read a role", Request: `GET /v2/templates/{other.template}/roles/guest`, Contains: []string{noTemplate}},
		{Name: "put a role", Request: `POST /v2/templates/{other.template}/roles/guest`, Contains: []string{noTemplate}},
		{Name: "delete a role", Request: `DELETE /v2/templates/{other.template}/roles/guest`, Contains: []string{noTemplate}},
		{Name: "read settings", Request: `GET /v2/templates/{other.template}/settings`, Contains: []string{noTemplate}},
		{Name: "put settings", Request: `POST /v2/templates/{other.template}/settings {"region":"eu"}`, Contains: []string{noTemplate}},
		{Name: "read destinations", Request: `GET /v2/templates/{other.template}/destinations`, Contains: []string{noTemplate}},
		{Name: "put destinations", Request: `POST /v2/templates/{other.template}/destinations`, Contains: []string{noTemplate}},
		{Name: "read recordings", Request: `GET /v2/templates/{other.template}/recordings`, Contains: []string{noTemplate}},
		{Name: "put recordings", Request: `POST /v2/templates/{other.template}/recordings []`, Contains: []string{noTemplate}},
		{Name: "create a stream key", Request: `POST /v2/stream-keys/room/{other.room}`, Contains: []string{noRoom}},
		{Name: "list stream keys", Request: `GET /v2/stream-keys/room/{other.room}`, Contains: []string{noRoom}},
		{Name: "disable a stream key", Request: `POST /v2/stream-keys/room/{other.room}/disable`, Contains: []string{noRoom}},
		{Name: "read an active room", Request: `GET /v2/active-rooms/{other.room}`, Contains: []string{"session not found"}},
	}
	for i := range table {
		table[i].Status, table[i].Then = notFound, untouched
	}
	apitest.Play(t, append(table,
		apitest.Scenario{Name: "lists hold one's own only", Request: `GET /v2/rooms`, Status: ok, Contains: []string{"{room}"}, Lacks: []string{"{other.room}"}},
		apitest.Scenario{Name: "not by a filter either", Request: `GET /v2/rooms?template_id={other.template}`, Status: ok, Contains: []string{`"data":[]`}},
		apitest.Scenario{Name: "nor by a cursor", Request: `GET /v2/rooms?start={other.room}`, Status: ok, Lacks: []string{`"id":"{other.room}"`}},
		apitest.Scenario{Name: "templates", Request: `GET /v2/templates`, Status: ok, Contains: []string{"{template}"}, Lacks: []string{"{other.template}"}},
		apitest.Scenario{
			Name: "a room cannot have another's template", Request: `POST /v2/rooms {"template_id":"{other.template}"}`, Status: bad,
			Contains: []string{"Error: template not found"},
		},
		apitest.Scenario{
			Name: "nor be given it", Request: `POST /v2/rooms/{room} {"template_id":"{other.template}"}`, Status: bad,
			Contains: []string{"Error: template not found"},
		},
		apitest.Scenario{
			Name: "nor can it be the default", Request: `POST /v2/workspace {"default_template_id":"{other.template}"}`, Status: bad,
			Contains: []string{"Error: template not found"},
		},
		apitest.Scenario{
			Name: "the same template name is another template", Request: `POST /v2/templates {"name":"default","roles":{}}`, Status: ok,
			Contains: []string{`"id":"{template}"`}, Then: untouched,
		},
		apitest.Scenario{Name: "the workspace is the token's", Auth: apitest.Stranger, Request: `GET /v2/workspace`, Status: ok, Contains: []string{"{other.workspace}"}, Lacks: []string{"{workspace}"}},
	))
}

// untouched wants the workspace next door as it was.
func untouched(t *testing.T, w *apitest.Workspace, _ *apitest.Answer) {
	t.Helper()
	a := w.Other().Do(`POST /v2/room-codes/room/{room}`)
	count(2)(t, w, a)
	for i, role := range []string{"guest", "host"} {
		want := w.Fill("{other." + role + "}")
		if got := a.At([]string{"data.0.code", "data.1.code"}[i]); got != want {
			t.Errorf("the %s code next door is %s, want %s", role, got, want)
		}
	}
	if a := w.Other().Do(`GET /v2/templates/{template}/settings`); a.At("region") != "auto" {
		t.Errorf("the settings next door: %s", a.Body)
	}
	if a := w.Other().Do(`GET /v2/stream-keys/room/{room}`); a.Status != http.StatusOK {
		t.Errorf("the room next door: %d %s", a.Status, a.Body)
	}
}
