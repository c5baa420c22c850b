package storetest

import (
	"context"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"sync"
	"testing"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

// methods calls every method of a store that takes a context, with arguments that fit the scene.
func (c *scene) methods(folder string) map[string]func(ctx context.Context) error {
	w, id, at, page := c.workspace.ID, c.room.ID, born, store.Page{Limit: 1}
	template, room, code := c.newTemplate("fresh"), c.newRoom("fresh"), c.newCode("guest")
	session := c.newSession()
	peer := c.newPeer(session.ID)
	session.EndedAt, peer.LeftAt = &at, &at
	ended, peers := []*models.Session{session}, []*models.Peer{peer}
	delivery, lane, asked := c.newDelivery(1, at), models.Lane{RoomID: id, WorkspaceID: w, Seq: 1, DueAt: &at}, &store.DeliveryFilter{WorkspaceID: w}
	replay, event := c.newReplay("{}"), models.AnalyticsEvent{ID: c.NewID(), WorkspaceID: w, RoomID: id}
	all := map[string]func(ctx context.Context) error{
		"Alone": func(ctx context.Context) error {
			return c.Tx(ctx, func(tx *store.Store) error { return tx.Alone(ctx, "reason") })
		},
		"Backup":         func(ctx context.Context) error { return c.Backup(ctx, folder) },
		"Banned":         func(ctx context.Context) error { _, err := c.Banned(ctx, id, []string{"key"}, at); return err },
		"Beat":           func(ctx context.Context) error { return c.Beat(ctx, "node", at, c.NewID()) },
		"Bearer":         func(ctx context.Context) error { _, err := c.Bearer(ctx, "key"); return err },
		"Code":           func(ctx context.Context) error { _, err := c.Code(ctx, w, "code"); return err },
		"Codes":          func(ctx context.Context) error { _, err := c.Codes(ctx, id, store.CodeFilter{}, at, page); return err },
		"CountLiveCodes": func(ctx context.Context) error { _, err := c.CountLiveCodes(ctx); return err },
		"CreateKey": func(ctx context.Context) error {
			return c.CreateKey(ctx, &models.Key{ID: "x", WorkspaceID: w, Secret: []byte{1}})
		},
		"CreateOperator": func(ctx context.Context) error { return c.CreateOperator(ctx, &models.Operator{ID: c.NewID()}) },
		"CreateStreamKey": func(ctx context.Context) error {
			return c.CreateStreamKey(ctx, &models.StreamKey{ID: c.NewID(), RoomID: id})
		},
		"CreateTemplate":    func(ctx context.Context) error { return c.CreateTemplate(ctx, &template) },
		"CreateWorkspace":   func(ctx context.Context) error { return c.CreateWorkspace(ctx, &models.Workspace{ID: c.NewID()}) },
		"DeleteBan":         func(ctx context.Context) error { return c.DeleteBan(ctx, id, c.NewID()) },
		"DisableStreamKey":  func(ctx context.Context) error { return c.DisableStreamKey(ctx, id) },
		"Door":              func(ctx context.Context) error { _, err := c.Door(ctx, "code"); return err },
		"EndEmptySessions":  func(ctx context.Context) error { _, err := c.EndEmptySessions(ctx); return err },
		"EndPeers":          func(ctx context.Context) error { _, err := c.EndPeers(ctx, peers); return err },
		"EndSessions":       func(ctx context.Context) error { _, err := c.EndSessions(ctx, ended); return err },
		"FirstWorkspace":    func(ctx context.Context) error { _, err := c.FirstWorkspace(ctx); return err },
		"HadRole":           func(ctx context.Context) error { _, err := c.HadRole(ctx, id, "guest"); return err },
		"Hosts":             func(ctx context.Context) error { _, err := c.Hosts(ctx, "sub", ""); return err },
		"InsertBan":         func(ctx context.Context) error { return c.InsertBan(ctx, &models.Ban{ID: c.NewID(), RoomID: id}) },
		"InsertPeers":       func(ctx context.Context) error { return c.InsertPeers(ctx, peers) },
		"KeepPeers":         func(ctx context.Context) error { return c.KeepPeers(ctx, peers) },
		"KeepQueue":         func(ctx context.Context) error { return c.KeepQueue(ctx, &models.Queue{RoomID: id}) },
		"KeepState":         func(ctx context.Context) error { return c.KeepState(ctx, session.ID, nil) },
		"LastBeat":          func(ctx context.Context) error { _, err := c.LastBeat(ctx, "node"); return err },
		"LiveBans":          func(ctx context.Context) error { _, err := c.LiveBans(ctx, id, at); return err },
		"LivePeers":         func(ctx context.Context) error { _, err := c.LivePeers(ctx); return err },
		"LiveSessions":      func(ctx context.Context) error { _, err := c.LiveSessions(ctx); return err },
		"LosePeers":         func(ctx context.Context) error { return c.LosePeers(ctx, at) },
		"OpenSessions":      func(ctx context.Context) error { _, err := c.OpenSessions(ctx, ended); return err },
		"PeersOf":           func(ctx context.Context) error { _, err := c.PeersOf(ctx, []models.ID{session.ID}, 1); return err },
		"Queues":            func(ctx context.Context) error { _, err := c.Queues(ctx); return err },
		"Revoke":            func(ctx context.Context) error { return c.Revoke(ctx, "token", id, at) },
		"Revoked":           func(ctx context.Context) error { _, err := c.Revoked(ctx, "token", at); return err },
		"Session":           func(ctx context.Context) error { _, err := c.Session(ctx, w, session.ID); return err },
		"Sessions":          func(ctx context.Context) error { _, err := c.Sessions(ctx, w, store.SessionFilter{}, page); return err },
		"InsertCode":        func(ctx context.Context) error { _, err := c.InsertCode(ctx, &code); return err },
		"InsertRoom":        func(ctx context.Context) error { _, err := c.InsertRoom(ctx, &room); return err },
		"KeepTemplate":      func(ctx context.Context) error { _, err := c.KeepTemplate(ctx, c.template.ID); return err },
		"Key":               func(ctx context.Context) error { _, err := c.Key(ctx, "key"); return err },
		"Keys":              func(ctx context.Context) error { _, err := c.Keys(ctx, w); return err },
		"LiveCodes":         func(ctx context.Context) error { _, err := c.LiveCodes(ctx, id, at); return err },
		"LockCode":          func(ctx context.Context) error { _, err := c.LockCode(ctx, w, "code"); return err },
		"LockRoom":          func(ctx context.Context) error { _, err := c.LockRoom(ctx, w, id); return err },
		"LockRoomNamed":     func(ctx context.Context) error { _, err := c.LockRoomNamed(ctx, w, "demo"); return err },
		"LockTemplate":      func(ctx context.Context) error { _, err := c.LockTemplate(ctx, w, c.template.ID); return err },
		"LockTemplateNamed": func(ctx context.Context) error { _, err := c.LockTemplateNamed(ctx, w, "default"); return err },
		"LockWorkspace":     func(ctx context.Context) error { _, err := c.LockWorkspace(ctx, w); return err },
		"Migrate":           func(ctx context.Context) error { return c.Migrate(ctx) },
		"Operator":          func(ctx context.Context) error { _, err := c.Operator(ctx, "name"); return err },
		"HasSpent":          func(ctx context.Context) error { _, err := c.HasSpent(ctx, code.ID, "user"); return err },
		"OrphanCodes":       func(ctx context.Context) error { return c.OrphanCodes(ctx, c.template.ID, nil, at) },
		"OrphanRoomCodes":   func(ctx context.Context) error { return c.OrphanRoomCodes(ctx, id, nil, at) },
		"Ping":              func(ctx context.Context) error { return c.Ping(ctx) },
		"ReplaceTemplate":   func(ctx context.Context) error { return c.ReplaceTemplate(ctx, &c.template) },
		"RevokeKey":         func(ctx context.Context) error { return c.RevokeKey(ctx, "key", at) },
		"Room":              func(ctx context.Context) error { _, err := c.Room(ctx, w, id); return err },
		"Rooms":             func(ctx context.Context) error { _, err := c.Rooms(ctx, w, store.RoomFilter{}, page); return err },
		"SigningKey":        func(ctx context.Context) error { _, err := c.SigningKey(ctx, w); return err },
		"Spend":             func(ctx context.Context) error { _, err := c.Spend(ctx, code.ID, "user", at); return err },
		"LastLeaves":        func(ctx context.Context) error { _, err := c.LastLeaves(ctx); return err },
		"Stayed":            func(ctx context.Context) error { _, err := c.Stayed(ctx, id, "peer"); return err },
		"Admission":         func(ctx context.Context) error { _, err := c.Admission(ctx, w, id); return err },
		"AdmissionAnywhere": func(ctx context.Context) error { _, err := c.AdmissionAnywhere(ctx, id); return err },
		"Guard":             func(ctx context.Context) error { return c.Guard(ctx, id, at) },
		"StreamKeys":        func(ctx context.Context) error { _, err := c.StreamKeys(ctx, id); return err },
		"Template":          func(ctx context.Context) error { _, err := c.Template(ctx, w, c.template.ID); return err },
		"TemplateHead":      func(ctx context.Context) error { _, err := c.TemplateHead(ctx, w, c.template.ID); return err },
		"Templates":         func(ctx context.Context) error { _, err := c.Templates(ctx, w, page); return err },
		"Tx":                func(ctx context.Context) error { return c.Tx(ctx, func(*store.Store) error { return nil }) },
		"UpdateCode":        func(ctx context.Context) error { return c.UpdateCode(ctx, code) },
		"UpdateOperator":    func(ctx context.Context) error { return c.UpdateOperator(ctx, models.Operator{}) },
		"UpdateRoom":        func(ctx context.Context) error { return c.UpdateRoom(ctx, c.room) },
		"UpdateWorkspace":   func(ctx context.Context) error { return c.UpdateWorkspace(ctx, c.workspace) },
		"AnalyticsEvents": func(ctx context.Context) error {
			_, err := c.AnalyticsEvents(ctx, &store.AnalyticsFilter{}, page)
			return err
		},
		"ClaimLane":   func(ctx context.Context) error { _, err := c.ClaimLane(ctx, id, "lease", at, at); return err },
		"ClaimReplay": func(ctx context.Context) error { _, err := c.ClaimReplay(ctx, "lease", at, at); return err },
		"CountAnalyticsEvents": func(ctx context.Context) error {
			_, err := c.CountAnalyticsEvents(ctx, &store.AnalyticsFilter{})
			return err
		},
		"CountDeliveries":    func(ctx context.Context) error { _, err := c.CountDeliveries(ctx, asked); return err },
		"CountDueDeliveries": func(ctx context.Context) error { _, err := c.CountDueDeliveries(ctx); return err },
		"CreateWebhookSecret": func(ctx context.Context) error {
			return c.CreateWebhookSecret(ctx, &models.WebhookSecret{ID: c.NewID(), WorkspaceID: w, Secret: []byte{1}})
		},
		"Deliveries":            func(ctx context.Context) error { _, err := c.Deliveries(ctx, asked, 1, 0); return err },
		"DeliveriesAfter":       func(ctx context.Context) error { _, err := c.DeliveriesAfter(ctx, asked, "", 1, 0); return err },
		"DueDeliveries":         func(ctx context.Context) error { _, err := c.DueDeliveries(ctx, &lane, at, 1); return err },
		"DueLanes":              func(ctx context.Context) error { _, err := c.DueLanes(ctx, at, "", 1); return err },
		"ExtendLanes":           func(ctx context.Context) error { _, err := c.ExtendLanes(ctx, []models.Lane{lane}); return err },
		"FreshDeliveries":       func(ctx context.Context) error { _, err := c.FreshDeliveries(ctx, &lane, 1); return err },
		"InsertAnalyticsEvents": func(ctx context.Context) error { return c.InsertAnalyticsEvents(ctx, []models.AnalyticsEvent{event}) },
		"InsertDeliveries":      func(ctx context.Context) error { return c.InsertDeliveries(ctx, []models.Delivery{delivery}) },
		"InsertReplay":          func(ctx context.Context) error { _, err := c.InsertReplay(ctx, &replay); return err },
		"KeepReplay":            func(ctx context.Context) error { return c.KeepReplay(ctx, &replay) },
		"Listeners":             func(ctx context.Context) error { _, err := c.Listeners(ctx, []models.ID{id}); return err },
		"NextDue":               func(ctx context.Context) error { _, err := c.NextDue(ctx, at); return err },
		"PurgeWebhooks":         func(ctx context.Context) error { _, err := c.PurgeWebhooks(ctx, at, 1); return err },
		"RecordAttempts":        func(ctx context.Context) error { return c.RecordAttempts(ctx, []models.Delivery{delivery}) },
		"ReleaseLane":           func(ctx context.Context) error { return c.ReleaseLane(ctx, &lane, at) },
		"Replay":                func(ctx context.Context) error { _, err := c.Replay(ctx, w, replay.ID); return err },
		"RetireWebhookSecrets":  func(ctx context.Context) error { return c.RetireWebhookSecrets(ctx, w, at) },
		"RunningReplay":         func(ctx context.Context) error { _, err := c.RunningReplay(ctx, w, "{}"); return err },
		"WebhookSecrets":        func(ctx context.Context) error { _, err := c.WebhookSecrets(ctx, w, at); return err },
		"Webhooks":              func(ctx context.Context) error { _, err := c.Webhooks(ctx, id); return err },
		"Workspace":             func(ctx context.Context) error { _, err := c.Workspace(ctx, w); return err },
		"Workspaces":            func(ctx context.Context) error { _, err := c.Workspaces(ctx); return err },
	}
	maps.Copy(all, c.pollMethods())
	return all
}

// everythingCancelled: no method works for a caller who has gone, and none panics.
func everythingCancelled(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	methods := c.methods(t.TempDir())
	for method := range reflect.TypeFor[*store.Store]().Methods() {
		waits := method.Type.NumIn() > 1 && method.Type.In(1) == reflect.TypeFor[context.Context]()
		if _, known := methods[method.Name]; waits && !known {
			t.Errorf("the suite does not know %s", method.Name)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, call := range methods {
		t.Run(name, func(t *testing.T) {
			if err := call(ctx); !errors.Is(err, context.Canceled) {
				t.Errorf("want context.Canceled, got %v", err)
			}
		})
	}
	equal(t, 1, len(must[[]models.Room](t)(s.Rooms(t.Context(), c.workspace.ID, store.RoomFilter{}, store.Page{Limit: 9}))))
}

// zeroBytesRefused: the databases part ways on text with zero bytes, but neither blames itself for it.
func zeroBytesRefused(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	room := c.newRoom("zero\x00byte")
	inserted, err := s.InsertRoom(t.Context(), &room)
	if err == nil && inserted {
		equal(t, c.seen(room), must[models.Room](t)(s.Room(t.Context(), c.workspace.ID, room.ID)))
		return
	}
	const message = "text must be UTF-8 without zero bytes"
	refused(t, err, fault.Invalid, message)
	_, err = s.Rooms(t.Context(), c.workspace.ID, store.RoomFilter{NameKey: "zero\x00byte"}, store.Page{Limit: 1})
	refused(t, err, fault.Invalid, message)
}

func idsAndStamps(t *testing.T, s *store.Store) {
	const callers, each = 8, 500
	var mu sync.Mutex
	seen := map[models.ID]bool{}
	together(callers, func(int) {
		mine := make([]models.ID, each)
		for i := range mine {
			mine[i] = s.NewID()
			if i > 0 && mine[i] <= mine[i-1] {
				t.Errorf("%s follows %s", mine[i], mine[i-1])
			}
		}
		mu.Lock()
		defer mu.Unlock()
		for _, id := range mine {
			seen[id] = true
		}
	})
	equal(t, callers*each, len(seen))

	noError(t, s.Tx(t.Context(), func(tx *store.Store) error {
		if before, inside := s.NewID(), tx.NewID(); inside <= before {
			t.Errorf("%s of a transaction follows %s", inside, before)
		}
		return nil
	}))
	now := s.Stamp()
	if now.Location() != time.UTC || now.Nanosecond()%int(time.Millisecond) != 0 || time.Since(now).Abs() > patience {
		t.Errorf("%v is not now in UTC and whole milliseconds", now)
	}
}

// backupRestores: a backup that is taken while others write opens as a database with one moment's rows.
func backupRestores(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	code := c.addCode(t, "guest", nil)
	c.addKey(t, "key", born)
	full := fullTemplate(c)
	noError(t, s.CreateTemplate(t.Context(), &full))

	folder := filepath.Join(t.TempDir(), "a new", "folder")
	ctx, cancel := deadline(t)
	defer cancel()
	together(4, func(caller int) {
		if caller == 0 {
			if err := s.Backup(ctx, folder); err != nil {
				t.Error(err)
			}
			return
		}
		for range 8 {
			room := c.newRoom("written meanwhile " + string(s.NewID()))
			if _, err := s.InsertRoom(ctx, &room); err != nil {
				t.Error(err)
			}
		}
	})
	copied := c.restored(t, folder)
	noError(t, copied.Migrate(t.Context()))
	equal(t, must[models.Door](t)(s.Door(t.Context(), code.Code)), must[models.Door](t)(copied.Door(t.Context(), code.Code)))
	equal(t, fullTemplateAgain(c, full), must[models.Template](t)(copied.Template(t.Context(), c.workspace.ID, full.ID)))
	equal(t, c.seen(c.room), must[models.Room](t)(copied.Room(t.Context(), c.workspace.ID, c.room.ID)))

	if err := s.Backup(t.Context(), folder); err == nil {
		t.Error("the second backup overwrote the first")
	}
	equal(t, c.seen(c.room), must[models.Room](t)(copied.Room(t.Context(), c.workspace.ID, c.room.ID)))
}

// restored opens what Backup wrote: SQLite's file as it is, Postgres' dump in a fresh database.
func (c *scene) restored(t *testing.T, folder string) *store.Store {
	t.Helper()
	file, dump := filepath.Join(folder, "foyer.db"), filepath.Join(folder, "foyer.dump")
	address := "sqlite:" + file
	if _, err := os.Stat(dump); err == nil {
		file, address = dump, Empty(t, Postgres)
		restore := exec.CommandContext(t.Context(), "pg_restore", "--exit-on-error", "--no-owner", "--dbname="+address, dump)
		if out, err := restore.CombinedOutput(); err != nil {
			t.Fatalf("pg_restore: %v\n%s", err, out)
		}
	}
	info := must[os.FileInfo](t)(os.Stat(file))
	equal(t, os.FileMode(0o600), info.Mode().Perm())
	return Open(t, store.Options{URL: address})
}

func closedStore(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	noError(t, s.Ping(t.Context()))
	methods := c.methods(t.TempDir())
	noError(t, s.Close())
	refused(t, s.Ping(t.Context()), fault.Unavailable, "the database is not available")
	delete(methods, "Backup") // reads the database by a connection of its own
	for name, call := range methods {
		if err := call(t.Context()); err == nil {
			t.Errorf("%s works on a closed store", name)
		}
	}
	noError(t, s.Close())
}
