package templates

import (
	"slices"

	"foyer/fault"
	"foyer/models"
	"foyer/roles"
)

// regions are those that 100ms knows (contract 1.10).
var regions = []string{"in", "us", "eu", "auto"}

// settingsShape is a template's settings (contract 4.6).
var settingsShape = roles.Shape{
	{Path: "region", Kind: roles.Text, Words: regions, Default: "auto"},
	{Path: "recording.enabled", Kind: roles.Bool},
	{Path: "recording.upload", Kind: roles.Object},
	{Path: "roomState.messageInterval", Kind: roles.Int, Min: 5, Max: 3600, Step: 5, Default: 5}, // seconds
	{Path: "roomState.sendPeerList", Kind: roles.Bool, Default: false},
	{Path: "roomState.stopRoomStateOnJoin", Kind: roles.Bool, Default: true},
	{Path: "roomState.enabled", Kind: roles.Bool, Default: false},
	{Path: "retry", Kind: roles.Object, Default: map[string]any{}},
	{Path: "screenSimulcastLayers", Kind: roles.Object},
	{Path: "videoSimulcastLayers", Kind: roles.Object},
}

// uploadShape is where recordings go. The secret may be left out: then the one that is kept stays (contract 14.1).
var uploadShape = roles.Shape{
	{Path: "type", Kind: roles.Text, Must: true, Words: []string{"s3", "gs", "oss", "azure"}},
	{Path: "location", Kind: roles.Text, Must: true},
	{Path: "prefix", Kind: roles.Text},
	{Path: "options.region", Kind: roles.Text},
	{Path: "credentials.key", Kind: roles.Text, Must: true},
	{Path: "credentials.secret", Kind: roles.Text},
	{Path: "credentials.secretKey", Kind: roles.Text},
}

// checkSettings errs with Invalid unless doc may be the settings of a template.
func checkSettings(doc models.Document) error {
	if region, ok := doc["region"].(string); ok && !slices.Contains(regions, region) {
		const message = "Error: region not supported" // in the words of the contract (1.10)
		return fault.New(fault.Invalid, message, message+": it must be in, us, eu or auto")
	}
	if err := settingsShape.Check("settings", doc, nil); err != nil {
		return err
	}
	recording, _ := doc["recording"].(map[string]any)
	upload, ok := recording["upload"].(map[string]any)
	if !ok {
		return nil
	}
	return CheckUpload(upload)
}

// CheckUpload errs with Invalid unless upload says where recordings may go, in the words of the contract (1.6, 2.3, 4.6).
func CheckUpload(upload map[string]any) error {
	if upload["location"] == nil || upload["location"] == "" {
		return fault.New(fault.Invalid, "Bucket location is missing", "Bucket location is missing")
	}
	const message = "Invalid upload configuration"
	if err := uploadShape.Check(message, upload, nil); err != nil {
		return fault.New(fault.Invalid, message, err.Error())
	}
	credentials, _ := upload["credentials"].(map[string]any)
	secret, secretKey := credentials["secret"], credentials["secretKey"]
	if secret != nil && secretKey != nil && secret != secretKey {
		return fault.New(fault.Invalid, message, message+": credentials.secret and credentials.secretKey differ, give one of them")
	}
	return nil
}

// CheckSecret errs with Invalid when the credentials of an upload, found under key, have no secret even after the stored one was put
// in its place (contract 2.3, 4.6). Name is what the secret is kept as.
func CheckSecret(recording map[string]any, key, name string) error {
	upload, _ := recording[key].(map[string]any)
	credentials, ok := upload["credentials"].(map[string]any)
	if !ok || credentials[name] != nil {
		return nil
	}
	const message = "Invalid upload configuration"
	return fault.New(fault.Invalid, message, message+": credentials."+name+" is required")
}

// completeSettings is a copy of doc with the defaults in place of what is absent; recording is null when there is none.
func completeSettings(doc models.Document) models.Document {
	out := doc.Clone()
	if out == nil {
		out = models.Document{}
	}
	if _, present := out["recording"]; !present {
		out["recording"] = nil
	}
	settingsShape.Fill(out)
	return out
}
