package templates_test

import (
	"strings"
	"testing"

	"foyer/models"
	"foyer/templates"
)

func TestCheckRecordings(t *testing.T) {
	t.Parallel()
	const count = " must be an integer from 0 to 2147483647"
	rulings := map[string]ruling{
		"nothing":          {`null`, ""},
		"none":             {`[]`, ""},
		"least":            {`[{"name":"main","role":"host"}]`, ""},
		"by the bot":       {`[{"name":"main","role":"__internal_recorder"}]`, ""},
		"unknown key":      {`[{"name":"main","role":"host","x":{"y":1}}]`, ""},
		"two":              {`[{"name":"a","role":"host"},{"name":"b","role":"host"}]`, "recordings: at most one is possible"},
		"not an object":    {`["main"]`, "recordings: must be an array of objects"},
		"no name":          {`[{"role":"host"}]`, "recordings: name is required"},
		"empty name":       {`[{"name":"","role":"host"}]`, "recordings: name is required"},
		"name a number":    {`[{"name":1,"role":"host"}]`, "recordings: name must be a string"},
		"no role":          {`[{"name":"main"}]`, "recordings: role is required"},
		"another role":     {`[{"name":"main","role":"Host"}]`, "recordings: role must be the name of a role of the template"},
		"another bot":      {`[{"name":"main","role":"__internal_x"}]`, "recordings: role must be the name of a role of the template"},
		"role a number":    {`[{"name":"main","role":1}]`, "recordings: role must be the name of a role of the template"},
		"thumbnails":       {`[{"name":"main","role":"host","thumbnails":{"enabled":true,"width":1280,"height":720,"offsets":[2,8.5],"fps":0.5}}]`, ""},
		"thumbnails wrong": {`[{"name":"main","role":"host","thumbnails":true}]`, "recordings: thumbnails must be an object"},
	}
	for path, problem := range map[string]string{
		"maxDuration":        count,
		"presignDuration":    count,
		"thumbnails.enabled": " must be true or false",
		"thumbnails.width":   count,
		"thumbnails.height":  count,
		"thumbnails.fps":     " must be a number from 0 to 2147483647",
		"compositeRecording.browserComposite.enabled":         " must be true or false",
		"compositeRecording.browserComposite.autoStart":       " must be true or false",
		"compositeRecording.browserComposite.autoStopTimeout": count,
		"compositeRecording.browserComposite.width":           count,
		"compositeRecording.browserComposite.height":          count,
		"compositeRecording.customComposite.enabled":          " must be true or false",
		"trackRecording.enabled":                              " must be true or false",
		"streamRecording.enabled":                             " must be true or false",
		"streamRecording.width":                               count,
		"streamRecording.height":                              count,
	} {
		keys := strings.Split(path, ".")
		inner := `"x"`
		for i := range keys {
			inner = `{"` + keys[len(keys)-1-i] + `":` + inner + `}`
		}
		rulings["wrong "+path] = ruling{`[{"name":"main","role":"host",` + inner[1:] + `]`, "recordings: " + path + problem}
	}
	for title, r := range rulings {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			var list models.List
			if err := list.Scan(r.doc); err != nil {
				t.Fatalf("parse %s: %v", r.doc, err)
			}
			said(t, templates.CheckRecordings(list, roleNames), r.want)
		})
	}
}
