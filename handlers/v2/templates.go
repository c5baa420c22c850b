package v2

import (
	"net/http"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/templates"

	"github.com/labstack/echo/v4"
)

func (h *Handler) mountTemplates(g routes) {
	g.post("/templates", h.createTemplate)
	g.get("/templates", h.listTemplates)
	g.get("/templates/:template_id", h.template)
	g.post("/templates/:template_id", h.updateTemplate)
	g.post("/templates/:template_id/roles/:role", h.setRole)
	g.get("/templates/:template_id/roles/:role", h.role)
	g.add(http.MethodDelete, "/templates/:template_id/roles/:role", h.deleteRole)
	g.get("/templates/:template_id/settings", h.settings)
	g.post("/templates/:template_id/settings", h.setSettings)
	g.get("/templates/:template_id/destinations", h.destinations)
	g.post("/templates/:template_id/destinations", h.setDestinations)
	g.get("/templates/:template_id/recordings", h.recordings)
	g.post("/templates/:template_id/recordings", h.setRecordings)
}

// readOnly are the keys of a template that Foyer writes; clients get them, and post them back with the rest (server contract 4.1).
var readOnly = []string{
	"id", "_id", "customerId", "customer", "appId", "default", "createdAt", "updatedAt",
}

// taken are the keys that a draft has fields for.
var taken = []string{"name", "roles", "settings", "destinations", "plugins", "subdomain", "custom_domain"}

// newTemplate is a template on the wire: a document, since it keeps keys that Foyer does not know (server contract 4.1, 4.10).
func (h *Handler) newTemplate(w *models.Workspace, t *models.Template) (models.Document, error) {
	shown, err := h.Templates.Show(t)
	if err != nil {
		return nil, err
	}
	doc := models.Document{}
	for key, value := range shown.Extra {
		doc[key] = value
	}
	for key, value := range map[string]any{
		"id": t.ID, "_id": t.ID, "name": t.Name, "customerId": w.ID, "customer": w.ID, "appId": w.AppID,
		"roles": shown.Roles, "settings": shown.Settings, "destinations": shown.Destinations, "plugins": shown.Plugins,
		"createdAt": t.CreatedAt.UTC().Format(time.RFC3339Nano), "updatedAt": t.UpdatedAt.UTC().Format(time.RFC3339Nano),
	} {
		doc[key] = value
	}
	if t.ID == w.DefaultTemplateID {
		doc["default"] = true
	}
	if t.Subdomain != nil {
		doc["subdomain"] = *t.Subdomain
	}
	if t.CustomDomain != nil {
		doc["custom_domain"] = *t.CustomDomain
	}
	return doc, nil
}

func (h *Handler) answerTemplate(c echo.Context, t *models.Template) error {
	doc, err := h.newTemplate(workspace(c), t)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, doc)
}

// draft reads a template's body.
func draft(b *body) templates.Draft {
	d := templates.Draft{
		Roles: b.roles("roles"), Settings: b.object("settings"), Destinations: b.object("destinations"), Plugins: b.object("plugins"),
		Subdomain: optional(b, "subdomain", b.text), CustomDomain: optional(b, "custom_domain", b.text), Extra: models.Document{},
	}
	if name := b.text("name"); name != nil {
		d.Name = *name
	}
	for key, value := range b.doc {
		d.Extra[key] = value
	}
	for _, key := range append(readOnly, taken...) {
		delete(d.Extra, key)
	}
	return d
}

// roles takes a map of role documents; null for a role is an empty one.
func (b *body) roles(key string) map[string]models.Document {
	all := b.object(key)
	if all == nil {
		return nil
	}
	roles := make(map[string]models.Document, len(all))
	for name, value := range all {
		doc, ok := value.(map[string]any)
		if !ok && value != nil {
			b.wrong(key, "an object of objects")
		}
		roles[name] = doc
	}
	return roles
}

func (h *Handler) createTemplate(c echo.Context) error {
	b := readBody(c)
	d := draft(b)
	if b.err != nil {
		return b.err
	}
	t, err := h.Templates.Create(c.Request().Context(), workspace(c).ID, d)
	if err != nil {
		return err
	}
	return h.answerTemplate(c, &t)
}

func (h *Handler) updateTemplate(c echo.Context) error {
	b := readBody(c)
	d := draft(b)
	if b.err != nil {
		return b.err
	}
	t, err := h.Templates.Update(c.Request().Context(), workspace(c).ID, id(c, "template_id"), d)
	if err != nil {
		return err
	}
	return h.answerTemplate(c, &t)
}

