package v2_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"foyer/handlers/apitest"
)

const (
	ok         = http.StatusOK
	bad        = http.StatusBadRequest
	unauth     = http.StatusUnauthorized
	forbidden  = http.StatusForbidden
	notFound   = http.StatusNotFound
	nowhere    = "0123456789abcdef01234567" // an id that names nothing
	invalid    = `{"code":400,"message":"Invalid body param","details":["Invalid body param: `
	badQuery   = `{"code":400,"message":"Invalid query parameter","details":["Invalid query parameter: `
	noRoom     = `{"code":404,"message":"Error: Room not found","details":[]}`
	noRole     = `{"code":404,"message":"Error: Role not found","details":[]}`
	noCode     = `{"code":404,"message":"Error: Code not found","details":[]}`
	noTemplate = `{"code":404,"message":"Error: Template not found","details":[]}`
	roomIsOff  = `{"code":403,"message":"Error: Room is disabled","details":[]}`
)

var uuidShape = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// Server contract 2.1, 2.2: what a new room is like.
func TestCreateRoom(t *testing.T) {
	t.Parallel()
	apitest.Play(t, []apitest.Scenario{
		{
			Name: "nothing is needed", Request: `POST /v2/rooms`, Status: ok,
			Contains: []string{
				`"enabled":true`, `"description":""`, `"customer_id":"{workspace}"`, `"customer":"{workspace}"`, `"app_id":"{app}"`,
				`"recording_info":null`, `"recording_source_template":true`, `"enabled_source_template":true`,
				`"template_id":"{template}"`, `"template":"default"`, `"region":"auto"`, `"large_room":false`,
				`"created_at":"2026-01-05T10:00:00.123Z"`, `"updated_at":"2026-01-05T10:00:00.123Z"`,
			},
			Lacks: []string{`"active"`, `"key"`, `"recording":`, `"size"`, `"max_duration_seconds"`, `"polls"`, `"webhook"`},
			Then: func(t *testing.T, _ *apitest.Workspace, a *apitest.Answer) {
				if name := a.At("name"); !uuidShape.MatchString(name) {
					t.Errorf("the name %q is not a UUID v4", name)
				}
			},
		},
		{
			Name: "everything", Status: ok,
			Request: `POST /v2/rooms {"name":"Math-9b.A:1_x","description":"Evening","template_id":"{template}","region":"in",` +
				`"recording_info":{"enabled":true,"upload_info":{"type":"s3","location":"bucket","prefix":"p","options":{"region":"eu-west-1"}}},` +
				`"large_room":true,"size":20000,"max_duration_seconds":43200,"polls":["65f0000000000000000000f1"],"enabled":false,` +
				`"webhook":{"url":"https://hooks.example.org/rtc","headers":{"x-secret":"s1"}}}`,
			Contains: []string{
				`"name":"Math-9b.A:1_x"`, `"enabled":false`, `"description":"Evening"`, `"region":"in"`,
				`"recording_info":{"enabled":true,"upload_info":{"location":"bucket","options":{"region":"eu-west-1"},"prefix":"p","type":"s3"}}`,
				`"recording_source_template":false`, `"enabled_source_template":false`,
				`"large_room":true`, `"size":20000`, `"max_duration_seconds":43200`, `"polls":["65f0000000000000000000f1"]`,
				`"webhook":{"url":"https://hooks.example.org/rtc","headers":{"x-secret":"s1"}}`,
			},
		},
		{
			Name: "an empty name is made up too", Request: `POST /v2/rooms {"name":""}`, Status: ok,
			Then: func(t *testing.T, _ *apitest.Workspace, a *apitest.Answer) {
				if name := a.At("name"); !uuidShape.MatchString(name) {
					t.Errorf("the name %q is not a UUID v4", name)
				}
			},
		},
		{
			Name: "region auto is the template's", Status: ok, Request: `POST /v2/rooms`, Contains: []string{`"region":"eu"`},
			Given: []string{`POST /v2/templates/{template}/settings {"region":"eu"}`},
		},
		{
			Name: "a template whose region is auto too takes the workspace's", Status: ok, Request: `POST /v2/rooms`,
			Given: []string{`POST /v2/workspace {"region":"us"}`}, Contains: []string{`"region":"us"`},
		},
		{
			Name: "it has no codes until they are asked for", Given: []string{`x = POST /v2/rooms`}, Status: ok,
			Request: `GET /v2/room-codes/room/{x.id}`, Contains: []string{`"data":[]`},
		},
		{
			Name: "unknown fields are ignored", Request: `POST /v2/rooms {"name":"x","colour":"red","active":true}`, Status: ok,
			Lacks: []string{"colour", "red", "active"},
		},
		{
			Name: "an empty name is none", Request: `POST /v2/rooms {"name":""}`, Status: ok,
			Then: func(t *testing.T, _ *apitest.Workspace, a *apitest.Answer) {
				if name := a.At("name"); !uuidShape.MatchString(name) {
					t.Errorf("the name %q is not a UUID v4", name)
				}
			},
		},
		{Name: "a description of 10,000 characters", Request: `POST /v2/rooms {"description":"` + strings.Repeat("é", 10_000) + `"}`, Status: ok},
		{Name: "size 0", Request: `POST /v2/rooms {"size":0}`, Status: ok, Contains: []string{`"size":0`}},
		{Name: "size 2500", Request: `POST /v2/rooms {"size":2500}`, Status: ok, Contains: []string{`"size":2500`}},
		{Name: "duration 120", Request: `POST /v2/rooms {"max_duration_seconds":120}`, Status: ok},
		{Name: "null is as good as absent", Request: `POST /v2/rooms {"name":null,"size":null,"webhook":null,"region":null}`, Status: ok},
		{
			Name: "credentials are never answered", Status: ok,
			Request: `POST /v2/rooms {"recording_info":{"upload_info":{"type":"s3","location":"b","credentials":{"key":"my-key","secret":"my-secret"}}}}`,
			Lacks:   []string{"my-key", "my-secret"},
		},
	})
}

