package templates

import (
	"context"
	"embed"
	"fmt"

	"foyer/fault"
	"foyer/models"
)

//go:embed presets/*.json
var presets embed.FS

// Default is the template that every new workspace begins with: a host who may do everything and a guest.
func Default() (Draft, error) { return preset("default") }

func preset(name string) (Draft, error) {
	var draft struct {
		Name  string                     `json:"name"`
		Roles map[string]models.Document `json:"roles"`
	}
	text, err := presets.ReadFile("presets/" + name + ".json")
	if err != nil {
		return Draft{}, fmt.Errorf("template %s: %w", name, err)
	}
	err = models.ParseJSON(text, &draft)
	return Draft{Name: draft.Name, Roles: draft.Roles}, err
}

// Preset is the id of a workspace's template of the name of a preset, which is made when there is none: an operator may have changed it.
func (s *Service) Preset(ctx context.Context, workspace models.ID, name string) (models.ID, error) {
	id, err := s.store.TemplateNamed(ctx, workspace, name)
	if !fault.Is(err, fault.NotFound) {
		return id, err
	}
	draft, err := preset(name)
	if err != nil {
		return "", err
	}
	t, err := s.Create(ctx, workspace, draft)
	return t.ID, err
}
