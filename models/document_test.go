package models_test

import (
	"encoding/json"
	"math"
	"strings"
	"testing"

	"foyer/models"

	"github.com/google/go-cmp/cmp"
)

// texts are JSON objects as they are written back: what differs from what came is named beside.
var texts = map[string]string{
	`{}`: `{}`,
	`{"b":1,"a":{"unknown":null,"list":[[],{},true]}}`:                `{"a":{"list":[[],{},true],"unknown":null},"b":1}`,
	`{"n":[12345678901234567890123,1.50,-0.0,1E+400,1e-7]}`:           `{"n":[12345678901234567890123,1.50,-0.0,1E+400,1e-7]}`,
	`{"":"","html":"<a href='x'>&","quote":"\"\\\/"}`:                 `{"":"","html":"<a href='x'>&","quote":"\"\\/"}`,
	`{"zero":"\u0000","line":"\u2028","door":"\ud83d\udeaa","ž":"ž"}`: `{"door":"🚪","line":"\u2028","zero":"\u0000","ž":"ž"}`,
	"\n { \"a\" : 1 } \t": `{"a":1}`,
	`{"a":1,"a":2}`:       `{"a":2}`,
}

func TestDocumentRoundTrip(t *testing.T) {
	t.Parallel()
	for text, want := range texts {
		document, err := models.ParseDocument([]byte(text))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		column, err := document.Value()
		if err != nil || column != want {
			t.Errorf("%s: want %s, got %v, %v", text, want, column, err)
		}
		for _, kept := range []any{column, []byte(want)} { // as the two drivers give it
			again := models.Document{"left over": true}
			if err := again.Scan(kept); err != nil {
				t.Errorf("%s: %v", text, err)
			}
			if diff := cmp.Diff(document, again); diff != "" {
				t.Errorf("%s: -parsed +scanned\n%s", text, diff)
			}
		}
	}
}

func TestListRoundTrip(t *testing.T) {
	t.Parallel()
	for text := range texts {
		var want models.List
		if err := want.Scan("[" + text + "," + text + "]"); err != nil {
			t.Fatal(err)
		}
		column, err := want.Value()
		if err != nil {
			t.Fatal(err)
		}
		got := models.List{"left over", "and more", "of it"}
		if err := got.Scan(column); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" || len(got) != 2 {
			t.Errorf("-want +got\n%s", diff)
		}
	}
}

// Absent is not empty, on the way in and on the way out.
func TestAbsent(t *testing.T) {
	t.Parallel()
	document, list := models.Document{"left": "over"}, models.List{"left over"}
	for _, column := range []any{nil, "null", []byte("null")} {
		if err := document.Scan(column); err != nil || document != nil {
			t.Errorf("%v: a document of %v, %v", column, document, err)
		}
		if err := list.Scan(column); err != nil || list != nil {
			t.Errorf("%v: a list of %v, %v", column, list, err)
		}
	}
	if column, err := document.Value(); column != nil || err != nil {
		t.Errorf("the absent document is written as %v, %v", column, err)
	}
	if column, err := list.Value(); column != nil || err != nil {
		t.Errorf("the absent list is written as %v, %v", column, err)
	}
	if column, err := (models.Document{}).Value(); column != "{}" || err != nil {
		t.Errorf("the empty document is written as %v, %v", column, err)
	}
	if column, err := (models.List{}).Value(); column != "[]" || err != nil {
		t.Errorf("the empty list is written as %v, %v", column, err)
	}
	if err := list.Scan("[]"); err != nil || list == nil {
		t.Errorf("the empty list is read as %v, %v", list, err)
	}
	if err := document.Scan("{}"); err != nil || document == nil {
		t.Errorf("the empty document is read as %v, %v", document, err)
	}
}

