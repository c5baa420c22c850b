package v2_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"testing"

	"foyer/handlers/apitest"
	"foyer/models"

	"github.com/google/go-cmp/cmp"
)

// Server contract 4, 4.1: create, overwrite by name.
func TestCreateTemplate(t *testing.T) {
	t.Parallel()
	wrong := func(name, body, cause string) apitest.Scenario {
		return apitest.Scenario{Name: name, Request: `POST /v2/templates ` + body, Status: bad, Contains: []string{`{"code":400,`, cause}}
	}
	apitest.Play(t, []apitest.Scenario{
		{
			Name: "nothing is needed", Request: `POST /v2/templates`, Status: ok,
			Contains: []string{
				`"customerId":"{workspace}"`, `"customer":"{workspace}"`, `"appId":"{app}"`, `"roles":{}`, `"destinations":{}`, `"plugins":{}`,
				`"settings":{"recording":null,"region":"auto","retry":{},"roomState":{"enabled":false,"messageInterval":5,"sendPeerList":false,"stopRoomStateOnJoin":true}}`,
				`"createdAt":"2026-01-05T10:00:00.123Z"`, `"updatedAt":"2026-01-05T10:00:00.123Z"`,
			},
			Lacks: []string{`"default"`, "subdomain", "custom_domain", "recordings"},
			Then: func(t *testing.T, _ *apitest.Workspace, a *apitest.Answer) {
				if id := a.At("id"); id != a.At("_id") || id == "" || a.At("name") == "" {
					t.Errorf("id %q, _id %q, name %q", id, a.At("_id"), a.At("name"))
				}
			},
		},
		{
			Name: "the advised way: empty roles are filled", Request: `POST /v2/templates {"name":"My class-1._:","roles":{"host":{},"guest":null}}`, Status: ok,
			Contains: []string{`"name":"My class-1._:"`, `"priority":1`, `"subscribeToRoles":["guest","host"]`, `"allowed":["audio","video","screen"]`},
		},
		{
			Name: "an existing name overwrites that template", Given: []string{`wait 1s`}, Request: `POST /v2/templates {"name":"default","roles":{"host":{}}}`, Status: ok,
			Contains: []string{`"id":"{template}"`, `"default":true`}, Lacks: []string{`"guest"`},
		},
		{
			Name: "names are compared exactly", Request: `POST /v2/templates {"name":"Default","roles":{"host":{}}}`, Status: ok, Lacks: []string{"{template}"},
		},
		{
			Name: "read-only fields are ignored", Status: ok,
			Request:  `POST /v2/templates {"name":"x","id":"` + nowhere + `","_id":"y","customerId":"z","appId":5,"default":true,"createdAt":"1970-01-01T00:00:00Z"}`,
			Contains: []string{`"customerId":"{workspace}"`, `"appId":"{app}"`}, Lacks: []string{nowhere, "1970", `"default":true`},
		},
		{
			Name: "unknown keys are kept, numbers to the digit", Status: ok,
			Request:  `POST /v2/templates {"name":"x","later":{"a":[1.0,1e2,0.1000,12345678901234567890]},"roles":{"host":{"x":1.50}},"settings":{"y":2.0},"destinations":{"z":3.0},"plugins":{"w":4.0}}`,
			Contains: []string{`"later":{"a":[1.0,1e2,0.1000,12345678901234567890]}`, `"x":1.50`, `"y":2.0`, `"z":3.0`, `"w":4.0`},
		},
		{
			Name: "plugins: one transcriptions object becomes an array", Status: ok,
			Request:  `POST /v2/templates {"roles":{"host":{}},"plugins":{"transcriptions":{"permissions":{"admin":["host"]},"mode":"caption"}}}`,
			Contains: []string{`"plugins":{"transcriptions":[{"mode":"caption","permissions":{"admin":["host"]}}]}`},
		},
		{
			Name: "text that HTML would escape stays as it is", Request: `POST /v2/templates {"name":"x","note":"<b>&</b>"}`, Status: ok,
			Then: func(t *testing.T, _ *apitest.Workspace, a *apitest.Answer) {
				if note := a.At("note"); note != "<b>&</b>" {
					t.Errorf("note is %q", note)
				}
			},
		},
		wrong("a name with a slash", `{"name":"a/b"}`, invalid+"template name"),
		wrong("a name with a zero byte", `{"name":"a\u0000"}`, invalid+"name must be"),
		wrong("a long name", `{"name":"`+strings.Repeat("n", 129)+`"}`, invalid),
		wrong("a name that is a number", `{"name":7}`, invalid+"name must be a string"),
		wrong("roles that are an array", `{"roles":[]}`, invalid+"roles must be an object"),
		wrong("a role that is text", `{"roles":{"host":"x"}}`, invalid+"roles must be an object of objects"),
		wrong("a role with an empty name", `{"roles":{"":{}}}`, invalid+"a role name must have 1 to 64"),
		wrong("a role with a reserved name", `{"roles":{"__internal_recorder":{}}}`, invalid+"role names that begin with"),
		wrong("a role out of range", `{"roles":{"host":{"priority":11}}}`, invalid+"role host: priority must be"),
		wrong("a role that hears nobody there", `{"roles":{"host":{"subscribeParams":{"subscribeToRoles":["x"]}}}}`, invalid+"role host: subscribeParams.subscribeToRoles"),
		wrong("settings that are an array", `{"settings":[]}`, invalid+"settings must be an object"),
		wrong("settings out of range", `{"settings":{"roomState":{"messageInterval":7}}}`, invalid+"settings: roomState.messageInterval"),
		wrong("an unsupported region", `{"settings":{"region":"ap"}}`, `"message":"Error: region not supported"`),
		wrong("a bucket missing", `{"settings":{"recording":{"upload":{"type":"s3"}}}}`, `"message":"Bucket location is missing"`),
		wrong("destinations that are text", `{"destinations":"x"}`, invalid+"destinations must be an object"),
		wrong("a destination that is wrong", `{"destinations":{"rtmpDestinations":{"a":{"rtmpUrls":["http://x"]}}}}`, invalid+"destinations: rtmpDestinations.a"),
		wrong("plugins that name a role that is not there", `{"plugins":{"whiteboard":{"permissions":{"admin":["x"]}}}}`, invalid+"plugins"),
		wrong("no JSON", `{"name"`, invalid+"the body is not valid JSON"),
	})
}

