package store

import (
	"context"

	"foyer/models"
)

const templateNotFound = "Error: Template not found"

// CreateTemplate inserts a template and its roles. Kind Conflict when its name, subdomain or domain is taken.
func (s *Store) CreateTemplate(ctx context.Context, t *models.Template) error {
	if err := create(ctx, s, t); err != nil {
		return err
	}
	return s.createRoles(ctx, t)
}

// ReplaceTemplate writes everything of a template but its id, workspace and birth, roles included.
func (s *Store) ReplaceTemplate(ctx context.Context, t *models.Template) error {
	err := update(ctx, s, *t, []string{
		"Name", "Region", "Settings", "Destinations", "Plugins", "Recordings", "Extra", "Subdomain", "CustomDomain", "UpdatedAt",
	}, "id = ?", t.ID)
	if err != nil {
		return err
	}
	if _, err := s.exec(ctx, "DELETE FROM roles WHERE template_id = ?", t.ID); err != nil {
		return err
	}
	return s.createRoles(ctx, t)
}

func (s *Store) createRoles(ctx context.Context, t *models.Template) error {
	for i := range t.Roles {
		t.Roles[i].TemplateID, t.Roles[i].UpdatedAt = t.ID, t.UpdatedAt
		if t.Roles[i].CreatedAt.IsZero() {
			t.Roles[i].CreatedAt = t.UpdatedAt
		}
		if err := create(ctx, s, &t.Roles[i]); err != nil {
			return err
		}
	}
	return nil
}

// Template reads a template of a workspace with its roles. Kind NotFound.
func (s *Store) Template(ctx context.Context, workspace, id models.ID) (models.Template, error) {
	t, err := one[models.Template](ctx, s.reader, templateNotFound,
		"SELECT * FROM templates WHERE id = ? AND workspace_id = ?", id, workspace)
	if err != nil {
		return t, err
	}
	return t, s.loadRoles(ctx, []*models.Template{&t})
}

// LockTemplate reads a template with its roles and keeps both from being changed, and from being read by
// KeepTemplate, until the transaction ends. Kind NotFound.
func (s *Store) LockTemplate(ctx context.Context, workspace, id models.ID) (models.Template, error) {
	t, err := one[models.Template](ctx, s.db, templateNotFound,
		"SELECT * FROM templates WHERE id = ? AND workspace_id = ?"+s.engine.forUpdate(), id, workspace)
	if err != nil {
		return t, err
	}
	return t, s.loadRoles(ctx, []*models.Template{&t})
}

// TemplateNamed is the id of a workspace's template of a name. Kind NotFound.
func (s *Store) TemplateNamed(ctx context.Context, workspace models.ID, name string) (models.ID, error) {
	found, err := many[models.ID](ctx, s.reader, "SELECT id FROM templates WHERE workspace_id = ? AND name = ?", workspace, name)
	if err == nil && len(found) == 0 {
		err = notFound(templateNotFound)
	}
	if err != nil {
		return "", err
	}
	return found[0], nil
}

// LockTemplateNamed is LockTemplate by name.
func (s *Store) LockTemplateNamed(ctx context.Context, workspace models.ID, name string) (models.Template, error) {
	t, err := one[models.Template](ctx, s.db, templateNotFound,
		"SELECT * FROM templates WHERE workspace_id = ? AND name = ?"+s.engine.forUpdate(), workspace, name)
	if err != nil {
		return t, err
	}
	return t, s.loadRoles(ctx, []*models.Template{&t})
}

// TemplateHead reads a template of a workspace without its documents and roles. Kind NotFound.
func (s *Store) TemplateHead(ctx context.Context, workspace, id models.ID) (models.Template, error) {
	return one[models.Template](ctx, s.reader, templateNotFound,
		"SELECT id, workspace_id, name, region, subdomain, custom_domain FROM templates WHERE id = ? AND workspace_id = ?", id, workspace)
}

// Templates lists the templates of a workspace with their roles, newest first, those older than start.
func (s *Store) Templates(ctx context.Context, workspace models.ID, page Page) ([]models.Template, error) {
	list, err := many[models.Template](ctx, s.reader,
		"SELECT * FROM templates WHERE workspace_id = ? AND id < ? ORDER BY id DESC LIMIT ?", workspace, page.before(), page.Limit)
	if err != nil {
		return nil, err
	}
	each := make([]*models.Template, len(list))
	for i := range list {
		each[i] = &list[i]
	}
	return list, s.loadRoles(ctx, each)
}

func (s *Store) loadRoles(ctx context.Context, templates []*models.Template) error {
	if len(templates) == 0 {
		return nil
	}
	ids := make([]models.ID, len(templates))
	byID := make(map[models.ID]*models.Template, len(templates))
	for i, t := range templates {
		ids[i], byID[t.ID] = t.ID, t
	}
	roles, err := many[models.Role](ctx, s.reader, "SELECT * FROM roles WHERE template_id IN ? ORDER BY template_id, name", ids)
	for _, role := range roles {
		t := byID[role.TemplateID]
		t.Roles = append(t.Roles, role)
	}
	return err
}

// KeepTemplate keeps a template's roles from being changed until the transaction ends, and lists their names.
func (s *Store) KeepTemplate(ctx context.Context, id models.ID) ([]string, error) {
	if share := s.engine.forShare(); share != "" {
		if _, err := one[string](ctx, s.db, templateNotFound, "SELECT id FROM templates WHERE id = ?"+share, id); err != nil {
			return nil, err
		}
	}
	return many[string](ctx, s.db, "SELECT name FROM roles WHERE template_id = ? ORDER BY name", id)
}
