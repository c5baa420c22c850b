package v2_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"foyer/handlers/apitest"
	"foyer/models"
	"foyer/roles"
)

// Server contract 14, line by line, but 14: the reason of a leave needs a live room.

func TestSettled01MaskedCredentials(t *testing.T) {
	t.Parallel()
	apitest.Play(t, []apitest.Scenario{
		{
			Name: "posting what was read keeps the secret", Given: []string{`POST /v2/templates/{template}/settings ` + s3}, Request: `GET /v2/templates/{template}`, Status: ok,
			Contains: []string{`"secretKey":"********"`},
			Then: func(t *testing.T, w *apitest.Workspace, a *apitest.Answer) {
				w.Send(apitest.Request{Line: `POST /v2/templates/{template}`, Body: strings.NewReader(string(a.Body))})
				secretIs("the-secret")(t, w, a)
			},
		},
	})
}

func TestSettled02UnknownFields(t *testing.T) {
	t.Parallel()
	apitest.Play(t, []apitest.Scenario{
		{Name: "kept in a template, a role, settings, destinations and plugins", Request: `POST /v2/templates {"a1":1,"roles":{"host":{"a2":1}},"settings":{"a3":1},"destinations":{"a4":1},"plugins":{"a5":1}}`, Status: ok, Contains: []string{`"a1":1`, `"a2":1`, `"a3":1`, `"a4":1`, `"a5":1`}},
		{Name: "ignored in a room", Request: `POST /v2/rooms {"a1":1}`, Status: ok, Lacks: []string{`"a1"`}},
		{Name: "ignored in an exchange", Request: `POST /v2/token {"code":"{host}","a1":1}`, Status: ok},
		{Name: "ignored in a create-all", Request: `POST /v2/room-codes/room/{room} {"a1":1}`, Status: ok, Lacks: []string{`"a1"`}},
		{Name: "ignored in a new code", Request: `POST /v2/room-codes/room/{room}/role/host {"a1":1}`, Status: ok, Lacks: []string{`"a1"`}},
		{Name: "ignored in a workspace", Request: `POST /v2/workspace {"a1":1}`, Status: ok, Lacks: []string{`"a1"`}},
		{Name: "ignored in a stream key", Request: `POST /v2/stream-keys/room/{room} {"a1":1}`, Status: ok, Lacks: []string{`"a1"`}},
		{Name: "ignored in a rotation", Request: `POST /v2/room-codes/code/rotate {"code":"{host}","a1":1}`, Status: ok, Lacks: []string{`"a1"`}},
	})
}

func TestSettled03Allowed(t *testing.T) {
	t.Parallel()
	role := func(doc string) string { return `POST /v2/templates/{template}/roles/guest ` + doc }
	apitest.Play(t, []apitest.Scenario{
		{Name: "no publishParams: all three", Request: role(`{}`), Status: ok, Contains: []string{`"allowed":["audio","video","screen"]`}},
		{Name: "publishParams null: all three", Request: role(`{"publishParams":null}`), Status: ok, Contains: []string{`"allowed":["audio","video","screen"]`}},
		{Name: "publishParams without allowed: none", Request: role(`{"publishParams":{}}`), Status: ok, Contains: []string{`"allowed":[]`}},
		{Name: "publishParams with other things only: none", Request: role(`{"publishParams":{"audio":{"bitRate":64}}}`), Status: ok, Contains: []string{`"allowed":[]`}},
		{Name: "an empty list: none", Request: role(`{"publishParams":{"allowed":[]}}`), Status: ok, Contains: []string{`"allowed":[]`}},
		{Name: "always written, in lists too", Request: `GET /v2/templates`, Status: ok, Contains: []string{`"allowed":[`}},
	})
}

func TestSettled04CreateAllAnswersEnabledCodesOfCurrentRoles(t *testing.T) {
	t.Parallel()
	apitest.Play(t, []apitest.Scenario{{
		Name: "no disabled one, none of a deleted role", Request: `POST /v2/room-codes/room/{room}`, Status: ok, Then: count(1), Lacks: []string{"{guest}", "{host}"},
		Given: []string{`POST /v2/room-codes/code {"code":"{host}","enabled":false}`, `DELETE /v2/templates/{template}/roles/guest`},
	}})
}

