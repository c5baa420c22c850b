package v2_test

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"foyer/handlers/apitest"

	"github.com/google/go-cmp/cmp"
)

// Issue, More than 100ms has: the terms of a code as they are given and shown.
func TestTerms(t *testing.T) {
	t.Parallel()
	one := `POST /v2/room-codes/room/{room}/role/guest `
	wrong := func(name, body, cause string) apitest.Scenario {
		return apitest.Scenario{Name: name, Request: one + body, Status: bad, Contains: []string{invalid + cause}, Then: codesInAll(2)}
	}
	apitest.Play(t, []apitest.Scenario{
		{
			Name: "all of them", Status: ok,
			Request: one + `{"not_before":"2026-01-05T10:00:00.5Z","expires_at":"2026-01-06T01:00:00+01:00","max_uses":3,"user_id":"ada","label":"Ticket 17"}`,
			Contains: []string{
				`"not_before":"2026-01-05T10:00:00.5Z"`, `"expires_at":"2026-01-06T00:00:00Z"`, `"max_uses":3,"uses":0`, `"user_id":"ada"`, `"label":"Ticket 17"`,
			},
			Lacks: []string{"replaced_at"},
			Then: func(t *testing.T, w *apitest.Workspace, a *apitest.Answer) {
				list := data(t, w.Do(`GET /v2/room-codes/room/{room}?role=guest`))
				if diff := cmp.Diff(a.JSON(), list[len(list)-1]); diff != "" {
					t.Errorf("created and listed differ:\n%s", diff)
				}
			},
		},
		{Name: "null is absent", Request: one + `{"not_before":null,"max_uses":null,"label":null,"count":null}`, Status: ok, Lacks: []string{"null", "data"}},
		{Name: "times are rounded to milliseconds", Request: one + `{"expires_at":"2027-01-01T00:00:00.123456Z"}`, Status: ok, Contains: []string{`"expires_at":"2027-01-01T00:00:00.123Z"`}},
		{Name: "unknown fields are ignored", Request: one + `{"enabled":false,"colour":"red"}`, Status: ok, Contains: []string{`"enabled":true`}, Lacks: []string{"red"}},
		{Name: "uses are counted where they show", Given: []string{`x = ` + one + `{"max_uses":2}`, `POST /v2/token {"code":"{x.code}"}`}, Status: ok, Request: `POST /v2/room-codes/code {"code":"{x.code}","enabled":true}`, Contains: []string{`"max_uses":2,"uses":1`}},
		{Name: "one million uses", Request: one + `{"max_uses":1000000}`, Status: ok},
		{Name: "a user of 256 characters", Request: one + `{"user_id":"` + strings.Repeat("ü", 256) + `"}`, Status: ok},
		{Name: "an empty label", Request: one + `{"label":""}`, Status: ok, Contains: []string{`"label":""`}},
		{Name: "count 1 answers a list", Request: one + `{"count":1}`, Status: ok, Then: count(1), Lacks: []string{"limit", "last"}},
		{
			Name: "count 5, all under the same terms", Request: one + `{"count":5,"max_uses":1,"label":"x"}`, Status: ok,
			Then: func(t *testing.T, _ *apitest.Workspace, a *apitest.Answer) {
				seen := map[string]bool{}
				for i, each := range data(t, a) {
					seen[a.At(fmt.Sprintf("data.%d.code", i))] = true
					if each := each.(map[string]any); each["max_uses"] != 1.0 || each["label"] != "x" || each["role"] != "guest" {
						t.Errorf("a code under other terms: %v", each)
					}
				}
				if len(seen) != 5 {
					t.Errorf("%d distinct codes, want 5", len(seen))
				}
			},
		},
		{Name: "count 100 in an empty room", Given: []string{`x = POST /v2/rooms`}, Request: `POST /v2/room-codes/room/{x.id}/role/guest {"count":100}`, Status: ok, Then: count(100)},
		wrong("count 0", `{"count":0}`, "count must be an integer from 1 to 100"),
		wrong("count 101", `{"count":101}`, "count must be an integer from 1 to 100"),
		wrong("count below 0", `{"count":-5}`, "count must be"),
		wrong("count as text", `{"count":"5"}`, "count must be an integer"),
		wrong("count with a fraction", `{"count":1.5}`, "count must be an integer"),
		wrong("count beyond 32 bits", `{"count":4294967297}`, "count must be an integer"),
		wrong("no uses", `{"max_uses":0}`, "max_uses must be an integer from 1 to 1000000"),
		wrong("uses below 0", `{"max_uses":-1}`, "max_uses must be"),
		wrong("too many uses", `{"max_uses":1000001}`, "max_uses must be"),
		wrong("uses as text", `{"max_uses":"1"}`, "max_uses must be an integer"),
		wrong("an empty user", `{"user_id":""}`, "user_id must have 1 to 256 characters"),
		wrong("a user of 257 characters", `{"user_id":"`+strings.Repeat("u", 257)+`"}`, "user_id must have"),
		wrong("a user that is a number", `{"user_id":7}`, "user_id must be a string"),
		wrong("a user with a zero byte", `{"user_id":"a\u0000"}`, "user_id must be a string"),
		wrong("a label of 257 characters", `{"label":"`+strings.Repeat("l", 257)+`"}`, "label must have at most 256"),
		wrong("a label with a zero byte", `{"label":"\u0000"}`, "label must be a string"),
		wrong("a time that is none", `{"not_before":"soon"}`, "not_before must be a time"),
		wrong("a time without a zone", `{"not_before":"2026-01-05T10:00:00"}`, "not_before must be a time"),
		wrong("a time that is a number", `{"expires_at":1767607400}`, "expires_at must be a string"),
		wrong("a time before all times", `{"expires_at":"0000-01-01T00:00:00Z"}`, "expires_at must be a time"),
		wrong("a time whose zone carries it beyond all times", `{"expires_at":"9999-12-31T23:59:59-23:59"}`, "expires_at must be a time"),
		wrong("a time whose zone carries it before all times", `{"not_before":"1970-01-01T00:00:00+23:59"}`, "not_before must be a time"),
		wrong("an end before the beginning", `{"not_before":"2026-02-01T00:00:00Z","expires_at":"2026-01-01T00:00:00Z"}`, "expires_at must be later than not_before"),
		wrong("an end at the beginning", `{"not_before":"2026-02-01T00:00:00Z","expires_at":"2026-02-01T00:00:00Z"}`, "expires_at must be later"),
		wrong("an array", `[]`, "the body must be a JSON object"),
	})
}

