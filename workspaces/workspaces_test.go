package workspaces_test

import (
	"bytes"
	"strings"
	"testing"

	"foyer/fault"
	"foyer/models"
	"foyer/seal"
	"foyer/store"
	"foyer/store/storetest"
	"foyer/workspaces"

	"github.com/google/go-cmp/cmp"
)

func setup(t *testing.T, database string) (*workspaces.Service, *store.Store) {
	t.Helper()
	box, err := seal.New(seal.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	db := storetest.Open(t, store.Options{URL: storetest.URL(t, database)})
	return workspaces.New(db, box), db
}

func TestOperatorsPassword(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		service, db := setup(t, database)
		made, err := service.CreateOperator(t.Context(), workspaces.Operator, "")
		if err != nil {
			t.Fatal(err)
		}
		holds := func(password string) bool {
			t.Helper()
			o, err := db.Operator(t.Context(), workspaces.Operator)
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(o.PasswordHash, password) {
				t.Error("the hash holds the password")
			}
			return workspaces.CheckPassword(o, password)
		}
		if !holds(made) || holds("another password") {
			t.Error("the password that was made up does not hold, or another does")
		}
		if _, err := service.ResetPassword(t.Context(), workspaces.Operator, "open sesame"); err != nil {
			t.Fatal(err)
		}
		if !holds("open sesame") || holds(made) {
			t.Error("after the reset the new password does not hold, or the old one does")
		}
		if _, err := service.ResetPassword(t.Context(), workspaces.Operator, "short"); !fault.Is(err, fault.Invalid) {
			t.Errorf("a short password: %v", err)
		}
		if _, err := service.ResetPassword(t.Context(), "nobody", ""); !fault.Is(err, fault.NotFound) {
			t.Errorf("an operator who is not there: %v", err)
		}
		if _, err := service.CreateOperator(t.Context(), workspaces.Operator, ""); !fault.Is(err, fault.Conflict) {
			t.Errorf("an operator twice: %v", err)
		}
		for _, broken := range []string{"", "$argon2id$v=19$m=1,t=1,p=1$!$!", "$argon2id$v=19$m=1,t=1,p=1$$", "$a$b$c$d$e"} {
			if workspaces.CheckPassword(models.Operator{PasswordHash: broken}, "") {
				t.Errorf("a broken hash lets in: %q", broken)
			}
		}
	})
}

func TestWebhookOfAWorkspace(t *testing.T) {
	t.Parallel()
	service, _ := setup(t, storetest.SQLite)
	w, err := service.Create(t.Context(), "acme")
	if err != nil {
		t.Fatal(err)
	}
	put := func(h *workspaces.Webhook) *workspaces.Webhook {
		t.Helper()
		w, err = service.Change(t.Context(), w.ID, workspaces.Change{Webhook: models.Given(h)})
		if err != nil {
			t.Fatal(err)
		}
		got, err := service.Webhook(&w)
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	first := &workspaces.Webhook{URL: "https://hooks.example.org/a", Headers: map[string]string{"x-secret": "s1", "x-other": "o1"}}
	if diff := cmp.Diff(first, put(first)); diff != "" {
		t.Errorf("webhook (-want +got):\n%s", diff)
	}
	if bytes.Contains(w.WebhookHeaders, []byte("s1")) {
		t.Error("headers are kept in clear")
	}
	if got := put(nil); got != nil {
		t.Errorf("a webhook that was taken away is %v", got)
	}
	for name, wrong := range map[string]*workspaces.Webhook{
		"no URL":       {},
		"no host":      {URL: "https://"},
		"other scheme": {URL: "ftp://hooks.example.org"},
		"header name":  {URL: "https://a", Headers: map[string]string{"x y": "1"}},
		"header value": {URL: "https://a", Headers: map[string]string{"x": "1\r\ny: 2"}},
	} {
		if _, err := service.Change(t.Context(), w.ID, workspaces.Change{Webhook: models.Given(wrong)}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
