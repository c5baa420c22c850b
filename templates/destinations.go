package templates

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"

	"foyer/fault"
	"foyer/models"
	"foyer/roles"
)

// destinationKind is one of the maps of a template's destinations: what each destination in it may be, and perhaps a rule that no
// shape can say; the rule answers what is wrong, or "".
type destinationKind struct {
	key   string
	shape roles.Shape
	rule  func(destination map[string]any) string
}

// destinationKinds are all of them (contract 4.7).
var destinationKinds = []destinationKind{
	{"rtmpDestinations", rtmpShape, rtmpFlaw},
	{"hlsDestinations", hlsShape, hlsFlaw},
	{"transcriptions", transcriptionShape, nil},
	{"browserRecordings", browserRecordingShape, nil},
}

// rtmpShape is a stream to elsewhere. Here and below durations and timeouts are seconds, sizes are pixels, rates are kbps.
var rtmpShape = roles.Shape{
	{Path: "name", Kind: roles.Text},
	{Path: "width", Kind: roles.Int},
	{Path: "height", Kind: roles.Int},
	{Path: "maxDuration", Kind: roles.Int},
	{Path: "rtmpUrls", Kind: roles.Texts, Max: 3},
	{Path: "recordingEnabled", Kind: roles.Bool},
	{Path: "autoStopTimeout", Kind: roles.Int},
}

// The limits of the sides of an HLS layer; they hold for either orientation.
const (
	shortLow, shortHigh = 144, 1080
	longLow, longHigh   = 192, 1920
)

// hlsShape is a live stream for viewers.
var hlsShape = roles.Shape{
	{Path: "name", Kind: roles.Text},
	{Path: "role", Kind: roles.RoleName},
	{Path: "maxDuration", Kind: roles.Int},
	{Path: "layers", Kind: roles.List, Each: roles.Shape{
		{Path: "width", Kind: roles.Int, Min: shortLow, Max: longHigh, Step: 2},
		{Path: "height", Kind: roles.Int, Min: shortLow, Max: longHigh, Step: 2},
		{Path: "videoBitrate", Kind: roles.Int},
		{Path: "audioBitrate", Kind: roles.Int},
	}},
	{Path: "playlistType", Kind: roles.Text, Words: []string{"event", "live"}},
	{Path: "numPlaylistSegments", Kind: roles.Int, Min: 3, Max: 150},
	{Path: "videoFrameRate", Kind: roles.Int},
	{Path: "enableMetadataInsertion", Kind: roles.Bool},
	{Path: "enableStaticUrl", Kind: roles.Bool},
	{Path: "autoStopTimeout", Kind: roles.Int},
	{Path: "recording.hlsVod", Kind: roles.Bool},
	{Path: "recording.singleFilePerLayer", Kind: roles.Bool},
	{Path: "recording.enableZipUpload", Kind: roles.Bool},
	{Path: "recording.thumbnails", Kind: roles.Object, Each: thumbnailsShape},
	{Path: "recording.presignDuration", Kind: roles.Int},
}

// transcriptionShape is a transcript, its summary and its translation.
var transcriptionShape = roles.Shape{
	{Path: "name", Kind: roles.Text},
	{Path: "role", Kind: roles.RoleName, Must: true},
	{Path: "modes", Kind: roles.Texts, Words: []string{"recorded", "live", "caption"}},
	{Path: "outputModes", Kind: roles.Texts, Words: []string{"txt", "srt", "json"}},
	{Path: "customVocabulary", Kind: roles.Texts},
	{Path: "summary.enabled", Kind: roles.Bool},
	{Path: "summary.context", Kind: roles.Text, Max: 300},
	{Path: "summary.temperature", Kind: roles.Number, Min: 0.1, Max: 1},
	{Path: "summary.sections", Kind: roles.List, Max: 6, Each: roles.Shape{
		{Path: "title", Kind: roles.Text, Max: 100},
		{Path: "format", Kind: roles.Text, Words: []string{"bullets", "paragraph"}},
	}},
	{Path: "translation.enabled", Kind: roles.Bool},
	{Path: "translation.roleLanguages", Kind: roles.Object},
}

