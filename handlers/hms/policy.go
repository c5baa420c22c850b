package hms

import (
	"foyer/hub"
	"foyer/models"
	"foyer/roles"
)

// policy is what a client is told about the roles of a room, its own among them (client protocol 5).
type policy struct {
	Name       string                     `json:"name"`
	TemplateID models.ID                  `json:"template_id"`
	Plugins    models.Document            `json:"plugins"`
	AppData    *struct{}                  `json:"app_data"`
	Roles      map[string]models.Document `json:"known_roles"`
}

// policy tells a peer its role.
func (h *Handler) policy(place *hub.Place, role string) []byte {
	return place.Form(Dialect, role, func() []byte {
		p := policy{Name: role, TemplateID: place.ID, Plugins: place.Plugins, Roles: map[string]models.Document{}}
		if p.Plugins == nil {
			p.Plugins = models.Document{}
		}
		for name, r := range place.Roles {
			if p.Roles[name] = r.Document; h.Media == nil {
				p.Roles[name] = withoutMedia(r)
			}
		}
		return noteOf("on-policy-change", p)
	})
}

// withoutMedia is a role in a Foyer that has no media engine: its peers publish and hear nothing, so that no client tries.
func withoutMedia(r *roles.Role) models.Document {
	doc := r.Document.Clone()
	for part, list := range map[string]string{"publishParams": "allowed", "subscribeParams": "subscribeToRoles"} {
		if params, ok := doc[part].(map[string]any); ok {
			params[list] = []any{}
		}
	}
	return doc
}

// barePolicy is for who is not admitted, and learns that when it joins.
func barePolicy(role string) []byte {
	if roles.ValidName(role) != nil {
		role = "none"
	}
	return noteOf("on-policy-change", policy{Name: role, Plugins: models.Document{}, Roles: map[string]models.Document{role: {
		"name": role, "priority": 1, "permissions": map[string]any{},
		"publishParams":   map[string]any{"allowed": []any{}},
		"subscribeParams": map[string]any{"subscribeToRoles": []any{}},
	}}})
}
