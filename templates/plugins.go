package templates

import (
	"foyer/models"
	"foyer/roles"
)

// pluginsShape is a template's plugins, once they are normal (contract 4.9).
var pluginsShape = roles.Shape{
	{Path: "whiteboard.permissions.admin", Kind: roles.RoleNames},
	{Path: "whiteboard.permissions.writer", Kind: roles.RoleNames},
	{Path: "whiteboard.permissions.reader", Kind: roles.RoleNames},
	{Path: "transcriptions", Kind: roles.List, Each: roles.Shape{
		{Path: "permissions.admin", Kind: roles.RoleNames},
		{Path: "mode", Kind: roles.Text},
	}},
	{Path: "noiseCancellation.enabled", Kind: roles.Bool},
}

// checkPlugins errs with Invalid unless doc may be the plugins of a template with roles of these names.
func checkPlugins(doc models.Document, names []string) error {
	return pluginsShape.Check("plugins", normalPlugins(doc), names)
}

// normalPlugins is a copy of doc in which transcriptions, if they came as one object, are an array of it (contract 11.22).
func normalPlugins(doc models.Document) models.Document {
	out := doc.Clone()
	if single, ok := out["transcriptions"].(map[string]any); ok {
		out["transcriptions"] = []any{single}
	}
	return out
}

// swapRole replaces a role's name in every permission list of the plugins, or drops it when the new name is empty. In place.
func swapRole(plugins any, from, to string) {
	switch v := plugins.(type) {
	case map[string]any:
		for key, inner := range v {
			lists, ok := inner.(map[string]any)
			if key == "permissions" && ok {
				swapInLists(lists, from, to)
				continue
			}
			swapRole(inner, from, to)
		}
	case []any:
		for _, inner := range v {
			swapRole(inner, from, to)
		}
	}
}

func swapInLists(lists map[string]any, from, to string) {
	for key, value := range lists {
		list, ok := value.([]any)
		if !ok {
			continue
		}
		kept := make([]any, 0, len(list))
		for _, name := range list {
			switch {
			case name != from:
				kept = append(kept, name)
			case to != "":
				kept = append(kept, to)
			}
		}
		lists[key] = kept
	}
}
