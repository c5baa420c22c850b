package v2_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"foyer/codes"
	"foyer/handlers/apitest"
	"foyer/store/storetest"
)

// FuzzJWT wants no management token to be accepted that was not signed by the workspace's key, and every other answer to be 401.
func FuzzJWT(f *testing.F) {
	var all []*apitest.Workspace
	for _, database := range storetest.Databases {
		all = append(all, apitest.Start(f, database, apitest.Options{}).Workspace(f))
	}
	w := all[0]
	parts := strings.Split(w.Management(), ".")
	f.Add(parts[0], parts[1], parts[2])
	f.Add("eyJhbGciOiJub25lIn0", parts[1], "")
	f.Add("eyJhbGciOiJIUzM4NCJ9", parts[1], parts[2])
	f.Add(parts[0], parts[1]+"=", parts[2])
	f.Add(parts[0], "", parts[2])
	f.Add("", "", "")
	f.Add("e30", "e30", "e30")
	f.Add("bnVsbA", "bnVsbA", "bnVsbA")
	for _, claims := range []string{
		`{"access_key":"\u0000","type":"management","version":2,"exp":9999999999}`, `{"access_key":null,"exp":1e999}`, `{"exp":-1e308,"version":2e0}`,
		`{"access_key":{"a":1}}`, `{"nbf":"x"}`, `{"iat":9223372036854775808}`, `[]`, `"x"`, `{"version":2,"version":1}`, "{\"access_key\":\"\xff\"}",
	} {
		f.Add(parts[0], base64.RawURLEncoding.EncodeToString([]byte(claims)), parts[2])
	}
	for _, changes := range []map[string]any{{"version": 3}, {"type": "app"}, {"exp": nil}, {"access_key": "x"}} {
		signed := strings.Split(w.Sign(w.Claims(changes)), ".")
		f.Add(signed[0], signed[1], signed[2])
	}
	f.Fuzz(func(t *testing.T, header, claims, signature string) {
		for _, w := range all {
			a := w.In(t).Send(apitest.Request{Line: `GET /v2/rooms?limit=1`, Auth: literal("Bearer " + header + "." + claims + "." + signature)})
			if a.Status != http.StatusUnauthorized && (a.Status != http.StatusOK || !ours(w, header+"."+claims, signature)) {
				t.Errorf("status %d for a token that is not ours: %s", a.Status, a.Body)
			}
		}
	})
}

// ours reports whether the signature is the workspace's, computed without the library.
func ours(w *apitest.Workspace, text, signature string) bool {
	mac := hmac.New(sha256.New, []byte(w.Pair.Secret))
	_, _ = mac.Write([]byte(text))
	got, err := base64.RawURLEncoding.DecodeString(signature)
	return err == nil && hmac.Equal(got, mac.Sum(nil))
}

var routeParameter = regexp.MustCompile(`:\w+`)

// posts are the POST routes under /v2.
func posts(w *apitest.Workspace) []string {
	var paths []string
	for _, route := range w.Foyer.Router.Routes() {
		if route.Method == http.MethodPost && strings.HasPrefix(route.Path, "/v2/") {
			paths = append(paths, route.Path)
		}
	}
	slices.Sort(paths)
	return paths
}

// unread are routes that look at no body: those of engines and of live rooms.
var unread = regexp.MustCompile(`^/v2/(recordings|live-streams|external-streams|sip|active-rooms)`)

// known are what the parameters of a route may stand for.
var known = strings.NewReplacer(
	":room_id", "{room}", ":template_id", "{template}", ":role", "guest", ":peer_id", nowhere, ":id", nowhere, ":session_id", nowhere,
)

// FuzzBody posts any body to any POST route, with ids that are there or with any text for them: never is it our fault (5xx), but
// for the engines that are not there (501), and every answer is one that openapi.yaml knows.
func FuzzBody(f *testing.F) {
	var all []*apitest.Workspace
	for _, database := range storetest.Databases {
		all = append(all, apitest.Start(f, database, apitest.Options{Limits: codes.Limits{Off: true}}).Workspace(f))
	}
	paths := posts(all[0])
	for i, path := range paths {
		seeds := bodies
		if unread.MatchString(path) {
			seeds = bodies[:3]
		}
		for _, body := range seeds {
			f.Add(uint8(i), "", []byte(body))
		}
		for _, text := range []string{"\x00", "\xff", "é", strings.Repeat("a", 300), "..", "%"} {
			f.Add(uint8(i), text, []byte(`{}`))
		}
	}
	f.Fuzz(func(t *testing.T, route uint8, text string, body []byte) {
		path := known.Replace(paths[int(route)%len(paths)])
		if text != "" {
			path = routeParameter.ReplaceAllLiteralString(paths[int(route)%len(paths)], url.PathEscape(text))
		}
		for _, w := range all {
			a := w.In(t).Send(apitest.Request{Line: `POST ` + path, Body: bytes.NewReader(body)})
			if a.Status >= 500 && a.Status != http.StatusNotImplemented {
				t.Errorf("%s with %q: %d %s", path, body, a.Status, a.Body)
			}
		}
	})
}

