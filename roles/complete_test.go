package roles_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"foyer/models"
	"foyer/roles"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// whole is the role that an empty document stands for.
const whole = `{"name":"host","priority":1,"maxPeerCount":0,
 "publishParams":{"allowed":["audio","video","screen"],"audio":{"bitRate":32,"codec":"opus"},
  "video":{"bitRate":256,"codec":"vp8","frameRate":25,"width":320,"height":180},
  "screen":{"bitRate":1024,"codec":"vp8","frameRate":10,"width":1280,"height":720},"simulcast":{"video":{},"screen":{}}},
 "subscribeParams":{"subscribeToRoles":["guest","host"],"maxSubsBitRate":3200,
  "subscribeDegradation":{"packetLossThreshold":50,"degradeGracePeriodSeconds":1,"recoverGracePeriodSeconds":4}},
 "permissions":{"endRoom":false,"removeOthers":false,"mute":false,"unmute":false,"changeRole":false,"sendRoomState":false,
  "pollRead":false,"pollWrite":false,"browserRecording":true,"rtmpStreaming":true,"hlsStreaming":true}}`

func TestComplete(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		doc   string
		names []string
		path  []string // where to look; nothing for the whole role
		want  string
	}{
		"nothing":                 {`null`, names, nil, whole},
		"empty":                   {`{}`, names, nil, whole},
		"all null":                {`{"name":null,"priority":null,"publishParams":null,"subscribeParams":null,"permissions":null}`, names, nil, whole},
		"complete":                {whole, names, nil, whole},
		"name is the one given":   {`{"name":"speaker"}`, names, nil, whole},
		"no params: all allowed":  {`{}`, names, []string{"publishParams", "allowed"}, `["audio","video","screen"]`},
		"params: none allowed":    {`{"publishParams":{}}`, names, []string{"publishParams", "allowed"}, `[]`},
		"allowed null: none":      {`{"publishParams":{"allowed":null}}`, names, []string{"publishParams", "allowed"}, `[]`},
		"allowed is kept":         {`{"publishParams":{"allowed":["video","simulcast"]}}`, names, []string{"publishParams", "allowed"}, `["video","simulcast"]`},
		"hears all, sorted":       {`{"subscribeParams":{}}`, []string{"b", "c", "a"}, []string{"subscribeParams", "subscribeToRoles"}, `["a","b","c"]`},
		"hears all of none":       {`{}`, nil, []string{"subscribeParams", "subscribeToRoles"}, `[]`},
		"hears those it names":    {`{"subscribeParams":{"subscribeToRoles":["guest"]}}`, names, []string{"subscribeParams", "subscribeToRoles"}, `["guest"]`},
		"hears none":              {`{"subscribeParams":{"subscribeToRoles":[]}}`, names, []string{"subscribeParams", "subscribeToRoles"}, `[]`},
		"hears no ghosts":         {`{"subscribeParams":{"subscribeToRoles":["gone","host"]}}`, names, []string{"subscribeParams", "subscribeToRoles"}, `["host"]`},
		"hears ghosts only":       {`{"subscribeParams":{"subscribeToRoles":["gone"]}}`, names, []string{"subscribeParams", "subscribeToRoles"}, `[]`},
		"degradation empty":       {`{"subscribeParams":{"subscribeDegradation":{}}}`, names, nil, whole},
		"degradation in part":     {`{"subscribeParams":{"subscribeDegradation":{"packetLossThreshold":25}}}`, names, []string{"subscribeParams", "subscribeDegradation"}, `{"packetLossThreshold":25,"degradeGracePeriodSeconds":1,"recoverGracePeriodSeconds":4}`},
		"audio in part":           {`{"publishParams":{"audio":{"bitRate":64.0,"x":1}}}`, names, []string{"publishParams", "audio"}, `{"bitRate":64.0,"codec":"opus","x":1}`},
		"permissions in part":     {`{"permissions":{"whiteboard":["admin"],"hlsStreaming":false}}`, names, []string{"permissions", "hlsStreaming"}, `false`},
		"permissions of others":   {`{"permissions":{"whiteboard":["admin"]}}`, names, []string{"permissions", "whiteboard"}, `["admin"]`},
		"layers get a bit rate":   {`{"publishParams":{"simulcast":{"video":{"layers":[{"rid":"f"}]}}}}`, names, []string{"publishParams", "simulcast", "video"}, `{"layers":[{"rid":"f","maxBitrate":0}]}`},
		"nobody may join":         {`{"maxPeerCount":-1}`, names, []string{"maxPeerCount"}, `-1`},
		"wrong kinds stay":        {`{"publishParams":"all"}`, names, []string{"publishParams"}, `"all"`},
		"wrong subscriptions too": {`{"subscribeParams":{"subscribeToRoles":"all"}}`, names, []string{"subscribeParams", "subscribeToRoles"}, `"all"`},
		"wrong layers too":        {`{"publishParams":{"simulcast":{"video":{"layers":["f"]}}}}`, names, []string{"publishParams", "simulcast", "video"}, `{"layers":["f"]}`},
	}
	for title, test := range tests {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			var got any = map[string]any(roles.Complete("host", parse(t, test.doc), test.names))
			for _, key := range test.path {
				got = got.(map[string]any)[key]
			}
			var want any
			if err := models.ParseJSON([]byte(test.want), &want); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("completed (-want +got):\n%s", diff)
			}
		})
	}
}

