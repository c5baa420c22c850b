package templates_test

import (
	"strings"
	"testing"

	"foyer/models"
	"foyer/templates"
)

// checkOne checks destinations that hold one, called main, in the group.
func checkOne(t *testing.T, group string, rulings map[string]ruling) {
	t.Helper()
	for title, r := range rulings {
		want := r.want
		if want != "" {
			want = "destinations: " + group + ".main" + want
		}
		rulings[title] = ruling{`{"` + group + `":{"main":` + r.doc + `}}`, want}
	}
	judge(t, rulings, checkDestinations)
}

func checkDestinations(doc models.Document) error { return templates.CheckDestinations(doc, roleNames) }

const (
	whole = " must be an integer from 0 to 2147483647"
	truth = " must be true or false"
	texts = " must be an array of strings"
	ghost = " must be the name of a role of the template"
)

func TestCheckDestinations(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("x", 100)
	judge(t, map[string]ruling{
		"nothing":           {`null`, ""},
		"empty":             {`{}`, ""},
		"all null":          {`{"rtmpDestinations":null,"hlsDestinations":null,"transcriptions":null,"browserRecordings":null}`, ""},
		"unknown keys":      {`{"x":[1],"rtmpDestinations":{"a":{"y":2}}}`, ""},
		"empty groups":      {`{"rtmpDestinations":{},"hlsDestinations":{},"transcriptions":{},"browserRecordings":{}}`, ""},
		"rtmp a list":       {`{"rtmpDestinations":[]}`, "destinations: rtmpDestinations must be an object"},
		"hls a string":      {`{"hlsDestinations":"x"}`, "destinations: hlsDestinations must be an object"},
		"transcripts wrong": {`{"transcriptions":1}`, "destinations: transcriptions must be an object"},
		"browsers wrong":    {`{"browserRecordings":true}`, "destinations: browserRecordings must be an object"},
		"not an object":     {`{"hlsDestinations":{"main":1}}`, "destinations: hlsDestinations.main must be an object"},
		"name as the key":   {`{"rtmpDestinations":{"main":{"name":"main"}}}`, ""},
		"name not the key":  {`{"rtmpDestinations":{"main":{"name":"Main"}}}`, "destinations: rtmpDestinations.main: name must be the same as the key"},
		"name a number":     {`{"hlsDestinations":{"1":{"name":1}}}`, "destinations: hlsDestinations.1: name must be a string"},
		"long key":          {`{"hlsDestinations":{"` + long + `":1}}`, "destinations: hlsDestinations." + long[:64] + " must be an object"},
		"first in order":    {`{"hlsDestinations":{"b":1,"a":1,"c":1}}`, "destinations: hlsDestinations.a must be an object"},
	}, checkDestinations)
}

func TestCheckRTMPDestination(t *testing.T) {
	t.Parallel()
	checkOne(t, "rtmpDestinations", map[string]ruling{
		"whole":              {`{"name":"main","width":1280,"height":720.0,"maxDuration":3600,"rtmpUrls":["rtmp://a/k","RTMPS://b/k","rtmp://c/%k"],"recordingEnabled":true,"autoStopTimeout":60}`, ""},
		"width a string":     {`{"width":"1280"}`, ": width" + whole},
		"height below 0":     {`{"height":-1}`, ": height" + whole},
		"a part of a second": {`{"maxDuration":0.5}`, ": maxDuration" + whole},
		"timeout a string":   {`{"autoStopTimeout":"60"}`, ": autoStopTimeout" + whole},
		"recording a string": {`{"recordingEnabled":"yes"}`, ": recordingEnabled" + truth},
		"no urls":            {`{"rtmpUrls":[]}`, ""},
		"four urls":          {`{"rtmpUrls":["rtmp://a","rtmp://b","rtmp://c","rtmp://d"]}`, ": rtmpUrls must hold at most 3 strings"},
		"urls a string":      {`{"rtmpUrls":"rtmp://a"}`, ": rtmpUrls" + texts},
		"urls numbers":       {`{"rtmpUrls":[1]}`, ": rtmpUrls" + texts},
		"another scheme":     {`{"rtmpUrls":["rtmp://a","http://b"]}`, ": rtmpUrls must begin with rtmp:// or rtmps://"},
		"no scheme":          {`{"rtmpUrls":["rtmp:a"]}`, ": rtmpUrls must begin with rtmp:// or rtmps://"},
		"nothing behind":     {`{"rtmpUrls":["rtmp://"]}`, ": rtmpUrls must begin with rtmp:// or rtmps://"},
	})
}

