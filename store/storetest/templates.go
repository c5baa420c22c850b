package storetest

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

// document holds what a careless way through a database would change.
func document() models.Document {
	return models.Document{
		"unknownKey": "kept", "empty": map[string]any{}, "none": nil, "list": []any{nil, true, []any{}},
		"big":    json.Number("12345678901234567890123"),
		"digits": json.Number("0.10000000000000000000000001"), "power": json.Number("1E+400"), "zero": json.Number("-0.0"),
		"text": "<a href='x'>&\u2028 \u0000 \\ \" žluť 🚪", "": "no name",
	}
}

func fullTemplate(c *scene) models.Template {
	want := c.newTemplate("full.template: a-b_c")
	want.Region, want.Settings, want.Destinations = "us", document(), []byte{1, 0, 0xfe}
	want.Plugins, want.Recordings, want.Extra = document(), models.List{document().Clone()["list"], json.Number("1.50")}, document()
	want.Subdomain, want.CustomDomain, want.UpdatedAt = pointer("sub"), pointer("meet.example.com"), after(time.Millisecond)
	want.Roles = []models.Role{
		{TemplateID: want.ID, Name: "guest", Document: document(), CreatedAt: after(time.Hour), UpdatedAt: want.UpdatedAt},
		{TemplateID: want.ID, Name: "host", Document: models.Document{}, CreatedAt: born, UpdatedAt: want.UpdatedAt},
	}
	return want
}

func templateRoundTrip(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	full := fullTemplate(c)
	noError(t, s.CreateTemplate(t.Context(), &full))
	bare := c.newTemplate("bare")
	noError(t, s.CreateTemplate(t.Context(), &bare))

	for _, want := range []models.Template{fullTemplateAgain(c, full), bare} {
		equal(t, want, must[models.Template](t)(s.Template(t.Context(), c.workspace.ID, want.ID)))
		noError(t, s.Tx(t.Context(), func(tx *store.Store) error {
			equal(t, want, must[models.Template](t)(tx.Template(t.Context(), c.workspace.ID, want.ID)))
			equal(t, want, must[models.Template](t)(tx.LockTemplate(t.Context(), c.workspace.ID, want.ID)))
			equal(t, want, must[models.Template](t)(tx.LockTemplateNamed(t.Context(), c.workspace.ID, want.Name)))
			equal(t, len(want.Roles), len(must[[]string](t)(tx.KeepTemplate(t.Context(), want.ID))))
			return nil
		}))
		equal(t, models.Template{
			ID: want.ID, WorkspaceID: want.WorkspaceID, Name: want.Name, Region: want.Region,
			Subdomain: want.Subdomain, CustomDomain: want.CustomDomain,
		}, must[models.Template](t)(s.TemplateHead(t.Context(), c.workspace.ID, want.ID)))
	}
}

// fullTemplateAgain is fullTemplate made anew, so that nothing is shared with what was handed to the store.
func fullTemplateAgain(c *scene, made models.Template) models.Template {
	want := fullTemplate(c)
	want.ID = made.ID
	for i := range want.Roles {
		want.Roles[i].TemplateID = made.ID
	}
	return want
}

func templateReplaced(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	full := fullTemplate(c)
	noError(t, s.CreateTemplate(t.Context(), &full))

	bare := c.newTemplate("now bare", "zebra", "host", "Ape")
	bare.ID, bare.UpdatedAt, bare.WorkspaceID, bare.CreatedAt = full.ID, after(time.Hour), s.NewID(), after(time.Hour)
	noError(t, s.ReplaceTemplate(t.Context(), &bare))

	bare.WorkspaceID, bare.CreatedAt = c.workspace.ID, born
	bare.Roles = []models.Role{
		{TemplateID: full.ID, Name: "Ape", Document: models.Document{"name": "Ape"}, CreatedAt: bare.UpdatedAt, UpdatedAt: bare.UpdatedAt},
		{TemplateID: full.ID, Name: "host", Document: models.Document{"name": "host"}, CreatedAt: bare.UpdatedAt, UpdatedAt: bare.UpdatedAt},
		{TemplateID: full.ID, Name: "zebra", Document: models.Document{"name": "zebra"}, CreatedAt: bare.UpdatedAt, UpdatedAt: bare.UpdatedAt},
	}
	equal(t, bare, must[models.Template](t)(s.Template(t.Context(), c.workspace.ID, full.ID)))
	equal(t, []string{"Ape", "host", "zebra"}, must[[]string](t)(s.KeepTemplate(t.Context(), full.ID)))
	equal(t, []string{"guest", "host"}, must[[]string](t)(s.KeepTemplate(t.Context(), c.template.ID)))

	absent := c.newTemplate("absent")
	if err := s.ReplaceTemplate(t.Context(), &absent); err == nil {
		t.Error("a template that is not there was replaced")
	}
}

