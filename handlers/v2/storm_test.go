package v2_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"

	"foyer/codes"
	"foyer/handlers/apitest"
)

// Many callers at once, on the same rooms, codes, roles and templates: each gets an answer that openapi.yaml knows, never one that
// is our fault. Locks that are taken in different orders would show here.
func TestStorm(t *testing.T) {
	t.Parallel()
	const callers, calls = 8, 60
	apitest.Each(t, apitest.Options{Limits: codes.Limits{Off: true}}, func(t *testing.T, f *apitest.Foyer) {
		w := f.Workspace(t)
		w.Given(`t = POST /v2/templates {"name":"other","roles":{"guest":{},"speaker":{}}}`)
		w.Given(`x = POST /v2/rooms {"name":"hall"}`)
		counted := w.Given(`c = POST /v2/room-codes/room/{room}/role/guest {"max_uses":40}`).At("code")
		var lines []string
		for _, line := range []string{
			`POST /v2/room-codes/room/{room}`, `POST /v2/room-codes/room/{x.id}`, `POST /v2/room-codes/room/{room}/role/guest`, `POST /v2/room-codes/room/{x.id}/role/speaker {"count":3}`,
			`POST /v2/room-codes/code {"code":"{guest}","enabled":false}`, `POST /v2/room-codes/code {"code":"{guest}","enabled":true}`,
			`POST /v2/room-codes/code/rotate {"code":"{host}","grace":5}`, `POST /v2/room-codes/code {"code":"{host}","enabled":true}`,
			`POST /v2/token {"code":"{guest}"}`, `POST /v2/token {"code":"` + counted + `"}`, `POST /v2/token {"code":"` + counted + `","user_id":"ada"}`,
			`DELETE /v2/templates/{template}/roles/guest`, `POST /v2/templates/{template}/roles/guest`, `POST /v2/templates/{template}/roles/speaker {"name":"guest"}`,
			`POST /v2/templates {"name":"default","roles":{"host":{},"guest":{},"speaker":{}}}`, `POST /v2/templates/{t.id} {"name":"other","roles":{"guest":{}},"settings":{}}`,
			`POST /v2/templates/{template}/settings {"region":"eu"}`,
			`POST /v2/rooms {"name":"lesson","template_id":"{t.id}"}`, `POST /v2/rooms/{room} {"template_id":"{template}","enabled":true}`, `POST /v2/rooms {"name":"hall","template_id":"{template}"}`,
			`POST /v2/rooms/{x.id} {"name":"lesson"}`, `POST /v2/rooms/{x.id} {"name":"hall"}`, `POST /v2/rooms/{room} {"enabled":false}`,
			`POST /v2/workspace {"room_links_enabled":false}`, `POST /v2/workspace {"room_links_enabled":true,"default_template_id":"{t.id}"}`,
			`POST /v2/stream-keys/room/{room}`, `POST /v2/stream-keys/room/{room}/disable`,
			`GET /v2/room-codes/room/{room}`, `GET /v2/room-links/room/{x.id}`, `GET /v2/rooms`, `GET /v2/templates`,
		} {
			lines = append(lines, w.Fill(line))
		}
		var together sync.WaitGroup
		for caller := range callers {
			together.Go(func() {
				dice := rand.New(rand.NewPCG(7, uint64(caller))) //nolint:gosec // a repeatable storm, no secret
				for range calls {
					line := lines[dice.IntN(len(lines))]
					if a := w.Do(line); a.Status >= http.StatusInternalServerError {
						t.Errorf("%s: %d %s", line, a.Status, a.Body)
					}
				}
			})
		}
		together.Wait()
		if a := w.Do(`POST /v2/room-codes/room/{room}`); a.Status >= http.StatusInternalServerError {
			t.Errorf("after the storm: %d %s", a.Status, a.Body)
		}
		if used := w.Do(fmt.Sprintf(`POST /v2/room-codes/code {"code":%q,"enabled":false}`, counted)); used.Status != http.StatusOK {
			t.Errorf("after the storm: %d %s", used.Status, used.Body)
		}
	})
}