func TestSettled05CodesOfADeletedRole(t *testing.T) {
	t.Parallel()
	gone := `DELETE /v2/templates/{template}/roles/guest`
	back := `POST /v2/templates/{template}/roles/guest`
	apitest.Play(t, []apitest.Scenario{
		{Name: "are disabled with it", Given: []string{gone}, Request: `GET /v2/room-codes/room/{room}?enabled=false`, Status: ok, Contains: []string{"{guest}"}, Then: count(1)},
		{Name: "stay so when it comes back", Given: []string{gone, back}, Request: `POST /v2/token {"code":"{guest}"}`, Status: forbidden},
		{Name: "and a new one is minted", Given: []string{gone, back}, Request: `POST /v2/room-codes/room/{room}`, Status: ok, Contains: []string{`"role":"guest"`}, Lacks: []string{"{guest}"}, Then: count(2)},
		{Name: "in every room of the template", Given: []string{`x = POST /v2/rooms`, `y = POST /v2/room-codes/room/{x.id}`, gone}, Request: `POST /v2/token {"code":"{y.data.0.code}"}`, Status: forbidden, Contains: []string{"role gone"}},
		{Name: "not in rooms of other templates", Given: []string{`t = POST /v2/templates {"name":"o","roles":{"guest":{}}}`, `x = POST /v2/rooms {"template_id":"{t.id}"}`, `y = POST /v2/room-codes/room/{x.id}`, gone}, Request: `POST /v2/token {"code":"{y.data.0.code}"}`, Status: ok},
	})
}

func TestSettled06LimitOfAHundred(t *testing.T) {
	t.Parallel()
	apitest.Play(t, []apitest.Scenario{{
		Name: "a create-all that would pass it is refused whole", Request: `POST /v2/room-codes/room/{room}`, Status: bad, Then: count99,
		Contains: []string{invalid + "a room has at most 100 enabled codes"},
		Given: []string{
			`POST /v2/room-codes/room/{room}/role/host {"count":97}`, `POST /v2/templates/{template}/roles/a`, `POST /v2/templates/{template}/roles/b`,
		},
	}})
}

// count99 wants 99 codes in the room: none was made for a role before the limit was met.
func count99(t *testing.T, w *apitest.Workspace, _ *apitest.Answer) {
	t.Helper()
	codesInAll(99)(t, w, nil)
}

func TestSettled07CodesOfADisabledRoom(t *testing.T) {
	t.Parallel()
	off := `POST /v2/rooms/{room} {"enabled":false}`
	gone := `DELETE /v2/templates/{template}/roles/guest`
	apitest.Play(t, []apitest.Scenario{
		{Name: "may be disabled", Given: []string{off}, Request: `POST /v2/room-codes/code {"code":"{guest}","enabled":false}`, Status: ok, Contains: []string{`"enabled":false`}},
		{Name: "may be enabled", Given: []string{`POST /v2/room-codes/code {"code":"{guest}","enabled":false}`, off}, Request: `POST /v2/room-codes/code {"code":"{guest}","enabled":true}`, Status: ok, Contains: []string{`"enabled":true`}},
		{Name: "do not open until the room is enabled", Given: []string{off}, Request: `POST /v2/token {"code":"{guest}"}`, Status: forbidden},
		{Name: "?role= of a deleted role lists its disabled codes", Given: []string{gone}, Request: `GET /v2/room-codes/room/{room}?role=guest`, Status: ok, Contains: []string{"{guest}", `"enabled":false`}, Then: count(1)},
		{Name: "404 if it never had any", Given: []string{`POST /v2/templates/{template}/roles/a`, `DELETE /v2/templates/{template}/roles/a`}, Request: `GET /v2/room-codes/room/{room}?role=a`, Status: notFound, Contains: []string{noRole}},
	})
}

func TestSettled08LimitAbove100(t *testing.T) {
	t.Parallel()
	apitest.Play(t, []apitest.Scenario{{Name: "is clamped and said so", Request: `GET /v2/rooms?limit=1000`, Status: ok, Contains: []string{`{"limit":100,`}}})
}