func (h *Handler) listTemplates(c echo.Context) error {
	q := &query{c: c}
	page := q.page(10)
	if q.err != nil {
		return q.err
	}
	w := workspace(c)
	list, err := h.Templates.List(c.Request().Context(), w.ID, page)
	if err != nil {
		return err
	}
	wire := newListing(page, list, func(t *models.Template) models.ID { return t.ID }, func(t *models.Template) models.Document {
		doc, failed := h.newTemplate(w, t)
		if failed != nil {
			err = failed
		}
		return doc
	})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, wire)
}

func (h *Handler) template(c echo.Context) error {
	t, err := h.readTemplate(c)
	if err != nil {
		return err
	}
	return h.answerTemplate(c, &t)
}

func (h *Handler) readTemplate(c echo.Context) (models.Template, error) {
	return h.Templates.Template(c.Request().Context(), workspace(c).ID, id(c, "template_id"))
}

func (h *Handler) setRole(c echo.Context) error {
	b := readBody(c)
	if b.err != nil {
		return b.err
	}
	role, err := h.Templates.SetRole(c.Request().Context(), workspace(c).ID, id(c, "template_id"), param(c, "role"), b.doc)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, role)
}

func (h *Handler) role(c echo.Context) error {
	role, err := h.Templates.Role(c.Request().Context(), workspace(c).ID, id(c, "template_id"), param(c, "role"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, role)
}

func (h *Handler) deleteRole(c echo.Context) error {
	err := h.Templates.DeleteRole(c.Request().Context(), workspace(c).ID, id(c, "template_id"), param(c, "role"))
	if err != nil {
		return err
	}
	return c.NoContent(http.StatusNoContent)
}

// answerPart sends one part of a template.
func (h *Handler) answerPart(c echo.Context, t *models.Template, part func(templates.Shown) any) error {
	shown, err := h.Templates.Show(t)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, part(shown))
}

func settingsOf(s templates.Shown) any     { return s.Settings }
func destinationsOf(s templates.Shown) any { return s.Destinations }
func recordingsOf(s templates.Shown) any   { return s.Recordings }

func (h *Handler) getPart(c echo.Context, part func(templates.Shown) any) error {
	t, err := h.readTemplate(c)
	if err != nil {
		return err
	}
	return h.answerPart(c, &t, part)
}

func (h *Handler) settings(c echo.Context) error { return h.getPart(c, settingsOf) }

func (h *Handler) destinations(c echo.Context) error { return h.getPart(c, destinationsOf) }

func (h *Handler) recordings(c echo.Context) error { return h.getPart(c, recordingsOf) }

func (h *Handler) setSettings(c echo.Context) error {
	b := readBody(c)
	if b.err != nil {
		return b.err
	}
	t, err := h.Templates.SetSettings(c.Request().Context(), workspace(c).ID, id(c, "template_id"), b.doc)
	if err != nil {
		return err
	}
	return h.answerPart(c, &t, settingsOf)
}

func (h *Handler) setDestinations(c echo.Context) error {
	b := readBody(c)
	if b.err != nil {
		return b.err
	}
	t, err := h.Templates.SetDestinations(c.Request().Context(), workspace(c).ID, id(c, "template_id"), b.doc)
	if err != nil {
		return err
	}
	return h.answerPart(c, &t, destinationsOf)
}

func (h *Handler) setRecordings(c echo.Context) error {
	all, err := raw(c)
	if err != nil {
		return err
	}
	list, err := array(all)
	if err != nil {
		return err
	}
	t, err := h.Templates.SetRecordings(c.Request().Context(), workspace(c).ID, id(c, "template_id"), list)
	if err != nil {
		return err
	}
	return h.answerPart(c, &t, recordingsOf)
}

// array reads a body that is an array; an empty one is {} and counts as an empty array.
func array(all []byte) ([]any, error) {
	var value any
	if err := models.ParseJSON(all, &value); err != nil {
		return nil, fault.Invalidf("the body is not valid JSON")
	}
	if object, ok := value.(map[string]any); ok && len(object) == 0 {
		return []any{}, nil
	}
	list, ok := value.([]any)
	if !ok {
		return nil, fault.Invalidf("the body must be a JSON array")
	}
	return list, nil
}