// Server contract 4, 4.1: read, list, replace.
func TestTemplate(t *testing.T) {
	t.Parallel()
	replace := `POST /v2/templates/{template} `
	apitest.Play(t, []apitest.Scenario{
		{Name: "read", Request: `GET /v2/templates/{template}`, Status: ok, Contains: []string{`"id":"{template}"`, `"name":"default"`, `"default":true`}},
		{Name: "read an unknown one", Request: `GET /v2/templates/` + nowhere, Status: notFound, Contains: []string{noTemplate}},
		{Name: "read by an id that is none", Request: `GET /v2/templates/%ff`, Status: notFound, Contains: []string{noTemplate}},
		{Name: "newest first", Given: []string{`wait 1s`, `a = POST /v2/templates {"name":"a"}`, `b = POST /v2/templates {"name":"b"}`}, Request: `GET /v2/templates`, Status: ok, Then: order("{b.id}", "{a.id}", "{template}")},
		{
			Name: "a replacement replaces everything but the name", Request: replace + `{"roles":{"solo":{}},"settings":{"region":"eu"}}`, Status: ok,
			Given:    []string{replace + `{"roles":{"host":{}},"settings":{},"destinations":{"d":1},"plugins":{"noiseCancellation":{"enabled":true}},"later":1}`},
			Contains: []string{`"name":"default"`, `"solo":{`, `"region":"eu"`, `"destinations":{}`, `"plugins":{}`}, Lacks: []string{`"host"`, "later"},
		},
		{Name: "a new name", Request: replace + `{"name":"renamed","roles":{},"settings":{}}`, Status: ok, Contains: []string{`"id":"{template}"`, `"name":"renamed"`}},
		{Name: "a new name shows in its rooms", Given: []string{replace + `{"name":"renamed","roles":{},"settings":{}}`}, Request: `GET /v2/rooms/{room}`, Status: ok, Contains: []string{`"template":"renamed"`}},
		{Name: "updatedAt moves, createdAt does not", Given: []string{`x = GET /v2/templates/{template}`, `wait 1s`}, Request: replace + `{"roles":{},"settings":{}}`, Status: ok, Contains: []string{`"createdAt":"{x.createdAt}"`}, Lacks: []string{`"updatedAt":"{x.updatedAt}"`}},
		{Name: "another template's name", Given: []string{`POST /v2/templates {"name":"other"}`}, Request: replace + `{"name":"other","roles":{},"settings":{}}`, Status: bad, Contains: []string{invalid + "name is already taken"}},
		{Name: "without roles", Request: replace + `{"settings":{}}`, Status: bad, Contains: []string{invalid + "roles and settings are required"}},
		{Name: "without settings", Request: replace + `{"roles":{}}`, Status: bad, Contains: []string{invalid + "roles and settings are required"}},
		{Name: "with nothing", Request: replace, Status: bad, Contains: []string{invalid}},
		{Name: "an unknown one", Request: `POST /v2/templates/` + nowhere + ` {"roles":{},"settings":{}}`, Status: notFound, Contains: []string{noTemplate}},
		{Name: "there is no delete", Request: `DELETE /v2/templates/{template}`, Status: http.StatusMethodNotAllowed},
	})
}

