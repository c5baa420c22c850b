package templates

import (
	"foyer/fault"
	"foyer/roles"
)

// recordingShape is one recording config (contract 4.8). Durations are seconds, sizes are pixels.
var recordingShape = roles.Shape{
	{Path: "name", Kind: roles.Text, Must: true},
	{Path: "role", Kind: roles.RoleName, Must: true},
	{Path: "maxDuration", Kind: roles.Int},
	{Path: "presignDuration", Kind: roles.Int},
	{Path: "thumbnails", Kind: roles.Object, Each: thumbnailsShape},
	{Path: "compositeRecording.browserComposite.enabled", Kind: roles.Bool},
	{Path: "compositeRecording.browserComposite.autoStart", Kind: roles.Bool},
	{Path: "compositeRecording.browserComposite.autoStopTimeout", Kind: roles.Int},
	{Path: "compositeRecording.browserComposite.width", Kind: roles.Int},
	{Path: "compositeRecording.browserComposite.height", Kind: roles.Int},
	{Path: "compositeRecording.customComposite.enabled", Kind: roles.Bool},
	{Path: "trackRecording.enabled", Kind: roles.Bool},
	{Path: "streamRecording.enabled", Kind: roles.Bool},
	{Path: "streamRecording.width", Kind: roles.Int},
	{Path: "streamRecording.height", Kind: roles.Int},
}

// thumbnailsShape is the pictures that are taken of a recording.
var thumbnailsShape = roles.Shape{
	{Path: "enabled", Kind: roles.Bool},
	{Path: "width", Kind: roles.Int},
	{Path: "height", Kind: roles.Int},
	{Path: "fps", Kind: roles.Number},
}

// checkRecordings errs with Invalid unless list may be the recording configs of a template with roles of these names: one at most.
func checkRecordings(list []any, names []string) error {
	if len(list) > 1 {
		return fault.Invalidf("recordings: at most one is possible")
	}
	for _, each := range list {
		config, ok := each.(map[string]any)
		if !ok {
			return fault.Invalidf("recordings: must be an array of objects")
		}
		if err := recordingShape.Check("recordings", config, names); err != nil {
			return err
		}
	}
	return nil
}
