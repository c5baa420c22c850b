package mikroroom_test

import (
	"encoding/json"
	"testing"

	"foyer/handlers/mikroroom"
)

// Whatever a client sends, what others get of it is one JSON object that says who has sent it.
func FuzzCopied(f *testing.F) {
	for _, text := range []string{
		`{"type":"chat","text":"hi"}`,
		`{"participantId":"x","participantId":"y","participant\u0049d":"z","timestamp":1}`,
		`{"a":{"participantId":"inner"},"b":[1,{"c":null}],"":""}`,
		`  {  "type" : "chat" , "roomId":"x" } `,
		`{"\ud800":1,"text":"\u0000"}`,
		`{}`, `[]`, `null`, `{`, "{\"a\":\"\xff\"}",
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		copied, err := mikroroom.Copied(text, "sender", 7)
		if err != nil {
			return
		}
		got := map[string]any{}
		if err := json.Unmarshal(copied, &got); err != nil {
			t.Fatalf("%q is no JSON: %v", copied, err)
		}
		if got["participantId"] != "sender" || got["roomId"] != "ABC123" || got["timestamp"] != 7.0 {
			t.Errorf("%q gives %q", text, copied)
		}
	})
}
