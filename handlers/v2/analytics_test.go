package v2_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"foyer/handlers/apitest"
	"foyer/models"
	"foyer/store"

	"github.com/google/uuid"
)

const hook = `POST /v2/workspace {"webhook":{"url":"https://hooks.example.org/rtc"}}`

// told has events of the workspace's room settled, a minute apart: the states say how. It gives their ids.
func told(t *testing.T, w *apitest.Workspace, states ...string) []string {
	t.Helper()
	ctx, f := context.Background(), w.Foyer
	room := models.ID(w.Fill("{room}"))
	w.Given(hook)
	before := len(seen(t, w))
	ids := make([]string, len(states))
	for i, state := range states {
		err := f.Store.Tx(ctx, func(tx *store.Store) error {
			return f.Webhooks.Emit(ctx, tx, models.Event{
				WorkspaceID: w.ID, RoomID: room, Type: []string{"peer.join.success", "peer.leave.success"}[i%2], At: f.Clock.Now(),
				Data: models.Document{"room_id": string(room)},
			})
		})
		if err != nil {
			t.Fatal(err)
		}
		row := seen(t, w)[before+i]
		at, url, problem := f.Store.Stamp(), "https://hooks.example.org/rtc", "unexpected status 500"
		row.State, row.SettledAt, row.DueAt, row.URL, row.Attempts = state, &at, nil, &url, 4
		if state == models.DeliveryFailed {
			row.Problem = &problem
		}
		if err := f.Store.RecordAttempts(ctx, []models.Delivery{row}); err != nil {
			t.Fatal(err)
		}
		ids[i] = row.EventID
		f.Clock.Advance(time.Minute)
	}
	return ids
}

