package templates

import (
	"context"
	"slices"

	"foyer/fault"
	"foyer/models"
	"foyer/roles"
	"foyer/store"
)

// SetRole creates or replaces a role of a template. A name inside the document that differs from the name renames the role, which
// ends its codes (server contract 3.6.6, 4.2). Kinds NotFound (template); Invalid, also when the new name is taken.
func (s *Service) SetRole(
	ctx context.Context, workspace, id models.ID, name string, doc models.Document,
) (models.Document, error) {
	final := name
	if renamed, ok := doc["name"].(string); ok && renamed != "" {
		final = renamed
	}
	t, err := s.change(ctx, workspace, id, func(tx *store.Store, t *models.Template) error {
		if err := putRole(t, name, final, doc); err != nil {
			return err
		}
		if err := s.renameInDestinations(t, name, final); err != nil {
			return err
		}
		return s.save(ctx, tx, t)
	})
	if err != nil {
		return nil, err
	}
	return completed(&t, final)
}

func putRole(t *models.Template, name, final string, doc models.Document) error {
	at := find(t, name)
	switch {
	case at < 0 && final != name:
		return fault.Invalidf("name must be the same as in the path: there is no role %q to rename", clip(name))
	case final != name && find(t, final) >= 0:
		return fault.Invalidf("role %q exists already and would be overwritten", clip(final))
	case at < 0 && len(t.Roles) >= maxRoles:
		return fault.Invalidf("a template has at most %d roles", maxRoles)
	case at < 0:
		t.Roles = append(t.Roles, models.Role{TemplateID: t.ID, Name: name})
		at = len(t.Roles) - 1
	}
	if final != name {
		rename(t, name, final)
		doc = roles.Rename(doc, name, final)
	}
	t.Roles[at].Name, t.Roles[at].Document = final, doc
	slices.SortFunc(t.Roles, func(a, b models.Role) int {
		if a.Name < b.Name {
			return -1
		}
		return 1
	})
	if err := roles.ValidName(final); err != nil {
		return err
	}
	return roles.Validate(final, doc, t.RoleNames())
}

func clip(name string) string {
	if len(name) > 64 {
		return name[:64]
	}
	return name
}

func find(t *models.Template, name string) int {
	return slices.IndexFunc(t.Roles, func(r models.Role) bool { return r.Name == name })
}

// rename lets whatever names a role in the template follow it.
func rename(t *models.Template, from, to string) {
	for i := range t.Roles {
		t.Roles[i].Document = roles.Rename(t.Roles[i].Document, from, to)
	}
	swapRole(map[string]any(t.Plugins), from, to)
	for _, each := range t.Recordings {
		if config, ok := each.(map[string]any); ok && config["role"] == from {
			config["role"] = to
		}
	}
}

// renameInDestinations lets those that name a role follow it. When the role is gone, which an empty new name says, they lose it, and
// those that cannot be without go too: else the template could not be posted back as it is read.
func (s *Service) renameInDestinations(t *models.Template, from, to string) error {
	if from == to {
		return nil
	}
	destinations, err := s.destinations(t)
	if err != nil {
		return err
	}
	for _, kind := range destinationKinds {
		group, _ := destinations[kind.key].(map[string]any)
		for name, each := range group {
			destination, _ := each.(map[string]any)
			if destination["role"] != from {
				continue
			}
			if destination["role"] = to; to == "" {
				delete(destination, "role")
			}
			if kind.check(name, destination, t.RoleNames()) != nil {
				delete(group, name)
			}
		}
	}
	return s.sealDestinations(t, destinations)
}

// Role reads one role with its defaults. Kind NotFound.
func (s *Service) Role(ctx context.Context, workspace, id models.ID, name string) (models.Document, error) {
	t, err := s.store.Template(ctx, workspace, id)
	if err != nil {
		return nil, err
	}
	return completed(&t, name)
}

func completed(t *models.Template, name string) (models.Document, error) {
	at := find(t, name)
	if at < 0 {
		return nil, roleNotFound()
	}
	return roles.Complete(name, t.Roles[at].Document, t.RoleNames()), nil
}

func roleNotFound() error { return fault.New(fault.NotFound, "Error: Role not found") }

// DeleteRole takes a role away, disables its codes for good and drops its name wherever the template names it (server contract 4.4,
// 14.5). Kind NotFound.
func (s *Service) DeleteRole(ctx context.Context, workspace, id models.ID, name string) error {
	_, err := s.change(ctx, workspace, id, func(tx *store.Store, t *models.Template) error {
		at := find(t, name)
		if at < 0 {
			return roleNotFound()
		}
		t.Roles = slices.Delete(t.Roles, at, at+1)
		for i := range t.Roles {
			t.Roles[i].Document, _ = roles.Forget(t.Roles[i].Document, name)
		}
		swapRole(map[string]any(t.Plugins), name, "")
		if err := s.renameInDestinations(t, name, ""); err != nil {
			return err
		}
		return s.save(ctx, tx, t)
	})
	return err
}