func TestCheckHLSDestination(t *testing.T) {
	t.Parallel()
	const (
		length   = " must be an integer from 144 to 1920, a multiple of 2"
		segments = ": numPlaylistSegments must be an integer from 3 to 150"
	)
	checkOne(t, "hlsDestinations", map[string]ruling{
		"whole": {`{"name":"main","role":"__internal_recorder","maxDuration":60,"playlistType":"live","numPlaylistSegments":5,
		 "videoFrameRate":30,"enableMetadataInsertion":true,"enableStaticUrl":false,"autoStopTimeout":0,
		 "layers":[{"width":1920,"height":1080,"videoBitrate":4000,"audioBitrate":128},{"width":192,"height":144}],
		 "recording":{"hlsVod":true,"singleFilePerLayer":true,"enableZipUpload":false,"layers":[{"width":1920,"height":1080}],
		  "thumbnails":{"enabled":true,"offsets":[1]},"presignDuration":3600}}`, ""},
		"a role":               {`{"role":"host"}`, ""},
		"another role":         {`{"role":"gone"}`, ": role" + ghost},
		"duration a string":    {`{"maxDuration":"60"}`, ": maxDuration" + whole},
		"event":                {`{"playlistType":"event"}`, ""},
		"another playlist":     {`{"playlistType":"vod"}`, ": playlistType must be one of event, live"},
		"fewest segments":      {`{"numPlaylistSegments":3}`, ""},
		"most segments":        {`{"numPlaylistSegments":150}`, ""},
		"too few segments":     {`{"numPlaylistSegments":2}`, segments},
		"too many segments":    {`{"numPlaylistSegments":151}`, segments},
		"frames a string":      {`{"videoFrameRate":"30"}`, ": videoFrameRate" + whole},
		"metadata a number":    {`{"enableMetadataInsertion":1}`, ": enableMetadataInsertion" + truth},
		"static a number":      {`{"enableStaticUrl":1}`, ": enableStaticUrl" + truth},
		"timeout a string":     {`{"autoStopTimeout":"0"}`, ": autoStopTimeout" + whole},
		"recording a switch":   {`{"recording":true}`, ": recording must be an object"},
		"vod a number":         {`{"recording":{"hlsVod":1}}`, ": recording.hlsVod" + truth},
		"single a number":      {`{"recording":{"singleFilePerLayer":1}}`, ": recording.singleFilePerLayer" + truth},
		"zip a number":         {`{"recording":{"enableZipUpload":1}}`, ": recording.enableZipUpload" + truth},
		"thumbnails a switch":  {`{"recording":{"thumbnails":true}}`, ": recording.thumbnails must be an object"},
		"thumbnails in words":  {`{"recording":{"thumbnails":{"enabled":"yes"}}}`, ": recording.thumbnails.enabled" + truth},
		"presign below 0":      {`{"recording":{"presignDuration":-1}}`, ": recording.presignDuration" + whole},
		"no layers":            {`{"layers":[]}`, ""},
		"layers an object":     {`{"layers":{}}`, ": layers must be an array of objects"},
		"upright":              {`{"layers":[{"width":1080,"height":1920},{"width":144,"height":192}]}`, ""},
		"same size twice":      {`{"layers":[{"width":640,"height":480,"videoBitrate":900},{"width":640,"height":480,"videoBitrate":400}]}`, ""},
		"a side left out":      {`{"layers":[{"height":480},{"width":640,"height":480}]}`, ""},
		"sides left out":       {`{"layers":[{"videoBitrate":400}]}`, ""},
		"odd width":            {`{"layers":[{"width":641,"height":480}]}`, ": layers[0].width" + length},
		"odd height":           {`{"layers":[{"width":640,"height":481}]}`, ": layers[0].height" + length},
		"width too great":      {`{"layers":[{"width":1922,"height":480}]}`, ": layers[0].width" + length},
		"height too small":     {`{"layers":[{"width":640,"height":142}]}`, ": layers[0].height" + length},
		"square too great":     {`{"layers":[{"width":1082,"height":1082}]}`, ": layers must have a shorter side of at most 1080"},
		"square too small":     {`{"layers":[{"width":190,"height":144}]}`, ": layers must have a longer side of at least 192"},
		"ascending":            {`{"layers":[{"width":640,"height":480},{"width":1280,"height":720}]}`, ": layers must be in descending order of size"},
		"video rate a string":  {`{"layers":[{"videoBitrate":"400"}]}`, ": layers[0].videoBitrate" + whole},
		"audio rate below 0":   {`{"layers":[{},{"audioBitrate":-1}]}`, ": layers[1].audioBitrate" + whole},
		"unknown key in layer": {`{"layers":[{"width":640,"height":480,"x":"y"}]}`, ""},
	})
}

