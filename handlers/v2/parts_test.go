package v2_test

import (
	"encoding/base64"
	"strings"
	"testing"

	"foyer/handlers/apitest"
	"foyer/models"
)

const s3 = `{"recording":{"enabled":true,"upload":{"type":"s3","location":"b","credentials":{"key":"the-key","secretKey":"the-secret"}}}}`

// Server contract 4.6, 14.1: the settings of a template. Their ranges are tested in package templates.
func TestSettings(t *testing.T) {
	t.Parallel()
	path := `/v2/templates/{template}/settings`
	post := `POST ` + path + ` `
	masked := `"credentials":{"key":"********","secretKey":"********"}`
	upload := func(credentials string) string {
		return post + `{"recording":{"upload":{"type":"s3","location":"b","credentials":` + credentials + `}}}`
	}
	apitest.Play(t, []apitest.Scenario{
		{
			Name: "defaults", Request: `GET ` + path, Status: ok,
			Contains: []string{`{"recording":null,"region":"auto","retry":{},"roomState":{"enabled":false,"messageInterval":5,"sendPeerList":false,"stopRoomStateOnJoin":true}}`},
		},
		{
			Name: "a post replaces", Given: []string{post + `{"region":"eu","roomState":{"enabled":true},"later":1}`}, Request: post + `{"region":"us"}`, Status: ok,
			Contains: []string{`"region":"us"`, `"enabled":false`}, Lacks: []string{"later"},
		},
		{Name: "an empty post gives the defaults again", Given: []string{post + `{"region":"eu"}`}, Request: post, Status: ok, Contains: []string{`"region":"auto"`}},
		{Name: "unknown keys are kept", Given: []string{post + `{"later":{"x":1.0},"videoSimulcastLayers":{"y":2.0}}`}, Request: `GET ` + path, Status: ok, Contains: []string{`"later":{"x":1.0}`, `"videoSimulcastLayers":{"y":2.0}`}},
		{Name: "the template shows the same", Given: []string{post + `{"region":"eu"}`}, Request: `GET /v2/templates/{template}`, Status: ok, Contains: []string{`"region":"eu"`}},
		{Name: "credentials are masked at once", Request: post + s3, Status: ok, Contains: []string{masked}, Lacks: []string{"the-key", "the-secret"}},
		{Name: "and when read", Given: []string{post + s3}, Request: `GET ` + path, Status: ok, Contains: []string{masked}, Lacks: []string{"the-key", "the-secret"}},
		{Name: "and in the template", Given: []string{post + s3}, Request: `GET /v2/templates/{template}`, Status: ok, Contains: []string{masked}, Lacks: []string{"the-key"}},
		{Name: "and in the list", Given: []string{post + s3}, Request: `GET /v2/templates`, Status: ok, Contains: []string{masked}, Lacks: []string{"the-key"}},
		{Name: "the mask keeps the secret", Given: []string{post + s3}, Request: upload(`{"key":"********","secretKey":"********"}`), Status: ok, Contains: []string{masked}, Then: secretIs("the-secret")},
		{Name: "leaving the field out keeps the secret", Given: []string{post + s3}, Request: upload(`{"key":"another"}`), Status: ok, Contains: []string{masked}, Then: secretIs("the-secret")},
		{Name: "leaving credentials out keeps them", Given: []string{post + s3}, Request: post + `{"recording":{"upload":{"type":"s3","location":"c"}}}`, Status: ok, Contains: []string{masked, `"location":"c"`}, Then: secretIs("the-secret")},
		{Name: "a new secret replaces it", Given: []string{post + s3}, Request: upload(`{"key":"k","secretKey":"fresh"}`), Status: ok, Then: secretIs("fresh")},
		{Name: "the other name of the field is accepted", Request: upload(`{"key":"k","secret":"fresh"}`), Status: ok, Contains: []string{masked}, Then: secretIs("fresh")},
		{Name: "recording null takes them away", Given: []string{post + s3}, Request: post + `{"recording":null}`, Status: ok, Contains: []string{`"recording":null`}},
		{Name: "credentials without a secret, and none is stored", Request: upload(`{"key":"k"}`), Status: bad, Contains: []string{`"message":"Invalid upload configuration"`}},
		{Name: "a mask, and none is stored", Request: upload(`{"key":"k","secretKey":"********"}`), Status: bad, Contains: []string{`"message":"Invalid upload configuration"`}},
		{Name: "bucket missing", Request: post + `{"recording":{"upload":{"type":"s3"}}}`, Status: bad, Contains: []string{`"message":"Bucket location is missing"`}},
		{Name: "an unsupported region", Request: post + `{"region":"ap"}`, Status: bad, Contains: []string{`{"code":400,"message":"Error: region not supported","details":["Error: region not supported`}},
		{Name: "out of range", Request: post + `{"roomState":{"messageInterval":3605}}`, Status: bad, Contains: []string{invalid + "settings: roomState.messageInterval must be"}},
		{Name: "an array", Request: post + `[]`, Status: bad, Contains: []string{invalid}},
		{Name: "read from an unknown template", Request: `GET /v2/templates/` + nowhere + `/settings`, Status: notFound, Contains: []string{noTemplate}},
		{Name: "post to an unknown template", Request: `POST /v2/templates/` + nowhere + `/settings`, Status: notFound, Contains: []string{noTemplate}},
	})
}

