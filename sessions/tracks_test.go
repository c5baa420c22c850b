package sessions_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"

	"foyer/models"
	"foyer/sessions"
	"foyer/store"
	"foyer/store/storetest"
	"foyer/webhooks"

	"github.com/google/go-cmp/cmp"
)

// Server contract 7.7: what becomes of tracks is kept for analytics, with what they are, and no webhook is told.
func TestTrackLines(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		h := newHouse(t, database)
		keeper := webhooks.New(h.Store, nil, webhooks.Options{})
		s := sessions.New(h.Store, sessions.Hooks{Record: keeper.Record}, time.Now, slog.New(slog.DiscardHandler))
		t.Cleanup(start(t, s))
		session := h.session(0)
		peer := h.peer(session)
		peer.Name, peer.JoinedAt = "Ann\x00", session.CreatedAt
		at := session.CreatedAt
		must(t, s.Submit(join(session, peer)).Wait(t.Context()))
		line := func(fate models.TrackFate, after time.Duration) *sessions.Pending {
			return s.Submit(models.Entry{Session: session, About: peer, Track: &models.TrackLine{
				Fate: fate, At: at.Add(after), ID: "a\x00", Stream: "s\xff", Kind: "audio", Source: "regular", Muted: true, Since: at,
			}})
		}
		line(models.TrackAdded, 0)
		line(models.TrackUpdated, time.Second)
		must(t, line(models.TrackRemoved, time.Minute).Wait(t.Context()))

		page, err := keeper.Analytics(t.Context(), store.AnalyticsFilter{WorkspaceID: h.workspace, RoomID: string(session.RoomID)}, "", 10)
		must(t, err)
		var types []string
		for _, e := range page.Events {
			types = append(types, e.Type)
		}
		if got := strings.Join(types, " "); got != "track.remove.success track.update.success track.add.success" {
			t.Fatalf("kept: %s", got)
		}
		last := page.Events[0]
		want := models.Document{
			"room_id": string(session.RoomID), "session_id": string(session.ID), "room_name": session.RoomName, "peer_id": peer.PeerID, "user_id": peer.UserID, "user_name": "Ann",
			"joined_at": moment(at), "role": "guest", "track_id": "a", "stream_id": "s\uFFFD", "type": "audio", "source": "regular", "mute": true,
			"started_at": moment(at), "stopped_at": moment(at.Add(time.Minute)),
		}
		if diff := cmp.Diff(want, last.Data); diff != "" {
			t.Errorf("(- wanted, + got):\n%s", diff)
		}
		if last.SessionID != string(session.ID) || last.PeerID != peer.PeerID || last.UserID != peer.UserID || last.Problem || !last.CreatedAt.Equal(at.Add(time.Minute)) {
			t.Errorf("kept: %+v", last)
		}
		delete(want, "stopped_at")
		if diff := cmp.Diff(want, page.Events[2].Data); diff != "" {
			t.Errorf("(- wanted, + got):\n%s", diff)
		}
	})
}

func moment(at time.Time) string { return at.UTC().Format(time.RFC3339Nano) }

// Without analytics nothing is kept; a line that cannot be kept is left out and holds up nothing.
func TestTrackLinesWithoutAnalytics(t *testing.T) {
	t.Parallel()
	h := newHouse(t, "sqlite")
	for name, record := range map[string]func(context.Context, *store.Store, ...models.AnalyticsEvent) error{
		"none":    nil,
		"refused": func(context.Context, *store.Store, ...models.AnalyticsEvent) error { return errors.New("no") },
	} {
		s := sessions.New(h.Store, sessions.Hooks{Record: record}, time.Now, slog.New(slog.DiscardHandler))
		stop := start(t, s)
		session := h.session(0)
		peer := h.peer(session)
		line := s.Submit(models.Entry{Session: session, About: peer, Track: &models.TrackLine{Fate: models.TrackAdded, At: h.Stamp()}})
		must(t, s.Submit(join(session, peer)).Wait(t.Context()))
		if err := line.Wait(t.Context()); (err == nil) != (record == nil) {
			t.Errorf("%s: %v", name, err)
		}
		must(t, s.Submit(leave(session, peer, h.Stamp())).Wait(t.Context()))
		must(t, s.Submit(end(session, h.Stamp())).Wait(t.Context()))
		stop()
	}
}
