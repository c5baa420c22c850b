package v2_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"foyer/handlers/apitest"
	"foyer/media/loopback"
	"foyer/models"
)

// withMedia runs a test in a room with an engine, on every kind of database.
func withMedia(t *testing.T, test func(t *testing.T, room *apitest.Room)) {
	t.Helper()
	apitest.Each(t, apitest.Options{Media: loopback.New("n1")}, func(t *testing.T, f *apitest.Foyer) {
		t.Helper()
		f.Listen(t)
		test(t, f.Live(t, nil))
	})
}

// publishes has a peer publish tracks of sound; a + in front says muted.
func publishes(p *apitest.Peer, ids ...string) {
	tracks := make([]string, len(ids))
	for i, id := range ids {
		name, muted := strings.CutPrefix(id, "+")
		tracks[i] = fmt.Sprintf(`%q:{"track_id":%q,"stream_id":"s","type":"audio","source":"regular","mute":%t,"description":"d"}`, name, name, muted)
	}
	p.Sends("offer", `{"desc":{"type":"offer","sdp":"v=0\r\n"},"tracks":{`+strings.Join(tracks, ",")+`}}`)
}

// Server contract 5: one peer with its tracks, as they are.
func TestActivePeerTracks(t *testing.T) {
	t.Parallel()
	withMedia(t, func(t *testing.T, room *apitest.Room) {
		alice := room.Join("alice", "host")
		const peer = `GET /v2/active-rooms/{room}/peers/{alice}`
		answers(t, room, peer, ok, `"tracks":{}`)
		publishes(alice, "a", "+b")
		answers(t, room, peer, ok, `"tracks":{"a":{"id":"a","stream_id":"s","mute":false,"type":"audio","source":"regular","started_at":"2026-01-`,
			`"b":{"id":"b","stream_id":"s","mute":true,`, `"description":"d"}`)
		alice.Sends("track-update", `{"tracks":{"a":{"mute":true}}}`)
		answers(t, room, `POST /v2/active-rooms/{room}/peers/{alice} {"name":"Al"}`, ok, `"a":{"id":"a","stream_id":"s","mute":true,`)
		if a := answers(t, room, `GET /v2/active-rooms/{room}/peers`, ok); strings.Contains(string(a.Body), "tracks") {
			t.Errorf("the list has tracks: %s", a.Body)
		}
	})
}

// Server contract 5: a role that the server's side gives holds in media too.
func TestUpdatedRoleHoldsInMedia(t *testing.T) {
	t.Parallel()
	withMedia(t, func(t *testing.T, room *apitest.Room) {
		room.Given(`POST /v2/templates/{template}/roles/mute {"publishParams":{"allowed":[]}}`)
		room.Foyer.Clock.Advance(time.Second)
		alice, bob := room.Join("alice", "host"), room.Join("bob", "guest")
		publishes(alice, "a")
		bob.Heard()
		answers(t, room, `POST /v2/active-rooms/{room}/peers/{alice} {"role":"mute"}`, ok, `"role":"mute"`, `"tracks":{}`)
		bob.Awaits("on-track-remove", `{"peer":{"peer_id":"{alice}"},"tracks":{"a":{}}}`)
	})
}

// Server contract 7.7, 13.12: what becomes of tracks is listed, all of it, page by page.
func TestTrackEvents(t *testing.T) {
	t.Parallel()
	withMedia(t, func(t *testing.T, room *apitest.Room) {
		alice := room.Join("alice", "host")
		for i := range 12 {
			publishes(alice, fmt.Sprint("t", i))
		}
		alice.Sends("track-update", `{"tracks":{"t11":{"mute":true}}}`)
		alice.Leaves()

		const list = `GET /v2/analytics/events?room_id={room}&type=track.add.success&type=track.update.success&type=track.remove.success`
		types, next, pages := map[string]int{}, "", 0
		for {
			page := answers(t, room, list+"&start="+url.QueryEscape(next), ok, `"total":25`)
			for i := range 10 {
				if kind := page.At(fmt.Sprintf("events.%d.type", i)); kind != "" {
					types[kind]++
				}
			}
			pages++
			if next = page.At("last"); next == "" {
				break
			}
		}
		if pages != 3 || types["track.add.success"] != 12 || types["track.update.success"] != 1 || types["track.remove.success"] != 12 {
			t.Errorf("%d pages: %v", pages, types)
		}
		one := answers(t, room, list+`&limit=1`, ok, `"type":"track.remove.success"`, `"room_id":"{room}"`, `"room_name":"lesson"`, `"peer_id":"{alice}"`,
			`"user_id":"alice"`, `"user_name":"alice"`, `"role":"host"`, `"track_id":"t11"`, `"stream_id":"s"`, `"type":"audio"`, `"source":"regular"`, `"mute":true`)
		for _, key := range []string{"session_id", "joined_at", "started_at", "stopped_at"} {
			if one.At("events.0.data."+key) == "" {
				t.Errorf("it lacks %s: %s", key, one.Body)
			}
		}
		answers(t, room, list+`&peer_id={alice}&session_id=`+one.At("events.0.data.session_id"), ok, `"total":25`)
		answers(t, room, `GET /v2/analytics/events?room_id={room}&type=track.add.success&limit=100`, ok, `"total":12`)
	})
}

