package storetest

import (
	"errors"
	"testing"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

func doorInOne(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	c.addKey(t, "b old", born)
	c.addKey(t, "z older", born.Add(-time.Hour))
	key := c.addKey(t, "a newest", after(time.Hour))
	c.addKey(t, "y revoked", after(2*time.Hour))
	noError(t, s.RevokeKey(t.Context(), "y revoked", after(3*time.Hour)))

	full, bare := fullCode(c), c.newCode("guest")
	for _, code := range []*models.Code{&full, &bare} {
		must[bool](t)(s.InsertCode(t.Context(), code))
	}
	for _, code := range []models.Code{full, bare} {
		// What does not decide is left out.
		code.Label, code.CreatedAt, code.UpdatedAt = nil, time.Time{}, time.Time{}
		want := models.Door{
			Code: code, WorkspaceID: c.workspace.ID, RoomEnabled: true, LinksOn: true, RoleExists: true, KeyID: key.ID, KeySecret: key.Secret,
		}
		equal(t, want, must[models.Door](t)(s.Door(t.Context(), code.Code)))
	}
	err := s.Tx(t.Context(), func(tx *store.Store) error { // inside of a transaction it sees what that one did
		bare.Enabled = false
		noError(t, tx.UpdateCode(t.Context(), bare))
		equal(t, false, must[models.Door](t)(tx.Door(t.Context(), bare.Code)).Code.Enabled)
		noError(t, tx.RevokeKey(t.Context(), key.ID, born))
		_, err := tx.Bearer(t.Context(), key.ID)
		refused(t, err, fault.NotFound, "not found")
		return errRefusal
	})
	if !errors.Is(err, errRefusal) {
		t.Error(err)
	}
	equal(t, key, must[store.Bearer](t)(s.Bearer(t.Context(), key.ID)).Key)
	_, err = s.Door(t.Context(), "unknown")
	refused(t, err, fault.NotFound, "not found")
}

func doorWithout(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	code := c.addCode(t, "former", nil)
	door := func() models.Door { return must[models.Door](t)(s.Door(t.Context(), code.Code)) }
	want := models.Door{Code: code, WorkspaceID: c.workspace.ID, RoomEnabled: true, LinksOn: true}
	want.Code.CreatedAt, want.Code.UpdatedAt = time.Time{}, time.Time{}
	equal(t, want, door())

	// The same role of another template, and the key of another workspace, do not help.
	elsewhere := &scene{Store: s, workspace: c.addWorkspace(t)}
	elsewhere.addTemplate(t, "default", "former")
	elsewhere.addKey(t, "foreign", born)
	equal(t, want, door())

	c.room.Enabled = false
	noError(t, s.UpdateRoom(t.Context(), c.room))
	want.RoomEnabled = false
	equal(t, want, door())

	c.workspace.RoomLinksEnabled = false
	noError(t, s.UpdateWorkspace(t.Context(), c.workspace))
	want.LinksOn = false
	equal(t, want, door())

	c.template.Roles = []models.Role{{Name: "former", Document: models.Document{}}}
	noError(t, s.ReplaceTemplate(t.Context(), &c.template))
	want.RoleExists = true
	equal(t, want, door())

	key := c.addKey(t, "key", born)
	want.KeyID, want.KeySecret = key.ID, key.Secret
	equal(t, want, door())
}
