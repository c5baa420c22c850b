package storetest

import (
	"context"
	"errors"
	"testing"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

// public is what a caller is told.
func public(err error) string {
	ours, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return ""
	}
	return ours.Message
}

func workspaceRoundTrip(t *testing.T, s *store.Store) {
	plain := models.Workspace{
		ID: s.NewID(), AppID: s.NewID(), Name: "plain", Region: "auto", DefaultTemplateID: s.NewID(), CreatedAt: born, UpdatedAt: after(time.Millisecond),
	}
	full := models.Workspace{
		ID: s.NewID(), AppID: s.NewID(), Name: "žluťoučký 'name'; --", Region: "in", DefaultTemplateID: s.NewID(), RoomLinksEnabled: true,
		WebhookURL: pointer("https://example.com/?a=b"), WebhookHeaders: []byte{0, 1, 0xff}, CreatedAt: after(time.Hour), UpdatedAt: after(2 * time.Hour),
	}
	for _, want := range []models.Workspace{plain, full} {
		row := want
		noError(t, s.CreateWorkspace(t.Context(), &row))
		equal(t, want, row)
		equal(t, want, must[models.Workspace](t)(s.Workspace(t.Context(), want.ID)))
		noError(t, s.Tx(t.Context(), func(tx *store.Store) error {
			locked, err := tx.LockWorkspace(t.Context(), want.ID)
			equal(t, want, locked)
			return err
		}))
	}
}

func workspaceUpdate(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	w := c.workspace
	w.Name, w.Region, w.DefaultTemplateID, w.RoomLinksEnabled = "changed", "us", c.template.ID, false
	w.WebhookURL, w.WebhookHeaders, w.UpdatedAt = pointer("https://example.com"), []byte("sealed"), after(time.Second)
	noError(t, s.UpdateWorkspace(t.Context(), w))
	equal(t, w, must[models.Workspace](t)(s.Workspace(t.Context(), w.ID)))

	w.WebhookURL, w.WebhookHeaders, w.Name = nil, nil, ""
	foreign := w
	foreign.AppID, foreign.CreatedAt = s.NewID(), after(time.Hour)
	noError(t, s.UpdateWorkspace(t.Context(), foreign))
	equal(t, w, must[models.Workspace](t)(s.Workspace(t.Context(), w.ID)))

	foreign.ID = s.NewID()
	if err := s.UpdateWorkspace(t.Context(), foreign); err == nil {
		t.Error("a workspace that is not there was updated")
	}
}

func workspaceAbsent(t *testing.T, s *store.Store) {
	_, err := s.Workspace(t.Context(), s.NewID())
	refused(t, err, fault.NotFound, "workspace not found")
	_, err = s.LockWorkspace(t.Context(), s.NewID())
	refused(t, err, fault.NotFound, "workspace not found")
	_, err = s.FirstWorkspace(t.Context())
	refused(t, err, fault.NotFound, "there is no workspace yet")
	equal(t, 0, len(must[[]models.Workspace](t)(s.Workspaces(t.Context()))))
}

func workspacesInOrder(t *testing.T, s *store.Store) {
	c := &scene{Store: s}
	first, second := c.addWorkspace(t), c.addWorkspace(t)
	equal(t, []models.Workspace{first, second}, must[[]models.Workspace](t)(s.Workspaces(t.Context())))
	equal(t, first, must[models.Workspace](t)(s.FirstWorkspace(t.Context())))

	twin := first
	twin.ID = s.NewID()
	refused(t, s.CreateWorkspace(t.Context(), &twin), fault.Conflict, "already exists")
}

func operatorRoundTrip(t *testing.T, s *store.Store) {
	want := models.Operator{ID: s.NewID(), Name: "operator", PasswordHash: "$argon2id$v=19$", CreatedAt: born, UpdatedAt: born}
	noError(t, s.CreateOperator(t.Context(), &want))
	equal(t, want, must[models.Operator](t)(s.Operator(t.Context(), "operator")))

	twin := models.Operator{ID: s.NewID(), Name: "operator", CreatedAt: born, UpdatedAt: born}
	refused(t, s.CreateOperator(t.Context(), &twin), fault.Conflict, "name is already taken")
	_, err := s.Operator(t.Context(), "Operator")
	refused(t, err, fault.NotFound, "operator not found")

	want.PasswordHash, want.UpdatedAt = "other", after(time.Minute)
	renamed := want
	renamed.Name, renamed.CreatedAt = "renamed", after(time.Hour)
	noError(t, s.UpdateOperator(t.Context(), renamed))
	equal(t, want, must[models.Operator](t)(s.Operator(t.Context(), "operator")))
}

func hostsClaimed(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	template := c.newTemplate("with hosts")
	template.Subdomain, template.CustomDomain = pointer("acme"), pointer("meet.example.com")
	noError(t, s.CreateTemplate(t.Context(), &template))

	for _, row := range []struct {
		subdomain, domain string
		want              bool
	}{
		{"acme", "", true},
		{"acme2", "", false},
		{"meet.example.com", "", false},
		{"", "meet.example.com", true},
		{"", "acme", false},
		{"acme", "other.example.com", false},
		{"", "", false},
	} {
		equal(t, row.want, must[bool](t)(s.Hosts(t.Context(), row.subdomain, row.domain)))
	}
}

// workspaceMethods is what methods says of workspaces.
func (c *scene) workspaceMethods() map[string]func(ctx context.Context) error {
	w := c.workspace.ID
	return map[string]func(ctx context.Context) error{
		"CreateOperator":  func(ctx context.Context) error { return c.CreateOperator(ctx, &models.Operator{ID: c.NewID()}) },
		"CreateWorkspace": func(ctx context.Context) error { return c.CreateWorkspace(ctx, &models.Workspace{ID: c.NewID()}) },
		"FirstWorkspace":  func(ctx context.Context) error { _, err := c.FirstWorkspace(ctx); return err },
		"Hosts":           func(ctx context.Context) error { _, err := c.Hosts(ctx, "sub", ""); return err },
		"LockWorkspace":   func(ctx context.Context) error { _, err := c.LockWorkspace(ctx, w); return err },
		"Operator":        func(ctx context.Context) error { _, err := c.Operator(ctx, "name"); return err },
		"UpdateOperator":  func(ctx context.Context) error { return c.UpdateOperator(ctx, models.Operator{}) },
		"UpdateWorkspace": func(ctx context.Context) error { return c.UpdateWorkspace(ctx, c.workspace) },
		"Workspace":       func(ctx context.Context) error { _, err := c.Workspace(ctx, w); return err },
		"Workspaces":      func(ctx context.Context) error { _, err := c.Workspaces(ctx); return err },
	}
}