// seen are the room's events so far.
func seen(t *testing.T, w *apitest.Workspace) []models.Delivery {
	t.Helper()
	lane := &models.Lane{RoomID: models.ID(w.Fill("{room}")), Seq: 1 << 30}
	rows, err := w.Foyer.Store.FreshDeliveries(context.Background(), lane, 1000)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// expect sends a request and looks for texts in its answer.
func expect(t *testing.T, w *apitest.Workspace, line string, status int, contains ...string) {
	t.Helper()
	answer := w.Do(line)
	if answer.Status != status {
		t.Errorf("%s: status %d, want %d: %s", line, answer.Status, status, answer.Body)
	}
	for _, want := range contains {
		if want = w.Fill(want); !strings.Contains(string(answer.Body), want) {
			t.Errorf("%s: the body lacks %s:\n%s", line, want, answer.Body)
		}
	}
}

// Server contract 7.5.
func TestWebhookDeliveries(t *testing.T) {
	t.Parallel()
	const list = `GET /v2/analytics/webhooks`
	apitest.Each(t, apitest.Options{}, func(t *testing.T, f *apitest.Foyer) {
		w := f.Workspace(t)
		ids := told(t, w, "success", "failed", "failed", "success")
		w.Given(`wait 10m`)
		for _, tc := range []struct {
			query string
			want  []int // the newest first
		}{
			{"", []int{3, 2, 1, 0}},
			{"?status=all", []int{3, 2, 1, 0}},
			{"?status=failed", []int{2, 1}},
			{"?status=success", []int{3, 0}},
			{"?event_names=peer.leave.success", []int{3, 1}},
			{"?event_names=peer.leave.success&event_names=peer.join.success", []int{3, 2, 1, 0}},
			{"?event_names=x", nil},
			{"?room_id={room}", []int{3, 2, 1, 0}},
			{"?room_id=" + nowhere, nil},
			{"?limit=3", []int{3, 2, 1}},
			{"?limit=3&page=2", []int{0}},
			{"?limit=3&page=3", nil},
			{"?start_time=2026-01-05T10:02:00Z", []int{3, 2}},
			{"?end_time=2026-01-05T10:01:59Z", []int{1, 0}},
			{"?start_time=2025-12-20T00:00:00Z", nil}, // ends 14 days later
		} {
			answer := w.Do(list + tc.query)
			var got []string
			for i := 0; answer.At(fmt.Sprintf("events.%d.event_id", i)) != ""; i++ {
				got = append(got, answer.At(fmt.Sprintf("events.%d.event_id", i)))
			}
			var want []string
			for _, i := range tc.want {
				want = append(want, ids[i])
			}
			if answer.Status != ok || !slices.Equal(want, got) {
				t.Errorf("%s: %d, want %v, got %v: %s", tc.query, answer.Status, want, got, answer.Body)
			}
		}
		expect(t, w, list+"?limit=3&page=2", ok,
			`"pagination":{"current_page":2,"page_size":3,"total_pages":2,"total_items":4,"has_next":false,"has_prev":true},"summary":{"total_events":4}`,
			`"event_name":"reporter.webhook.delivery.success"`, `"original_event_name":"peer.join.success"`, `"seq":1`, `"webhook_url":"https://hooks.example.org/rtc"`)
		expect(t, w, list+"?status=failed&limit=1", ok, `"has_next":true`, `"event_name":"reporter.webhook.delivery.failed"`, `"error_reason":"unexpected status 500"`,
			`"event_timestamp":"2026-01-05T10:02:00.123Z"`)
		if body := string(w.Do(list + "?status=success").Body); strings.Contains(body, "error_reason") {
			t.Errorf("a success has a reason: %s", body)
		}
		if body := string(w.Other().Do(list).Body); !strings.Contains(body, `"events":[]`) {
			t.Errorf("the workspace next door sees them: %s", body)
		}
	})
}

// Server contract 7.5: the errors.
func TestWebhookDeliveriesRefused(t *testing.T) {
	t.Parallel()
	const list = `GET /v2/analytics/webhooks`
	exactly := func(message string) []string {
		return []string{`"message":"` + message + `","details":["` + message + `"]`}
	}
	apitest.Play(t, []apitest.Scenario{
		{Name: "no token", Request: list, Auth: apitest.Nobody, Status: unauth},
		{Name: "too long ago", Request: list + `?start_time=2025-12-01T00:00:00Z`, Status: bad, Contains: exactly("start_time must be within the last 30 days")},
		{Name: "too long", Request: list + `?start_time=2025-12-20T00:00:00Z&end_time=2026-01-05T00:00:00Z`, Status: bad, Contains: exactly("end_time must be within 14 days after start_time")},
		{Name: "backwards", Request: list + `?start_time=2026-01-05T00:00:00Z&end_time=2026-01-04T00:00:00Z`, Status: bad, Contains: exactly("end_time must not be before start_time")},
		{Name: "from the future", Request: list + `?start_time=2026-02-05T00:00:00Z`, Status: bad, Contains: exactly("end_time must not be before start_time")},
		{Name: "no time", Request: list + `?start_time=yesterday`, Status: bad, Contains: []string{badQuery, "start_time must be a time"}},
		{Name: "no status", Request: list + `?status=queued`, Status: bad, Contains: exactly("status must be all, failed or success")},
		{Name: "no limit", Request: list + `?limit=0`, Status: bad, Contains: []string{badQuery}},
		{Name: "a limit above all", Request: list + `?limit=1000`, Status: ok, Contains: []string{`"page_size":100`}},
		{Name: "the usual limit", Request: list, Status: ok, Contains: []string{`"page_size":50`, `"total_pages":0`, `"has_next":false`}},
		{Name: "no page", Request: list + `?page=0`, Status: bad, Contains: []string{badQuery, "page must be an integer"}},
		{Name: "a page beyond all", Request: list + `?page=99999999999`, Status: bad, Contains: []string{badQuery}},
		{Name: "zero bytes", Request: list + `?event_names=%00`, Status: bad, Contains: []string{badQuery}},
	})
}

// Server contract 7.6.
func TestWebhookReplay(t *testing.T) {
	t.Parallel()
	const replay = `POST /v2/analytics/webhooks/replay`
	apitest.Each(t, apitest.Options{}, func(t *testing.T, f *apitest.Foyer) {
		w := f.Workspace(t)
		told(t, w, "failed", "success", "failed")
		w.Given(`a = ` + replay)
		expect(t, w, replay+` {}`, ok, `"workflow_id":"{a.workflow_id}","status":"already_running"`, `"message":"an identical webhook replay is already running"`,
			`"start_time":"2026-01-04T10:03:00.123Z","end_time":"2026-01-05T10:03:00.123Z","room_id":"","event_types":[]`)
		expect(t, w, `GET /v2/analytics/webhooks/replay/{a.workflow_id}`, ok, `"status":"Running"`, `"completed_at":null`, `"limit":50000,"offset":0`,
			`"progress":{"total":2,"completed":0,"failed":0},"result":{"total":2,"completed":0,"failed":0,"failed_events":[]}`)
		w.Given(`b = POST /v2/analytics/events/webhooks/replay {"status":"all","room_id":"{room}","event_names":["peer.join.success"],"limit":1,"offset":1}`)
		expect(t, w, `GET /v2/analytics/webhooks/replay/{b.workflow_id}`, ok, `"progress":{"total":1`, `"limit":1,"offset":1`, `"room_id":"{room}","event_types":["peer.join.success"]`)
		expect(t, w, replay+`?status=all&room_id={room}&event_names=peer.join.success&limit=1&offset=1`, ok, `"workflow_id":"{b.workflow_id}","status":"already_running"`)
		expect(t, w, replay+`?status=all {"status":"failed"}`, ok, `"workflow_id":"{a.workflow_id}"`) // the body counts
		expect(t, w, replay+` {"status":"success"}`, ok, `"status":"started"`)

		for name, line := range map[string]string{
			"of another workspace": `GET /v2/analytics/webhooks/replay/` + w.Fill("{a.workflow_id}"), "that is none": `GET /v2/analytics/webhooks/replay/x`,
		} {
			if answer := w.Other().Do(line); answer.Status != notFound || !strings.Contains(string(answer.Body), `"message":"workflow not found"`) {
				t.Errorf("%s: %d %s", name, answer.Status, answer.Body)
			}
		}
	})
}

func TestWebhookReplayRefused(t *testing.T) {
	t.Parallel()
	const replay = `POST /v2/analytics/webhooks/replay `
	apitest.Play(t, []apitest.Scenario{
		{Name: "no token", Request: replay, Auth: apitest.Nobody, Status: unauth},
		{Name: "nothing to replay", Request: replay, Status: ok, Contains: []string{`"status":"started"`}},
		{Name: "too long ago", Request: replay + `{"start_time":"2025-12-01T00:00:00Z"}`, Status: bad, Contains: []string{`"message":"start_time must be within the last 30 days"`}},
		{Name: "too long", Request: replay + `{"start_time":"2025-12-20T00:00:00Z","end_time":"2026-01-05T00:00:00Z"}`, Status: bad, Contains: []string{`"message":"end_time must be within 14 days after start_time"`}},
		{Name: "no time", Request: replay + `{"start_time":1}`, Status: bad, Contains: []string{invalid + "start_time"}},
		{Name: "no status", Request: replay + `{"status":"x"}`, Status: bad, Contains: []string{"status must be all, failed or success"}},
		{Name: "no names", Request: replay + `{"event_names":"x"}`, Status: bad, Contains: []string{invalid + "event_names"}},
		{Name: "too many", Request: replay + `{"limit":50001}`, Status: bad, Contains: []string{"limit must be from 1 to 50000"}},
		{Name: "too many by query", Request: `POST /v2/analytics/webhooks/replay?limit=50001`, Status: bad, Contains: []string{badQuery}},
		{Name: "backwards", Request: replay + `{"offset":-1}`, Status: bad, Contains: []string{"offset not negative"}},
		{Name: "no object", Request: replay + `[]`, Status: bad},
		{Name: "no JSON", Request: replay + `{`, Status: bad},
	})
}

// happened records analytics events of the workspace's room, a second apart.
func happened(t *testing.T, w *apitest.Workspace, events ...models.AnalyticsEvent) {
	t.Helper()
	ctx, f := context.Background(), w.Foyer
	for _, e := range events {
		e.WorkspaceID, e.RoomID = w.ID, models.ID(w.Fill("{room}"))
		if err := f.Store.Tx(ctx, func(tx *store.Store) error { return f.Webhooks.Record(ctx, tx, e) }); err != nil {
			t.Fatal(err)
		}
		f.Clock.Advance(time.Second)
	}
}

// Server contract 7.7, 11.31.
func TestAnalyticsEvents(t *testing.T) {
	t.Parallel()
	const list = `GET /v2/analytics/events?room_id={room}`
	apitest.Each(t, apitest.Options{}, func(t *testing.T, f *apitest.Foyer) {
		w := f.Workspace(t)
		happened(t, w,
			models.AnalyticsEvent{Type: "client.join.failed", PeerID: "p", UserID: "u", Problem: true, Data: models.Document{"error_code": 401}},
			models.AnalyticsEvent{Type: "track.add.success", SessionID: "s", PeerID: "p"},
			models.AnalyticsEvent{Type: "beam.recording.success", BeamID: "b"})
		expect(t, w, list, ok, `{"limit":3,"total":3,"next":"","last":"","events":[{"version":"2.0","id":"`,
			`"timestamp":"2026-01-05T10:00:00.123Z","type":"client.join.failed","data":{"error_code":401}}]`)
		for query, total := range map[string]string{
			"&type=track.add.success": "1", "&type=track.add.success&type=beam.recording.success": "2", "&type=x": "0", "&session_id=s": "1", "&peer_id=p": "2",
			"&user_id=u": "1", "&beam_id=b": "1", "&error=true": "1", "&error=false": "2",
		} {
			if answer := w.Do(list + query); answer.At("total") != total || answer.At("limit") != total {
				t.Errorf("%s: %s", query, answer.Body)
			}
		}

		// Pages show what was there when the first one was read.
		w.Given(`a = ` + list + `&limit=2`)
		happened(t, w, models.AnalyticsEvent{Type: "track.remove.success"})
		expect(t, w, list+`&limit=2&start={a.next}`, ok, `{"limit":1,"total":3,"next":"","last":"","events":[`, `client.join.failed`)
		if next := w.Fill("{a.next}"); next == "" || next != w.Fill("{a.last}") {
			t.Errorf("next %q, last %q", next, w.Fill("{a.last}"))
		}
		w.Given(`wait 23h59m58s`)
		expect(t, w, list+`&start={a.next}`, ok)
		w.Given(`wait 2s`)
		expect(t, w, list+`&start={a.next}`, bad, `"message":"start must be the next of the page before, which holds for 24 hours"`)
		if answer := w.Other().Do(`GET /v2/analytics/events?room_id=` + w.Fill("{room}")); answer.At("total") != "0" {
			t.Errorf("the workspace next door sees %s", answer.Body)
		}
	})
}

func TestAnalyticsRefused(t *testing.T) {
	t.Parallel()
	const events, stats = `GET /v2/analytics/events?room_id={room}`, `GET /v2/analytics/peer-stats`
	apitest.Play(t, []apitest.Scenario{
		{Name: "no token", Request: events, Auth: apitest.Nobody, Status: unauth},
		{Name: "no room", Request: `GET /v2/analytics/events`, Status: bad, Contains: []string{badQuery, "room_id is required"}},
		{Name: "a room that is none", Request: `GET /v2/analytics/events?room_id=x`, Status: ok, Contains: []string{`"events":[]`}},
		{Name: "no error", Request: events + `&error=maybe`, Status: bad, Contains: []string{badQuery}},
		{Name: "no limit", Request: events + `&limit=x`, Status: bad, Contains: []string{badQuery}},
		{Name: "a start that is none", Request: events + `&start=` + nowhere, Status: bad, Contains: []string{"start must be the next of the page before"}},
		{Name: "a start of no time", Request: events + `&start=` + nowhere + nowhere + `x`, Status: bad, Contains: []string{"start must be the next of the page before"}},
		{Name: "a start from the future", Request: events + `&start=` + nowhere + nowhere + `7fffffff`, Status: bad, Contains: []string{"start must be the next of the page before"}},
		{Name: "no peer", Request: stats + `?session_id=` + nowhere, Status: bad, Contains: []string{badQuery, "peer_id is required"}},
		{Name: "no session", Request: stats + `?peer_id=x`, Status: bad, Contains: []string{badQuery, "session_id is required"}},
		{Name: "no such session", Request: stats + `?peer_id=x&session_id=` + nowhere, Status: notFound, Contains: []string{"session not found"}},
		{Name: "a session that is none", Request: stats + `?peer_id=x&session_id=x`, Status: notFound, Contains: []string{"session not found"}},
		{Name: "peer stats without a token", Request: stats, Auth: apitest.Nobody, Status: unauth},
	})
}

// Server contract 7.7: without an engine the arrays are empty.
func TestPeerStats(t *testing.T) {
	t.Parallel()
	apitest.Each(t, apitest.Options{}, func(t *testing.T, f *apitest.Foyer) {
		w := f.Workspace(t)
		at := f.Store.Stamp()
		session := &models.Session{
			ID: f.Store.NewID(), WorkspaceID: w.ID, RoomID: models.ID(w.Fill("{room}")), TemplateID: models.ID(w.Fill("{template}")), CreatedAt: at,
		}
		peer := &models.Peer{ID: f.Store.NewID(), PeerID: uuid.NewString(), SessionID: session.ID, RoomID: session.RoomID, Kind: "regular", JoinedAt: at}
		if _, err := f.Store.OpenSessions(context.Background(), []*models.Session{session}); err != nil {
			t.Fatal(err)
		}
		if err := f.Store.InsertPeers(context.Background(), []*models.Peer{peer}); err != nil {
			t.Fatal(err)
		}
		line := `GET /v2/analytics/peer-stats?session_id=` + string(session.ID) + `&peer_id=`
		expect(t, w, line+peer.PeerID, ok, `{"peer_id":"`+peer.PeerID+`","session_id":"`+string(session.ID)+`","room_id":"{room}",`+
			`"publisher":{"video":[],"audio":[]},"subscriber":{"video":[],"audio":[]}}`)
		expect(t, w, line+uuid.NewString(), notFound, `"message":"peer not found"`)
		if answer := w.Other().Do(line + peer.PeerID); answer.Status != notFound {
			t.Errorf("the workspace next door sees %s", answer.Body)
		}
	})
}

// Issue, Webhooks: a secret is shown once, and the old one signs too for 24 hours.
func TestWebhookSecret(t *testing.T) {
	t.Parallel()
	const make = `POST /v2/workspace/webhook-secret`
	apitest.Play(t, []apitest.Scenario{
		{Name: "made", Request: make, Status: ok, Contains: []string{`{"secret":"whsec_`, `"created_at":"2026-`, `"previous_until":"2026-`}},
		{Name: "another one each time", Given: []string{`a = ` + make}, Request: make, Status: ok, Lacks: []string{"{a.secret}"}},
		{Name: "whatever the body", Request: make + ` {`, Status: ok},
		{Name: "not shown again", Given: []string{`a = ` + make}, Request: `GET /v2/workspace`, Status: ok, Lacks: []string{"whsec_", "{a.secret}"}},
		{Name: "without a token", Request: make, Auth: apitest.Nobody, Status: unauth},
	})
}
