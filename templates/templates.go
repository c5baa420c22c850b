package templates

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"foyer/fault"
	"foyer/models"
	"foyer/roles"
	"foyer/seal"
	"foyer/store"

	"github.com/google/uuid"
)

// maxRoles bounds the roles of a template, and by it what a create-all of codes has to do.
const maxRoles = 100

// Service keeps templates. Safe for concurrent use.
type Service struct {
	store *store.Store
	box   *seal.Box
}

// New makes the service.
func New(s *store.Store, box *seal.Box) *Service { return &Service{store: s, box: box} }

// Draft is a template as a caller wants it. What is nil takes its default, but the hosts: those stay as they are.
type Draft struct {
	Name         string // empty: made up, or kept
	Roles        map[string]models.Document
	Settings     models.Document
	Destinations models.Document
	Plugins      models.Document
	Extra        models.Document
	Subdomain    models.Optional[*string] // nil takes it away
	CustomDomain models.Optional[*string]
}

// Create makes a template, or overwrites the one of the same name (server contract 4.1). Kind Invalid says what is wrong with it,
// Conflict that a subdomain or domain is another template's.
func (s *Service) Create(ctx context.Context, workspace models.ID, d Draft) (models.Template, error) {
	var t models.Template
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		if d.Name != "" {
			if err := tx.Alone(ctx, "template names of "+string(workspace)); err != nil {
				return err
			}
			found, err := tx.LockTemplateNamed(ctx, workspace, d.Name)
			if err == nil {
				t = found
				return s.replace(ctx, tx, &t, d)
			}
			if !fault.Is(err, fault.NotFound) {
				return err
			}
		}
		id, at := tx.NewID(), tx.Stamp()
		t = models.Template{ID: id, WorkspaceID: workspace, Name: "template_" + uuid.NewString(), CreatedAt: at, UpdatedAt: at}
		t.Recordings = models.List{}
		if err := s.apply(&t, d); err != nil {
			return err
		}
		if err := checkWeight(&t); err != nil {
			return err
		}
		return tx.CreateTemplate(ctx, &t)
	})
	return t, err
}

// Update replaces a template by its id: roles and settings must be given, destinations and plugins that are not are cleared (server
// contract 4.1). Codes of roles that are gone are disabled with it. Kinds NotFound, Invalid, Conflict.
func (s *Service) Update(ctx context.Context, workspace, id models.ID, d Draft) (models.Template, error) {
	if d.Roles == nil || d.Settings == nil {
		return models.Template{}, fault.Invalidf("roles and settings are required")
	}
	return s.change(ctx, workspace, id, func(tx *store.Store, t *models.Template) error {
		return s.replace(ctx, tx, t, d)
	})
}

func (s *Service) replace(ctx context.Context, tx *store.Store, t *models.Template, d Draft) error {
	if err := s.apply(t, d); err != nil {
		return err
	}
	return s.save(ctx, tx, t)
}

// change reads, locks, changes and returns one template; fn saves it.
func (s *Service) change(
	ctx context.Context, workspace, id models.ID, fn func(tx *store.Store, t *models.Template) error,
) (models.Template, error) {
	var t models.Template
	err := s.store.Tx(ctx, func(tx *store.Store) error {
		var err error
		if t, err = tx.LockTemplate(ctx, workspace, id); err != nil {
			return err
		}
		return fn(tx, &t)
	})
	return t, err
}

// save writes a template that was there, without recording configs of roles that it has no more, and disables the codes of those.
func (s *Service) save(ctx context.Context, tx *store.Store, t *models.Template) error {
	t.UpdatedAt = tx.Stamp()
	t.Recordings = slices.DeleteFunc(t.Recordings, func(config any) bool {
		return checkRecordings([]any{config}, t.RoleNames()) != nil
	})
	if err := checkWeight(t); err != nil {
		return err
	}
	if err := tx.ReplaceTemplate(ctx, t); err != nil {
		return err
	}
	return tx.OrphanCodes(ctx, t.ID, t.RoleNames(), t.UpdatedAt)
}

// apply checks a draft and puts it into a template.
func (s *Service) apply(t *models.Template, d Draft) error {
	if d.Name != "" {
		t.Name = d.Name
	}
	if err := checkName(t.Name); err != nil {
		return err
	}
	if err := putHosts(t, d); err != nil {
		return err
	}
	names := slices.Sorted(maps.Keys(d.Roles))
	if err := checkRoles(d.Roles, names); err != nil {
		return err
	}
	t.Roles = make([]models.Role, len(names))
	for i, name := range names {
		t.Roles[i] = models.Role{TemplateID: t.ID, Name: name, Document: given(d.Roles[name])}
	}
	if err := s.putSettings(t, d.Settings); err != nil {
		return err
	}
	if err := s.putDestinations(t, d.Destinations); err != nil {
		return err
	}
	if err := checkPlugins(d.Plugins, names); err != nil {
		return err
	}
	extra := given(d.Extra.Clone())
	s.box.Credentials(extra, t.Extra, "secretKey", "template "+string(t.ID))
	t.Plugins, t.Extra = given(normalPlugins(d.Plugins)), extra
	return nil
}

// maxTemplate bounds what a template holds in all, in bytes of JSON: it is read and written as a whole.
const maxTemplate = 1 << 20

// checkWeight errs with Invalid when a template has grown too large, however it was given.
func checkWeight(t *models.Template) error {
	weight := len(t.Destinations)
	documents := []any{t.Settings, t.Plugins, t.Extra, t.Recordings}
	for _, role := range t.Roles {
		documents = append(documents, role.Document)
	}
	for _, document := range documents {
		raw, err := json.Marshal(document)
		if err != nil {
			return err
		}
		weight += len(raw)
	}
	if weight > maxTemplate {
		return fault.Invalidf("the template is larger than 1 MiB in all")
	}
	return nil
}

// given is a document that is there, be it empty.
func given(d models.Document) models.Document {
	if d == nil {
		return models.Document{}
	}
	return d
}

func checkName(name string) error {
	if len(name) > 128 {
		return fault.Invalidf("template name is longer than 128 characters")
	}
	for _, r := range name {
		letter := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9'
		if !letter && !strings.ContainsRune(" -._:", r) {
			return fault.Invalidf("template name may hold letters a-z and A-Z, digits, spaces and - . _ : only")
		}
	}
	return nil
}

func checkRoles(documents map[string]models.Document, names []string) error {
	if len(names) > maxRoles {
		return fault.Invalidf("a template has at most %d roles", maxRoles)
	}
	for _, name := range names {
		if err := roles.ValidName(name); err != nil {
			return err
		}
		if err := roles.Validate(name, documents[name], names); err != nil {
			return err
		}
	}
	return nil
}

// Template reads one. Kind NotFound.
func (s *Service) Template(ctx context.Context, workspace, id models.ID) (models.Template, error) {
	return s.store.Template(ctx, workspace, id)
}

// List lists the templates of a workspace, newest first.
func (s *Service) List(ctx context.Context, workspace models.ID, page store.Page) ([]models.Template, error) {
	return s.store.Templates(ctx, workspace, page)
}
