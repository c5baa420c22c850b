package rooms_test

import (
	"strings"
	"testing"

	"foyer/codes"
	"foyer/fault"
	"foyer/models"
	"foyer/rooms"
	"foyer/store/storetest"
	"foyer/templates"
)

// TestVisitSaysWhatAnExchangeWould asks for the page behind a code, which counts no use.
func TestVisitSaysWhatAnExchangeWould(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		f := newFoyer(t, storetest.URL(t, database))
		w, room := demo(t, f)
		one, ann := 1, "ann"
		counted, err := f.codes.Mint(t.Context(), w.ID, room.ID, "guest", codes.Terms{MaxUses: &one}, 1)
		must(t, err)
		bound, err := f.codes.Mint(t.Context(), w.ID, room.ID, "guest", codes.Terms{UserID: &ann}, 1)
		must(t, err)
		visit := func(code, user string) string {
			t.Helper()
			_, _, err := f.rooms.Visit(t.Context(), rooms.Entry{Code: code, User: user, From: local})
			return causeOf(err)
		}
		for range 3 {
			if cause := visit(counted[0].Code, ""); cause != "" {
				t.Fatalf("a visit before the use: %s", cause)
			}
		}
		_, err = f.rooms.Exchange(t.Context(), rooms.Entry{Code: counted[0].Code, User: "bob", From: local})
		must(t, err)
		for _, c := range []struct{ name, code, user, want string }{
			{"used up for others", counted[0].Code, "", codes.UsedUp},
			{"used by this user", counted[0].Code, "bob", ""},
			{"bound, nobody named", bound[0].Code, "", ""},
			{"bound to this user", bound[0].Code, "ann", ""},
			{"bound to another", bound[0].Code, "bob", codes.OtherUser},
		} {
			if got := visit(c.code, c.user); got != c.want {
				t.Errorf("%s: got %q, want %q", c.name, got, c.want)
			}
		}
	})
}

// TestMovedRoomEchoesItsTemplate posts a room back as it was read, with another template_id (server contract 14.10).
func TestMovedRoomEchoesItsTemplate(t *testing.T) {
	t.Parallel()
	f := newFoyer(t, storetest.URL(t, storetest.SQLite))
	w, room := demo(t, f)
	other, err := f.templates.Create(t.Context(), w.ID, templates.Draft{Name: "other", Roles: map[string]models.Document{"host": {}}})
	must(t, err)
	old, wrong := "default", "nonsense"
	moved, err := f.rooms.Update(t.Context(), w.ID, room.ID, rooms.Change{TemplateID: &other.ID, Template: &old})
	if err != nil || moved.TemplateName != "other" {
		t.Errorf("got template %q, %v", moved.TemplateName, err)
	}
	if _, err := f.rooms.Update(t.Context(), w.ID, room.ID, rooms.Change{Template: &wrong}); !fault.Is(err, fault.Invalid) {
		t.Errorf("a template that is not the room's: %v", err)
	}
}

// TestCredentialsOfARoomAreNeverRead puts credentials where none are looked for.
func TestCredentialsOfARoomAreNeverRead(t *testing.T) {
	t.Parallel()
	f := newFoyer(t, storetest.URL(t, storetest.SQLite))
	w, room := demo(t, f)
	info, err := models.ParseDocument([]byte(`{"credentials":{"key":"K1","secret":"S1"},"more":[{"credentials":{"secret":"S2"}}],
		"upload_info":{"type":"s3","location":"b","credentials":{"key":"K3","secret":"S3"}}}`))
	must(t, err)
	room, err = f.rooms.Update(t.Context(), w.ID, room.ID, rooms.Change{RecordingInfo: models.Given(info)})
	must(t, err)
	kept, err := room.RecordingInfo.Value()
	must(t, err)
	shown, err := rooms.RecordingInfo(&room).Value()
	must(t, err)
	for _, secret := range []string{"S1", "S2", "S3"} {
		if strings.Contains(kept.(string), `"`+secret+`"`) {
			t.Errorf("%s is kept in clear", secret)
		}
	}
	if text := shown.(string); strings.Contains(text, "credentials") || strings.Contains(text, "sealed") {
		t.Errorf("credentials are read: %s", text)
	}
}

// TestTemplatesDoNotGrowWithoutEnd adds roles one by one, each within the bound of a body.
func TestTemplatesDoNotGrowWithoutEnd(t *testing.T) {
	t.Parallel()
	f := newFoyer(t, storetest.URL(t, storetest.SQLite))
	w, room := demo(t, f)
	heavy := models.Document{"note": strings.Repeat("x", 600<<10)}
	if _, err := f.templates.SetRole(t.Context(), w.ID, room.TemplateID, "one", heavy); err != nil {
		t.Fatal(err)
	}
	if _, err := f.templates.SetRole(t.Context(), w.ID, room.TemplateID, "two", heavy); !fault.Is(err, fault.Invalid) {
		t.Errorf("a template of 1.2 MiB: %v", err)
	}
}