// TestCompleteIsLossless drives Complete with documents that mix what it knows, in all sorts of kinds, with what it does not.
func TestCompleteIsLossless(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		doc := models.Document(object(t, 4))
		before := doc.Clone()
		got := roles.Complete("host", doc, names)

		if diff := cmp.Diff(before, doc); diff != "" {
			t.Fatalf("the argument changed (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff(got, roles.Complete("host", got, names)); diff != "" {
			t.Fatalf("a second Complete changed something (-first +second):\n%s", diff)
		}
		if got["name"] != "host" {
			t.Fatalf("name is %v", got["name"])
		}
		kept(t, "", map[string]any(doc), map[string]any(got))

		scribble(got)
		if diff := cmp.Diff(before, doc); diff != "" {
			t.Fatalf("the answer shares parts with the argument (-want +got):\n%s", diff)
		}
	})
}

// known are keys of a role, so that drawn documents meet the rules.
var known = []string{
	"name", "priority", "maxPeerCount", "publishParams", "subscribeParams", "permissions", "allowed", "audio", "video", "screen",
	"simulcast", "layers", "bitRate", "codec", "rid", "maxBitrate", "subscribeToRoles", "subscribeDegradation", "mute", "pollRead",
}

func object(t *rapid.T, depth int) map[string]any {
	keys := rapid.OneOf(rapid.SampledFrom(known), rapid.String())
	out := map[string]any{}
	for range rapid.IntRange(0, 5).Draw(t, "size") {
		out[keys.Draw(t, "key")] = value(t, depth-1)
	}
	return out
}

func value(t *rapid.T, depth int) any {
	kinds := 6
	if depth <= 0 {
		kinds = 4
	}
	switch rapid.IntRange(0, kinds-1).Draw(t, "kind") {
	case 0:
		return nil
	case 1:
		return rapid.Bool().Draw(t, "bool")
	case 2:
		return json.Number(rapid.StringMatching(`-?(0|[1-9][0-9]{0,25})(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,4})?`).Draw(t, "number"))
	case 3:
		return rapid.OneOf(rapid.SampledFrom([]string{"host", "guest", "audio", "f"}), rapid.String()).Draw(t, "text")
	case 4:
		list := make([]any, rapid.IntRange(0, 3).Draw(t, "length"))
		for i := range list {
			list[i] = value(t, depth-1)
		}
		return list
	default:
		return object(t, depth)
	}
}

// kept checks that all of in is found in out, but the name, subscriptions, and null where there is a default.
func kept(t *rapid.T, path string, in, out any) {
	switch v := in.(type) {
	case nil:
	case map[string]any:
		there, ok := out.(map[string]any)
		if !ok {
			t.Fatalf("%s was an object and is %v", path, out)
		}
		for key, inner := range v {
			here := path + "." + key
			if here == ".name" || here == ".subscribeParams.subscribeToRoles" {
				continue
			}
			if _, ok := there[key]; !ok {
				t.Fatalf("%s is lost", here)
			}
			kept(t, here, inner, there[key])
		}
	case []any:
		there, ok := out.([]any)
		if !ok || len(there) != len(v) {
			t.Fatalf("%s was %v and is %v", path, in, out)
		}
		for i := range v {
			kept(t, fmt.Sprintf("%s[%d]", path, i), v[i], there[i])
		}
	default:
		if in != out {
			t.Fatalf("%s was %v and is %v", path, in, out)
		}
	}
}

// scribble changes every object and array it can reach.
func scribble(v any) {
	switch v := v.(type) {
	case models.Document:
		scribble(map[string]any(v))
	case map[string]any:
		for _, inner := range v {
			scribble(inner)
		}
		clear(v)
	case []any:
		for i, inner := range v {
			scribble(inner)
			v[i] = "scribbled"
		}
	}
}

func FuzzRole(f *testing.F) {
	for _, seed := range []string{
		`null`, `{}`, whole, `{"publishParams":null,"x":1e999}`, `{"publishParams":{"allowed":["audio",null]}}`,
		`{"publishParams":{"simulcast":{"video":{"layers":[{"rid":"f","scaleResolutionDownBy":1,"maxFramerate":25},{"rid":"q"}]}}}}`,
		`{"publishParams":{"simulcast":{"screen":{"layers":[null,[],{}]}}}}`, `{"subscribeParams":{"subscribeToRoles":[1,"host",null]}}`,
		`{"permissions":{"mute":1,"whiteboard":["admin"]}}`, `{"priority":25.0,"maxPeerCount":-1.0,"a":{"b":[{"c":0.10}]}}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		doc, err := models.ParseDocument([]byte(text))
		if err != nil {
			return
		}
		completed := roles.Complete("host", doc, names)
		if diff := cmp.Diff(completed, roles.Complete("host", completed, names)); diff != "" {
			t.Errorf("a second Complete changed something (-first +second):\n%s", diff)
		}
		if roles.Validate("host", doc, names) == nil {
			refused(t, roles.Validate("host", completed, names), "")
		}
		for _, p := range []roles.Permission{roles.PollRead, roles.HLSStreaming} {
			_ = roles.Can(doc, p)
		}
		_ = roles.Rename(doc, "host", "speaker")
		_, _ = roles.Forget(doc, "host")
	})
}