// bodies are the seeds: what JSON can be, and what it cannot.
var bodies = []string{
	``, ` `, `{}`, `[]`, `null`, `true`, `0`, `"x"`, `{`, `}`, `[`, `{"a"`, `{"a":}`, `{}{}`, "\x00", "\xff\xfe", "\xef\xbb\xbf{}", `{"a":"\ud800"}`,
	`[null]`, `[{}]`, `[[]]`, `[{"name":"r","role":"host"}]`, `{"":""}`, `{"a":1,"a":2}`, `{"a":1e999}`, `{"a":-0}`,
	strings.Repeat("[", 20_000), strings.Repeat(`{"a":`, 20_000), `{"x":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + `}`,
	`{"name":null,"description":null,"template_id":null,"region":null,"recording_info":null,"large_room":null,"size":null,"max_duration_seconds":null,"polls":null,"webhook":null,"enabled":null}`,
	`{"name":"\u0000","description":"\u0000"}`, `{"description":"\u0000"}`, `{"template_id":"\u0000"}`, `{"polls":["\u0000"]}`, `{"webhook":{"url":"http://\u0000","headers":{"\u0000":"\u0000"}}}`,
	`{"name":"x","size":1e2}`, `{"size":-9223372036854775809}`, `{"size":2147483648}`, `{"max_duration_seconds":0.5}`, `{"polls":[null,1,{}]}`,
	`{"recording_info":{"upload_info":{"type":"s3","location":"b","credentials":{"key":"\u0000","secret":{}}}}}`, `{"recording_info":{"enabled":{},"upload_info":[]}}`,
	`{"recording_info":{"credentials":null,"upload_info":{"type":"gs","location":"b","credentials":null}}}`, `{"recording_info":{"credentials":"x"}}`,
	`{"code":"\u0000","enabled":true}`, `{"code":"{host}","enabled":true}`, `{"code":"{host}","grace":-1}`, `{"code":"x","grace":1e9}`, `{"code":{},"enabled":[]}`,
	`{"code":"abc-defg-hij","user_id":"\u0000"}`, `{"code":"abc-defg-hij","user_id":[]}`,
	`{"not_before":"0000-00-00T00:00:00Z","expires_at":"9999-12-31T23:59:60Z"}`, `{"expires_at":"9999-12-31T23:59:59.999999999-23:59"}`, `{"not_before":"1970-01-01T00:00:00+23:59"}`,
	`{"max_uses":1e6}`, `{"max_uses":1000001,"count":0}`, `{"user_id":"","label":"\u0000"}`, `{"user_id":"\ud83d\ude42","label":"` + strings.Repeat("l", 257) + `"}`, `{"count":3}`,
	`{"roles":null,"settings":null,"destinations":null,"plugins":null,"subdomain":null,"custom_domain":null}`, `{"roles":{"\u0000":{}},"settings":{}}`, `{"roles":{"a":null},"settings":{}}`,
	`{"roles":{"a":{"name":"\u0000","publishParams":[]}},"settings":{}}`, `{"roles":{"a":{"publishParams":{"simulcast":{"video":{"layers":[{}]}}}}}}`,
	`{"roles":{},"settings":{"recording":{"upload":{"type":"s3","location":"b","credentials":[]}}}}`, `{"settings":{"roomState":[]}}`, `{"recording":{"upload":null}}`, `{"recording":[]}`,
	`{"roles":{},"settings":{"x":"\u0000"},"later\u0000":"\u0000"}`, `{"destinations":{"rtmpDestinations":{"\u0000":{"rtmpUrls":["rtmp://x"]}}}}`, `{"rtmpDestinations":[]}`,
	`{"hlsDestinations":{"a":{"layers":[{"width":144,"height":144}]}}}`, `{"hlsDestinations":{"a":{"layers":[null]}}}`, `{"transcriptions":{"a":null}}`,
	`{"plugins":{"transcriptions":{},"whiteboard":{"permissions":{"admin":[null]}}}}`, `{"name":"guest"}`, `{"name":"__internal_x"}`, `{"name":"a/b"}`, `{"name":7}`,
	`{"subdomain":"\u0000","custom_domain":"\u0000"}`, `{"default_template_id":"\u0000","name":"\u0000"}`, `{"webhook":{"url":"http://[::1"}}`, `{"webhook":{}}`, `{"room_links_enabled":1}`,
	`{"message":"x","peerId":"y","role":""}`, `{"digits":["1"]}`,
}
