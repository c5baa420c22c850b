package foyer_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"foyer"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// document loads a copy of its own for each test, since validation writes into a document.
func document(t *testing.T) *openapi3.T {
	t.Helper()
	doc, err := openapi3.NewLoader().LoadFromData(foyer.OpenAPI)
	if err != nil {
		t.Fatalf("load the document: %v", err)
	}
	return doc
}

// operations calls visit for each operation of the document, in a subtest named after it.
func operations(t *testing.T, doc *openapi3.T, visit func(t *testing.T, route *routers.Route)) {
	t.Helper()
	for _, path := range doc.Paths.InMatchingOrder() {
		item := doc.Paths.Value(path)
		for method, operation := range item.Operations() {
			t.Run(method+" "+path, func(t *testing.T) {
				visit(t, &routers.Route{Spec: doc, Path: path, PathItem: item, Method: method, Operation: operation})
			})
		}
	}
}

// answer validates a response the way the API tests do.
func answer(t *testing.T, route *routers.Route, status int, header http.Header, body []byte) error {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), route.Method, route.Path, nil)
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: request, Route: route},
		Status:                 status,
		Header:                 header,
		Options:                &openapi3filter.Options{IncludeResponseStatus: true, MultiError: true},
	}
	input.SetBodyBytes(body)
	return openapi3filter.ValidateResponse(t.Context(), input)
}

func TestOpenAPIIsValid(t *testing.T) {
	t.Parallel()
	doc := document(t)
	if err := doc.Validate(t.Context(), openapi3.EnableExamplesValidation(), openapi3.EnableMultiError()); err != nil {
		t.Fatal(err)
	}
	if !doc.IsOpenAPI31OrLater() {
		t.Errorf("the document says openapi: %s, want 3.1", doc.OpenAPI)
	}
}

func TestOpenAPIOperationsAreDescribed(t *testing.T) {
	t.Parallel()
	doc := document(t)
	seen := map[string]string{}
	tags := map[string]bool{}
	for _, tag := range doc.Tags {
		tags[tag.Name] = true
	}
	operations(t, doc, func(t *testing.T, route *routers.Route) {
		op := route.Operation
		if op.OperationID == "" || op.Summary == "" {
			t.Errorf("operationId %q, summary %q: neither may be empty", op.OperationID, op.Summary)
		}
		if other, taken := seen[op.OperationID]; taken {
			t.Errorf("operationId %s is also that of %s", op.OperationID, other)
		}
		seen[op.OperationID] = route.Path
		if len(op.Tags) != 1 || !tags[op.Tags[0]] {
			t.Errorf("tags %v: want one that the document lists", op.Tags)
		}
	})
}

func TestOpenAPIParameters(t *testing.T) {
	t.Parallel()
	operations(t, document(t), func(t *testing.T, route *routers.Route) {
		declared := map[string]bool{}
		for _, list := range []openapi3.Parameters{route.PathItem.Parameters, route.Operation.Parameters} {
			for _, ref := range list {
				p := ref.Value
				if p.Schema == nil || p.Description == "" {
					t.Errorf("parameter %s has no schema or no description", p.Name)
				}
				if p.In == openapi3.ParameterInPath {
					declared[p.Name] = true
				}
			}
		}
		for name := range declared {
			if !strings.Contains(route.Path, "{"+name+"}") {
				t.Errorf("path parameter %s is not in the path", name)
			}
		}
		if got, want := len(declared), strings.Count(route.Path, "{"); got != want {
			t.Errorf("%d path parameters are described, the path has %d", got, want)
		}
	})
}

// Every example of an answer passes the very check that real answers pass, and every answer with a body has one.
func TestOpenAPIAnswerExamples(t *testing.T) {
	t.Parallel()
	operations(t, document(t), func(t *testing.T, route *routers.Route) {
		for status, ref := range statuses(t, route.Operation) {
			media := ref.Value.Content.Get("application/json")
			if media == nil {
				if status != http.StatusNoContent {
					t.Errorf("%d has no JSON body", status)
				}
				continue
			}
			if len(media.Examples) == 0 {
				t.Errorf("%d has no example", status)
			}
			header := http.Header{"Content-Type": {"application/json"}, "Retry-After": {"45"}}
			for name, example := range media.Examples {
				if err := answer(t, route, status, header, marshal(t, example.Value.Value)); err != nil {
					t.Errorf("%d, example %s: %v", status, name, err)
				}
			}
		}
	})
}