// Issue, More than 100ms has: the terms as they hold.
func TestTermsHold(t *testing.T) {
	t.Parallel()
	mint := func(terms string) string { return `x = POST /v2/room-codes/room/{room}/role/guest ` + terms }
	plain, ada := `POST /v2/token {"code":"{x.code}"}`, `POST /v2/token {"code":"{x.code}","user_id":"ada"}`
	bob := `POST /v2/token {"code":"{x.code}","user_id":"bob"}`
	user := func(want string) func(t *testing.T, w *apitest.Workspace, a *apitest.Answer) {
		return func(t *testing.T, _ *apitest.Workspace, a *apitest.Answer) {
			if got := payload(t, a)["user_id"]; got != want {
				t.Errorf("user_id is %v, want %s", got, want)
			}
		}
	}
	apitest.Play(t, []apitest.Scenario{
		{Name: "the second user of a code for one is refused", Given: []string{mint(`{"max_uses":1}`), ada}, Request: bob, Status: forbidden, Contains: []string{`["used up"]`}},
		{Name: "the same user again is no use", Given: []string{mint(`{"max_uses":1}`), ada, ada}, Request: ada, Status: ok, Then: usesOf(1)},
		{Name: "without a user every exchange is a use", Given: []string{mint(`{"max_uses":3}`), plain, plain}, Request: plain, Status: ok, Then: usesOf(3)},
		{Name: "and the next is refused", Given: []string{mint(`{"max_uses":2}`), plain, plain}, Request: plain, Status: forbidden, Contains: []string{`["used up"]`}, Then: usesOf(2)},
		{Name: "a refused exchange is no use", Given: []string{mint(`{"max_uses":1}`), `POST /v2/rooms/{room} {"enabled":false}`}, Request: ada, Status: forbidden, Then: usesAfterReopening(0)},
		{Name: "a bound code gives its own user when none is sent", Given: []string{mint(`{"user_id":"ada"}`)}, Request: plain, Status: ok, Then: user("ada")},
		{Name: "a bound code takes its own user", Given: []string{mint(`{"user_id":"ada"}`)}, Request: ada, Status: ok, Then: user("ada")},
		{Name: "a bound code refuses other users", Given: []string{mint(`{"user_id":"ada"}`)}, Request: bob, Status: forbidden, Contains: []string{`["other user"]`}},
		{Name: "a bound code compares exactly", Given: []string{mint(`{"user_id":"Ada"}`)}, Request: ada, Status: forbidden, Contains: []string{`["other user"]`}},
		{Name: "a bound code for one use works for its user again and again", Given: []string{mint(`{"user_id":"ada","max_uses":1}`), plain, ada}, Request: plain, Status: ok, Then: usesOf(1)},
		{Name: "other users do not use a bound code up", Given: []string{mint(`{"user_id":"ada","max_uses":1}`)}, Request: bob, Status: forbidden, Then: usesOf(0)},
		{Name: "a used up code that is disabled says so", Given: []string{mint(`{"max_uses":1}`), ada, `POST /v2/room-codes/code {"code":"{x.code}","enabled":false}`}, Request: ada, Status: forbidden, Contains: []string{`["disabled"]`}},
	})
}

