package rooms_test

import (
	"context"
	"crypto/rand"
	"testing"
	"time"

	"foyer/codes"
	"foyer/models"
	"foyer/rooms"
	"foyer/seal"
	"foyer/store"
	"foyer/store/storetest"
	"foyer/templates"
	"foyer/tokens"
	"foyer/workspaces"

	"pgregory.net/rapid"
)

// foyer is all that stands between the wire and the database, over one database, with a clock of its own and no guard.
type foyer struct {
	clock      clock
	store      *store.Store
	workspaces *workspaces.Service
	templates  *templates.Service
	codes      *codes.Service
	tokens     *tokens.Service
	rooms      *rooms.Service
}

func newFoyer(t testing.TB, url string) *foyer {
	t.Helper()
	f := &foyer{}
	f.store = storetest.Open(t, store.Options{URL: url, Now: f.clock.Now})
	box, err := seal.New(seal.NewKey())
	must(t, err)
	source, err := codes.NewSource(rand.Reader)
	must(t, err)
	f.workspaces, f.templates = workspaces.New(f.store, box), templates.New(f.store, box)
	f.codes, f.tokens = codes.New(f.store, source, nil), tokens.New(f.store, box, f.clock.Now)
	f.rooms = rooms.New(rooms.Parts{Store: f.store, Box: box, Codes: f.codes, Tokens: f.tokens})
	return f
}

func (f *foyer) now() time.Time { return f.clock.Now() }

// newWorkspace makes a workspace with a key and a default template.
func (f *foyer) newWorkspace(t rapid.TB) models.Workspace {
	t.Helper()
	ctx := context.Background()
	w, err := f.workspaces.Create(ctx, "test")
	must(t, err)
	_, err = f.tokens.CreateKey(ctx, w.ID, tokens.Pair{})
	must(t, err)
	draft, err := templates.Default()
	must(t, err)
	template, err := f.templates.Create(ctx, w.ID, draft)
	must(t, err)
	w, err = f.workspaces.Change(ctx, w.ID, workspaces.Change{DefaultTemplateID: &template.ID})
	must(t, err)
	return w
}
