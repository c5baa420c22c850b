package apitest

import (
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
)

// Request is one that a workspace sends.
type Request struct {
	Line   string            // "POST /v2/rooms {"name":"x"}": method, path with query, and perhaps a body
	Header map[string]string // over what is usual; an empty value takes a header away
	Auth   Auth              // nil: what is usual for the path
	Body   io.Reader         // instead of the line's; its length is not told
	From   string            // the address; empty: the workspace's
}

// Answer is what came back.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
}

// Do sends a request written as one line and fails the test unless the answer keeps the contract.
func (w *Workspace) Do(line string) *Answer {
	w.t.Helper()
	return w.Send(Request{Line: line})
}

// Send sends a request and fails the test unless the answer keeps the contract. It may be called by many goroutines if the line has
// no names in it.
func (w *Workspace) Send(r Request) *Answer {
	w.t.Helper()
	request := w.build(r)
	answer := w.Foyer.serve(request)
	if err := w.Foyer.Check(request, answer); err != nil {
		w.t.Errorf("%s %s: %d %s\nbreaks the contract: %v", request.Method, request.URL, answer.Status, answer.Body, err)
	}
	return answer
}

// Raw sends a request and does not look at the answer: for floods.
func (w *Workspace) Raw(line string) *Answer {
	w.t.Helper()
	return w.Foyer.serve(w.build(Request{Line: line}))
}

func (f *Foyer) serve(request *http.Request) *Answer {
	recorder := httptest.NewRecorder()
	f.Router.ServeHTTP(recorder, request)
	return &Answer{Status: recorder.Code, Header: recorder.Result().Header, Body: recorder.Body.Bytes()}
}

// Check reports how an answer breaks the contract.
func (f *Foyer) Check(request *http.Request, a *Answer) error {
	found := f.Router.NewContext(request, nil)
	f.Router.Router().Find(request.Method, request.URL.EscapedPath(), found)
	return f.contract.check(request.Context(), found.Path(), request, a)
}

func (w *Workspace) build(r Request) *http.Request {
	w.t.Helper()
	method, rest, _ := strings.Cut(w.Fill(r.Line), " ")
	target, text, _ := strings.Cut(rest, " ")
	body := r.Body
	if body == nil && text != "" {
		body = strings.NewReader(text)
	}
	request := httptest.NewRequestWithContext(context.Background(), method, target, body)
	request.RemoteAddr = net.JoinHostPort(w.From, "4711")
	if r.From != "" {
		request.RemoteAddr = net.JoinHostPort(r.From, "4711")
	}
	if body != nil {
		request.Header.Set("Content-Type", "application/json")
	}
	auth := r.Auth
	if auth == nil {
		auth = usual(request.URL.Path)
	}
	if value := auth(w); value != "" {
		request.Header.Set("Authorization", value)
	}
	for name, value := range r.Header {
		request.Header.Set(name, w.Fill(value))
		if value == "" {
			request.Header.Del(name)
		}
	}
	return request
}

// JSON is the body, decoded.
func (a *Answer) JSON() any {
	var value any
	_ = json.Unmarshal(a.Body, &value) // nil is what a body that is no JSON holds
	return value
}

// At is the text of the value under a path of keys and indexes, as in "data.0.code"; empty when there is none.
func (a *Answer) At(path string) string { return a.values()[path] }

// values are all single values of the body by their paths.
func (a *Answer) values() map[string]string {
	found := map[string]string{}
	flatten("", a.JSON(), found)
	return found
}

func flatten(path string, value any, into map[string]string) {
	under := func(key string) string { return strings.TrimPrefix(path+"."+key, ".") }
	switch v := value.(type) {
	case map[string]any:
		for key, inner := range v {
			flatten(under(key), inner, into)
		}
	case []any:
		for i, inner := range v {
			flatten(under(strconv.Itoa(i)), inner, into)
		}
	case string:
		into[path] = v
	default:
		text, _ := json.Marshal(v) //nolint:errchkjson // it came from JSON
		into[path] = string(text)
	}
}
