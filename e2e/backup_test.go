package e2e_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestBackupAndRestore backs a running server up and starts another one from the copy, in an empty folder: the same
// management token, the same codes, and tokens of the same key work there.
func TestBackupAndRestore(t *testing.T) {
	t.Parallel()
	for _, database := range databases {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			old := start(t, database, nil)
			c := old.client(t)
			made, codes, err := c.newRoom(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if len(codes) == 0 {
				t.Fatal("the room has no codes")
			}

			backup := filepath.Join(t.TempDir(), "backup")
			if out, err := old.command(t, "backup", backup).CombinedOutput(); err != nil {
				t.Fatalf("foyer backup: %v\n%s", err, out)
			}
			// What comes after the backup must not be in it.
			later, _, err := c.newRoom(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			old.stop(t)

			restored := restore(t, database, old, backup)
			c.url = restored.url
			var got room
			if err := c.get(t.Context(), "/v2/rooms/"+made.ID, &got); err != nil || got != made {
				t.Errorf("the room by the old token: %+v, %v", got, err)
			}
			if err := c.get(t.Context(), "/v2/rooms/"+later.ID, &got); err == nil {
				t.Error("a room that was created after the backup is in it")
			}
			for _, code := range codes {
				if status, token, err := c.exchange(t.Context(), code.Code); err != nil || status != 200 || token == "" {
					t.Errorf("code for %s: status %d, %v", code.Role, status, err)
				}
			}
		})
	}
}

// restore starts a server from a backup of the old one. It is given no key pair and no password: those are in the backup.
func restore(t *testing.T, database string, old *server, backup string) *server {
	t.Helper()
	s := newServer(t, database, settings{"FOYER_ACCESS_KEY": "", "FOYER_SECRET": "", "FOYER_OPERATOR_PASSWORD": ""})
	s.keep(old.secrets...)
	if err := os.CopyFS(s.dataDir(), os.DirFS(backup)); err != nil {
		t.Fatalf("copy the backup: %v", err)
	}
	if database == postgres {
		dump := filepath.Join(s.dataDir(), "foyer.dump")
		cmd := exec.CommandContext(t.Context(), "pg_restore", "--no-owner", "--exit-on-error", "--dbname", s.env["FOYER_DATABASE_URL"], dump)
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("pg_restore: %v\n%s", err, out)
		}
	}
	s.start(t)
	return s
}
