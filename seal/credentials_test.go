package seal_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"foyer/seal"

	"github.com/google/go-cmp/cmp"
)

const where = "template 65f0"

// sealedIn puts secrets written as <secret> into a document as they are stored.
func sealedIn(box *seal.Box, value any) any {
	return mapped(value, func(text string) string {
		if !strings.HasPrefix(text, "<") {
			return text
		}
		return "sealed:" + base64.StdEncoding.EncodeToString(box.Seal([]byte(strings.Trim(text, "<>")), where))
	})
}

// openedIn is the other way: what is stored sealed and opens is written as <secret>.
func openedIn(box *seal.Box, value any) any {
	return mapped(value, func(text string) string {
		raw, err := base64.StdEncoding.DecodeString(strings.TrimPrefix(text, "sealed:"))
		if err != nil || !strings.HasPrefix(text, "sealed:") {
			return text
		}
		secret, err := box.Open(raw, where)
		if err != nil {
			return text
		}
		return "<" + string(secret) + ">"
	})
}

func mapped(value any, change func(string) string) any {
	switch value := value.(type) {
	case map[string]any:
		out := map[string]any{}
		for key, inner := range value {
			out[key] = mapped(inner, change)
		}
		return out
	case string:
		return change(value)
	default:
		return value
	}
}

func parsed(t *testing.T, text string) map[string]any {
	t.Helper()
	if text == "" {
		return nil
	}
	var document map[string]any
	if err := json.Unmarshal([]byte(text), &document); err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	return document
}

