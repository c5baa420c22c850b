package roles_test

import (
	"testing"

	"foyer/roles"

	"github.com/google/go-cmp/cmp"
)

func TestRename(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ doc, want string }{
		"listed":      {`{"a":1.0,"subscribeParams":{"subscribeToRoles":["host","guest"]}}`, `{"a":1.0,"subscribeParams":{"subscribeToRoles":["speaker","guest"]}}`},
		"not listed":  {`{"subscribeParams":{"subscribeToRoles":["guest"]}}`, `{"subscribeParams":{"subscribeToRoles":["guest"]}}`},
		"no list":     {`{"subscribeParams":{}}`, `{"subscribeParams":{}}`},
		"no params":   {`{"name":"host"}`, `{"name":"host"}`},
		"no document": {`null`, `null`},
	}
	for title, test := range tests {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			doc := parse(t, test.doc)
			if diff := cmp.Diff(parse(t, test.want), roles.Rename(doc, "host", "speaker")); diff != "" {
				t.Errorf("renamed (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff(parse(t, test.doc), doc); diff != "" {
				t.Errorf("the argument changed (-want +got):\n%s", diff)
			}
		})
	}
}

func TestForget(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		doc, want string
		changed   bool
	}{
		"listed":       {`{"a":1.0,"subscribeParams":{"subscribeToRoles":["host","guest"]}}`, `{"a":1.0,"subscribeParams":{"subscribeToRoles":["guest"]}}`, true},
		"listed twice": {`{"subscribeParams":{"subscribeToRoles":["host","host"]}}`, `{"subscribeParams":{"subscribeToRoles":[]}}`, true},
		"not listed":   {`{"subscribeParams":{"subscribeToRoles":["guest"]}}`, `{"subscribeParams":{"subscribeToRoles":["guest"]}}`, false},
		"no list":      {`{"subscribeParams":{}}`, `{"subscribeParams":{}}`, false},
		"no params":    {`{"name":"host"}`, `{"name":"host"}`, false},
		"no document":  {`null`, `null`, false},
	}
	for title, test := range tests {
		t.Run(title, func(t *testing.T) {
			t.Parallel()
			doc := parse(t, test.doc)
			got, changed := roles.Forget(doc, "host")
			if diff := cmp.Diff(parse(t, test.want), got); diff != "" {
				t.Errorf("forgotten (-want +got):\n%s", diff)
			}
			if changed != test.changed {
				t.Errorf("changed is %v, want %v", changed, test.changed)
			}
			if diff := cmp.Diff(parse(t, test.doc), doc); diff != "" {
				t.Errorf("the argument changed (-want +got):\n%s", diff)
			}
		})
	}
}