// usesOf wants that many uses on record for {x.code}.
func usesOf(n int) func(t *testing.T, w *apitest.Workspace, a *apitest.Answer) {
	return func(t *testing.T, w *apitest.Workspace, _ *apitest.Answer) {
		t.Helper()
		if got := w.Do(`POST /v2/room-codes/code {"code":"{x.code}","enabled":true}`).At("uses"); got != strconv.Itoa(n) {
			t.Errorf("%s uses, want %d", got, n)
		}
	}
}

func usesAfterReopening(n int) func(t *testing.T, w *apitest.Workspace, a *apitest.Answer) {
	return func(t *testing.T, w *apitest.Workspace, a *apitest.Answer) {
		t.Helper()
		w.Do(`POST /v2/rooms/{room} {"enabled":true}`)
		usesOf(n)(t, w, a)
	}
}

// Issue, More than 100ms has: not_before and expires_at hold to the millisecond, the first included, the second not.
func TestTermsInTime(t *testing.T) {
	t.Parallel()
	apitest.Each(t, apitest.Options{}, func(t *testing.T, f *apitest.Foyer) {
		w := f.Workspace(t) // it is 10:00:00.123
		w.Given(`x = POST /v2/room-codes/room/{room}/role/guest {"not_before":"2026-01-05T10:00:01.123Z","expires_at":"2026-01-05T10:00:02.123Z"}`)
		exchange := func(status int, cause string) {
			t.Helper()
			a := w.Do(`POST /v2/token {"code":"{x.code}"}`)
			if a.Status != status || cause != "" && a.At("details.0") != cause {
				t.Errorf("at %s: %d %s, want %d %s", f.Clock.Now(), a.Status, a.Body, status, cause)
			}
		}
		exchange(http.StatusForbidden, "not yet")
		w.Given(`wait 999ms`)
		exchange(http.StatusForbidden, "not yet")
		w.Given(`wait 1ms`)
		exchange(http.StatusOK, "")
		w.Given(`wait 999ms`)
		exchange(http.StatusOK, "")
		w.Given(`wait 1ms`)
		exchange(http.StatusForbidden, "expired")
		if enabled := w.Do(`POST /v2/room-codes/code {"code":"{x.code}","enabled":true}`).At("enabled"); enabled != "true" {
			t.Errorf("an expired code is enabled: %s; its switch is its own", enabled)
		}
	})
}

// Issue, acceptance 5: uses never exceed max_uses under 64 concurrent exchanges.
func TestUsesAtOnce(t *testing.T) {
	t.Parallel()
	apitest.Each(t, apitest.Options{}, func(t *testing.T, f *apitest.Foyer) {
		w := f.Workspace(t)
		code := w.Given(`x = POST /v2/room-codes/room/{room}/role/guest {"max_uses":10}`).At("code")
		var good, usedUp atomic.Int32
		var together sync.WaitGroup
		for i := range 64 {
			together.Go(func() {
				a := w.Send(apitest.Request{Line: fmt.Sprintf(`POST /v2/token {"code":%q,"user_id":"u%d"}`, code, i), From: fmt.Sprintf("198.51.100.%d", i)})
				switch {
				case a.Status == http.StatusOK:
					good.Add(1)
				case a.At("details.0") == "used up":
					usedUp.Add(1)
				}
			})
		}
		together.Wait()
		if good.Load() != 10 || usedUp.Load() != 54 {
			t.Errorf("%d exchanges, %d used up; want 10 and 54", good.Load(), usedUp.Load())
		}
		usesOf(10)(t, w, nil)
	})
}
