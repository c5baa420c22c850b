package storetest

import (
	"context"
	"slices"
	"testing"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

func fullRoom(c *scene) models.Room {
	room := c.newRoom("Full Room")
	room.NameKey, room.Description, room.Enabled, room.Region = "full room", "what for \u2028 🚪", false, "in"
	room.RecordingInfo, room.LargeRoom, room.Size, room.MaxDurationSeconds = document(), true, pointer(0), pointer(43200)
	room.Polls, room.WebhookURL, room.WebhookHeaders = models.List{"poll", nil}, pointer("https://example.com"), []byte{0, 9}
	room.UpdatedAt = after(time.Millisecond)
	return room
}

// seen is a room as it is read along with its template.
func (c *scene) seen(room models.Room) models.Room {
	room.TemplateName, room.TemplateRegion = c.template.Name, c.template.Region
	return room
}

func roomRoundTrip(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	full, bare := fullRoom(c), c.newRoom("bare")
	bare.Polls, bare.RecordingInfo = models.List{}, models.Document{} // empty is not absent
	for _, want := range []models.Room{full, bare, c.room} {
		row := want
		inserted := must[bool](t)(s.InsertRoom(t.Context(), &row))
		equal(t, want.Name != "demo", inserted)
		equal(t, c.seen(want), must[models.Room](t)(s.Room(t.Context(), c.workspace.ID, want.ID)))
		noError(t, s.Tx(t.Context(), func(tx *store.Store) error {
			equal(t, want, must[models.Room](t)(tx.LockRoom(t.Context(), c.workspace.ID, want.ID)))
			equal(t, want, must[models.Room](t)(tx.LockRoomNamed(t.Context(), c.workspace.ID, want.NameKey)))
			return nil
		}))
	}
}

// roomAdmission: what admission reads of a room is all of it, and when its template was changed.
func roomAdmission(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	full := fullRoom(c)
	must[bool](t)(s.InsertRoom(t.Context(), &full))
	noError(t, s.Guard(t.Context(), full.ID, after(time.Hour)))
	noError(t, s.Guard(t.Context(), full.ID, after(time.Minute))) // the later one counts
	full.GuardedUntil = pointer(after(time.Hour))
	want := store.Admission{Room: c.seen(full), TemplateUpdatedAt: c.template.UpdatedAt}
	equal(t, want, must[store.Admission](t)(s.Admission(t.Context(), c.workspace.ID, full.ID)))
	equal(t, want, must[store.Admission](t)(s.AdmissionAnywhere(t.Context(), full.ID)))
	_, err := s.Admission(t.Context(), s.NewID(), full.ID)
	refused(t, err, fault.NotFound, "Error: Room not found")
	_, err = s.AdmissionAnywhere(t.Context(), s.NewID())
	refused(t, err, fault.NotFound, "Error: Room not found")
}

func roomInsertedOnce(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	twin := c.newRoom("demo")
	twin.Description = "the twin"
	equal(t, false, must[bool](t)(s.InsertRoom(t.Context(), &twin)))
	equal(t, c.seen(c.room), must[models.Room](t)(s.Room(t.Context(), c.workspace.ID, c.room.ID)))
	_, err := s.Room(t.Context(), c.workspace.ID, twin.ID)
	refused(t, err, fault.NotFound, "Error: Room not found")

	// A refused insert leaves its transaction usable.
	noError(t, s.Tx(t.Context(), func(tx *store.Store) error {
		equal(t, false, must[bool](t)(tx.InsertRoom(t.Context(), &twin)))
		_, err := tx.LockRoomNamed(t.Context(), c.workspace.ID, twin.NameKey)
		return err
	}))

	elsewhere := &scene{Store: s, workspace: c.addWorkspace(t)}
	elsewhere.template = elsewhere.addTemplate(t, "default")
	elsewhere.addRoom(t, "demo", nil)
}

func roomUpdate(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	other := c.addTemplate(t, "other")
	full := fullRoom(c)
	full.ID, full.TemplateID, full.UpdatedAt = c.room.ID, other.ID, after(time.Second)
	noError(t, s.UpdateRoom(t.Context(), full))
	want := full
	want.TemplateName, want.TemplateRegion = other.Name, other.Region
	equal(t, want, must[models.Room](t)(s.Room(t.Context(), c.workspace.ID, full.ID)))

	bare := c.newRoom("bare")
	bare.ID, bare.Enabled, bare.Region = full.ID, false, ""
	foreign := bare
	foreign.WorkspaceID, foreign.CreatedAt = s.NewID(), after(time.Hour)
	noError(t, s.UpdateRoom(t.Context(), foreign))
	equal(t, c.seen(bare), must[models.Room](t)(s.Room(t.Context(), c.workspace.ID, full.ID)))

	taken := c.addRoom(t, "taken", nil)
	bare.NameKey = taken.NameKey
	refused(t, s.UpdateRoom(t.Context(), bare), fault.Conflict, "name is already taken")
	bare.ID = s.NewID()
	if err := s.UpdateRoom(t.Context(), bare); err == nil {
		t.Error("a room that is not there was updated")
	}
}

func roomAbsent(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	stranger := c.addWorkspace(t)
	const absent = "Error: Room not found"
	for _, row := range []struct {
		workspace, id models.ID
		name          string
	}{{c.workspace.ID, s.NewID(), "unknown"}, {stranger.ID, c.room.ID, c.room.NameKey}} {
		_, err := s.Room(t.Context(), row.workspace, row.id)
		refused(t, err, fault.NotFound, absent)
		noError(t, s.Tx(t.Context(), func(tx *store.Store) error {
			_, err := tx.LockRoom(t.Context(), row.workspace, row.id)
			refused(t, err, fault.NotFound, absent)
			_, err = tx.LockRoomNamed(t.Context(), row.workspace, row.name)
			refused(t, err, fault.NotFound, absent)
			return nil
		}))
	}
}

func roomsFiltered(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	other := c.addTemplate(t, "other")
	add := func(name string, change func(*models.Room)) { c.addRoom(t, name, change) }
	add("off", func(r *models.Room) { r.Enabled = false })
	add("other", func(r *models.Room) { r.TemplateID = other.ID })
	add("whole second", func(r *models.Room) { r.CreatedAt = born.Truncate(time.Second).Add(time.Second) })
	add("late", func(r *models.Room) { r.CreatedAt = born.Truncate(time.Second).Add(1001 * time.Millisecond) })

	zone := time.FixedZone("west", -7*3600)
	second := born.Truncate(time.Second).Add(time.Second)
	for name, row := range map[string]struct {
		filter store.RoomFilter
		want   []string
	}{
		"none":             {store.RoomFilter{}, []string{"late", "whole second", "other", "off", "demo"}},
		"enabled":          {store.RoomFilter{Enabled: pointer(true)}, []string{"late", "whole second", "other", "demo"}},
		"disabled":         {store.RoomFilter{Enabled: pointer(false)}, []string{"off"}},
		"name":             {store.RoomFilter{NameKey: "late"}, []string{"late"}},
		"name in part":     {store.RoomFilter{NameKey: "lat"}, nil},
		"template":         {store.RoomFilter{TemplateID: string(other.ID)}, []string{"other"}},
		"unknown template": {store.RoomFilter{TemplateID: "none"}, nil},
		"after":            {store.RoomFilter{After: &second}, []string{"late", "whole second"}},
		"just after":       {store.RoomFilter{After: pointer(second.Add(time.Millisecond))}, []string{"late"}},
		"after by a hair":  {store.RoomFilter{After: pointer(second.Add(time.Microsecond))}, []string{"late"}},
		"before":           {store.RoomFilter{Before: &born}, []string{"other", "off", "demo"}},
		"just before":      {store.RoomFilter{Before: pointer(born.Add(-time.Millisecond))}, nil},
		"between": {
			store.RoomFilter{After: pointer(second.In(zone)), Before: pointer(second.In(zone))}, []string{"whole second"},
		},
		"all at once": {store.RoomFilter{
			Enabled: pointer(true), NameKey: "late", TemplateID: string(c.template.ID), After: &born, Before: pointer(after(time.Hour)),
		}, []string{"late"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, room := range must[[]models.Room](t)(s.Rooms(t.Context(), c.workspace.ID, row.filter, store.Page{Limit: 10})) {
				got = append(got, room.Name)
			}
			equal(t, row.want, got)
		})
	}
}

func roomsInPages(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	stranger := &scene{Store: s, workspace: c.addWorkspace(t)}
	stranger.template = stranger.addTemplate(t, "default")
	want := []models.Room{c.seen(c.room)}
	for _, name := range []string{"b", "a", "d", "c", "e"} {
		stranger.addRoom(t, name, nil)
		want = append(want, c.seen(c.addRoom(t, name, nil)))
	}
	slices.Reverse(want)

	page := store.Page{Limit: 2}
	var got []models.Room
	for {
		list := must[[]models.Room](t)(s.Rooms(t.Context(), c.workspace.ID, store.RoomFilter{}, page))
		if len(list) == 0 {
			break
		}
		got, page.Start = append(got, list...), list[len(list)-1].ID
	}
	equal(t, want, got)
}

func streamKeysOneActive(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	fresh := func(room models.ID) models.StreamKey {
		return models.StreamKey{ID: s.NewID(), RoomID: room, Key: []byte{3, 0, 1}, Enabled: true, CreatedAt: born, UpdatedAt: born}
	}
	first, second := fresh(c.room.ID), fresh(c.room.ID)
	noError(t, s.CreateStreamKey(t.Context(), &first))
	refused(t, s.CreateStreamKey(t.Context(), &second), fault.Conflict, "already exists")
	elsewhere := fresh(c.addRoom(t, "elsewhere", nil).ID)
	noError(t, s.CreateStreamKey(t.Context(), &elsewhere))

	noError(t, s.DisableStreamKey(t.Context(), c.room.ID))
	refused(t, s.DisableStreamKey(t.Context(), c.room.ID), fault.NotFound, "Error: Active stream key not found")
	noError(t, s.CreateStreamKey(t.Context(), &second))

	got := must[[]models.StreamKey](t)(s.StreamKeys(t.Context(), c.room.ID))
	if len(got) != 2 || !got[1].UpdatedAt.After(born) {
		t.Fatalf("want two keys, the disabled one with a new time: %v", got)
	}
	first.Enabled, first.UpdatedAt = false, got[1].UpdatedAt
	equal(t, []models.StreamKey{second, first}, got)
	equal(t, []models.StreamKey{elsewhere}, must[[]models.StreamKey](t)(s.StreamKeys(t.Context(), elsewhere.RoomID)))
	equal(t, 0, len(must[[]models.StreamKey](t)(s.StreamKeys(t.Context(), s.NewID()))))
}

// roomMethods is what methods says of rooms and their stream keys.
func (c *scene) roomMethods() map[string]func(ctx context.Context) error {
	w, id, at, page, room := c.workspace.ID, c.room.ID, born, store.Page{Limit: 1}, c.newRoom("fresh")
	return map[string]func(ctx context.Context) error{
		"Admission":         func(ctx context.Context) error { _, err := c.Admission(ctx, w, id); return err },
		"AdmissionAnywhere": func(ctx context.Context) error { _, err := c.AdmissionAnywhere(ctx, id); return err },
		"CreateStreamKey": func(ctx context.Context) error {
			return c.CreateStreamKey(ctx, &models.StreamKey{ID: c.NewID(), RoomID: id})
		},
		"DisableStreamKey": func(ctx context.Context) error { return c.DisableStreamKey(ctx, id) },
		"Guard":            func(ctx context.Context) error { return c.Guard(ctx, id, at) },
		"InsertRoom":       func(ctx context.Context) error { _, err := c.InsertRoom(ctx, &room); return err },
		"LockRoom":         func(ctx context.Context) error { _, err := c.LockRoom(ctx, w, id); return err },
		"LockRoomNamed":    func(ctx context.Context) error { _, err := c.LockRoomNamed(ctx, w, "demo"); return err },
		"Room":             func(ctx context.Context) error { _, err := c.Room(ctx, w, id); return err },
		"Rooms":            func(ctx context.Context) error { _, err := c.Rooms(ctx, w, store.RoomFilter{}, page); return err },
		"StreamKeys":       func(ctx context.Context) error { _, err := c.StreamKeys(ctx, id); return err },
		"UpdateRoom":       func(ctx context.Context) error { return c.UpdateRoom(ctx, c.room) },
	}
}
