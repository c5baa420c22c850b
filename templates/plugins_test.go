package templates_test

import (
	"testing"

	"foyer/models"
	"foyer/templates"
)

func TestCheckPlugins(t *testing.T) {
	t.Parallel()
	const ghost = " must hold only names of roles of the template"
	judge(t, map[string]ruling{
		"nothing":                 {`null`, ""},
		"empty":                   {`{}`, ""},
		"all null":                {`{"whiteboard":null,"transcriptions":null,"noiseCancellation":null}`, ""},
		"unknown keys":            {`{"x":1,"whiteboard":{"x":1,"permissions":{"x":1}},"transcriptions":[{"x":1}]}`, ""},
		"a role in several":       {`{"whiteboard":{"permissions":{"admin":["host"],"writer":["host","guest"],"reader":[]}}}`, ""},
		"whiteboard a switch":     {`{"whiteboard":true}`, "plugins: whiteboard must be an object"},
		"permissions a list":      {`{"whiteboard":{"permissions":[]}}`, "plugins: whiteboard.permissions must be an object"},
		"admin a string":          {`{"whiteboard":{"permissions":{"admin":"host"}}}`, "plugins: whiteboard.permissions.admin must be an array of strings"},
		"admin a ghost":           {`{"whiteboard":{"permissions":{"admin":["gone"]}}}`, "plugins: whiteboard.permissions.admin" + ghost},
		"writer a ghost":          {`{"whiteboard":{"permissions":{"writer":["gone"]}}}`, "plugins: whiteboard.permissions.writer" + ghost},
		"reader a ghost":          {`{"whiteboard":{"permissions":{"reader":["gone"]}}}`, "plugins: whiteboard.permissions.reader" + ghost},
		"transcriptions one":      {`{"transcriptions":{"permissions":{"admin":["host"]},"mode":"caption"}}`, ""},
		"transcriptions several":  {`{"transcriptions":[{"permissions":{"admin":["host"]},"mode":"caption"},{}]}`, ""},
		"transcriptions a string": {`{"transcriptions":"caption"}`, "plugins: transcriptions must be an array of objects"},
		"transcriptions strings":  {`{"transcriptions":["caption"]}`, "plugins: transcriptions must be an array of objects"},
		"mode a number":           {`{"transcriptions":[{},{"mode":1}]}`, "plugins: transcriptions[1].mode must be a string"},
		"transcriber a ghost":     {`{"transcriptions":{"permissions":{"admin":["gone"]}}}`, "plugins: transcriptions[0].permissions.admin" + ghost},
		"noise off":               {`{"noiseCancellation":{"enabled":false}}`, ""},
		"noise in words":          {`{"noiseCancellation":{"enabled":"no"}}`, "plugins: noiseCancellation.enabled must be true or false"},
	}, func(doc models.Document) error { return templates.CheckPlugins(doc, roleNames) })
}

func TestNormalPlugins(t *testing.T) {
	t.Parallel()
	for title, r := range map[string]struct{ from, to string }{
		"nothing": {`null`, `null`},
		"empty":   {`{}`, `{}`},
		"null":    {`{"transcriptions":null}`, `{"transcriptions":null}`},
		"one":     {`{"x":1.0,"transcriptions":{"mode":"caption","y":[2.50]}}`, `{"x":1.0,"transcriptions":[{"mode":"caption","y":[2.50]}]}`},
		"list":    {`{"transcriptions":[{"mode":"caption"}]}`, `{"transcriptions":[{"mode":"caption"}]}`},
		"wrong":   {`{"transcriptions":"caption"}`, `{"transcriptions":"caption"}`},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			becomes(t, templates.NormalPlugins, r.from, r.to)
		})
	}
}
