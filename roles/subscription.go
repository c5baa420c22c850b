package roles

import (
	"slices"

	"foyer/models"
)

// Rename is a copy of a role's document that subscribes to the role `to` wherever it subscribed to `from` by name. The role's own
// name is left alone: Complete writes it.
func Rename(doc models.Document, from, to string) models.Document {
	out := doc.Clone()
	_, list := subscriptions(out)
	for i := range list {
		if list[i] == from {
			list[i] = to
		}
	}
	return out
}

// Forget drops a role that is gone from those that a document subscribes to by name (contract 4.4). The answer is a copy, and true,
// when there was something to drop; else it is the document itself.
func Forget(doc models.Document, gone string) (models.Document, bool) {
	if _, list := subscriptions(doc); !slices.Contains(list, any(gone)) {
		return doc, false
	}
	out := doc.Clone()
	params, list := subscriptions(out)
	params["subscribeToRoles"] = slices.DeleteFunc(list, func(name any) bool { return name == gone })
	return out, true
}

// completeSubscriptions writes whom a role hears: all roles of the template when it does not say, else those it names that are there.
func completeSubscriptions(doc models.Document, names []string) {
	if doc["subscribeParams"] == nil {
		doc["subscribeParams"] = map[string]any{}
	}
	params, list := subscriptions(doc)
	switch {
	case params == nil:
	case params["subscribeToRoles"] == nil:
		params["subscribeToRoles"] = sorted(names)
	case list != nil:
		params["subscribeToRoles"] = slices.DeleteFunc(list, func(name any) bool {
			text, ok := name.(string)
			return !ok || !slices.Contains(names, text)
		})
	}
}

// subscriptions finds a document's subscribeParams and the names in it; nil where they are absent.
func subscriptions(doc models.Document) (params map[string]any, names []any) {
	params, _ = doc["subscribeParams"].(map[string]any)
	names, _ = params["subscribeToRoles"].([]any)
	return params, names
}

func sorted(names []string) []any {
	out := make([]any, 0, len(names))
	for _, name := range slices.Sorted(slices.Values(names)) {
		out = append(out, name)
	}
	return out
}
