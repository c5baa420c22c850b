package v2_test

import (
	"context"
	"encoding/csv"
	"net/http"
	"strings"
	"testing"
	"time"

	"foyer/handlers/apitest"
	"foyer/models"

	"github.com/google/go-cmp/cmp"
)

// held makes a session of a workspace, an hour long, and calls it by a name.
func held(t *testing.T, w *apitest.Workspace, name string, ended bool, stays ...stayed) {
	t.Helper()
	ctx, db := context.Background(), w.Foyer.Store
	check := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	start := models.Stamp(w.Foyer.Clock.Now())
	s := &models.Session{
		ID: db.NewID(), WorkspaceID: w.ID, RoomID: models.ID(w.Fill("{room}")), TemplateID: models.ID(w.Fill("{template}")), RoomName: "lesson",
		CreatedAt: start,
	}
	_, err := db.OpenSessions(ctx, []*models.Session{s})
	check(err)
	var peers []*models.Peer
	for _, each := range stays {
		p := &models.Peer{
			ID: db.NewID(), PeerID: each.peer, SessionID: s.ID, RoomID: s.RoomID, UserID: each.user, Name: each.name, Role: "host",
			Kind: "regular", JoinedAt: start.Add(time.Duration(each.from) * time.Minute),
		}
		if each.to > 0 {
			at := start.Add(time.Duration(each.to) * time.Minute)
			p.LeftAt = &at
		}
		peers = append(peers, p)
	}
	check(db.InsertPeers(ctx, peers))
	if ended {
		end := start.Add(time.Hour)
		s.EndedAt = &end
		_, err := db.EndSessions(ctx, []*models.Session{s})
		check(err)
	}
	w.Name(name, string(s.ID))
}

// stayed is a stay from one minute to another; to 0: still there.
type stayed struct {
	user, name, peer string
	from, to         int
}

// Server contract 6 and appendix A.
func TestSession(t *testing.T) {
	t.Parallel()
	apitest.Each(t, apitest.Options{}, func(t *testing.T, f *apitest.Foyer) {
		w := f.Workspace(t)
		held(t, w, "s", true, stayed{"customer-42", "Asha", "peer-1", 0, 30}, stayed{"customer-43", "", "peer-2", 1, 60})
		got := w.Do(`GET /v2/sessions/{s}`)
		want := w.Fill(`{"id":"{s}","room_id":"{room}","customer_id":"{workspace}","app_id":"{app}","active":false,"peers":{` +
			`"peer-1":{"id":"peer-1","session_id":"{s}","name":"Asha","role":"host","user_id":"customer-42",` +
			`"joined_at":"2026-01-05T10:00:00.123Z","left_at":"2026-01-05T10:30:00.123Z"},` +
			`"peer-2":{"id":"peer-2","session_id":"{s}","name":"","role":"host","user_id":"customer-43",` +
			`"joined_at":"2026-01-05T10:01:00.123Z","left_at":"2026-01-05T11:00:00.123Z"}},` +
			`"created_at":"2026-01-05T10:00:00.123Z","updated_at":"2026-01-05T11:00:00.123Z"}`)
		if diff := cmp.Diff(want, strings.TrimSpace(string(got.Body))); diff != "" || got.Status != ok {
			t.Errorf("%d: -want +got\n%s", got.Status, diff)
		}

		held(t, w, "live", false, stayed{"customer-42", "Asha", "peer-3", 0, 2}, stayed{"customer-42", "Asha", "peer-4", 1, 0})
		live := w.Do(`GET /v2/sessions/{live}`)
		if body := string(live.Body); strings.Count(body, "left_at") != 1 || !strings.Contains(body, `"active":true`) {
			t.Error(body)
		}
		if at := live.At("updated_at"); at != "2026-01-05T10:02:00.123Z" {
			t.Errorf("it was changed last at %s", at)
		}
		other := w.Other()
		held(t, other, "theirs", true)
		for _, line := range []string{`GET /v2/sessions/` + other.Fill("{theirs}"), `GET /v2/sessions/` + other.Fill("{theirs}") + `/attendance`} {
			if a := w.Do(line); a.Status != notFound || !strings.Contains(string(a.Body), "session not found") {
				t.Errorf("%s: %d %s", line, a.Status, a.Body)
			}
		}
	})
}

func TestListSessions(t *testing.T) {
	t.Parallel()
	apitest.Each(t, apitest.Options{}, func(t *testing.T, f *apitest.Foyer) {
		w := f.Workspace(t)
		held(t, w, "old", true, stayed{"u", "n", "p", 0, 60})
		f.Clock.Advance(2 * time.Hour)
		held(t, w, "ended", true)
		f.Clock.Advance(2 * time.Hour)
		held(t, w, "live", false, stayed{"u", "n", "p", 0, 0})
		held(t, w.Other(), "theirs", true)
		for _, row := range []struct {
			query string
			want  []string
		}{
			{``, []string{"{live}", "{ended}", "{old}"}},
			{`/`, []string{"{live}", "{ended}", "{old}"}},
			{`?room_id={room}&active=true`, []string{"{live}"}},
			{`?active=false`, []string{"{ended}", "{old}"}},
			{`?room_id=` + nowhere, nil},
			{`?after=2026-01-05T12:00:00.123Z`, []string{"{live}", "{ended}"}},
			{`?before=2026-01-05T12:00:00.123Z`, []string{"{ended}", "{old}"}},
			{`?after=2026-01-05T12:00:00.124Z&before=2026-01-05T13:59:59.999Z`, nil},
			{`?limit=2`, []string{"{live}", "{ended}"}},
			{`?limit=2&start={ended}`, []string{"{old}"}},
		} {
			t.Run(row.query, func(t *testing.T) { order(row.want...)(t, w, w.In(t).Do(`GET /v2/sessions`+row.query)) })
		}
		first := w.Do(`GET /v2/sessions?room_id={room}&active=true`)
		if first.At("data.0.peers.p.user_id") != "u" || first.At("limit") != "10" {
			t.Errorf("%s", first.Body)
		}
	})
}

