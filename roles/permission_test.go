package roles_test

import (
	"testing"

	"foyer/roles"
)

func TestCan(t *testing.T) {
	t.Parallel()
	byDefault := map[roles.Permission]bool{
		roles.EndRoom: false, roles.RemoveOthers: false, roles.Mute: false, roles.Unmute: false, roles.ChangeRole: false,
		roles.SendRoomState: false, roles.PollRead: false, roles.PollWrite: false,
		roles.BrowserRecording: true, roles.RTMPStreaming: true, roles.HLSStreaming: true,
	}
	for p, want := range byDefault {
		t.Run(string(p), func(t *testing.T) {
			t.Parallel()
			for text, want := range map[string]bool{
				`{}`:                     want,
				`{"permissions":null}`:   want,
				`{"permissions":{}}`:     want,
				of(p, "null"):            want,
				of(p, "true"):            true,
				of(p, "false"):           false,
				of(p, `"true"`):          false,
				of("somethingElse", "1"): want,
			} {
				doc := parse(t, text)
				if got := roles.Can(doc, p); got != want {
					t.Errorf("%s: Can is %v, want %v", text, got, want)
				}
				if got := roles.Can(roles.Complete("host", doc, nil), p); got != want {
					t.Errorf("%s, completed: Can is %v, want %v", text, got, want)
				}
			}
		})
	}
}

func TestCanReadWhatItWrites(t *testing.T) {
	t.Parallel()
	doc := parse(t, `{"permissions":{"pollRead":false,"pollWrite":true}}`)
	if !roles.Can(doc, roles.PollRead) {
		t.Error("pollWrite does not imply pollRead")
	}
	granted := roles.Complete("host", doc, nil)["permissions"].(map[string]any)
	if granted["pollRead"] != false {
		t.Error("the role did not stay as it was sent")
	}
	if roles.Can(parse(t, `{"permissions":{"pollRead":true}}`), roles.PollWrite) {
		t.Error("pollRead implies pollWrite")
	}
}

func TestCanUnknownWord(t *testing.T) {
	t.Parallel()
	if roles.Can(parse(t, of("fly", "true")), "fly") {
		t.Error("an unknown permission was granted")
	}
}

func of(p roles.Permission, value string) string {
	return `{"permissions":{"` + string(p) + `":` + value + `}}`
}
