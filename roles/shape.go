package roles

import (
	"encoding/json"
	"fmt"
	"iter"
	"strconv"
	"strings"

	"foyer/fault"
	"foyer/models"
)

// Kind is what a Field holds.
type Kind uint8

// The kinds.
const (
	Object    Kind = iota // an object, of the shape Each if there is one
	List                  // an array of at most Max objects, each of the shape Each
	Bool                  // true or false
	Int                   // a number without fraction (25 or 25.0) from Min to Max, a multiple of Step if there is one
	Number                // a number from Min to Max
	Text                  // a string, one of Words if there are any, of at most Max characters
	Texts                 // an array of at most Max strings, each one of Words if there are any
	RoleName              // the name of a role of the template, or Recorder
	RoleNames             // an array of names of roles of the template
)

// Field is one rule of a Shape: what is found under a path, if it is there at all.
type Field struct {
	Path     string // the keys from the object on down, with dots between
	Kind     Kind
	Must     bool    // required, and not empty, where the object around it is present
	Min, Max float64 // both included; Max 0 leaves numbers the 32 bits that every client has, and other kinds without limit
	Step     float64
	Words    []string
	Each     Shape
	Default  any // what Fill writes: bool, int, string or an empty map; nil for nothing
}

// Shape is the rules of an object in a template: a role, or a part of the settings and their like. What no rule names may hold
// anything, and null is the same as absent. A Shape is never changed after it is made, so it may be used by many at once.
type Shape []Field

// Check errs with Invalid when doc breaks a rule; the message begins with subject and names the path. Names are the roles of the
// template. It reads documents as models.ParseDocument makes them.
func (s Shape) Check(subject string, doc models.Document, names []string) error {
	if bad := s.flaw(doc, names); bad != nil {
		return fault.Invalidf("%s: %s %s", subject, bad.path, bad.cause)
	}
	return nil
}

// Fill writes the defaults into doc, in place, where there is nothing. A value of the wrong kind is left alone.
func (s Shape) Fill(doc models.Document) {
	for _, f := range s {
		f.fill(doc)
	}
}

// flaw is a broken rule: where, and how to mend it.
type flaw struct{ path, cause string }

func (s Shape) flaw(doc map[string]any, names []string) *flaw {
	for _, f := range s {
		if bad := f.flaw(doc, names); bad != nil {
			return bad
		}
	}
	return nil
}

// find is the value under a path; nil when it is not there.
func find(doc map[string]any, path string) any {
	holder, key, _ := descend(doc, path, false)
	return holder[key]
}

// descend goes to the object that holds the last key of a path. The object is nil when one on the way is absent, unless they are to
// be made, or when something else stands there: that is the flaw.
func descend(doc map[string]any, path string, build bool) (holder map[string]any, key string, bad *flaw) {
	holder = doc
	keys := strings.Split(path, ".")
	last := len(keys) - 1
	for i, key := range keys[:last] {
		if holder[key] == nil {
			if !build {
				return nil, keys[last], nil
			}
			holder[key] = map[string]any{}
		}
		inner, ok := holder[key].(map[string]any)
		if !ok {
			return nil, keys[last], &flaw{strings.Join(keys[:i+1], "."), "must be an object"}
		}
		holder = inner
	}
	return holder, keys[last], nil
}

func (f Field) flaw(doc map[string]any, names []string) *flaw {
	holder, key, bad := descend(doc, f.Path, false)
	if bad != nil || holder == nil {
		return bad
	}
	value := holder[key]
	if value == nil || value == "" {
		switch {
		case f.Must:
			return &flaw{f.Path, "is required"}
		case value == nil:
			return nil
		}
	}
	if cause := f.cause(value, names); cause != "" {
		return &flaw{f.Path, cause}
	}
	for inner, path := range f.objects(value) {
		if bad := f.Each.flaw(inner, names); bad != nil {
			return &flaw{path + "." + bad.path, bad.cause}
		}
	}
	return nil
}

func (f Field) fill(doc map[string]any) {
	holder, key, _ := descend(doc, f.Path, f.Default != nil)
	if holder == nil {
		return
	}
	if holder[key] == nil && f.Default != nil {
		holder[key] = f.fresh()
	}
	for inner := range f.objects(holder[key]) {
		f.Each.Fill(inner)
	}
}

// fresh is the default as a decoder would have made it.
func (f Field) fresh() any {
	switch d := f.Default.(type) {
	case int:
		return json.Number(strconv.Itoa(d))
	case map[string]any:
		return map[string]any{}
	default:
		return d
	}
}

// objects yields the objects that Each speaks of, with their paths.
func (f Field) objects(value any) iter.Seq2[map[string]any, string] {
	return func(yield func(map[string]any, string) bool) {
		switch v := value.(type) {
		case map[string]any:
			if f.Kind == Object && f.Each != nil {
				yield(v, f.Path)
			}
		case []any:
			for i := 0; f.Kind == List && i < len(v); i++ {
				if inner, ok := v[i].(map[string]any); ok && !yield(inner, fmt.Sprintf("%s[%d]", f.Path, i)) {
					return
				}
			}
		}
	}
}