// Who was there, and for how long: two devices at once count once.
func TestAttendance(t *testing.T) {
	t.Parallel()
	apitest.Each(t, apitest.Options{}, func(t *testing.T, f *apitest.Foyer) {
		w := f.Workspace(t)
		held(t, w, "s", true,
			stayed{"ann", "Ann", "a1", 0, 30}, stayed{"bob", "=HYPERLINK(\"x\")", "b1", 5, 10}, stayed{"ann", "", "a2", 20, 40},
			stayed{"ann", "Anna", "a3", 50, 60}, stayed{"bob", "+1, \"really\"\r\n", "b2", 20, 21})
		a := w.Do(`GET /v2/sessions/{s}/attendance`)
		got := []string{
			a.At("session_id"), a.At("room_id"), a.At("created_at"), a.At("ended_at"), a.At("users.0.user_id"), a.At("users.0.name"),
			a.At("users.0.duration"), a.At("users.0.legs_duration"), a.At("users.0.legs.1.duration"), a.At("users.0.legs.1.role"),
			a.At("users.1.duration"), a.At("users.1.legs.0.peer_id"), a.At("users.1.legs.1.left_at"), a.At("users.2.user_id"),
		}
		want := []string{
			w.Fill("{s}"), w.Fill("{room}"), "2026-01-05T10:00:00.123Z", "2026-01-05T11:00:00.123Z", "ann", "Anna",
			"3000", "3600", "1200", "host", "360", "b1", "2026-01-05T10:21:00.123Z", "",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		checkTable(t, w)

		held(t, w, "live", false, stayed{"ann", "Ann", "a1", 0, 0})
		f.Clock.Advance(90 * time.Second)
		a = w.Do(`GET /v2/sessions/{live}/attendance`)
		if !strings.Contains(string(a.Body), `"ended_at":null`) || a.At("users.0.legs.0.duration") != "90" || a.At("users.0.legs.0.left_at") != "" {
			t.Errorf("%s", a.Body)
		}
		for line, status := range map[string]int{
			`GET /v2/sessions/{s}/attendance?format=xml`:      bad,
			`GET /v2/sessions/` + nowhere + `/attendance`:     notFound,
			`GET /v2/sessions/x/attendance?format=csv`:        notFound,
			`GET /v2/sessions/{live}/attendance/?format=json`: ok,
		} {
			if a := w.Do(line); a.Status != status {
				t.Errorf("%s: %d %s", line, a.Status, a.Body)
			}
		}
	})
}

// checkTable reads the attendance as a table: RFC 4180, and nothing in it that a spreadsheet would compute.
func checkTable(t *testing.T, w *apitest.Workspace) {
	t.Helper()
	a := w.Do(`GET /v2/sessions/{s}/attendance?format=csv`)
	accepting := w.Send(apitest.Request{Line: `GET /v2/sessions/{s}/attendance`, Header: map[string]string{"Accept": "text/csv, */*;q=0.1"}})
	if string(a.Body) != string(accepting.Body) || a.Status != ok {
		t.Errorf("%d\n%s\nand by the header\n%s", a.Status, a.Body, accepting.Body)
	}
	if kind := a.Header.Get("Content-Type"); kind != "text/csv; charset=utf-8" {
		t.Error(kind)
	}
	if got := a.Header.Get("Content-Disposition"); got != w.Fill(`attachment; filename="attendance-{s}.csv"`) {
		t.Error(got)
	}
	json := w.Send(apitest.Request{Line: `GET /v2/sessions/{s}/attendance?format=json`, Header: map[string]string{"Accept": "text/csv"}})
	if json.At("session_id") == "" || json.Status != http.StatusOK {
		t.Errorf("%s", json.Body)
	}
	if !strings.Contains(string(a.Body), "\r\n") {
		t.Error("lines end in CR LF")
	}
	lines, err := csv.NewReader(strings.NewReader(string(a.Body))).ReadAll()
	if err != nil || len(lines) != 6 {
		t.Fatalf("%v\n%s", err, a.Body)
	}
	want := []string{
		w.Fill("{s}"), w.Fill("{room}"), "bob", "'+1, \"really\"\n", "b1", "host", "2026-01-05T10:05:00.123Z", "2026-01-05T10:10:00.123Z", "300", "360",
	}
	if diff := cmp.Diff(want, lines[4]); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