// Server contract 2.2: the errors of create; 11.7: an unknown template is 400.
func TestCreateRoomRefused(t *testing.T) {
	t.Parallel()
	size := func(cause string) []string { return []string{invalid + cause + `"]}`} }
	apitest.Play(t, []apitest.Scenario{
		{Name: "size above 20000", Request: `POST /v2/rooms {"size":20001,"large_room":true}`, Status: bad, Contains: size("room size greater than 20000")},
		{
			Name: "size above 2500", Request: `POST /v2/rooms {"size":2501}`, Status: bad,
			Contains: size("room size greater than 2500, set large_room flag as true"),
		},
		{Name: "size below 0", Request: `POST /v2/rooms {"size":-1}`, Status: bad, Contains: []string{invalid}},
		{Name: "size is text", Request: `POST /v2/rooms {"size":"5"}`, Status: bad, Contains: []string{invalid + "size must be an integer"}},
		{Name: "size has a fraction", Request: `POST /v2/rooms {"size":5.5}`, Status: bad, Contains: []string{invalid}},
		{Name: "size is out of all bounds", Request: `POST /v2/rooms {"size":99999999999999999999}`, Status: bad, Contains: []string{invalid}},
		{Name: "duration below 120", Request: `POST /v2/rooms {"max_duration_seconds":119}`, Status: bad, Contains: []string{invalid}},
		{Name: "duration above 43200", Request: `POST /v2/rooms {"max_duration_seconds":43201}`, Status: bad, Contains: []string{invalid}},
		{Name: "a space in the name", Request: `POST /v2/rooms {"name":"a%20b c"}`, Status: bad, Contains: []string{invalid}},
		{Name: "an umlaut in the name", Request: `POST /v2/rooms {"name":"schön"}`, Status: bad, Contains: []string{invalid}},
		{Name: "a slash in the name", Request: `POST /v2/rooms {"name":"a/b"}`, Status: bad, Contains: []string{invalid}},
		{Name: "a name of nothing but a sign", Request: `POST /v2/rooms {"name":"+"}`, Status: bad, Contains: []string{invalid}},
		{Name: "the name is a number", Request: `POST /v2/rooms {"name":7}`, Status: bad, Contains: []string{invalid + "name must be a string"}},
		{Name: "enabled is text", Request: `POST /v2/rooms {"enabled":"false"}`, Status: bad, Contains: []string{invalid}},
		{Name: "large_room is a number", Request: `POST /v2/rooms {"large_room":1}`, Status: bad, Contains: []string{invalid}},
		{
			Name: "unknown template", Request: `POST /v2/rooms {"template_id":"` + nowhere + `"}`, Status: bad,
			Contains: []string{`"message":"Error: template not found","details":["Error: template not found"]`},
		},
		{
			Name: "a template id that is none", Request: `POST /v2/rooms {"template_id":"classroom"}`, Status: bad,
			Contains: []string{`"message":"Error: template not found"`},
		},
		{
			Name: "template by its old name", Request: `POST /v2/rooms {"template":"default"}`, Status: bad,
			Contains: []string{`"message":"Invalid body param: template. Use template_id","details":["Invalid body param: template. Use template_id"]`},
		},
		{
			Name: "unsupported region", Request: `POST /v2/rooms {"region":"ap"}`, Status: bad,
			Contains: []string{`"message":"Error: region not supported","details":["Error: region not supported`},
		},
		{
			Name: "bucket missing", Request: `POST /v2/rooms {"recording_info":{"upload_info":{"type":"s3"}}}`, Status: bad,
			Contains: []string{`"message":"Bucket location is missing"`},
		},
		{
			Name: "upload of an unknown type", Request: `POST /v2/rooms {"recording_info":{"upload_info":{"type":"ftp","location":"b"}}}`,
			Status: bad, Contains: []string{`"message":"Invalid upload configuration"`},
		},
		{Name: "recording_info is text", Request: `POST /v2/rooms {"recording_info":"s3"}`, Status: bad, Contains: []string{invalid}},
		{Name: "upload_info is text", Request: `POST /v2/rooms {"recording_info":{"upload_info":"s3"}}`, Status: bad, Contains: []string{invalid}},
		{
			Name: "credentials without a key", Status: bad, Contains: []string{`"message":"Invalid upload configuration"`},
			Request: `POST /v2/rooms {"recording_info":{"upload_info":{"type":"s3","location":"b","credentials":{"secret":"s"}}}}`,
		},
		{
			Name: "credentials without a secret, and none is stored", Status: bad, Contains: []string{`"message":"Invalid upload configuration"`},
			Request: `POST /v2/rooms {"recording_info":{"upload_info":{"type":"s3","location":"b","credentials":{"key":"k"}}}}`,
		},
		{Name: "webhook without url", Request: `POST /v2/rooms {"webhook":{"headers":{}}}`, Status: bad, Contains: []string{invalid}},
		{Name: "webhook of another scheme", Request: `POST /v2/rooms {"webhook":{"url":"ftp://x/y"}}`, Status: bad, Contains: []string{invalid}},
		{Name: "webhook header is a number", Request: `POST /v2/rooms {"webhook":{"url":"http://x","headers":{"a":1}}}`, Status: bad, Contains: []string{invalid}},
		{
			Name: "webhook header with a line break", Status: bad, Contains: []string{invalid}, Lacks: []string{"evil"},
			Request: `POST /v2/rooms {"webhook":{"url":"http://x","headers":{"a":"b\r\nevil:1"}}}`,
		},
		{Name: "polls is text", Request: `POST /v2/rooms {"polls":"p"}`, Status: bad, Contains: []string{invalid}},
		{Name: "a poll is a number", Request: `POST /v2/rooms {"polls":[1]}`, Status: bad, Contains: []string{invalid}},
		{Name: "a zero byte in the description", Request: `POST /v2/rooms {"description":"a\u0000b"}`, Status: bad, Contains: []string{invalid}},
	})
}

