package roles_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"foyer/models"
	"foyer/roles"
)

// names are the roles of the template in these tests.
var names = []string{"host", "guest"}

func parse(t *testing.T, text string) models.Document {
	t.Helper()
	doc, err := models.ParseDocument([]byte(text))
	if err != nil {
		t.Fatalf("parse %s: %v", text, err)
	}
	return doc
}

// at is a document that holds one value under a dotted path.
func at(path, value string) string {
	for _, key := range reversed(strings.Split(path, ".")) {
		value = fmt.Sprintf("{%q:%s}", key, value)
	}
	return value
}

func reversed(keys []string) []string {
	out := make([]string, 0, len(keys))
	for i := range keys {
		out = append(out, keys[len(keys)-1-i])
	}
	return out
}

func TestValidateNumbers(t *testing.T) {
	t.Parallel()
	const most = 2147483647
	tests := []struct {
		path      string
		low, high int
	}{
		{"priority", 1, 10},
		{"maxPeerCount", -1, most},
		{"publishParams.audio.bitRate", 16, 128},
		{"publishParams.video.bitRate", 30, 2000},
		{"publishParams.video.frameRate", 1, 30},
		{"publishParams.video.width", 50, 1920},
		{"publishParams.video.height", 50, 1080},
		{"publishParams.screen.bitRate", 500, most},
		{"publishParams.screen.frameRate", 1, 30},
		{"publishParams.screen.width", 480, 1920},
		{"publishParams.screen.height", 270, 1080},
		{"subscribeParams.maxSubsBitRate", 0, most},
		{"subscribeParams.subscribeDegradation.packetLossThreshold", 1, 100},
		{"subscribeParams.subscribeDegradation.degradeGracePeriodSeconds", 1, 10},
		{"subscribeParams.subscribeDegradation.recoverGracePeriodSeconds", 1, 10},
	}
	for _, test := range tests {
		t.Run(test.path, func(t *testing.T) {
			t.Parallel()
			for _, fine := range []string{
				strconv.Itoa(test.low), strconv.Itoa(test.high), fmt.Sprintf("%d.0", test.low), fmt.Sprintf("%de0", test.high), "null",
			} {
				refused(t, roles.Validate("host", parse(t, at(test.path, fine)), names), "")
			}
			want := fmt.Sprintf("role host: %s must be an integer from %d to %d", test.path, test.low, test.high)
			for _, wrong := range []string{
				strconv.Itoa(test.low - 1), strconv.Itoa(test.high + 1), fmt.Sprintf("%d.5", max(test.low, 0)),
				fmt.Sprintf(`"%d"`, test.low), "true", "[]", "{}", "1e999", "-1e999", "1e15",
			} {
				refused(t, roles.Validate("host", parse(t, at(test.path, wrong)), names), want)
			}
		})
	}
}

func TestValidateBooleans(t *testing.T) {
	t.Parallel()
	for _, word := range []string{
		"endRoom", "removeOthers", "mute", "unmute", "changeRole", "sendRoomState", "pollRead", "pollWrite",
		"browserRecording", "rtmpStreaming", "hlsStreaming",
	} {
		path := "permissions." + word
		t.Run(word, func(t *testing.T) {
			t.Parallel()
			for _, fine := range []string{"true", "false", "null"} {
				refused(t, roles.Validate("host", parse(t, at(path, fine)), names), "")
			}
			for _, wrong := range []string{"1", `"true"`, "[]", "{}"} {
				refused(t, roles.Validate("host", parse(t, at(path, wrong)), names), "role host: "+path+" must be true or false")
			}
		})
	}
}