func TestScanRefuses(t *testing.T) {
	t.Parallel()
	for _, column := range []any{"", "{", "{} {}", "{}x", `{"a":01}`, "nulls", `"text"`, "5", true, 5, "{\"a\":\"\x01\"}"} {
		document, list := models.Document{"left": "over"}, models.List{"left over"}
		if err := document.Scan(column); err == nil {
			t.Errorf("%v was read as the document %v", column, document)
		}
		if err := list.Scan(column); err == nil {
			t.Errorf("%v was read as the list %v", column, list)
		}
	}
	if err := new(models.Document).Scan("[]"); err == nil {
		t.Error("a list was read as a document")
	}
	if err := new(models.List).Scan("{}"); err == nil {
		t.Error("a document was read as a list")
	}
}

func TestValueRefuses(t *testing.T) {
	t.Parallel()
	for _, value := range []any{math.NaN(), make(chan int), json.Number("abc")} {
		if column, err := (models.Document{"a": value}).Value(); err == nil {
			t.Errorf("%v was written as %v", value, column)
		}
		if column, err := (models.List{value}).Value(); err == nil {
			t.Errorf("%v was written as %v", value, column)
		}
	}
}

func TestParseJSON(t *testing.T) {
	t.Parallel()
	var number any
	if err := models.ParseJSON([]byte(" 1.10 \n"), &number); err != nil || number != json.Number("1.10") {
		t.Errorf("got %v, %v", number, err)
	}
	for _, text := range []string{"", " ", "1 2", "1,", "{}{}", "[1]]", "tru", strings.Repeat("[", 20_000)} {
		if err := models.ParseJSON([]byte(text), new(any)); err == nil {
			t.Errorf("%.20q was read", text)
		}
	}
}

func TestCloneIsDeep(t *testing.T) {
	t.Parallel()
	const text = `{"a":{"b":[{"c":1},["d"]]},"e":null}`
	original, err := models.ParseDocument([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	original["own"] = models.Document{"f": []any{"g"}}
	copied := original.Clone()
	want := original.Clone()
	if diff := cmp.Diff(map[string]any{"f": []any{"g"}}, copied["own"]); diff != "" {
		t.Errorf("an inner document is a plain map: -want +got\n%s", diff)
	}

	inner := original["a"].(map[string]any)["b"].([]any)
	inner[0].(map[string]any)["c"] = "changed"
	inner[1].([]any)[0] = "changed"
	original["own"].(models.Document)["f"].([]any)[0] = "changed"
	original["e"] = "changed"
	delete(original["a"].(map[string]any), "b")
	if diff := cmp.Diff(want, copied); diff != "" {
		t.Errorf("the copy changed with the original: -want +got\n%s", diff)
	}
	if models.Document(nil).Clone() != nil || (models.Document{}).Clone() == nil {
		t.Error("absent stays absent, and empty stays empty")
	}
}

// FuzzDocument: what can be read is written so that it is read as the same, and the second writing is the first.
func FuzzDocument(f *testing.F) {
	for text := range texts {
		f.Add([]byte(text))
	}
	for _, text := range []string{"null", "[]", `{"a":"\ud800"}`, "{\"a\":\"\xff\"}", `{"a":1e999999999}`, `{"a":{"a":{"a":[]}}}`, ""} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		document, err := models.ParseDocument(raw)
		if err != nil {
			return
		}
		column, err := document.Value()
		if err != nil {
			t.Fatalf("%q was read and cannot be written: %v", raw, err)
		}
		var again models.Document
		if err := again.Scan(column); err != nil {
			t.Fatalf("%q was written and cannot be read: %v", column, err)
		}
		if diff := cmp.Diff(document, again); diff != "" {
			t.Fatalf("-parsed +scanned\n%s", diff)
		}
		if diff := cmp.Diff(document, document.Clone()); diff != "" {
			t.Fatalf("-parsed +cloned\n%s", diff)
		}
		second, err := again.Value()
		if err != nil || second != column {
			t.Fatalf("%v was written again as %v, %v", column, second, err)
		}
	})
}
