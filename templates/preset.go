package templates

import (
	_ "embed"

	"foyer/models"
)

//go:embed presets/default.json
var defaultPreset []byte

// Default is the template that every new workspace begins with: a host who may do everything and a guest.
func Default() (Draft, error) {
	var preset struct {
		Name  string                     `json:"name"`
		Roles map[string]models.Document `json:"roles"`
	}
	err := models.ParseJSON(defaultPreset, &preset)
	return Draft{Name: preset.Name, Roles: preset.Roles}, err
}
