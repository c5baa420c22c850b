package v2_test

import (
	"sync"
	"testing"

	"foyer/handlers/apitest"
)

// Server contract 2.2, 14.13: create is an upsert by name.
func TestCreateRoomByName(t *testing.T) {
	t.Parallel()
	apitest.Play(t, []apitest.Scenario{
		{
			Name: "the same room comes back", Request: `POST /v2/rooms {"name":"lesson"}`, Status: ok, Contains: []string{`"id":"{room}"`},
		},
		{
			Name: "in another case of letters, and keeps its own", Request: `POST /v2/rooms {"name":"LESSON"}`, Status: ok,
			Contains: []string{`"id":"{room}"`, `"name":"lesson"`},
		},
		{
			Name: "what is sent is changed, what is not stays", Status: ok,
			Given:    []string{`POST /v2/rooms/{room} {"description":"before","size":5}`, `wait 1s`},
			Request:  `POST /v2/rooms {"name":"lesson","size":6}`,
			Contains: []string{`"id":"{room}"`, `"description":"before"`, `"size":6`, `"updated_at":"2026-01-05T10:00:`},
		},
		{
			Name: "another template re-points it", Status: ok, Given: []string{`t = POST /v2/templates {"name":"other","roles":{"host":{}}}`},
			Request: `POST /v2/rooms {"name":"lesson","template_id":"{t.id}"}`, Contains: []string{`"id":"{room}"`, `"template":"other"`},
		},
		{
			Name: "without template_id it keeps the template it has", Status: ok,
			Given: []string{
				`t = POST /v2/templates {"name":"other","roles":{"host":{}}}`, `POST /v2/rooms {"name":"lesson","template_id":"{t.id}"}`,
			},
			Request: `POST /v2/rooms {"name":"lesson"}`, Contains: []string{`"template":"other"`},
		},
		{
			Name: "bounds are those of the room that is there", Status: ok, Given: []string{`POST /v2/rooms/{room} {"large_room":true}`},
			Request: `POST /v2/rooms {"name":"lesson","size":9000}`, Contains: []string{`"id":"{room}"`, `"size":9000`},
		},
		{
			Name: "a wrong field is refused", Request: `POST /v2/rooms {"name":"lesson","size":-1}`, Status: bad, Contains: []string{invalid},
		},
		{
			Name: "a stored secret is kept when its mask is posted", Status: ok,
			Given: []string{
				`POST /v2/rooms/{room} {"recording_info":{"upload_info":{"type":"s3","location":"b","credentials":{"key":"k1","secret":"s1"}}}}`,
			},
			Request:  `POST /v2/rooms {"name":"lesson","recording_info":{"upload_info":{"type":"s3","location":"b2"}}}`,
			Contains: []string{`"location":"b2"`}, Lacks: []string{"k1", "s1"},
		},
		{
			Name: "the same name in another workspace is another room", Auth: apitest.Stranger,
			Request: `POST /v2/rooms {"name":"lesson"}`, Status: ok, Contains: []string{`"id":"{other.room}"`}, Lacks: []string{"{room}"},
		},
	})
}

// Server contract 2.2: two concurrent creates with one name yield one room.
func TestCreateRoomAtOnce(t *testing.T) {
	t.Parallel()
	apitest.Each(t, apitest.Options{}, func(t *testing.T, f *apitest.Foyer) {
		w := f.Workspace(t)
		var ids sync.Map
		var together sync.WaitGroup
		for i := range 30 {
			together.Go(func() {
				name := []string{"Hall", "hall", "HALL"}[i%3]
				ids.Store(w.Do(`POST /v2/rooms {"name":"`+name+`"}`).At("id"), true)
			})
		}
		together.Wait()
		seen := 0
		ids.Range(func(id, _ any) bool {
			seen++
			if id == "" {
				t.Error("a create was refused")
			}
			return true
		})
		if seen != 1 {
			t.Errorf("%d rooms were made, want 1", seen)
		}
	})
}
