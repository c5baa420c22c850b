package templates_test

import (
	"errors"
	"testing"

	"foyer/fault"
	"foyer/models"
	"foyer/templates"

	"github.com/google/go-cmp/cmp"
)

// roleNames are the roles of the template in the tests of documents.
var roleNames = []string{"host", "guest"}

// ruling is a document and what is said of it; want is "" when it is fine.
type ruling struct{ doc, want string }

// judge runs a table of rulings.
func judge(t *testing.T, rulings map[string]ruling, check func(models.Document) error) {
	t.Helper()
	for title, r := range rulings {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			said(t, check(document(t, r.doc)), r.want)
		})
	}
}

// said checks that err is of kind Invalid with this cause, its detail where it has one, or nil when the cause is "".
func said(t *testing.T, err error, want string) {
	t.Helper()
	got := ""
	if err != nil {
		got = err.Error()
	}
	if ours, ok := errors.AsType[*fault.Error](err); ok && len(ours.Details) == 1 {
		got = ours.Details[0]
	}
	if got != want {
		t.Errorf("got error %q, want %q", got, want)
	}
	if err != nil && !fault.Is(err, fault.Invalid) {
		t.Errorf("error %q is of kind %s, want invalid", err, fault.KindOf(err))
	}
}

func document(t *testing.T, text string) models.Document {
	t.Helper()
	doc, err := models.ParseDocument([]byte(text))
	if err != nil {
		t.Fatalf("parse %s: %v", text, err)
	}
	return doc
}

// becomes checks what a function makes of a document, that a second time changes nothing, and that the argument stays as it was.
func becomes(t *testing.T, act func(models.Document) models.Document, from, to string) {
	t.Helper()
	doc := document(t, from)
	got := act(doc)
	if diff := cmp.Diff(document(t, to), got); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(got, act(got)); diff != "" {
		t.Errorf("a second time (-first +second):\n%s", diff)
	}
	if diff := cmp.Diff(document(t, from), doc); diff != "" {
		t.Errorf("the argument changed (-want +got):\n%s", diff)
	}
}

func TestCheckSettings(t *testing.T) {
	t.Parallel()
	const (
		region   = "Error: region not supported: it must be in, us, eu or auto"
		interval = "settings: roomState.messageInterval must be an integer from 5 to 3600, a multiple of 5"
	)
	judge(t, map[string]ruling{
		"nothing":                  {`null`, ""},
		"empty":                    {`{}`, ""},
		"all null":                 {`{"region":null,"recording":null,"roomState":null,"retry":null}`, ""},
		"unknown keys":             {`{"x":{"y":[1]},"roomState":{"x":1}}`, ""},
		"a region":                 {`{"region":"in"}`, ""},
		"automatic region":         {`{"region":"auto"}`, ""},
		"another region":           {`{"region":"mars"}`, region},
		"region in capitals":       {`{"region":"EU"}`, region},
		"empty region":             {`{"region":""}`, region},
		"region a number":          {`{"region":1}`, "settings: region must be a string"},
		"room state a list":        {`{"roomState":[]}`, "settings: roomState must be an object"},
		"shortest interval":        {`{"roomState":{"messageInterval":5}}`, ""},
		"longest interval":         {`{"roomState":{"messageInterval":3600.0}}`, ""},
		"interval 0":               {`{"roomState":{"messageInterval":0}}`, interval},
		"interval too long":        {`{"roomState":{"messageInterval":3605}}`, interval},
		"interval not of 5":        {`{"roomState":{"messageInterval":7}}`, interval},
		"interval of a half":       {`{"roomState":{"messageInterval":7.5}}`, interval},
		"interval a string":        {`{"roomState":{"messageInterval":"5"}}`, interval},
		"peer list a word":         {`{"roomState":{"sendPeerList":"yes"}}`, "settings: roomState.sendPeerList must be true or false"},
		"stop a number":            {`{"roomState":{"stopRoomStateOnJoin":1}}`, "settings: roomState.stopRoomStateOnJoin must be true or false"},
		"enabled a number":         {`{"roomState":{"enabled":0}}`, "settings: roomState.enabled must be true or false"},
		"retry a list":             {`{"retry":[]}`, "settings: retry must be an object"},
		"retry with anything":      {`{"retry":{"x":1}}`, ""},
		"layers of the screen":     {`{"screenSimulcastLayers":{"layers":[]},"videoSimulcastLayers":{}}`, ""},
		"layers of the screen not": {`{"screenSimulcastLayers":[]}`, "settings: screenSimulcastLayers must be an object"},
		"layers of the video not":  {`{"videoSimulcastLayers":1}`, "settings: videoSimulcastLayers must be an object"},
		"recording a switch":       {`{"recording":true}`, "settings: recording must be an object"},
		"recording on":             {`{"recording":{"enabled":true}}`, ""},
		"recording on in words":    {`{"recording":{"enabled":"true"}}`, "settings: recording.enabled must be true or false"},
		"no upload":                {`{"recording":{"upload":null}}`, ""},
		"upload a list":            {`{"recording":{"upload":[]}}`, "settings: recording.upload must be an object"},
	}, templates.CheckSettings)
}

