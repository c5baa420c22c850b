package v2_test

import (
	"net/http"
	"testing"
	"time"

	"foyer/handlers/apitest"
)

// Issue, More than 100ms has: rotation.
func TestRotateCode(t *testing.T) {
	t.Parallel()
	rotate := `POST /v2/room-codes/code/rotate `
	this := rotate + `{"code":"{guest}"}`
	refused := func(message string) []string {
		return []string{`{"code":403,"message":"` + message + `","details":[]}`}
	}
	apitest.Play(t, []apitest.Scenario{
		{
			Name: "answers the new code", Request: this, Status: ok, Contains: []string{`"room_id":"{room}"`, `"role":"guest"`, `"enabled":true`}, Lacks: []string{"{guest}"},
			Then: func(t *testing.T, w *apitest.Workspace, a *apitest.Answer) {
				sixFields(t, a.JSON())
				if a := w.Do(`POST /v2/token {"code":"` + a.At("code") + `"}`); a.Status != http.StatusOK {
					t.Errorf("the new code does not open: %d %s", a.Status, a.Body)
				}
			},
		},
		{
			Name: "without grace the old code is disabled and says when", Given: []string{`wait 1h`, this}, Status: ok,
			Request: `GET /v2/room-codes/room/{room}?role=guest&enabled=false`, Contains: []string{`"code":"{guest}"`, `"replaced_at":"`}, Then: count(1),
		},
		{
			Name: "with grace the old code works on and says until when", Given: []string{rotate + `{"code":"{guest}","grace":60}`, `wait 59s`},
			Request: `POST /v2/token {"code":"{guest}"}`, Status: ok,
			Then: func(t *testing.T, w *apitest.Workspace, _ *apitest.Answer) {
				count(2)(t, w, w.Do(`GET /v2/room-codes/room/{room}?role=guest&enabled=true`))
			},
		},
		{
			Name: "after its grace it is listed as disabled", Given: []string{rotate + `{"code":"{guest}","grace":60}`, `wait 60s`}, Status: ok,
			Request: `GET /v2/room-codes/room/{room}?role=guest&enabled=false`, Contains: []string{`"code":"{guest}"`, `"enabled":false`}, Then: count(1),
		},
		{
			Name: "the terms go over, the uses begin anew", Status: ok,
			Given: []string{
				`x = POST /v2/room-codes/room/{room}/role/guest {"max_uses":2,"user_id":"ada","label":"L","expires_at":"2030-01-01T00:00:00Z"}`,
				`POST /v2/token {"code":"{x.code}"}`,
			},
			Request: rotate + `{"code":"{x.code}"}`, Contains: []string{`"expires_at":"2030-01-01T00:00:00Z","max_uses":2,"uses":0,"user_id":"ada","label":"L"`},
		},
		{
			Name: "create-all takes the new code for the role's", Given: []string{`x = ` + rotate + `{"code":"{guest}","grace":60}`},
			Request: `POST /v2/room-codes/room/{room}`, Status: ok, Contains: []string{"{x.code}", "{guest}", "{host}"}, Then: count(3),
		},
		{Name: "the longest grace", Request: rotate + `{"code":"{guest}","grace":2592000}`, Status: ok},
		{Name: "in any spelling", Request: rotate + `{"code":" {guest}"}`, Status: ok},
		{Name: "a grace too long", Request: rotate + `{"code":"{guest}","grace":2592001}`, Status: bad, Contains: []string{invalid + "grace must be"}, Then: stillOpens},
		{Name: "a grace below 0", Request: rotate + `{"code":"{guest}","grace":-1}`, Status: bad, Contains: []string{invalid + "grace must be"}},
		{Name: "a grace as text", Request: rotate + `{"code":"{guest}","grace":"60"}`, Status: bad, Contains: []string{invalid + "grace must be an integer"}},
		{Name: "no code", Request: rotate, Status: bad, Contains: []string{invalid + "code is required"}},
		{Name: "an unknown code", Request: rotate + `{"code":"zzz-zzzz-zzz"}`, Status: notFound, Contains: []string{noCode}},
		{Name: "a code of no shape", Request: rotate + `{"code":"x"}`, Status: notFound, Contains: []string{noCode}},
		{Name: "a disabled code", Given: []string{`POST /v2/room-codes/code {"code":"{guest}","enabled":false}`}, Request: this, Status: forbidden, Contains: refused("room code is disabled")},
		{Name: "a code that was replaced", Given: []string{this}, Request: this, Status: forbidden, Contains: refused("room code was replaced already")},
		{Name: "a code in its grace", Given: []string{rotate + `{"code":"{guest}","grace":60}`}, Request: this, Status: forbidden, Contains: refused("room code was replaced already")},
		{Name: "a code whose role is gone", Given: []string{`DELETE /v2/templates/{template}/roles/guest`}, Request: this, Status: forbidden, Contains: refused("room code cannot be rotated: its role was deleted from the room")},
		{Name: "a code of a disabled room", Given: []string{`POST /v2/rooms/{room} {"enabled":false}`}, Request: this, Status: forbidden, Contains: []string{roomIsOff}},
		{
			Name: "in a full room with grace", Given: []string{`POST /v2/room-codes/room/{room}/role/host {"count":98}`}, Request: rotate + `{"code":"{guest}","grace":5}`,
			Status: bad, Contains: []string{invalid + "a room has at most 100 enabled codes"}, Then: stillOpens,
		},
		{Name: "in a full room without grace", Given: []string{`POST /v2/room-codes/room/{room}/role/host {"count":98}`}, Request: this, Status: ok},
		{
			Name: "room links show both in the grace", Given: []string{`x = ` + rotate + `{"code":"{guest}","grace":60}`}, Request: `GET /v2/room-links/room/{room}`,
			Status: ok, Contains: []string{"{guest}", "{x.code}"},
		},
	})
}

// The moment at which a grace ends: the code works before it, not at it; updated_at then tells that moment.
func TestGraceEnds(t *testing.T) {
	t.Parallel()
	apitest.Each(t, apitest.Options{}, func(t *testing.T, f *apitest.Foyer) {
		w := f.Workspace(t)
		w.Given(`POST /v2/room-codes/code/rotate {"code":"{guest}","grace":10}`)
		for _, moment := range []struct {
			wait   string
			status int
		}{{"9999ms", http.StatusOK}, {"1ms", http.StatusForbidden}, {"1h", http.StatusForbidden}} {
			w.Given("wait " + moment.wait)
			if a := w.Do(`POST /v2/token {"code":"{guest}"}`); a.Status != moment.status {
				t.Errorf("at %s: status %d, want %d", f.Clock.Now().Format(time.StampMilli), a.Status, moment.status)
			}
		}
		list := w.Do(`GET /v2/room-codes/room/{room}?role=guest&enabled=false`)
		for _, field := range []string{"updated_at", "replaced_at"} {
			if got := list.At("data.0." + field); got != "2026-01-05T10:00:10.123Z" {
				t.Errorf("%s is %s", field, got)
			}
		}
	})
}