// secretIs wants this secret to be what is stored, sealed.
func secretIs(want string) func(t *testing.T, w *apitest.Workspace, a *apitest.Answer) {
	return func(t *testing.T, w *apitest.Workspace, _ *apitest.Answer) {
		t.Helper()
		id := w.Fill("{template}")
		template, err := w.Foyer.Store.Template(t.Context(), w.ID, models.ID(id))
		if err != nil {
			t.Fatal(err)
		}
		stored, _ := credentials(t, template.Settings).(map[string]any)["secretKey"].(string)
		sealed, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(stored, "sealed:"))
		if err != nil {
			t.Fatalf("not sealed: %v", err)
		}
		if got, err := w.Foyer.Box.Open(sealed, "template "+id); err != nil || string(got) != want {
			t.Errorf("another secret is stored: %v", err)
		}
	}
}

// Server contract 4.7: the destinations of a template. Their rules are tested in package templates.
func TestDestinations(t *testing.T) {
	t.Parallel()
	path := `/v2/templates/{template}/destinations`
	post := `POST ` + path + ` `
	apitest.Play(t, []apitest.Scenario{
		{Name: "none", Request: `GET ` + path, Status: ok, Contains: []string{"{}\n"}},
		{
			Name: "stored as sent, each repeats its name", Request: post + `{"rtmpDestinations":{"main":{"rtmpUrls":["rtmps://live.example.org/app/k"],"later":1.0}},"later":{}}`, Status: ok,
			Contains: []string{`"main":{"later":1.0,"name":"main","rtmpUrls":["rtmps://live.example.org/app/k"]}`, `"later":{}`},
			Then: func(t *testing.T, w *apitest.Workspace, a *apitest.Answer) {
				if read := w.Do(`GET ` + path); string(read.Body) != string(a.Body) {
					t.Errorf("posted %s, read %s", a.Body, read.Body)
				}
			},
		},
		{Name: "a post replaces", Given: []string{post + `{"later":1}`}, Request: post, Status: ok, Contains: []string{"{}\n"}},
		{Name: "they may name the recorder", Request: post + `{"hlsDestinations":{"h":{"role":"__internal_recorder"}}}`, Status: ok},
		{Name: "wrong", Request: post + `{"rtmpDestinations":{"a":{"rtmpUrls":["http://x"]}}}`, Status: bad, Contains: []string{invalid + "destinations: rtmpDestinations.a"}},
		{Name: "four addresses", Request: post + `{"rtmpDestinations":{"a":{"rtmpUrls":["rtmp://a/b","rtmp://a/b","rtmp://a/b","rtmp://a/b"]}}}`, Status: bad, Contains: []string{invalid}},
		{Name: "an array", Request: post + `[]`, Status: bad, Contains: []string{invalid}},
		{Name: "read from an unknown template", Request: `GET /v2/templates/` + nowhere + `/destinations`, Status: notFound, Contains: []string{noTemplate}},
		{Name: "post to an unknown template", Request: `POST /v2/templates/` + nowhere + `/destinations`, Status: notFound, Contains: []string{noTemplate}},
	})
}