func TestSettled09BearerAndLeeway(t *testing.T) {
	t.Parallel()
	table := []apitest.Scenario{{Name: "the word in any case", Auth: func(w *apitest.Workspace) string { return "bEaReR " + w.Management() }, Status: ok}}
	for _, claim := range []string{"nbf", "iat"} {
		table = append(table,
			apitest.Scenario{Name: claim + " 59 s early", Auth: from(skew{claim: 59 * time.Second}), Status: ok},
			apitest.Scenario{Name: claim + " 62 s early", Auth: from(skew{claim: 62 * time.Second}), Status: unauth},
		)
	}
	table = append(table,
		apitest.Scenario{Name: "exp 59 s late", Auth: from(skew{"exp": -59 * time.Second}), Status: ok},
		apitest.Scenario{Name: "exp 61 s late", Auth: from(skew{"exp": -61 * time.Second}), Status: unauth},
	)
	for i := range table {
		table[i].Request = `GET /v2/rooms`
	}
	apitest.Play(t, table)
}

func TestSettled10TemplateInARoomBody(t *testing.T) {
	t.Parallel()
	wrong := []string{`{"code":400,"message":"Invalid body param: template. Use template_id"`}
	apitest.Play(t, []apitest.Scenario{
		{Name: "create: 400", Request: `POST /v2/rooms {"template":"default"}`, Status: bad, Contains: wrong},
		{Name: "create by an existing name: 400", Request: `POST /v2/rooms {"name":"lesson","template":"default"}`, Status: bad, Contains: wrong},
		{Name: "update: ignored when it is the room's", Request: `POST /v2/rooms/{room} {"template":"default","size":5}`, Status: ok, Contains: []string{`"size":5`}},
		{Name: "update: else 400", Request: `POST /v2/rooms/{room} {"template":"other"}`, Status: bad, Contains: wrong},
		{Name: "a room that is read may be posted back", Request: `GET /v2/rooms/{room}`, Status: ok, Then: roomPostsBack},
		{
			Name: "with all its fields too", Status: ok, Request: `GET /v2/rooms/{room}`, Then: roomPostsBack,
			Given: []string{`POST /v2/rooms/{room} {"description":"d","region":"in","size":5,"max_duration_seconds":600,"polls":["p"],"webhook":{"url":"http://x","headers":{"a":"b"}},` +
				`"recording_info":{"enabled":true,"upload_info":{"type":"s3","location":"b","credentials":{"key":"k","secret":"s"}}}}`},
		},
	})
}

// roomPostsBack posts a room as it was read, and wants the same back, credentials kept.
func roomPostsBack(t *testing.T, w *apitest.Workspace, a *apitest.Answer) {
	t.Helper()
	stored := func() models.Room {
		room, err := w.Foyer.Store.Room(t.Context(), w.ID, models.ID(w.Fill("{room}")))
		if err != nil {
			t.Fatal(err)
		}
		return room
	}
	before := stored()
	back := w.Send(apitest.Request{Line: `POST /v2/rooms/{room}`, Body: strings.NewReader(string(a.Body))})
	if string(back.Body) != string(a.Body) {
		t.Errorf("read   %s\nposted %s", a.Body, back.Body)
	}
	after := stored()
	if had, has := holdsCredentials(before), holdsCredentials(after); had != has {
		t.Errorf("credentials stored before: %v, after: %v", had, has)
	}
}

func holdsCredentials(r models.Room) bool {
	upload, _ := r.RecordingInfo["upload_info"].(map[string]any)
	return upload["credentials"] != nil
}

func TestSettled11RenameOntoAnother(t *testing.T) {
	t.Parallel()
	apitest.Play(t, []apitest.Scenario{{
		Name: "400", Given: []string{`x = POST /v2/rooms {"name":"Hall"}`}, Request: `POST /v2/rooms/{room} {"name":"hALL"}`, Status: bad,
		Contains: []string{invalid + "name is already the name of another room"},
		Then: func(t *testing.T, w *apitest.Workspace, _ *apitest.Answer) {
			if a := w.Do(`GET /v2/rooms/{x.id}`); a.At("name") != "Hall" {
				t.Errorf("the other room changed: %s", a.Body)
			}
		},
	}})
}

func TestSettled12CreateForOneRoleAlwaysMints(t *testing.T) {
	t.Parallel()
	one := `POST /v2/room-codes/room/{room}/role/guest`
	apitest.Play(t, []apitest.Scenario{{Name: "a new code", Given: []string{`x = ` + one, `y = ` + one}, Request: one, Status: ok, Lacks: []string{"{guest}", "{x.code}", "{y.code}"}, Then: codesInAll(5)}})
}