func TestCheckSettingsUpload(t *testing.T) {
	t.Parallel()
	const wrong = "Invalid upload configuration: "
	uploads := map[string]ruling{
		"whole":                  {`{"type":"s3","location":"b","prefix":"p","options":{"region":"x"},"credentials":{"key":"k","secretKey":"s"}}`, ""},
		"least":                  {`{"type":"s3","location":"b"}`, ""},
		"gs":                     {`{"type":"gs","location":"b"}`, ""},
		"oss":                    {`{"type":"oss","location":"b"}`, ""},
		"azure":                  {`{"type":"azure","location":"b"}`, ""},
		"unknown key":            {`{"type":"s3","location":"b","x":1}`, ""},
		"empty":                  {`{}`, "Bucket location is missing"},
		"no location":            {`{"type":"s3"}`, "Bucket location is missing"},
		"empty location":         {`{"type":"s3","location":""}`, "Bucket location is missing"},
		"location a number":      {`{"type":"s3","location":1}`, wrong + "location must be a string"},
		"no type":                {`{"location":"b"}`, wrong + "type is required"},
		"another type":           {`{"type":"ftp","location":"b"}`, wrong + "type must be one of s3, gs, oss, azure"},
		"prefix a number":        {`{"type":"s3","location":"b","prefix":1}`, wrong + "prefix must be a string"},
		"options a string":       {`{"type":"s3","location":"b","options":"x"}`, wrong + "options must be an object"},
		"options region":         {`{"type":"s3","location":"b","options":{"region":1}}`, wrong + "options.region must be a string"},
		"credentials a string":   {`{"type":"s3","location":"b","credentials":"x"}`, wrong + "credentials must be an object"},
		"older name of secret":   {`{"type":"s3","location":"b","credentials":{"key":"k","secret":"s"}}`, ""},
		"secret left out":        {`{"type":"s3","location":"b","credentials":{"key":"k"}}`, ""},
		"no key":                 {`{"type":"s3","location":"b","credentials":{"secret":"s"}}`, wrong + "credentials.key is required"},
		"key a number":           {`{"type":"s3","location":"b","credentials":{"key":1}}`, wrong + "credentials.key must be a string"},
		"secret a number":        {`{"type":"s3","location":"b","credentials":{"key":"k","secret":1}}`, wrong + "credentials.secret must be a string"},
		"secretKey a number":     {`{"type":"s3","location":"b","credentials":{"key":"k","secretKey":1}}`, wrong + "credentials.secretKey must be a string"},
		"both names, one secret": {`{"type":"s3","location":"b","credentials":{"key":"k","secret":"s","secretKey":"s"}}`, ""},
		"two secrets": {
			`{"type":"s3","location":"b","credentials":{"key":"k","secret":"s","secretKey":"t"}}`,
			wrong + "credentials.secret and credentials.secretKey differ, give one of them",
		},
	}
	for title, r := range uploads {
		uploads[title] = ruling{`{"recording":{"upload":` + r.doc + `}}`, r.want}
	}
	judge(t, uploads, templates.CheckSettings)
}

func TestCompleteSettings(t *testing.T) {
	t.Parallel()
	const whole = `{"region":"auto","recording":null,"retry":{},
	 "roomState":{"messageInterval":5,"sendPeerList":false,"stopRoomStateOnJoin":true,"enabled":false}}`
	for title, r := range map[string]struct{ from, to string }{
		"nothing":  {`null`, whole},
		"empty":    {`{}`, whole},
		"all null": {`{"region":null,"recording":null,"roomState":null,"retry":null}`, whole},
		"complete": {whole, whole},
		"full": {
			`{"region":"in","recording":{"enabled":true,"x":0.10},"retry":{"y":1},"z":null,
			 "roomState":{"messageInterval":10.0,"sendPeerList":true,"stopRoomStateOnJoin":false,"enabled":true,"w":"v"}}`,
			`{"region":"in","recording":{"enabled":true,"x":0.10},"retry":{"y":1},"z":null,
			 "roomState":{"messageInterval":10.0,"sendPeerList":true,"stopRoomStateOnJoin":false,"enabled":true,"w":"v"}}`,
		},
		"in part": {
			`{"roomState":{"enabled":true},"videoSimulcastLayers":{"layers":[1.50]}}`,
			`{"region":"auto","recording":null,"retry":{},"videoSimulcastLayers":{"layers":[1.50]},
			 "roomState":{"messageInterval":5,"sendPeerList":false,"stopRoomStateOnJoin":true,"enabled":true}}`,
		},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			becomes(t, templates.CompleteSettings, r.from, r.to)
		})
	}
}