func TestOpenAPIRequestExamples(t *testing.T) {
	t.Parallel()
	doc := document(t)
	operations(t, doc, func(t *testing.T, route *routers.Route) {
		if route.Operation.RequestBody == nil {
			return
		}
		media := route.Operation.RequestBody.Value.Content.Get("application/json")
		if media == nil || len(media.Examples) == 0 {
			t.Fatal("the request body has no example")
		}
		for name, example := range media.Examples {
			var body any
			if err := json.Unmarshal(marshal(t, example.Value.Value), &body); err != nil {
				t.Fatalf("example %s: %v", name, err)
			}
			err := doc.ValidateSchemaJSON(media.Schema.Value, body, openapi3.EnableJSONSchema2020(), openapi3.VisitAsRequest())
			if err != nil {
				t.Errorf("example %s: %v", name, err)
			}
		}
	})
}

// The statuses that every answerer may give are listed everywhere: a token may be wrong, a caller may be too quick.
func TestOpenAPICommonStatuses(t *testing.T) {
	t.Parallel()
	operations(t, document(t), func(t *testing.T, route *routers.Route) {
		want := []int{http.StatusTooManyRequests, http.StatusInternalServerError}
		if strings.HasPrefix(route.Path, "/v2/") {
			want = append(want, http.StatusServiceUnavailable)
		}
		open := route.Operation.Security != nil && len(*route.Operation.Security) == 0
		if !open {
			want = append(want, http.StatusUnauthorized)
		}
		if route.Operation.RequestBody != nil {
			want = append(want, http.StatusRequestEntityTooLarge)
		}
		for _, status := range want {
			if route.Operation.Responses.Status(status) == nil {
				t.Errorf("%d is not described", status)
			}
		}
		if open && route.Operation.Responses.Status(http.StatusUnauthorized) != nil {
			t.Error("401 is described for an operation that needs no token")
		}
	})
}

