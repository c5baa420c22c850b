package seal

import "encoding/base64"

// Mask stands in for a stored secret in everything that is read; posting it back keeps the secret (server contract 14.1).
const Mask = "********"

// prefix marks a string of a stored document as sealed, for whoever reads the database.
const prefix = "sealed:"

// hidden are the fields of a `credentials` object that are secrets. The wire calls the last one both ways (contract 11.18).
var hidden = []string{"key", "secret", "secretKey"}

// Credentials seals the secrets of every `credentials` object inside doc, in place. A field that is masked or absent, or a
// credentials object that is absent where stored has one, takes what stored has at the same place; `secret` and
// `secretKey` are one field under two names, and name says under which it is kept.
func (b *Box) Credentials(doc, stored map[string]any, name, context string) {
	if _, given := doc["credentials"]; !given && stored["credentials"] != nil {
		doc["credentials"] = stored["credentials"]
	}
	for key, value := range doc {
		inner, ok := value.(map[string]any)
		if key == "credentials" && ok {
			before, _ := stored[key].(map[string]any)
			doc[key] = b.hide(inner, before, name, context)
			continue
		}
		b.descend(value, stored[key], name, context)
	}
}

// descend looks for credentials deeper down; elements of an array have their place by number.
func (b *Box) descend(value, stored any, name, context string) {
	switch v := value.(type) {
	case map[string]any:
		before, _ := stored.(map[string]any)
		b.Credentials(v, before, name, context)
	case []any:
		before, _ := stored.([]any)
		for i, inner := range v {
			var old any
			if i < len(before) {
				old = before[i]
			}
			b.descend(inner, old, name, context)
		}
	}
}

func (b *Box) hide(given, stored map[string]any, name, context string) map[string]any {
	out := make(map[string]any, len(given)+1)
	for key, value := range given {
		out[key] = value
	}
	other := map[string]string{"secret": "secretKey", "secretKey": "secret"}[name]
	if value, ok := out[other]; ok {
		delete(out, other)
		if _, both := out[name]; !both {
			out[name] = value
		}
	}
	for _, field := range hidden {
		if field == other {
			continue
		}
		value, ok := out[field].(string)
		switch {
		case stored[field] != nil && (!ok || value == Mask || value == stored[field]):
			out[field] = stored[field]
		case ok && value == Mask:
			delete(out, field)
		case ok:
			out[field] = prefix + base64.StdEncoding.EncodeToString(b.Seal([]byte(value), context))
		}
	}
	return out
}

// Masked replaces every sealed secret of the `credentials` objects inside doc with Mask, in place.
func Masked(doc map[string]any) {
	each(doc, func(holder map[string]any) {
		inner, _ := holder["credentials"].(map[string]any)
		for _, field := range hidden {
			if _, set := inner[field]; set {
				inner[field] = Mask
			}
		}
	})
}

// Stripped takes every `credentials` out of doc, in place.
func Stripped(doc map[string]any) {
	each(doc, func(holder map[string]any) { delete(holder, "credentials") })
}

// each shows act every object inside a value that has `credentials`.
func each(value any, act func(holder map[string]any)) {
	switch v := value.(type) {
	case map[string]any:
		if _, has := v["credentials"]; has {
			act(v)
		}
		for _, inner := range v {
			each(inner, act)
		}
	case []any:
		for _, inner := range v {
			each(inner, act)
		}
	}
}