// Server contract 2.5 to 2.7: read, change, disable, enable.
func TestRoom(t *testing.T) {
	t.Parallel()
	apitest.Play(t, []apitest.Scenario{
		{Name: "read", Request: `GET /v2/rooms/{room}`, Status: ok, Contains: []string{`"id":"{room}"`, `"name":"lesson"`}, Lacks: []string{`"key"`}},
		{Name: "read an unknown one", Request: `GET /v2/rooms/` + nowhere, Status: notFound, Contains: []string{noRoom}},
		{Name: "read with a malformed id", Request: `GET /v2/rooms/lesson`, Status: notFound, Contains: []string{noRoom}},
		{Name: "read with an id that is not UTF-8", Request: `GET /v2/rooms/%ff%fe`, Status: notFound, Contains: []string{noRoom}},
		{Name: "read with a zero byte for an id", Request: `GET /v2/rooms/%00`, Status: notFound, Contains: []string{noRoom}},
		{Name: "change an unknown one", Request: `POST /v2/rooms/` + nowhere + ` {"size":5}`, Status: notFound, Contains: []string{noRoom}},
		{Name: "change with an id that is not UTF-8", Request: `POST /v2/rooms/%ff {"size":5}`, Status: notFound, Contains: []string{noRoom}},
		{
			Name: "change nothing", Request: `POST /v2/rooms/{room}`, Status: ok, Contains: []string{`"id":"{room}"`, `"enabled":true`},
		},
		{
			Name: "change all", Status: ok, Given: []string{`t = POST /v2/templates {"name":"other","roles":{"host":{}}}`, `wait 2s`},
			Request: `POST /v2/rooms/{room} {"name":"hall","description":"d","region":"eu","large_room":true,"size":3000,` +
				`"max_duration_seconds":600,"polls":["p"],"webhook":{"url":"https://hooks.example.org/x"},"enabled":false,"template_id":"{t.id}"}`,
			Contains: []string{
				`"name":"hall"`, `"description":"d"`, `"region":"eu"`, `"large_room":true`, `"size":3000`, `"max_duration_seconds":600`,
				`"polls":["p"]`, `"webhook":{"url":"https://hooks.example.org/x"}`, `"enabled":false`, `"template":"other"`,
			},
		},
		{
			Name: "what is not sent stays", Given: []string{`POST /v2/rooms/{room} {"description":"d","size":5,"polls":["p"]}`}, Status: ok,
			Request: `POST /v2/rooms/{room} {"enabled":false}`, Contains: []string{`"description":"d"`, `"size":5`, `"polls":["p"]`, `"enabled":false`},
		},
		{
			Name: "null takes a bound away", Given: []string{`POST /v2/rooms/{room} {"size":5,"max_duration_seconds":600,"webhook":{"url":"http://x"}}`},
			Request: `POST /v2/rooms/{room} {"size":null,"max_duration_seconds":null,"webhook":null}`, Status: ok,
			Lacks: []string{`"size"`, `"max_duration_seconds"`, `"webhook"`},
		},
		{
			Name: "recording_info parts it from the template, null joins them again", Status: ok,
			Given:   []string{`POST /v2/rooms/{room} {"recording_info":{"enabled":true}}`},
			Request: `POST /v2/rooms/{room} {"recording_info":null}`, Contains: []string{`"recording_info":null`, `"recording_source_template":true`},
		},
		{
			Name: "large_room cannot go while the size needs it", Given: []string{`POST /v2/rooms/{room} {"large_room":true,"size":3000}`},
			Request: `POST /v2/rooms/{room} {"large_room":false}`, Status: bad, Contains: []string{invalid + "room size greater than 2500"},
		},
		{Name: "an empty name", Request: `POST /v2/rooms/{room} {"name":""}`, Status: bad, Contains: []string{invalid}},
		{Name: "its own name again", Request: `POST /v2/rooms/{room} {"name":"Lesson"}`, Status: ok, Contains: []string{`"name":"Lesson"`}},
		{Name: "unknown template", Request: `POST /v2/rooms/{room} {"template_id":"` + nowhere + `"}`, Status: bad, Contains: []string{`Error: template not found`}},
		{Name: "unsupported region", Request: `POST /v2/rooms/{room} {"region":"mars"}`, Status: bad, Contains: []string{`Error: region not supported`}},
		{Name: "wrong type", Request: `POST /v2/rooms/{room} {"enabled":1}`, Status: bad, Contains: []string{invalid + "enabled must be true or false"}},
		{Name: "enabled again", Given: []string{`POST /v2/rooms/{room} {"enabled":false}`}, Request: `POST /v2/rooms/{room} {"enabled":true}`, Status: ok, Contains: []string{`"enabled":true`}},
		{Name: "there is no delete", Request: `DELETE /v2/rooms/{room}`, Status: http.StatusMethodNotAllowed, Headers: map[string]string{"Allow": "OPTIONS, GET, POST"}},
		{
			Name: "the answer after a change is what a read gives", Request: `POST /v2/rooms/{room} {"description":"now"}`, Status: ok,
			Then: func(t *testing.T, w *apitest.Workspace, a *apitest.Answer) {
				if read := w.Do(`GET /v2/rooms/{room}`); string(read.Body) != string(a.Body) {
					t.Errorf("changed %s\nread    %s", a.Body, read.Body)
				}
			},
		},
	})
}
