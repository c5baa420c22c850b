package models

import "time"

// Template is what a kind of room is like: its roles and settings (server contract 4.1). Credentials inside Settings are sealed.
type Template struct {
	ID           ID
	WorkspaceID  ID
	Name         string // unique in the workspace
	Region       string // settings.region, kept apart because every room reads it
	Settings     Document
	Destinations []byte // sealed JSON object: the URLs in it hold the keys of other services
	Plugins      Document
	Recordings   List
	Extra        Document  // top-level keys that Foyer does not know
	Subdomain    *string   // label before the public host; unique
	CustomDomain *string   // unique
	CreatedAt    time.Time `gorm:"autoCreateTime:false"`
	UpdatedAt    time.Time `gorm:"autoUpdateTime:false"`

	Roles []Role `gorm:"-"` // in the order of their names; loaded by the store
}

// RoleNames lists the names of the roles, in order.
func (t *Template) RoleNames() []string {
	names := make([]string, len(t.Roles))
	for i := range t.Roles {
		names[i] = t.Roles[i].Name
	}
	return names
}

// Role is one role of a template. The document is kept as it was sent; package roles fills in the defaults.
type Role struct {
	TemplateID ID
	Name       string
	Document   Document
	CreatedAt  time.Time `gorm:"autoCreateTime:false"`
	UpdatedAt  time.Time `gorm:"autoUpdateTime:false"`
}