// Server contract 7.7: how the media of a peer did is known when the session has ended.
func TestPeerStatsWithMedia(t *testing.T) {
	t.Parallel()
	withMedia(t, func(t *testing.T, room *apitest.Room) {
		alice, bob := room.Join("alice", "host"), room.Join("bob", "guest")
		publishes(alice, "a", "+b")
		session := answers(t, room, `GET /v2/active-rooms/{room}`, ok).At("session.id")
		stats := `GET /v2/analytics/peer-stats?session_id=` + session + `&peer_id=`
		const nothing = `"publisher":{"video":[],"audio":[]},"subscriber":{"video":[],"audio":[]}}`
		alice.Leaves()
		answers(t, room, stats+alice.ID, ok, nothing)
		bob.Leaves()
		room.Soon("the session ends", func() bool { return room.Do(`GET /v2/sessions/`+session).At("active") == "false" })
		a := answers(t, room, stats+alice.ID, ok, `"subscriber":{"video":[],"audio":[]}}`, `"publisher":{"video":[],"audio":[{"track_id":"a","type":"regular","rid":null,"time_series":{"timestamps":[`,
			`"bitrate":[0],"packet_loss_percent":[0],"rtt_ms":[null],"jitter_ms":[null],"packets":[0],"packets_lost":[0]}},{"track_id":"b"`)
		if a.At("room_id") != room.Fill("{room}") || a.At("session_id") != session || a.At("peer_id") != alice.ID {
			t.Errorf("it is about another: %s", a.Body)
		}
		answers(t, room, stats+bob.ID, ok, nothing)
		if a := room.Other().Do(stats + alice.ID); a.Status != notFound {
			t.Errorf("the workspace next door sees %s", a.Body)
		}
	})
}

// Server contract 7.7: each track by what it is and the layer that it was sent in, with its measurements side by side.
func TestPeerStatsOfTracks(t *testing.T) {
	t.Parallel()
	withMedia(t, func(t *testing.T, room *apitest.Room) {
		alice := room.Join("alice", "host")
		id := answers(t, room, `GET /v2/active-rooms/{room}`, ok).At("session.id")
		record, err := room.Foyer.Sessions.Record(t.Context(), room.ID, models.ID(id))
		if err != nil {
			t.Fatal(err)
		}
		one := models.Series{Sent: true, Track: "v", Kind: "video", RID: "f", Times: []int64{1, 10_001}, Bitrates: []int{3000, 4000}, Packets: []uint64{5, 11}, Lost: []uint64{0, 2}, Pictures: []uint64{3, 303}, RoundTrips: []int64{0, 9}, Jitters: []int64{4, 0}}
		half, screen, sound := one, one, one
		half.RID = "h"
		screen.Sent, screen.RID, screen.Source = false, "", "screen"
		sound.Sent, sound.RID, sound.Kind = false, "", "audio"
		line := models.Entry{Session: &record.Session, About: &record.Peers[0], Measured: &models.Measured{
			At: record.CreatedAt, Series: []models.Series{one, half, screen, sound},
		}}
		if err := room.Foyer.Sessions.Submit(line).Wait(t.Context()); err != nil {
			t.Fatal(err)
		}
		alice.Leaves()
		room.Soon("the session ends", func() bool { return room.Do(`GET /v2/sessions/`+id).At("active") == "false" })
		times := func(more, loss string) string {
			return `"time_series":{"timestamps":[1,10001],"bitrate":[3000,4000],` + more + `"packet_loss_percent":[0,` + loss +
				`],"rtt_ms":[null,9],"jitter_ms":[4,null],"packets":[5,11],"packets_lost":[0,2]}}`
		}
		const pictures = `"fps":[0,30],`
		answers(t, room, `GET /v2/analytics/peer-stats?session_id=`+id+`&peer_id={alice}`, ok,
			`"publisher":{"video":[{"track_id":"v","type":"regular","rid":"h",`+times(pictures, "25")+`,{"track_id":"v","type":"regular","rid":"m",`+times(pictures, "25")+`],"audio":[]}`,
			`"subscriber":{"video":[{"track_id":"v","type":"screen","rid":null,`+times(pictures, "33.33")+`],"audio":[{"track_id":"v","type":"regular","rid":null,`+times("", "33.33")+`]}}`)
	})
}

// What has no engine still says so (server contract 8).
func TestOtherEnginesWithMedia(t *testing.T) {
	t.Parallel()
	withMedia(t, func(t *testing.T, room *apitest.Room) {
		for _, line := range []string{
			`POST /v2/recordings/room/{room}/start`, `POST /v2/live-streams/room/{room}/start`, `POST /v2/external-streams/room/{room}/start`, `POST /v2/sip/outbound/call`,
		} {
			answers(t, room, line, 501, `"code":501`)
		}
	})
}
