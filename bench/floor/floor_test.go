package floor_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"foyer/bench/floor"
	"foyer/codes"
	"foyer/handlers"
	"foyer/handlers/apitest"
	"foyer/rooms"
	"foyer/store"
	"foyer/store/storetest"
	"foyer/templates"
	"foyer/tokens"
	"foyer/workspaces"

	"github.com/google/go-cmp/cmp"
)

// The floor is only worth comparing with when it sends the same statements as Foyer, in the same order, and answers alike.
func TestSameStatements(t *testing.T) {
	t.Parallel()
	storetest.EachDatabase(t, func(t *testing.T, database string) {
		address := storetest.URL(t, database)
		site := apitest.Start(t, database, apitest.Options{URL: address})
		w := site.Workspace(t)
		token := "Bearer " + w.Sign(w.Claims(map[string]any{"exp": time.Now().Add(time.Hour).Unix()}))

		var sent statements
		foyer := spied(t, site, address, &sent)
		bare, closed, err := floor.Open(t.Context(), address, w.Pair.Secret, sent.add)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := closed(); err != nil {
				t.Error(err)
			}
		})
		ask := func(from http.Handler, line string) (asked []string, size int) {
			t.Helper()
			sent = nil
			method, rest, _ := strings.Cut(w.Fill(line), " ")
			path, body, _ := strings.Cut(rest, " ")
			request := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
			request.Header.Set("Authorization", token)
			answer := httptest.NewRecorder()
			from.ServeHTTP(answer, request)
			if answer.Code != http.StatusOK {
				t.Fatalf("%s: %d %s", line, answer.Code, answer.Body)
			}
			return sent, len(fraction.ReplaceAllLiteral(answer.Body.Bytes(), []byte("Z")))
		}
		for _, name := range []string{"first", "second"} {
			w.Name(name, w.Do(`POST /v2/rooms {}`).At("id"))
		}
		for _, call := range []struct{ foyer, floor string }{
			{foyer: `POST /v2/token {"code":"{host}","user_id":"somebody"}`},
			{foyer: `GET /v2/room-codes/room/{room}`},
			{foyer: `POST /v2/room-codes/room/{room}`},
			{foyer: `POST /v2/room-codes/room/{first}`, floor: `POST /v2/room-codes/room/{second}`},
			{foyer: `POST /v2/rooms {"name":"one","description":"d"}`, floor: `POST /v2/rooms {"name":"two","description":"d"}`},
		} {
			if call.floor == "" {
				call.floor = call.foyer
			}
			want, size := ask(foyer, call.foyer)
			got, bareSize := ask(bare, call.floor)
			if diff := cmp.Diff(want, got); diff != "" || len(want) == 0 {
				t.Errorf("%s: Foyer sends (-), the floor sends (+):\n%s", call.foyer, diff)
			}
			if size != bareSize {
				t.Errorf("%s: Foyer answers %d bytes, the floor %d", call.foyer, size, bareSize)
			}
		}
	})
}

// fraction is what of a time may be longer or shorter: the shorter, the more zeros it ends in.
var fraction = regexp.MustCompile(`\.\d+Z`)

// spied is a Foyer over the database of another, whose statements are told.
func spied(t *testing.T, site *apitest.Foyer, address string, told *statements) http.Handler {
	t.Helper()
	s := storetest.Open(t, store.Options{URL: address, Now: site.Clock.Now, Log: slog.New(told), SlowQuery: time.Nanosecond})
	source, err := codes.NewSource(nil)
	if err != nil {
		t.Fatal(err)
	}
	public, err := url.Parse(apitest.Public)
	if err != nil {
		t.Fatal(err)
	}
	c, k := codes.New(s, source, nil), tokens.New(s, site.Box, site.Clock.Now)
	h := handlers.Handler{
		Rooms: rooms.New(rooms.Parts{Store: s, Box: site.Box, Codes: c, Tokens: k}), Codes: c, Templates: templates.New(s, site.Box), Tokens: k,
		Workspaces: workspaces.New(s, site.Box), Store: s, Public: public, Log: slog.New(slog.DiscardHandler), Version: "test",
	}
	return h.Router()
}

// statements gathers what is sent to the database. As a log handler it takes them from the store's log, where all of them are slow.
// It belongs to one goroutine.
type statements []string

var (
	space = regexp.MustCompile(`\s+`)
	place = regexp.MustCompile(`\$\d+\$?|\?`)
)

func (s *statements) add(text string) {
	*s = append(*s, strings.TrimSpace(space.ReplaceAllString(place.ReplaceAllString(text, "?"), " ")))
}

// Enabled is slog's.
func (s *statements) Enabled(context.Context, slog.Level) bool { return true }

// Handle is slog's.
func (s *statements) Handle(_ context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "sql" {
			s.add(a.Value.String())
		}
		return true
	})
	return nil
}

// WithAttrs is slog's.
func (s *statements) WithAttrs([]slog.Attr) slog.Handler { return s }

// WithGroup is slog's.
func (s *statements) WithGroup(string) slog.Handler { return s }
