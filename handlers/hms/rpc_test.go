package hms_test

import (
	"strings"
	"testing"

	"foyer/handlers/apitest"
)

// Client protocol 4: every id is answered, and what makes no sense ends nothing.
func TestRequests(t *testing.T) {
	t.Parallel()
	room := open(t)
	alice := room.Join("alice", "host")
	for said, want := range map[string]struct {
		id, message string
		code        int
	}{
		`{"id":"1","method":"no-such"}`:                             {`"1"`, "unknown method", 404},
		`{"id":"2","method":""}`:                                    {`"2"`, "unknown method", 404},
		`{"id":3,"method":"no-such","params":null}`:                 {`3`, "unknown method", 404},
		`{"id":"ä\u0000\"","method":"no-such"}`:                     {`"ä\u0000\""`, "unknown method", 404},
		`{"id":"4"}`:                                                {`"4"`, "method must be a string", 400},
		`{"id":"5","method":7}`:                                     {`"5"`, "method must be a string", 400},
		`{"id":true,"method":"ping"}`:                               {`null`, "id must be", 400},
		`{"id":{},"method":"ping"}`:                                 {`null`, "id must be", 400},
		`{"id":"` + strings.Repeat("x", 255) + `","method":"ping"}`: {`null`, "id must be", 400},
		`{}`:  {`null`, "method must be a string", 400},
		`[]`:  {`null`, "not a JSON object", 400},
		`"x"`: {`null`, "not a JSON object", 400},
		``:    {`null`, "not a JSON object", 400},
		`{"id":"7","method":"ping","params":` + strings.Repeat("[", 250_000) + `}`: {`null`, "at most 128 deep", 400},
		`{"id":"6","method":"ping"`: {`null`, "not a JSON object", 400},
	} {
		alice.Says(said)
		answer := alice.Gets(want.id)
		if answer.Code != want.code || !strings.Contains(answer.At("message"), want.message) {
			t.Errorf("%s is answered with %s", said, answer.Text())
		}
	}
	alice.Sends("ping", `{"timestamp":1790000000123}`, `{"timestamp":1790000000123}`)
	alice.Sends("ping", `{}`, `{"timestamp":"*"}`)
	alice.Sends("ping", `{"timestamp":"x"}`, `{"timestamp":"*"}`)
	alice.Sends("analytics", `{"name":"x"}`, `{}`)
	alice.Sends("track-update", `{"tracks":{"t":{"mute":true}}}`, `{}`)
	for _, silent := range []string{
		`{"method":"no-such"}`, `{"method":"ping"}`, `{"method":"analytics","params":{"name":"x"}}`, `{"method":"track-update"}`,
		`{"method":"broadcast","params":{}}`, `{"method":"trickle","params":{}}`, `{"id":null,"method":"no-such"}`,
	} {
		alice.Says(silent)
	}
	alice.Hears()
}

// Methods that need a media engine say so, in a way that no client repeats.
func TestWithoutMedia(t *testing.T) {
	t.Parallel()
	alice := open(t).Join("alice", "host")
	for _, method := range []string{
		"offer", "answer", "trickle", "rtmp-start", "rtmp-stop", "hls-start", "hls-stop", "hls-timed-metadata", "transcription-start",
		"transcription-stop", "transcription-config-update", "whiteboard-create", "whiteboard-get",
	} {
		alice.IsRefused(400, "no media engine", method, `{}`)
	}
	alice.Hears()
}

// A notification is as good as a request whose answer nobody wants.
func TestNotifications(t *testing.T) {
	t.Parallel()
	room := open(t)
	alice := room.Join("alice", "host")
	bob := room.Visit(apitest.Visitor{Name: "bob"})
	bob.Notifies("join", `{"name":"bob"}`)
	alice.Awaits("on-peer-join", `{"peer_id":"{bob}"}`)
	bob.Expects("peer-list")
	bob.Notifies("broadcast", `{"info":{"message":"x"}}`)
	alice.Expects("on-broadcast")
}