// browserRecordingShape is the older way to record the room as a browser sees it.
var browserRecordingShape = roles.Shape{
	{Path: "name", Kind: roles.Text},
	{Path: "role", Kind: roles.RoleName, Must: true},
	{Path: "width", Kind: roles.Int},
	{Path: "height", Kind: roles.Int},
	{Path: "maxDuration", Kind: roles.Int},
	{Path: "thumbnails", Kind: roles.Object, Each: thumbnailsShape},
	{Path: "presignDuration", Kind: roles.Int},
	{Path: "autoStart", Kind: roles.Bool},
	{Path: "autoStopTimeout", Kind: roles.Int},
}

// checkDestinations errs with Invalid unless doc may be the destinations of a template with roles of these names. The name inside a
// destination may be absent (completeDestinations writes it), but must not differ from its key.
func checkDestinations(doc models.Document, names []string) error {
	for _, kind := range destinationKinds {
		group, ok := doc[kind.key].(map[string]any)
		if !ok && doc[kind.key] != nil {
			return fault.Invalidf("destinations: %s must be an object", kind.key)
		}
		for _, name := range slices.Sorted(maps.Keys(group)) {
			if err := kind.check(name, group[name], names); err != nil {
				return err
			}
		}
	}
	return nil
}

func (k destinationKind) check(name string, value any, names []string) error {
	subject := fmt.Sprintf("destinations: %s.%.64s", k.key, name) // a name may be long
	destination, ok := value.(map[string]any)
	if !ok {
		return fault.Invalidf("%s must be an object", subject)
	}
	if err := k.shape.Check(subject, destination, names); err != nil {
		return err
	}
	if given := destination["name"]; given != nil && given != name {
		return fault.Invalidf("%s: name must be the same as the key", subject)
	}
	if k.rule != nil {
		if cause := k.rule(destination); cause != "" {
			return fault.Invalidf("%s: %s", subject, cause)
		}
	}
	return nil
}

// completeDestinations is a copy of doc in which every destination repeats its name.
func completeDestinations(doc models.Document) models.Document {
	out := doc.Clone()
	for _, kind := range destinationKinds {
		group, _ := out[kind.key].(map[string]any)
		for name, each := range group {
			if destination, ok := each.(map[string]any); ok && destination["name"] == nil {
				destination["name"] = name
			}
		}
	}
	return out
}

func rtmpFlaw(destination map[string]any) string {
	urls, _ := destination["rtmpUrls"].([]any)
	for _, each := range urls {
		scheme, rest, ok := strings.Cut(each.(string), "://")
		known := strings.EqualFold(scheme, "rtmp") || strings.EqualFold(scheme, "rtmps")
		if !ok || rest == "" || !known {
			return "rtmpUrls must begin with rtmp:// or rtmps://"
		}
	}
	return ""
}

func hlsFlaw(destination map[string]any) string {
	layers, _ := destination["layers"].([]any)
	last := math.Inf(1)
	for _, each := range layers {
		layer := each.(map[string]any)
		width, height := side(layer["width"]), side(layer["height"])
		if width == 0 || height == 0 {
			continue
		}
		switch {
		case min(width, height) > shortHigh:
			return fmt.Sprintf("layers must have a shorter side of at most %d", shortHigh)
		case max(width, height) < longLow:
			return fmt.Sprintf("layers must have a longer side of at least %d", longLow)
		case width*height > last:
			return "layers must be in descending order of size"
		}
		last = width * height
	}
	return ""
}

// side is a checked length in pixels; 0 when it is absent.
func side(value any) float64 {
	digits, _ := value.(json.Number)
	v, _ := digits.Float64()
	return v
}