func templateAbsent(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	stranger := c.addWorkspace(t)
	const absent = "Error: Template not found"
	for _, row := range []struct {
		workspace, id models.ID
		name          string
	}{
		{c.workspace.ID, s.NewID(), "unknown"},
		{stranger.ID, c.template.ID, c.template.Name},
		{c.workspace.ID, "", ""},
	} {
		_, err := s.Template(t.Context(), row.workspace, row.id)
		refused(t, err, fault.NotFound, absent)
		_, err = s.TemplateHead(t.Context(), row.workspace, row.id)
		refused(t, err, fault.NotFound, absent)
		noError(t, s.Tx(t.Context(), func(tx *store.Store) error {
			_, err := tx.LockTemplate(t.Context(), row.workspace, row.id)
			refused(t, err, fault.NotFound, absent)
			_, err = tx.LockTemplateNamed(t.Context(), row.workspace, row.name)
			refused(t, err, fault.NotFound, absent)
			return nil
		}))
	}
}

func templateConflicts(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	first := c.newTemplate("first")
	first.Subdomain, first.CustomDomain = pointer("acme"), pointer("meet.example.com")
	noError(t, s.CreateTemplate(t.Context(), &first))
	second := c.addTemplate(t, "second", "host")

	elsewhere := &scene{Store: s, workspace: c.addWorkspace(t)}
	elsewhere.addTemplate(t, "first") // names are a workspace's own; hosts are everybody's
	for column, change := range map[string]func(*models.Template){
		"name":          func(t *models.Template) { t.Name = "first" },
		"subdomain":     func(t *models.Template) { t.Subdomain = first.Subdomain },
		"custom_domain": func(t *models.Template) { t.CustomDomain = first.CustomDomain },
	} {
		fresh, changed := c.newTemplate("fresh", "host"), second
		change(&fresh)
		change(&changed)
		refused(t, s.CreateTemplate(t.Context(), &fresh), fault.Conflict, column+" is already taken")
		refused(t, s.ReplaceTemplate(t.Context(), &changed), fault.Conflict, column+" is already taken")
		if column != "name" {
			fresh.WorkspaceID = elsewhere.workspace.ID
			refused(t, s.CreateTemplate(t.Context(), &fresh), fault.Conflict, column+" is already taken")
		}
	}
	equal(t, second, must[models.Template](t)(s.Template(t.Context(), c.workspace.ID, second.ID)))
}

func templatesInPages(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	stranger := &scene{Store: s, workspace: c.addWorkspace(t)}
	want := []models.Template{c.template}
	for _, name := range []string{"b", "a", "c", "d"} {
		stranger.addTemplate(t, name)
		want = append([]models.Template{c.addTemplate(t, name, "guest", "host")}, want...)
	}
	page := store.Page{Limit: 2}
	var got []models.Template
	for {
		list := must[[]models.Template](t)(s.Templates(t.Context(), c.workspace.ID, page))
		if got = append(got, list...); len(list) < page.Limit {
			break
		}
		page.Start = list[len(list)-1].ID
	}
	equal(t, want, got)
	equal(t, 0, len(must[[]models.Template](t)(s.Templates(t.Context(), s.NewID(), page))))
}

// templateMethods is what methods says of templates.
func (c *scene) templateMethods() map[string]func(ctx context.Context) error {
	w, page, template := c.workspace.ID, store.Page{Limit: 1}, c.newTemplate("fresh")
	return map[string]func(ctx context.Context) error{
		"CreateTemplate":    func(ctx context.Context) error { return c.CreateTemplate(ctx, &template) },
		"KeepTemplate":      func(ctx context.Context) error { _, err := c.KeepTemplate(ctx, c.template.ID); return err },
		"LockTemplate":      func(ctx context.Context) error { _, err := c.LockTemplate(ctx, w, c.template.ID); return err },
		"LockTemplateNamed": func(ctx context.Context) error { _, err := c.LockTemplateNamed(ctx, w, "default"); return err },
		"ReplaceTemplate":   func(ctx context.Context) error { return c.ReplaceTemplate(ctx, &c.template) },
		"Template":          func(ctx context.Context) error { _, err := c.Template(ctx, w, c.template.ID); return err },
		"TemplateHead":      func(ctx context.Context) error { _, err := c.TemplateHead(ctx, w, c.template.ID); return err },
		"TemplateNamed":     func(ctx context.Context) error { _, err := c.TemplateNamed(ctx, w, "default"); return err },
		"Templates":         func(ctx context.Context) error { _, err := c.Templates(ctx, w, page); return err },
	}
}