func TestCheckTranscription(t *testing.T) {
	t.Parallel()
	fields := map[string]ruling{
		"whole": {`"name":"main","modes":["recorded","live","caption"],"outputModes":["txt","srt","json"],"customVocabulary":["Foyer"],
		 "summary":{"enabled":true,"context":"a lesson","temperature":0.5,"sections":[{"title":"Agenda","format":"bullets"},{"title":"Rest","format":"paragraph"}]},
		 "translation":{"enabled":true,"roleLanguages":{"host":"en"}}`, ""},
		"another mode":        {`"modes":["spoken"]`, ": modes must hold only recorded, live, caption"},
		"modes a string":      {`"modes":"live"`, ": modes" + texts},
		"another output":      {`"outputModes":["pdf"]`, ": outputModes must hold only txt, srt, json"},
		"vocabulary numbers":  {`"customVocabulary":[1]`, ": customVocabulary" + texts},
		"summary a switch":    {`"summary":true`, ": summary must be an object"},
		"summary in words":    {`"summary":{"enabled":"yes"}`, ": summary.enabled" + truth},
		"longest context":     {`"summary":{"context":"` + strings.Repeat("é", 300) + `"}`, ""},
		"context too long":    {`"summary":{"context":"` + strings.Repeat("é", 301) + `"}`, ": summary.context must have at most 300 characters"},
		"context a number":    {`"summary":{"context":1}`, ": summary.context must be a string"},
		"coldest":             {`"summary":{"temperature":0.1}`, ""},
		"hottest":             {`"summary":{"temperature":1.0}`, ""},
		"too cold":            {`"summary":{"temperature":0.09}`, ": summary.temperature must be a number from 0.1 to 1"},
		"too hot":             {`"summary":{"temperature":1.1}`, ": summary.temperature must be a number from 0.1 to 1"},
		"six sections":        {`"summary":{"sections":[{},{},{},{},{},{}]}`, ""},
		"seven sections":      {`"summary":{"sections":[{},{},{},{},{},{},{}]}`, ": summary.sections must hold at most 6 objects"},
		"longest title":       {`"summary":{"sections":[{"title":"` + strings.Repeat("x", 100) + `"}]}`, ""},
		"title too long":      {`"summary":{"sections":[{"title":"` + strings.Repeat("x", 101) + `"}]}`, ": summary.sections[0].title must have at most 100 characters"},
		"another format":      {`"summary":{"sections":[{"format":"table"}]}`, ": summary.sections[0].format must be one of bullets, paragraph"},
		"translation wrong":   {`"translation":{"enabled":1}`, ": translation.enabled" + truth},
		"languages a list":    {`"translation":{"roleLanguages":[]}`, ": translation.roleLanguages must be an object"},
		"role by bot instead": {`"role":"__internal_recorder"`, ""},
		"another role":        {`"role":"gone"`, ": role" + ghost},
	}
	rulings := map[string]ruling{
		"no role": {`{}`, ": role is required"},
		"least":   {`{"role":"host"}`, ""},
	}
	for title, r := range fields {
		rulings[title] = ruling{`{"role":"host",` + r.doc + `}`, r.want}
	}
	checkOne(t, "transcriptions", rulings)
}

func TestCheckBrowserRecording(t *testing.T) {
	t.Parallel()
	checkOne(t, "browserRecordings", map[string]ruling{
		"whole":            {`{"name":"main","role":"host","width":1280,"height":720,"maxDuration":60,"thumbnails":{"fps":1.5},"presignDuration":60,"autoStart":true,"autoStopTimeout":60}`, ""},
		"no role":          {`{"name":"main"}`, ": role is required"},
		"another role":     {`{"role":"gone"}`, ": role" + ghost},
		"width a string":   {`{"role":"host","width":"1"}`, ": width" + whole},
		"height a string":  {`{"role":"host","height":"1"}`, ": height" + whole},
		"duration below 0": {`{"role":"host","maxDuration":-1}`, ": maxDuration" + whole},
		"presign below 0":  {`{"role":"host","presignDuration":-1}`, ": presignDuration" + whole},
		"timeout below 0":  {`{"role":"host","autoStopTimeout":-1}`, ": autoStopTimeout" + whole},
		"start a number":   {`{"role":"host","autoStart":1}`, ": autoStart" + truth},
		"thumbnails fps":   {`{"role":"host","thumbnails":{"fps":-1}}`, ": thumbnails.fps must be a number from 0 to 2147483647"},
	})
}

func TestCompleteDestinations(t *testing.T) {
	t.Parallel()
	for title, r := range map[string]struct{ from, to string }{
		"nothing": {`null`, `null`},
		"empty":   {`{}`, `{}`},
		"names": {
			`{"x":{"y":{}},"rtmpDestinations":{"a":{"width":1.0,"z":[0.10]}},"hlsDestinations":{"b":{"name":null}},
			 "transcriptions":{"c":{"name":"c"}},"browserRecordings":{"d":{}}}`,
			`{"x":{"y":{}},"rtmpDestinations":{"a":{"name":"a","width":1.0,"z":[0.10]}},"hlsDestinations":{"b":{"name":"b"}},
			 "transcriptions":{"c":{"name":"c"}},"browserRecordings":{"d":{"name":"d"}}}`,
		},
		"wrong kinds": {`{"rtmpDestinations":[1],"hlsDestinations":{"a":1}}`, `{"rtmpDestinations":[1],"hlsDestinations":{"a":1}}`},
	} {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			becomes(t, templates.CompleteDestinations, r.from, r.to)
		})
	}
}