func TestValidate(t *testing.T) {
	t.Parallel()
	const (
		allowed = "publishParams.allowed"
		hears   = "subscribeParams.subscribeToRoles"
	)
	tests := map[string]struct{ doc, want string }{
		"nothing":          {`null`, ""},
		"empty":            {`{}`, ""},
		"all null":         {`{"name":null,"priority":null,"publishParams":null,"subscribeParams":null,"permissions":null}`, ""},
		"empty parts":      {`{"publishParams":{},"subscribeParams":{"subscribeDegradation":{}},"permissions":{}}`, ""},
		"another name":     {`{"name":"speaker"}`, ""},
		"unknown keys":     {`{"x":[{"y":1}],"publishParams":{"x":"y"},"permissions":{"whiteboard":["admin"]},"subscribeParams":{"x":1}}`, ""},
		"name not text":    {`{"name":7}`, "role host: name must be a string"},
		"params not there": {`{"publishParams":[]}`, "role host: publishParams must be an object"},
		"audio not there":  {`{"publishParams":{"audio":"opus"}}`, "role host: publishParams.audio must be an object"},
		"subscribe wrong":  {`{"subscribeParams":true}`, "role host: subscribeParams must be an object"},
		"degrade wrong":    {`{"subscribeParams":{"subscribeDegradation":1}}`, "role host: subscribeParams.subscribeDegradation must be an object"},
		"permits wrong":    {`{"permissions":["mute"]}`, "role host: permissions must be an object"},

		"allowed all":        {at(allowed, `["audio","video","screen","simulcast"]`), ""},
		"allowed none":       {at(allowed, `[]`), ""},
		"allowed another":    {at(allowed, `["audio","smell"]`), "role host: publishParams.allowed must hold only audio, video, screen, simulcast"},
		"allowed one string": {at(allowed, `"audio"`), "role host: publishParams.allowed must be an array of strings"},
		"allowed a number":   {at(allowed, `["audio",1]`), "role host: publishParams.allowed must be an array of strings"},

		"audio codec":        {at("publishParams.audio.codec", `"opus"`), ""},
		"audio codec wrong":  {at("publishParams.audio.codec", `"mp3"`), "role host: publishParams.audio.codec must be one of opus"},
		"video codec":        {at("publishParams.video.codec", `"vp8"`), ""},
		"video codec wrong":  {at("publishParams.video.codec", `""`), "role host: publishParams.video.codec must be one of vp8"},
		"video codec number": {at("publishParams.video.codec", `8`), "role host: publishParams.video.codec must be a string"},
		"screen codec":       {at("publishParams.screen.codec", `"vp9"`), ""},
		"screen codec wrong": {at("publishParams.screen.codec", `false`), "role host: publishParams.screen.codec must be a string"},

		"hears some":      {at(hears, `["guest"]`), ""},
		"hears none":      {at(hears, `[]`), ""},
		"hears a ghost":   {at(hears, `["guest","Guest"]`), "role host: subscribeParams.subscribeToRoles must hold only names of roles of the template"},
		"hears a bot":     {at(hears, `["__internal_recorder"]`), "role host: subscribeParams.subscribeToRoles must hold only names of roles of the template"},
		"hears an empty":  {at(hears, `[""]`), "role host: subscribeParams.subscribeToRoles must hold only names of roles of the template"},
		"hears a string":  {at(hears, `"guest"`), "role host: subscribeParams.subscribeToRoles must be an array of strings"},
		"hears an object": {at(hears, `{"guest":true}`), "role host: subscribeParams.subscribeToRoles must be an array of strings"},
	}
	for title, test := range tests {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			refused(t, roles.Validate("host", parse(t, test.doc), names), test.want)
		})
	}
}