func TestCredentials(t *testing.T) {
	t.Parallel()
	const both = `{"credentials":{"key":"<k>","secretKey":"<s>","region":"eu"}}`
	for name, row := range map[string]struct {
		as                  string // secretKey when it is empty
		given, stored, want string
	}{
		"new":                              {given: `{"credentials":{"key":"k","secretKey":"s","region":"eu"},"type":"s3"}`, want: `{"credentials":{"key":"<k>","secretKey":"<s>","region":"eu"},"type":"s3"}`},
		"an empty secret is one":           {given: `{"credentials":{"key":""}}`, want: `{"credentials":{"key":"<>"}}`},
		"masked keeps stored":              {given: `{"credentials":{"key":"********","secretKey":"********","region":"us"}}`, stored: both, want: `{"credentials":{"key":"<k>","secretKey":"<s>","region":"us"}}`},
		"absent keeps stored":              {given: `{"credentials":{}}`, stored: both, want: `{"credentials":{"key":"<k>","secretKey":"<s>"}}`},
		"absent object keeps stored":       {given: `{"type":"s3"}`, stored: both, want: `{"type":"s3","credentials":{"key":"<k>","secretKey":"<s>","region":"eu"}}`},
		"null field keeps stored":          {given: `{"credentials":{"key":null,"secretKey":"s2"}}`, stored: both, want: `{"credentials":{"key":"<k>","secretKey":"<s2>"}}`},
		"null object takes away":           {given: `{"credentials":null}`, stored: both, want: `{"credentials":null}`},
		"new value replaces":               {given: `{"credentials":{"key":"k2","secretKey":"********"}}`, stored: both, want: `{"credentials":{"key":"<k2>","secretKey":"<s>"}}`},
		"mask with nothing stored is none": {given: `{"credentials":{"key":"********","secretKey":"s"}}`, want: `{"credentials":{"secretKey":"<s>"}}`},
		"mask with other things stored":    {given: `{"credentials":{"key":"********"}}`, stored: `{"credentials":{"region":"eu"}}`, want: `{"credentials":{}}`},
		"almost a mask is a secret":        {given: `{"credentials":{"key":"*********"}}`, stored: both, want: `{"credentials":{"key":"<*********>","secretKey":"<s>"}}`},
		"secret is kept as secretKey":      {given: `{"credentials":{"secret":"s"}}`, want: `{"credentials":{"secretKey":"<s>"}}`},
		"secret replaces secretKey":        {given: `{"credentials":{"secret":"s2"}}`, stored: both, want: `{"credentials":{"key":"<k>","secretKey":"<s2>"}}`},
		"masked secret keeps secretKey":    {given: `{"credentials":{"secret":"********"}}`, stored: both, want: `{"credentials":{"key":"<k>","secretKey":"<s>"}}`},
		"of both names the kept one wins":  {given: `{"credentials":{"secret":"a","secretKey":"b"}}`, want: `{"credentials":{"secretKey":"<b>"}}`},
		"secretKey is kept as secret":      {as: "secret", given: `{"credentials":{"secretKey":"s"}}`, want: `{"credentials":{"secret":"<s>"}}`},
		"masked secretKey keeps secret": {
			as: "secret", given: `{"credentials":{"secretKey":"********"}}`, stored: `{"credentials":{"secret":"<s>"}}`, want: `{"credentials":{"secret":"<s>"}}`,
		},
		"nested": {
			given:  `{"recording":{"upload":{"credentials":{"key":"********","secret":"s2"}}},"other":{"credentials":{"key":"o"}}}`,
			stored: `{"recording":{"upload":{"credentials":{"key":"<k>","secretKey":"<s>"}}}}`,
			want:   `{"recording":{"upload":{"credentials":{"key":"<k>","secretKey":"<s2>"}}},"other":{"credentials":{"key":"<o>"}}}`,
		},
		"only the same place counts": {
			given:  `{"a":{"credentials":{"key":"********"}},"b":{"type":"s3"}}`,
			stored: `{"b":{"credentials":{"key":"<k>"}},"c":{"credentials":{"key":"<c>"}}}`,
			want:   `{"a":{"credentials":{}},"b":{"type":"s3","credentials":{"key":"<k>"}}}`,
		},
		"another shape is stored": {given: `{"a":{"credentials":{"key":"k"}}}`, stored: `{"a":"text"}`, want: `{"a":{"credentials":{"key":"<k>"}}}`},
		"only inside credentials": {given: `{"key":"k","secret":"s","list":["credentials"],"credentials":{"other":"o"}}`, want: `{"key":"k","secret":"s","list":["credentials"],"credentials":{"other":"o"}}`},
		"a client that writes sealed": {
			given: `{"credentials":{"key":"sealed:AAAA","secretKey":"sealed:"}}`, stored: both, want: `{"credentials":{"key":"<sealed:AAAA>","secretKey":"<sealed:>"}}`,
		},
		"nothing": {given: `{}`, want: `{}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			box := newBox(t, master())
			as := row.as
			if as == "" {
				as = "secretKey"
			}
			given := parsed(t, row.given)
			stored, _ := sealedIn(box, parsed(t, row.stored)).(map[string]any)
			before := mapped(stored, func(text string) string { return text })
			box.Credentials(given, stored, as, where)
			if diff := cmp.Diff(any(parsed(t, row.want)), openedIn(box, given)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if diff := cmp.Diff(before, any(stored)); diff != "" {
				t.Errorf("the stored document changed: -before +after\n%s", diff)
			}
		})
	}
}

// A document that is stored again as it is keeps its secrets, byte by byte: nothing is sealed twice.
func TestCredentialsStoredAgain(t *testing.T) {
	t.Parallel()
	box := newBox(t, master())
	stored, _ := sealedIn(box, parsed(t, `{"a":{"credentials":{"key":"<k>","secretKey":"<s>"}}}`)).(map[string]any)
	again, _ := mapped(stored, func(text string) string { return text }).(map[string]any)
	box.Credentials(again, stored, "secretKey", where)
	if diff := cmp.Diff(stored, again); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestMasked(t *testing.T) {
	t.Parallel()
	document := parsed(t, `{
		"key": "clear", "credentials": {"key": "sealed:x", "region": "eu", "secretKey": "sealed:y"},
		"deep": {"er": {"credentials": {"secret": "sealed:z", "key": 5}}}, "list": [{"a": 1}], "none": {"credentials": null}, "empty": {"credentials": {}}
	}`)
	seal.Masked(document)
	want := parsed(t, `{
		"key": "clear", "credentials": {"key": "********", "region": "eu", "secretKey": "********"},
		"deep": {"er": {"credentials": {"secret": "********", "key": "********"}}}, "list": [{"a": 1}], "none": {"credentials": null}, "empty": {"credentials": {}}
	}`)
	if diff := cmp.Diff(want, document); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	seal.Masked(nil)
}