func TestOpenAPIRefusesWrongAnswers(t *testing.T) {
	t.Parallel()
	doc := document(t)
	const code = `"room_id":"6601aa00bb11cc22dd33ee44","role":"host","enabled":true,"created_at":"2026-01-05T10:03:00.12Z"`
	for _, tc := range []struct{ name, method, path, body string }{
		{"code with a digit", "POST", "/v2/room-codes/code", `{"code":"qm1-rvbk-zoe",` + code + `,"updated_at":"2026-01-05T10:03:00Z"}`},
		{"code without updated_at", "POST", "/v2/room-codes/code", `{"code":"qmt-rvbk-zoe",` + code + `}`},
		{"nanoseconds", "POST", "/v2/room-codes/code", `{"code":"qmt-rvbk-zoe",` + code + `,"updated_at":"2026-01-05T10:03:00.123456789Z"}`},
		{"time with an offset", "POST", "/v2/room-codes/code", `{"code":"qmt-rvbk-zoe",` + code + `,"updated_at":"2026-01-05T10:03:00+01:00"}`},
		{"max_uses without uses", "POST", "/v2/room-codes/code", `{"code":"qmt-rvbk-zoe",` + code + `,"updated_at":"2026-01-05T10:03:00Z","max_uses":3}`},
		{"unset extension as null", "POST", "/v2/room-codes/code", `{"code":"qmt-rvbk-zoe",` + code + `,"updated_at":"2026-01-05T10:03:00Z","label":null}`},
		{"token of two parts", "POST", "/v2/token", `{"token":"a.b"}`},
		{"page without last", "GET", "/v2/rooms", `{"limit":10,"data":[]}`},
		{"page with null data", "GET", "/v2/rooms", `{"limit":10,"data":null,"last":""}`},
		{"page of the wrong limit", "GET", "/v2/rooms", `{"limit":101,"data":[],"last":""}`},
		{"recordings as an object", "GET", "/v2/templates/{template_id}/recordings", `{}`},
		{"settings without retry", "GET", "/v2/templates/{template_id}/settings", `{"region":"in","recording":null,"roomState":{"messageInterval":5,"sendPeerList":false,"stopRoomStateOnJoin":true,"enabled":false}}`},
		{"role without permissions", "GET", "/v2/templates/{template_id}/roles/{role}", `{"name":"host"}`},
		{"link without custom_link", "GET", "/v2/room-links/room/{room_id}", `{"data":[{"role":"host","code":"qmt-rvbk-zoe","prebuilt_link":"http://localhost:8080/meeting/qmt-rvbk-zoe"}]}`},
		{"credentials", "GET", "/v2/rooms/{room_id}", strings.Replace(string(marshal(t, doc.Components.Examples["FullRoom"].Value.Value)),
			`"type":"s3"`, `"type":"s3","credentials":{"key":"k","secret":"s"}`, 1)},
		{"a room's old field active", "GET", "/v2/rooms/{room_id}", strings.Replace(string(marshal(t, doc.Components.Examples["Room"].Value.Value)),
			`"enabled":true`, `"enabled":true,"active":true`, 1)},
		{"recordings that there are", "GET", "/v2/recordings", `{"limit":10,"data":[{}],"last":""}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if err := answer(t, routeOf(doc, tc.method, tc.path), http.StatusOK, jsonHeader(), []byte(tc.body)); err == nil {
				t.Errorf("%s %s takes %s", tc.method, tc.path, tc.body)
			}
		})
	}
}

func TestOpenAPIRefusesWrongErrors(t *testing.T) {
	t.Parallel()
	doc := document(t)
	for _, tc := range []struct {
		name, method, path string
		status             int
		body               string
	}{
		{"code is not the status", "GET", "/v2/rooms/{room_id}", 404, `{"code":400,"message":"Error: Room not found","details":[]}`},
		{"code is text", "GET", "/v2/rooms/{room_id}", 404, `{"code":"404","message":"Error: Room not found","details":[]}`},
		{"no details", "GET", "/v2/rooms/{room_id}", 404, `{"code":404,"message":"Error: Room not found"}`},
		{"other wording", "GET", "/v2/rooms/{room_id}", 404, `{"code":404,"message":"not found","details":[]}`},
		{"a status that is not described", "GET", "/v2/rooms/{room_id}", 418, `{"code":418,"message":"teapot","details":[]}`},
		{"a cause that is not one of the ten", "POST", "/v2/token", 403, `{"code":403,"message":"no","details":["because"]}`},
		{"two causes", "POST", "/v2/token", 403, `{"code":403,"message":"no","details":["disabled","expired"]}`},
		{"unknown is a 404", "POST", "/v2/token", 403, `{"code":403,"message":"no","details":["unknown"]}`},
		{"401 without a cause", "GET", "/v2/rooms", 401, `{"code":401,"message":"Token validation error","details":[]}`},
		{"400 without the cause", "GET", "/v2/rooms", 400, `{"code":400,"message":"Invalid query parameter","details":["limit"]}`},
		{"429 without Retry-After", "POST", "/v2/token", 429, `{"code":429,"message":"rate limit exceeded","details":[]}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if err := answer(t, routeOf(doc, tc.method, tc.path), tc.status, jsonHeader(), []byte(tc.body)); err == nil {
				t.Errorf("%s %s takes %s", tc.method, tc.path, tc.body)
			}
		})
	}
}

// Templates are lossless: keys that Foyer does not know pass.
func TestOpenAPITakesUnknownTemplateKeys(t *testing.T) {
	t.Parallel()
	doc := document(t)
	examples := doc.Components.Examples
	for path, name := range map[string]string{
		"/v2/templates/{template_id}":              "Template",
		"/v2/templates/{template_id}/roles/{role}": "Role",
		"/v2/templates/{template_id}/settings":     "Settings",
		"/v2/templates/{template_id}/destinations": "Destinations",
	} {
		body := examples[name].Value.Value.(map[string]any)
		body["later"] = map[string]any{"unknown": true}
		if err := answer(t, routeOf(doc, "GET", path), http.StatusOK, jsonHeader(), marshal(t, body)); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func statuses(t *testing.T, op *openapi3.Operation) map[int]*openapi3.ResponseRef {
	t.Helper()
	found := map[int]*openapi3.ResponseRef{}
	for status := 100; status < 600; status++ {
		if ref := op.Responses.Status(status); ref != nil {
			found[status] = ref
		}
	}
	if len(found) != op.Responses.Len() {
		t.Errorf("%d answers, %d of them by a status of their own", op.Responses.Len(), len(found))
	}
	return found
}

func routeOf(doc *openapi3.T, method, path string) *routers.Route {
	item := doc.Paths.Value(path)
	return &routers.Route{Spec: doc, Path: path, PathItem: item, Method: method, Operation: item.GetOperation(method)}
}

func jsonHeader() http.Header {
	return http.Header{"Content-Type": {"application/json"}}
}

func marshal(t *testing.T, value any) []byte {
	t.Helper()
	body, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	return body
}