// Server contract 13.13, 14.1, 14.2: a template that is read and posted back is the same, and so is what is stored.
func TestTemplateRoundTrip(t *testing.T) {
	t.Parallel()
	full := `POST /v2/templates {"name":"full","later":{"k":[1.0,null,"x"]},
		"roles":{"host":{"name":"host","priority":3,"maxPeerCount":-1,"badge":{"n":1.50},
			"publishParams":{"allowed":["audio","simulcast"],"audio":{"bitRate":64,"later":1},"simulcast":{"video":{"layers":[
				{"rid":"f","scaleResolutionDownBy":1.0,"maxFramerate":25,"maxBitrate":700},{"rid":"h","scaleResolutionDownBy":2,"maxFramerate":25}]}}},
			"subscribeParams":{"subscribeToRoles":["guest"],"subscribeDegradation":{}},
			"permissions":{"endRoom":true,"pollWrite":true,"later":true}},"guest":{}},
		"settings":{"region":"us","later":1,"retry":{"n":3},"recording":{"enabled":true,"upload":{"type":"s3","location":"b","prefix":"p",
			"options":{"region":"r"},"credentials":{"key":"the-key","secretKey":"the-secret"}}}},
		"destinations":{"rtmpDestinations":{"main":{"rtmpUrls":["rtmp://live.example.org/app/stream-key"],"later":1}},
			"transcriptions":{"t":{"role":"host","modes":["live"]}}},
		"plugins":{"whiteboard":{"permissions":{"admin":["host"],"reader":["guest"]}},"noiseCancellation":{"enabled":true},"later":1}}`
	full = strings.NewReplacer("\n", "", "\t", "").Replace(full)
	apitest.Each(t, apitest.Options{}, func(t *testing.T, f *apitest.Foyer) {
		w := f.Workspace(t)
		created := w.Given(`t = ` + full)
		read := w.Do(`GET /v2/templates/{t.id}`)
		if diff := cmp.Diff(created.JSON(), read.JSON()); diff != "" {
			t.Errorf("created and read differ:\n%s", diff)
		}
		for _, secret := range []string{"the-key", "the-secret"} {
			if strings.Contains(string(read.Body), secret) {
				t.Errorf("a credential is shown in clear: %s", secret)
			}
		}
		before, err := f.Store.Template(t.Context(), w.ID, models.ID(w.Fill("{t.id}")))
		if err != nil {
			t.Fatal(err)
		}
		back := w.Send(apitest.Request{Line: `POST /v2/templates/{t.id}`, Body: strings.NewReader(string(read.Body))})
		if back.Status != http.StatusOK {
			t.Fatalf("post back: %d %s", back.Status, back.Body)
		}
		if diff := cmp.Diff(read.JSON(), back.JSON()); diff != "" {
			t.Errorf("read and posted back differ:\n%s", diff)
		}
		after, err := f.Store.Template(t.Context(), w.ID, models.ID(w.Fill("{t.id}")))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(credentials(t, before.Settings), credentials(t, after.Settings)); diff != "" {
			t.Errorf("the stored credentials changed:\n%s", diff)
		}
	})
}

// credentials are those stored in settings.
func credentials(t *testing.T, settings map[string]any) any {
	t.Helper()
	recording, _ := settings["recording"].(map[string]any)
	upload, _ := recording["upload"].(map[string]any)
	if upload["credentials"] == nil {
		text, _ := json.Marshal(settings)
		t.Fatalf("no credentials in %s", text)
	}
	return upload["credentials"]
}

// Server contract 4.1: names are unique, also when many create one at once.
func TestCreateTemplateAtOnce(t *testing.T) {
	t.Parallel()
	apitest.Each(t, apitest.Options{}, func(t *testing.T, f *apitest.Foyer) {
		w := f.Workspace(t)
		var together sync.WaitGroup
		for range 20 {
			together.Go(func() {
				if a := w.Do(`POST /v2/templates {"name":"hall","roles":{"host":{}}}`); a.Status != http.StatusOK {
					t.Errorf("%d %s", a.Status, a.Body)
				}
			})
		}
		together.Wait()
		count(2)(t, w, w.Do(`GET /v2/templates?limit=100`))
	})
}
