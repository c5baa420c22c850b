package hms_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"

	"foyer/fault"
	"foyer/handlers/hms"
)

// frames are some of what a client says, right and wrong.
var frames = []string{
	`{"jsonrpc":"2.0","id":"1","method":"ping","params":{"timestamp":1790000000123}}`,
	`{"id":2,"method":"broadcast","params":{"info":{"message":"hi","type":"chat"},"roles":["host"],"peer_id":"x"}}`,
	`{"method":"analytics","params":{"name":"x","info":{},"timestamp":1}}`,
	`{"method":"track-update","params":{"tracks":{}}}`,
	`{"id":"3","method":"role-change-request","params":{"requested_for":"x","role":"host","force":true}}`,
	`{"id":"4","method":"set-metadata","params":{"key":"k","data":{"a":[1,2.5e3,null]},"if_change_version":1}}`,
	`{"id":"5","method":"listen-metadata-change","params":{"keys":["a","b"]}}`,
	`{"id":"6","method":"find-peer","params":{"limit":1,"role":"guest","group":"_handraise","peers":["x"]}}`,
	`{"id":"7","method":"peer-iter-next","params":{"iterator":"it1","limit":1}}`,
	`{"id":"8","method":"peer-name-search","params":{"query":"a","limit":10,"offset":0}}`,
	`{"id":"9","method":"join","params":{"name":"x","data":"{}"}}`,
	`{"id":"10","method":"peer-update","params":{"name":"y"}}`,
	`{"id":"11","method":"group-join","params":{"name":"_handraise"}}`,
	`{"id":"12","method":"role-change","params":{"role":"host","token":"x"}}`,
	`{"id":"13","method":"lobby-admit","params":{"peer_id":"x","all":true}}`,
	`{"id":"14","method":"poll-info-set","params":{"title":"t","type":"poll"}}`,
	`{"id":"15","method":"change-track-mute-state-request","params":{"roles":["host"],"value":true}}`,
	`{"\u0069d":"\ud83d","method":"\u0070ing"}`, `{"id":1e999,"method":"ping","id":null}`, `{"id":"x","method":"ping","params":"x"}`,
	`{}`, `[]`, `null`, `"`, `{"a":` + `[[[[[[[[`, `{"id":"` + "\x00" + `"}`,
}

// Whatever is said: it is refused as invalid, or it is what JSON takes it for.
func FuzzParse(f *testing.F) {
	for _, frame := range frames {
		f.Add([]byte(frame))
	}
	f.Add([]byte(strings.Repeat("[", 200)))
	f.Fuzz(func(t *testing.T, message []byte) {
		if !utf8.Valid(message) {
			return // the connection has refused it
		}
		id, method, params, err := hms.Parse(message)
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("%q: %v", message, err)
			}
			return
		}
		if !json.Valid(message) {
			t.Fatalf("%q is no JSON, but is taken for a call of %q", message, method)
		}
		for _, part := range []string{id, params} {
			if part != "" && !json.Valid([]byte(part)) {
				t.Errorf("%q: %q is no JSON", message, part)
			}
		}
		var want map[string]json.RawMessage
		if err := json.Unmarshal(message, &want); err != nil {
			t.Fatalf("%q is taken for an object: %v", message, err)
		}
		if got, ok := want["params"]; ok && !bytes.Equal(bytes.TrimSpace(got), []byte(params)) {
			t.Errorf("%q: params %q, want %q", message, params, got)
		}
		var name string
		if err := json.Unmarshal(want["method"], &name); err != nil || name != method {
			t.Errorf("%q: method %q, want %q (%v)", message, method, name, err)
		}
	})
}
