package templates

import (
	"context"
	"encoding/json"
	"fmt"

	"foyer/models"
	"foyer/roles"
	"foyer/seal"
	"foyer/store"
)

func (s *Service) putSettings(t *models.Template, settings models.Document) error {
	if err := checkSettings(settings); err != nil {
		return err
	}
	kept := given(settings.Clone())
	s.box.Credentials(kept, t.Settings, "secretKey", "template "+string(t.ID))
	recording, _ := kept["recording"].(map[string]any)
	if err := CheckSecret(recording, "upload", "secretKey"); err != nil {
		return err
	}
	t.Settings = kept
	t.Region, _ = completeSettings(kept)["region"].(string)
	return nil
}

func (s *Service) putDestinations(t *models.Template, destinations models.Document) error {
	if err := checkDestinations(destinations, t.RoleNames()); err != nil {
		return err
	}
	return s.sealDestinations(t, completeDestinations(destinations))
}

// sealDestinations puts checked destinations into a template.
func (s *Service) sealDestinations(t *models.Template, destinations models.Document) error {
	raw, err := json.Marshal(given(destinations))
	if err != nil {
		return err
	}
	t.Destinations = s.box.Seal(raw, destinationsContext(t))
	return nil
}

// destinations reads them in clear. It fails when the master key is not the one that sealed the template.
func (s *Service) destinations(t *models.Template) (models.Document, error) {
	raw, err := s.box.Open(t.Destinations, destinationsContext(t))
	if err != nil {
		return nil, fmt.Errorf("destinations of template %s: %w", t.ID, err)
	}
	return models.ParseDocument(raw)
}

func destinationsContext(t *models.Template) string { return "destinations " + string(t.ID) }

// SetSettings replaces the settings of a template. Kinds NotFound, Invalid.
func (s *Service) SetSettings(ctx context.Context, workspace, id models.ID, settings models.Document) (models.Template, error) {
	return s.change(ctx, workspace, id, func(tx *store.Store, t *models.Template) error {
		if err := s.putSettings(t, settings); err != nil {
			return err
		}
		return s.save(ctx, tx, t)
	})
}

// SetDestinations replaces the destinations of a template. Kinds NotFound, Invalid.
func (s *Service) SetDestinations(ctx context.Context, workspace, id models.ID, d models.Document) (models.Template, error) {
	return s.change(ctx, workspace, id, func(tx *store.Store, t *models.Template) error {
		if err := s.putDestinations(t, d); err != nil {
			return err
		}
		return s.save(ctx, tx, t)
	})
}

// SetRecordings replaces the recording configs of a template. Kinds NotFound, Invalid.
func (s *Service) SetRecordings(ctx context.Context, workspace, id models.ID, list models.List) (models.Template, error) {
	return s.change(ctx, workspace, id, func(tx *store.Store, t *models.Template) error {
		if err := checkRecordings(list, t.RoleNames()); err != nil {
			return err
		}
		t.Recordings = list
		return s.save(ctx, tx, t)
	})
}

// Shown is a template as a reader may see it: defaults filled in, secrets masked.
type Shown struct {
	Roles        map[string]models.Document
	Settings     models.Document
	Destinations models.Document
	Plugins      models.Document
	Recordings   models.List
	Extra        models.Document
}

// Show fills in defaults and masks secrets. It fails when the master key is not the one that sealed the template.
func (s *Service) Show(t *models.Template) (Shown, error) {
	destinations, err := s.destinations(t)
	if err != nil {
		return Shown{}, err
	}
	settings := completeSettings(t.Settings)
	seal.Masked(settings)
	extra := t.Extra.Clone()
	seal.Masked(extra)
	shown := Shown{
		Roles: make(map[string]models.Document, len(t.Roles)), Settings: settings, Destinations: destinations,
		Plugins: t.Plugins, Recordings: t.Recordings, Extra: extra,
	}
	names := t.RoleNames()
	for _, role := range t.Roles {
		shown.Roles[role.Name] = roles.Complete(role.Name, role.Document, names)
	}
	return shown, nil
}