func TestValidateLayers(t *testing.T) {
	t.Parallel()
	const (
		f = `{"rid":"f","scaleResolutionDownBy":1,"maxBitrate":700,"maxFramerate":25}`
		h = `{"rid":"h","scaleResolutionDownBy":2,"maxBitrate":350,"maxFramerate":25}`
		q = `{"rid":"q","scaleResolutionDownBy":4.0,"maxBitrate":100,"maxFramerate":25}`
	)
	tests := map[string]struct{ layers, want string }{
		"usual set":          {`[` + f + `,` + h + `,` + q + `]`, ""},
		"two, one left out":  {`[` + f + `,` + q + `]`, ""},
		"one":                {`[` + f + `]`, ""},
		"none":               {`[]`, ""},
		"null":               {`null`, ""},
		"no bit rate":        {`[{"rid":"f","scaleResolutionDownBy":1.0,"maxFramerate":30}]`, ""},
		"unknown key":        {`[{"rid":"f","scaleResolutionDownBy":1.0,"maxFramerate":30,"x":"y"}]`, ""},
		"greatest":           {`[` + f + `,{"rid":"h","scaleResolutionDownBy":12,"maxFramerate":1,"maxBitrate":2000}]`, ""},
		"not an array":       {`{}`, " must be an array of objects"},
		"not objects":        {`["f"]`, " must be an array of objects"},
		"four":               {`[` + f + `,` + h + `,` + q + `,` + q + `]`, " must hold at most 3 objects"},
		"no rid":             {`[{"scaleResolutionDownBy":1,"maxFramerate":25}]`, "[0].rid is required"},
		"empty rid":          {`[{"rid":"","scaleResolutionDownBy":1,"maxFramerate":25}]`, "[0].rid is required"},
		"another rid":        {`[` + f + `,{"rid":"z","scaleResolutionDownBy":2,"maxFramerate":25}]`, "[1].rid must be one of f, h, q"},
		"rid a number":       {`[{"rid":1,"scaleResolutionDownBy":1,"maxFramerate":25}]`, "[0].rid must be a string"},
		"no scale":           {`[{"rid":"f","maxFramerate":25}]`, "[0].scaleResolutionDownBy is required"},
		"scale too small":    {`[{"rid":"f","scaleResolutionDownBy":0.9,"maxFramerate":25}]`, "[0].scaleResolutionDownBy must be a number from 1 to 12"},
		"scale too great":    {`[{"rid":"f","scaleResolutionDownBy":12.01,"maxFramerate":25}]`, "[0].scaleResolutionDownBy must be a number from 1 to 12"},
		"scale a string":     {`[{"rid":"f","scaleResolutionDownBy":"1","maxFramerate":25}]`, "[0].scaleResolutionDownBy must be a number from 1 to 12"},
		"no frame rate":      {`[{"rid":"f","scaleResolutionDownBy":1}]`, "[0].maxFramerate is required"},
		"null frame rate":    {`[{"rid":"f","scaleResolutionDownBy":1,"maxFramerate":null}]`, "[0].maxFramerate is required"},
		"frame rate 0":       {`[{"rid":"f","scaleResolutionDownBy":1,"maxFramerate":0}]`, "[0].maxFramerate must be an integer from 1 to 30"},
		"frame rate 31":      {`[{"rid":"f","scaleResolutionDownBy":1,"maxFramerate":31}]`, "[0].maxFramerate must be an integer from 1 to 30"},
		"bit rate below 0":   {`[{"rid":"f","scaleResolutionDownBy":1,"maxFramerate":25,"maxBitrate":-1}]`, "[0].maxBitrate must be an integer from 0 to 2000"},
		"bit rate too great": {`[{"rid":"f","scaleResolutionDownBy":1,"maxFramerate":25,"maxBitrate":2001}]`, "[0].maxBitrate must be an integer from 0 to 2000"},
		"first not f":        {`[` + h + `,` + q + `]`, " must begin with rid f and scaleResolutionDownBy 1"},
		"first not full":     {`[{"rid":"f","scaleResolutionDownBy":1.5,"maxFramerate":25}]`, " must begin with rid f and scaleResolutionDownBy 1"},
		"a rid twice":        {`[` + f + `,` + h + `,` + h + `]`, " must have each rid once, in the order f, h, q"},
		"rids ascending":     {`[` + f + `,` + q + `,` + h + `]`, " must have each rid once, in the order f, h, q"},
		"scale the same":     {`[` + f + `,{"rid":"h","scaleResolutionDownBy":1.0,"maxFramerate":25}]`, " must have a greater scaleResolutionDownBy from layer to layer"},
		"scale smaller":      {`[` + f + `,{"rid":"h","scaleResolutionDownBy":8,"maxFramerate":25},` + q + `]`, " must have a greater scaleResolutionDownBy from layer to layer"},
	}
	for _, track := range []string{"video", "screen"} {
		path := "publishParams.simulcast." + track + ".layers"
		for title, test := range tests {
			t.Run(track+"/"+title, func(t *testing.T) {
				t.Parallel()
				want := test.want
				if want != "" {
					want = "role host: " + path + want
				}
				refused(t, roles.Validate("host", parse(t, at(path, test.layers)), names), want)
			})
		}
		refused(t, roles.Validate("host", parse(t, at("publishParams.simulcast."+track, "[]")), names),
			"role host: publishParams.simulcast."+track+" must be an object")
	}
}

func TestValidateRefusesReservedNames(t *testing.T) {
	t.Parallel()
	refused(t, roles.Validate(roles.Recorder, parse(t, `{}`), names), "role names that begin with __internal_ are reserved")
}
