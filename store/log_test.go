package store_test

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
	"time"

	"foyer/models"
	"foyer/store"
	"foyer/store/storetest"
)

// The log tells of slow statements and never of their values: those are codes and sealed secrets.
func TestLogHoldsNoValues(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		var log bytes.Buffer // written by this goroutine only
		s := storetest.Open(t, store.Options{
			URL: storetest.URL(t, database), Log: slog.New(slog.NewTextHandler(&log, nil)), SlowQuery: time.Nanosecond,
		})
		room := addRoom(t, s)
		at := s.Stamp()
		code := models.Code{ID: s.NewID(), Code: "abc-defg-hij", RoomID: room.ID, Role: "secretrole", Enabled: true, CreatedAt: at, UpdatedAt: at}
		if _, err := s.InsertCode(t.Context(), &code); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Door(t.Context(), code.Code); err != nil {
			t.Fatal(err)
		}
		if err := s.UpdateCode(t.Context(), code); err != nil {
			t.Fatal(err)
		}
		key := models.Key{ID: "secretkey", WorkspaceID: room.WorkspaceID, Secret: []byte("secretvalue"), CreatedAt: at}
		if err := s.CreateKey(t.Context(), &key); err != nil {
			t.Fatal(err)
		}
		if err := s.CreateKey(t.Context(), &key); err == nil {
			t.Fatal("the same key was created twice")
		}
		text := log.String()
		for _, want := range []string{"slow statement", "INSERT INTO", "FROM codes", "UPDATE"} {
			if !strings.Contains(text, want) {
				t.Errorf("the log lacks %q:\n%s", want, text)
			}
		}
		for _, secret := range []string{"abc-defg-hij", "secretrole", "secretkey", "secretvalue", string(room.ID), string(code.ID)} {
			if strings.Contains(text, secret) {
				t.Errorf("the log holds %q:\n%s", secret, text)
			}
		}
	})
}
