package storetest

import (
	"context"
	"strings"
	"testing"
	"time"

	"foyer/models"
	"foyer/store"
)

func (c *scene) newMeasurement(p *models.Peer) models.Measurement {
	return models.Measurement{
		ID: p.ID, WorkspaceID: c.workspace.ID, RoomID: c.room.ID, SessionID: p.SessionID, PeerID: p.PeerID, Series: `[{"Track":"ä"}]`,
		CreatedAt: born,
	}
}

// measurementsOfPeer: those of its stays in one session, in order, and so many letters of the newest; what is there stays.
func measurementsOfPeer(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	session := c.addSession(t, func(m *models.Session) { m.EndedAt = pointer(after(time.Hour)) })
	other := c.addSession(t, nil)
	peers := append(c.addPeers(t, session.ID, 19), c.addPeers(t, other.ID, 1)...)
	rows := make([]models.Measurement, len(peers))
	for i, p := range peers {
		if i < 3 || p.SessionID == other.ID {
			p.PeerID = "ada"
		}
		rows[i] = c.newMeasurement(p)
	}
	noError(t, s.InsertMeasurements(t.Context(), rows))
	again := rows[0]
	again.Series = "[]"
	noError(t, s.InsertMeasurements(t.Context(), []models.Measurement{again}))
	noError(t, s.InsertMeasurements(t.Context(), nil))

	read := func(session models.ID, peer string, letters int) []models.Measurement {
		return must[[]models.Measurement](t)(s.Measurements(t.Context(), session, peer, letters))
	}
	equal(t, rows[:3], read(session.ID, "ada", 3*15))
	equal(t, rows[1:3], read(session.ID, "ada", 3*15-1))
	equal(t, 0, len(read(session.ID, "ada", 14)))
	equal(t, rows[3:4], read(session.ID, peers[3].PeerID, 1000))
	equal(t, rows[19:], read(other.ID, "ada", 1000))
	equal(t, 0, len(read(session.ID, "nobody", 1000)))

	equal(t, true, must[bool](t)(s.WasIn(t.Context(), session.ID, peers[4].PeerID)))
	equal(t, false, must[bool](t)(s.WasIn(t.Context(), other.ID, peers[4].PeerID)))

	stray := rows[0]
	stray.ID, stray.SessionID = s.NewID(), s.NewID()
	if err := s.InsertMeasurements(t.Context(), []models.Measurement{stray}); err == nil {
		t.Error("measurements of no session are taken")
	}
}

// measurementsPurged: few at once, since they are long, and whoever asks is told to come again.
func measurementsPurged(t *testing.T, s *store.Store) {
	c := newScene(t, s)
	session := c.addSession(t, nil)
	rows := make([]models.Measurement, 6)
	for i, p := range c.addPeers(t, session.ID, len(rows)) {
		p.PeerID = "ada"
		rows[i] = c.newMeasurement(p)
		rows[i].Series = `"` + strings.Repeat("x", 1000) + `"`
	}
	rows[0].CreatedAt = after(time.Hour) // a long stay
	noError(t, s.InsertMeasurements(t.Context(), rows))
	purge := func() int64 { return must[int64](t)(s.PurgeWebhooks(t.Context(), after(time.Minute), 50)) }
	left := func() int {
		return len(must[[]models.Measurement](t)(s.Measurements(t.Context(), session.ID, "ada", 1_000_000)))
	}
	for _, want := range []struct {
		gone int64
		left int
	}{{50, 4}, {50, 2}, {0, 1}, {0, 1}} {
		equal(t, want.gone, purge())
		equal(t, want.left, left())
	}
}

// measurementMethods is what methods says of measurements.
func (c *scene) measurementMethods() map[string]func(ctx context.Context) error {
	row := models.Measurement{ID: c.NewID(), WorkspaceID: c.workspace.ID, RoomID: c.room.ID, Series: "[]"}
	return map[string]func(ctx context.Context) error{
		"InsertMeasurements": func(ctx context.Context) error { return c.InsertMeasurements(ctx, []models.Measurement{row}) },
		"Measurements":       func(ctx context.Context) error { _, err := c.Measurements(ctx, c.room.ID, "peer", 1); return err },
		"WasIn":              func(ctx context.Context) error { _, err := c.WasIn(ctx, c.room.ID, "peer"); return err },
	}
}