func TestSettled13CreateDoesNotReEnable(t *testing.T) {
	t.Parallel()
	off := `POST /v2/rooms/{room} {"enabled":false}`
	apitest.Play(t, []apitest.Scenario{
		{Name: "by itself", Given: []string{off}, Request: `POST /v2/rooms {"name":"lesson","size":5}`, Status: ok, Contains: []string{`"enabled":false`, `"size":5`}},
		{Name: "unless asked", Given: []string{off}, Request: `POST /v2/rooms {"name":"lesson","enabled":true}`, Status: ok, Contains: []string{`"enabled":true`}},
	})
}

func TestSettled15Texts(t *testing.T) {
	t.Parallel()
	apitest.Play(t, []apitest.Scenario{
		{Name: "active-rooms", Request: `GET /v2/active-rooms/` + nowhere, Status: notFound, Contains: []string{`"message":"session not found"`}},
		{Name: "sessions", Request: `GET /v2/sessions/` + nowhere, Status: notFound, Contains: []string{`"message":"session not found"`}},
		{Name: "room", Request: `GET /v2/rooms/` + nowhere, Status: notFound, Contains: []string{noRoom}},
		{Name: "role", Request: `GET /v2/templates/{template}/roles/x`, Status: notFound, Contains: []string{noRole}},
		{Name: "code", Request: `POST /v2/room-codes/code {"code":"zzz-zzzz-zzz","enabled":true}`, Status: notFound, Contains: []string{noCode}},
		{Name: "template", Request: `GET /v2/templates/` + nowhere, Status: notFound, Contains: []string{noTemplate}},
	})
}

func TestSettled16PollWrite(t *testing.T) {
	t.Parallel()
	apitest.Play(t, []apitest.Scenario{{
		Name: "the stored role stays as it was sent", Request: `POST /v2/templates/{template}/roles/guest {"permissions":{"pollWrite":true}}`, Status: ok,
		Contains: []string{`"pollWrite":true`, `"pollRead":false`},
		Then: func(t *testing.T, w *apitest.Workspace, _ *apitest.Answer) {
			role, err := w.Foyer.Templates.Role(t.Context(), w.ID, models.ID(w.Fill("{template}")), "guest")
			if err != nil || !roles.Can(role, roles.PollRead) {
				t.Errorf("pollWrite does not imply pollRead when permissions are evaluated (%v)", err)
			}
		},
	}})
}

func TestSettled17RoleNames(t *testing.T) {
	t.Parallel()
	apitest.Play(t, []apitest.Scenario{
		{Name: "compared exactly", Request: `POST /v2/templates {"roles":{"host":{},"Host":{}," host":{}}}`, Status: ok, Contains: []string{`"host":{`, `"Host":{`, `" host":{`}},
		{Name: "of any script", Request: `POST /v2/templates {"roles":{"先生 №1 🎤":{}}}`, Status: ok, Contains: []string{`"先生 №1 🎤"`}},
		{Name: "64 characters, not bytes", Request: `POST /v2/templates {"roles":{"` + strings.Repeat("先", 64) + `":{}}}`, Status: ok},
		{Name: "65", Request: `POST /v2/templates {"roles":{"` + strings.Repeat("a", 65) + `":{}}}`, Status: bad, Contains: []string{invalid}},
		{Name: "a slash", Request: `POST /v2/templates {"roles":{"a/b":{}}}`, Status: bad, Contains: []string{invalid}},
		{Name: "a line break", Request: `POST /v2/templates {"roles":{"a\nb":{}}}`, Status: bad, Contains: []string{invalid}},
	})
}

func TestSettled18SizeAbove20000(t *testing.T) {
	t.Parallel()
	apitest.Play(t, []apitest.Scenario{{
		Name: "without large_room: the 2500 error", Request: `POST /v2/rooms {"size":20001}`, Status: bad,
		Contains: []string{invalid + `room size greater than 2500, set large_room flag as true"]}`},
	}})
}

func TestSettled19RecordingInfoInLists(t *testing.T) {
	t.Parallel()
	apitest.Play(t, []apitest.Scenario{
		{Name: "null when inherited", Request: `GET /v2/rooms`, Status: ok, Contains: []string{`"recording_info":null`}},
		{Name: "present when set", Given: []string{`POST /v2/rooms/{room} {"recording_info":{"enabled":false}}`}, Request: `GET /v2/rooms`, Status: http.StatusOK, Contains: []string{`"recording_info":{"enabled":false}`}},
	})
}