// Server contract 4.8: the recordings config of a template, an array.
func TestRecordingConfigs(t *testing.T) {
	t.Parallel()
	path := `/v2/templates/{template}/recordings`
	post := `POST ` + path + ` `
	apitest.Play(t, []apitest.Scenario{
		{Name: "none", Request: `GET ` + path, Status: ok, Contains: []string{"[]\n"}},
		{Name: "one", Request: post + `[{"name":"r","role":"host","later":1.0}]`, Status: ok, Contains: []string{`[{"later":1.0,"name":"r","role":"host"}]`}},
		{Name: "read", Given: []string{post + `[{"name":"r","role":"host"}]`}, Request: `GET ` + path, Status: ok, Contains: []string{`[{"name":"r","role":"host"}]`}},
		{Name: "the recorder's role", Request: post + `[{"name":"r","role":"__internal_recorder"}]`, Status: ok},
		{Name: "an empty array", Given: []string{post + `[{"name":"r","role":"host"}]`}, Request: post + `[]`, Status: ok, Contains: []string{"[]\n"}},
		{Name: "no body", Request: post, Status: ok, Contains: []string{"[]\n"}},
		{Name: "{}", Request: post + `{}`, Status: ok, Contains: []string{"[]\n"}},
		{Name: "{ }", Request: post + `{ }`, Status: ok, Contains: []string{"[]\n"}},
		{Name: "they outlive a replacement that keeps the role", Given: []string{post + `[{"name":"r","role":"host"}]`, `POST /v2/templates/{template} {"roles":{"host":{}},"settings":{}}`}, Request: `GET ` + path, Status: ok, Contains: []string{`"name":"r"`}},
		{Name: "they follow a renamed role", Given: []string{post + `[{"name":"r","role":"guest"}]`, `POST /v2/templates/{template}/roles/guest {"name":"visitor"}`}, Request: `GET ` + path, Status: ok, Contains: []string{`"role":"visitor"`}},
		{Name: "they go with a role that a replacement lacks", Given: []string{post + `[{"name":"r","role":"guest"}]`, `POST /v2/templates/{template} {"roles":{"host":{}},"settings":{}}`}, Request: `GET ` + path, Status: ok, Contains: []string{"[]\n"}},
		{Name: "two", Request: post + `[{"name":"r","role":"host"},{"name":"s","role":"host"}]`, Status: bad, Contains: []string{invalid + "recordings: at most one is possible"}},
		{Name: "without a name", Request: post + `[{"role":"host"}]`, Status: bad, Contains: []string{invalid + "recordings: name is required"}},
		{Name: "without a role", Request: post + `[{"name":"r"}]`, Status: bad, Contains: []string{invalid + "recordings: role is required"}},
		{Name: "of an unknown role", Request: post + `[{"name":"r","role":"nobody"}]`, Status: bad, Contains: []string{invalid}},
		{Name: "an array of text", Request: post + `["r"]`, Status: bad, Contains: []string{invalid}},
		{Name: "an object", Request: post + `{"name":"r","role":"host"}`, Status: bad, Contains: []string{invalid + "the body must be a JSON array"}},
		{Name: "null", Request: post + `null`, Status: bad, Contains: []string{invalid}},
		{Name: "half an array", Request: post + `[{"name"`, Status: bad, Contains: []string{invalid}},
		{Name: "read from an unknown template", Request: `GET /v2/templates/` + nowhere + `/recordings`, Status: notFound, Contains: []string{noTemplate}},
		{Name: "post to an unknown template", Request: `POST /v2/templates/` + nowhere + `/recordings []`, Status: notFound, Contains: []string{noTemplate}},
	})
}

// Server contract 8.6: stream keys.
func TestStreamKeys(t *testing.T) {
	t.Parallel()
	path := `/v2/stream-keys/room/{room}`
	off := `POST /v2/rooms/{room} {"enabled":false}`
	apitest.Play(t, []apitest.Scenario{
		{
			Name: "create, with no body and no Content-Type", Request: `POST ` + path, Header: map[string]string{"Content-Type": ""}, Status: ok,
			Contains: []string{`"url":"rtmp://foyer.test/live"`, `"room_id":"{room}"`, `"customer_id":"{workspace}"`, `"app_id":"{app}"`, `"enabled":true`},
			Then: func(t *testing.T, w *apitest.Workspace, a *apitest.Answer) {
				if key := a.At("key"); len(key) < 20 || strings.Contains(w.Foyer.Log.String(), key) {
					t.Errorf("a key of %d letters, or one that is logged", len(key))
				}
			},
		},
		{Name: "a second one while one is active", Given: []string{`POST ` + path}, Request: `POST ` + path, Status: bad, Contains: []string{`{"code":400,"message":"Error: active key already exists","details":["Error: active key already exists"]}`}},
		{Name: "list", Given: []string{`x = POST ` + path}, Request: `GET ` + path, Status: ok, Contains: []string{`{"data":[{"id":"{x.id}"`, `"key":"{x.key}"`, `"last":"{x.id}"`}, Lacks: []string{"limit"}},
		{Name: "list nothing", Request: `GET ` + path, Status: ok, Contains: []string{`{"data":[],"last":""}`}},
		{Name: "disable", Given: []string{`POST ` + path}, Request: `POST ` + path + `/disable`, Header: map[string]string{"Content-Type": ""}, Status: ok, Contains: []string{`{"message":"key disabled successfully"}`}},
		{Name: "disable again", Given: []string{`POST ` + path, `POST ` + path + `/disable`}, Request: `POST ` + path + `/disable`, Status: notFound, Contains: []string{`{"code":404,"message":"Error: `, "key"}},
		{
			Name: "a new one after it, the old one stays in the list", Given: []string{`x = POST ` + path, `POST ` + path + `/disable`, `wait 1s`, `y = POST ` + path},
			Request: `GET ` + path, Status: ok, Then: order("{y.id}", "{x.id}"), Contains: []string{`"enabled":true`, `"enabled":false`},
		},
		{Name: "create in a disabled room", Given: []string{off}, Request: `POST ` + path, Status: forbidden, Contains: []string{roomIsOff}},
		{Name: "list of a disabled room", Given: []string{off}, Request: `GET ` + path, Status: forbidden, Contains: []string{roomIsOff}},
		{Name: "disable in a disabled room", Given: []string{off}, Request: `POST ` + path + `/disable`, Status: forbidden, Contains: []string{roomIsOff}},
		{Name: "create in an unknown room", Request: `POST /v2/stream-keys/room/` + nowhere, Status: notFound, Contains: []string{noRoom}},
		{Name: "list of an unknown room", Request: `GET /v2/stream-keys/room/` + nowhere, Status: notFound, Contains: []string{noRoom}},
		{Name: "disable in an unknown room", Request: `POST /v2/stream-keys/room/` + nowhere + `/disable`, Status: notFound, Contains: []string{noRoom}},
	})
}
