package rooms

import (
	"context"

	"foyer/fault"
	"foyer/models"
)

// layoutsKey is the key of a template under which the layouts of Prebuilt's pages are kept, by role: an extension of ours.
const layoutsKey = "layouts"

// Layouts are what Prebuilt's pages look like for the holder of an app token: its own role's layout first, then those of the other roles
// that have one (client protocol 7). There may be none. Kind Unauthenticated.
func (s *Service) Layouts(ctx context.Context, token string) ([]models.Document, error) {
	seat, err := s.tokens.VerifyApp(ctx, token)
	if err != nil {
		return nil, err
	}
	list := []models.Document{}
	room, err := s.store.Room(ctx, seat.Workspace, seat.Room)
	if fault.Is(err, fault.NotFound) { // the page has a look of its own then
		return list, nil
	}
	if err != nil {
		return nil, err
	}
	template, err := s.store.Template(ctx, seat.Workspace, room.TemplateID)
	if err != nil {
		return nil, err
	}
	app, err := s.appOf(ctx, seat.Workspace)
	if err != nil {
		return nil, err
	}
	stored, _ := template.Extra[layoutsKey].(map[string]any)
	for _, role := range ownFirst(seat.Role, template.RoleNames()) {
		layout, ok := stored[role].(map[string]any)
		if !ok || !usable(layout) {
			continue
		}
		full := models.Document(layout).Clone()
		full["role"], full["template_id"], full["app_id"] = role, string(template.ID), string(app)
		list = append(list, full)
	}
	return list, nil
}

func (s *Service) appOf(ctx context.Context, workspace models.ID) (models.ID, error) {
	w, err := s.store.Workspace(ctx, workspace)
	return w.AppID, err
}

func ownFirst(own string, names []string) []string {
	ordered := []string{own}
	for _, name := range names {
		if name != own {
			ordered = append(ordered, name)
		}
	}
	return ordered
}

// usable reports a layout that Prebuilt can show: without the elements of the meeting it would break (client protocol 7).
func usable(layout map[string]any) bool {
	var at any = layout
	for _, key := range []string{"screens", "conferencing", "default", "elements"} {
		inner, ok := at.(map[string]any)
		if !ok {
			return false
		}
		at = inner[key]
	}
	_, ok := at.(map[string]any)
	return ok
}
