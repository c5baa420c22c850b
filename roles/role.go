package roles

import (
	"slices"
	"strings"

	"foyer/fault"
	"foyer/models"
)

// shape is a role's document (contract 4.2 to 4.5). Rates are kbps, sizes are pixels, periods are seconds.
var shape = slices.Concat(Shape{
	{Path: "name", Kind: Text},
	{Path: "priority", Kind: Int, Min: 1, Max: 10, Default: 1},
	{Path: "maxPeerCount", Kind: Int, Min: -1, Default: 0},
	{Path: "lobby", Kind: Bool},             // ours: peers of the role wait until somebody lets them in
	{Path: "permissions.admit", Kind: Bool}, // ours: see Can

	{Path: "publishParams.allowed", Kind: Texts, Words: []string{"audio", "video", "screen", "simulcast"}},
	{Path: "publishParams.audio.bitRate", Kind: Int, Min: 16, Max: 128, Default: 32},
	{Path: "publishParams.audio.codec", Kind: Text, Words: []string{"opus"}, Default: "opus"},
	{Path: "publishParams.video.bitRate", Kind: Int, Min: 30, Max: 2000, Default: 256},
	{Path: "publishParams.video.codec", Kind: Text, Words: []string{"vp8"}, Default: "vp8"},
	{Path: "publishParams.video.frameRate", Kind: Int, Min: 1, Max: 30, Default: 25},
	{Path: "publishParams.video.width", Kind: Int, Min: 50, Max: 1920, Default: 320},
	{Path: "publishParams.video.height", Kind: Int, Min: 50, Max: 1080, Default: 180},
	{Path: "publishParams.screen.bitRate", Kind: Int, Min: 500, Default: 1024},
	{Path: "publishParams.screen.codec", Kind: Text, Default: "vp8"},
	{Path: "publishParams.screen.frameRate", Kind: Int, Min: 1, Max: 30, Default: 10},
	{Path: "publishParams.screen.width", Kind: Int, Min: 480, Max: 1920, Default: 1280},
	{Path: "publishParams.screen.height", Kind: Int, Min: 270, Max: 1080, Default: 720},
	{Path: "publishParams.simulcast.video", Kind: Object, Default: map[string]any{}},
	{Path: "publishParams.simulcast.video.layers", Kind: List, Max: 3, Each: layer},
	{Path: "publishParams.simulcast.screen", Kind: Object, Default: map[string]any{}},
	{Path: "publishParams.simulcast.screen.layers", Kind: List, Max: 3, Each: layer},

	{Path: "subscribeParams.subscribeToRoles", Kind: RoleNames},
	{Path: "subscribeParams.maxSubsBitRate", Kind: Int, Default: 3200},
	{Path: "subscribeParams.subscribeDegradation.packetLossThreshold", Kind: Int, Min: 1, Max: 100, Default: 50},
	{Path: "subscribeParams.subscribeDegradation.degradeGracePeriodSeconds", Kind: Int, Min: 1, Max: 10, Default: 1},
	{Path: "subscribeParams.subscribeDegradation.recoverGracePeriodSeconds", Kind: Int, Min: 1, Max: 10, Default: 4},
}, permissionFields())

// rids are the names of simulcast layers, from full size down.
var rids = []string{"f", "h", "q"}

// layer is one simulcast layer (contract 4.3).
var layer = Shape{
	{Path: "rid", Kind: Text, Must: true, Words: rids},
	{Path: "scaleResolutionDownBy", Kind: Number, Must: true, Min: 1, Max: 12},
	{Path: "maxFramerate", Kind: Int, Must: true, Min: 1, Max: 30},
	{Path: "maxBitrate", Kind: Int, Max: 2000, Default: 0},
}

// Validate errs with Invalid, and says why, unless doc may be the document of the role called name (contract 4.2 to 4.5). Names are
// the roles of its template as they will be, this one among them. Keys that are not ours pass untouched; null counts as absent.
func Validate(name string, doc models.Document, names []string) error {
	if err := ValidName(name); err != nil {
		return err
	}
	subject := "role " + name
	if err := shape.Check(subject, doc, names); err != nil {
		return err
	}
	for _, track := range []string{"video", "screen"} {
		path := "publishParams.simulcast." + track + ".layers"
		layers, _ := find(doc, path).([]any)
		if cause := layersFlaw(layers); cause != "" {
			return fault.Invalidf("%s: %s %s", subject, path, cause)
		}
	}
	return nil
}

// layersFlaw says what is wrong with the order of layers that are sound one by one; "" when nothing is.
func layersFlaw(layers []any) string {
	rank, scale := -1, 0.0
	for i, each := range layers {
		here := each.(map[string]any)
		nextRank := slices.Index(rids, here["rid"].(string))
		nextScale, _ := float(here["scaleResolutionDownBy"])
		switch {
		case i == 0 && (nextRank != 0 || nextScale != 1):
			return "must begin with rid f and scaleResolutionDownBy 1"
		case nextRank <= rank:
			return "must have each rid once, in the order " + strings.Join(rids, ", ")
		case nextScale <= scale:
			return "must have a greater scaleResolutionDownBy from layer to layer"
		}
		rank, scale = nextRank, nextScale
	}
	return ""
}

// Complete is a copy of a role's document with the defaults in place of all that is absent (contract 4.2 to 4.5, 14.3). Names are the
// roles of its template: the role hears all of them when it does not say whom, and never one that is not there. What is no business
// of ours is kept to the digit. Completing twice changes nothing. A document that Validate refuses is completed as far as it can be.
func Complete(name string, doc models.Document, names []string) models.Document {
	out := doc.Clone()
	if out == nil {
		out = models.Document{}
	}
	out["name"] = name
	completeAllowed(out)
	completeSubscriptions(out, names)
	shape.Fill(out)
	return out
}

// completeAllowed writes what a role may publish: all of it when it has no publishParams, nothing when those do not say.
func completeAllowed(doc models.Document) {
	if doc["publishParams"] == nil {
		doc["publishParams"] = map[string]any{"allowed": []any{"audio", "video", "screen"}}
	}
	if params, ok := doc["publishParams"].(map[string]any); ok && params["allowed"] == nil {
		params["allowed"] = []any{}
	}
}
