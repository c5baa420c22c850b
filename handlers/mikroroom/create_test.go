package mikroroom_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"foyer/handlers/mikroroom"
	"foyer/store/storetest"

	"github.com/google/go-cmp/cmp"
)

// A room is made with what is asked for, or by itself; its id is one that the web client can be told (contract 2, 5).
func TestCreate(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		t.Helper()
		h := open(t, options{database: database})
		for body, want := range map[string]string{
			``:                    `^[A-Z0-9]{6}$`,
			`{}`:                  `^[A-Z0-9]{6}$`,
			`{"roomId":null}`:     `^[A-Z0-9]{6}$`,
			`{"roomId":"abc123"}`: `^ABC123$`,
			`{"roomId":"ROOM22","password":"sesame","maxParticipants":100,"other":[]}`: `^ROOM22$`,
		} {
			m := h.makes(body)
			if !regexp.MustCompile(want).MatchString(m.Room) {
				t.Errorf("%s gives %s", body, m.Room)
			}
			if !regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`).MatchString(m.Creator) {
				t.Errorf("the token of %s is no UUID", body)
			}
		}
		for _, name := range []string{"ABC123", "abc123"} {
			if a := h.sends("POST /api/rooms " + fmt.Sprintf(`{"roomId":%q}`, name)); a.status != 429 || a.body != noRoom {
				t.Errorf("a name that is taken: %d %s", a.status, a.body)
			}
		}
		if a := h.sends(`POST /api/rooms {"roomId":"plain1"}`, "Content-Type", "text/plain"); a.status != 201 {
			t.Errorf("the type of the body counts: %d", a.status)
		}
	})
}

// What is no room is refused (contract 2, 10.11; the bounds).
func TestCreateRefused(t *testing.T) {
	t.Parallel()
	h := open(t, options{})
	for _, body := range []string{
		`{`, `null`, `[]`, `5`, `"x"`, `true`, `{} {}`, "{\"roomId\":\"\xff\"}",
		`{"roomId":""}`, `{"roomId":123456}`, `{"roomId":{}}`, `{"roomId":"ABC12"}`, `{"roomId":"ABC1234"}`, `{"roomId":"ABC 12"}`,
		`{"roomId":"ÄBC12"}`, `{"roomId":"abc-defg-hij"}`, `{"roomId":false}`, `{"roomId":"ſbc123"}`,
		`{"maxParticipants":0}`, `{"maxParticipants":-1}`, `{"maxParticipants":101}`, `{"maxParticipants":2.5}`, `{"maxParticipants":"8"}`,
		`{"maxParticipants":1e999}`, `{"maxParticipants":true}`,
		`{"password":7}`, `{"password":"` + strings.Repeat("x", 257) + `"}`, `{"x":"` + strings.Repeat("x", 16<<10) + `"}`,
	} {
		if a := h.sends("POST /api/rooms " + body); a.status != 400 || a.body != invalidBody {
			t.Errorf("%.60s: %d %s", body, a.status, a.body)
		}
	}
}

// Rooms that were made in advance and are empty are few (contract 2): one that was used and emptied counts again.
func TestLatentRooms(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		t.Helper()
		h := open(t, options{database: database, change: func(h *mikroroom.Handler) { h.MaxLatent = 2 }})
		first := h.makes(`{}`)
		h.makes(`{}`)
		full := func() bool { return h.sends("POST /api/rooms {}").body == noRoom }
		if !full() {
			t.Error("there are too many")
		}
		alice := h.come(door{}, first.Room, "Alice")
		h.makes(`{}`)
		alice.says(`{"type":"leave"}`)
		alice.fence()
		if !full() {
			t.Error("there are too many again")
		}
	})
}

// A room for each of many requests at once, up to the bound and not beyond it.
func TestLatentRoomsAtOnce(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		t.Helper()
		h := open(t, options{database: database})
		statuses := make(chan int, 24)
		for range cap(statuses) {
			go func() { statuses <- h.sends("POST /api/rooms {}").status }()
		}
		got := map[int]int{}
		for range cap(statuses) {
			got[<-statuses]++
		}
		if diff := cmp.Diff(map[int]int{201: 10, 429: 14}, got); diff != "" {
			t.Error(diff)
		}
	})
}

// A body of 200 MB is refused when it has hardly begun (contract 10.4).
func TestLargeBody(t *testing.T) {
	t.Parallel()
	h := open(t, options{})
	raw := h.raw(t)
	_, err := fmt.Fprintf(raw, "POST %s/api/rooms HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", prefix, 200<<20, strings.Repeat(" ", 64<<10))
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.ReadResponse(bufio.NewReader(raw), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	if body, _ := io.ReadAll(response.Body); response.StatusCode != http.StatusBadRequest || string(body) != invalidBody {
		t.Errorf("%d %s", response.StatusCode, body)
	}
}
