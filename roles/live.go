package roles

import (
	"foyer/media"
	"foyer/models"
)

// Role is what the document of a role means in a live room. It is never changed: safe for concurrent use.
type Role struct {
	Name      string
	Document  models.Document // complete
	MaxPeers  int             // at most so many at once; 0: no limit; -1: nobody
	Lobby     bool            // its peers wait to be let in
	permitted map[Permission]bool
	rights    media.Rights
}

// Read makes the roles of a template ready for use, by name. Documents are as they are stored.
func Read(list []models.Role) map[string]*Role {
	names := make([]string, len(list))
	for i := range list {
		names[i] = list[i].Name
	}
	ready := make(map[string]*Role, len(list))
	for i := range list {
		doc := Complete(list[i].Name, list[i].Document, names)
		role := &Role{Name: list[i].Name, Document: doc, permitted: map[Permission]bool{Admit: Can(doc, Admit)}, rights: readRights(list[i].Name, doc)}
		most, _ := float(doc["maxPeerCount"])
		role.MaxPeers = int(most)
		role.Lobby, _ = doc["lobby"].(bool)
		for _, known := range permissions {
			role.permitted[known.word] = Can(doc, known.word)
		}
		ready[role.Name] = role
	}
	return ready
}

// May reports whether the role has a permission.
func (r *Role) May(p Permission) bool { return r.permitted[p] }
