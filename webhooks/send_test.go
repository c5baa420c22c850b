package webhooks_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"foyer/models"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// Server contract 7.2: what is a success, and what a failure is called.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	status := func(code int) func(http.ResponseWriter, *http.Request, hit) {
		return func(w http.ResponseWriter, _ *http.Request, _ hit) { w.WriteHeader(code) }
	}
	for name, tc := range map[string]struct {
		serve func(http.ResponseWriter, *http.Request, hit)
		want  string
	}{
		"200":      {nil, ""},
		"204":      {status(http.StatusNoContent), ""},
		"299":      {status(299), ""},
		"404":      {status(http.StatusNotFound), "unexpected status 404"},
		"503":      {status(http.StatusServiceUnavailable), "unexpected status 503"},
		"302":      {status(http.StatusFound), "unexpected status 302: redirects are not followed"},
		"304":      {status(http.StatusNotModified), "unexpected status 304: redirects are not followed"},
		"hangs":    {func(_ http.ResponseWriter, r *http.Request, _ hit) { hang(r) }, "timeout"},
		"cuts off": {func(http.ResponseWriter, *http.Request, hit) { panic(http.ErrAbortHandler) }, "connection failed: EOF"},
		"dribbles": {func(w http.ResponseWriter, r *http.Request, _ hit) {
			w.WriteHeader(http.StatusOK)
			_ = http.NewResponseController(w).Flush()
			hang(r)
		}, "timeout"},
		"never stops": {func(w http.ResponseWriter, _ *http.Request, _ hit) {
			for { // until nobody reads any more
				if _, err := w.Write(make([]byte, 4096)); err != nil {
					return
				}
			}
		}, ""},
		"absent": {nil, "connection failed: connection refused"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			simulate(t, func(w *world) {
				if name != "absent" {
					w.site("hooks.test", tc.serve)
				}
				began := time.Now()
				if got := w.problem(w.room("a", "http://hooks.test/x?token=secret")); got != tc.want {
					w.Errorf("want %q, got %q", tc.want, got)
				}
				if took := time.Since(began); took > 11*time.Second {
					w.Errorf("it took %v", took)
				}
			})
		})
	}
}

// What cannot be looked up is not called again and again in the same second, and its URL is in no reason.
func TestURLsThatCannotBeCalled(t *testing.T) {
	t.Parallel()
	simulate(t, func(w *world) {
		got := w.problem(w.room("a", "http://hooks.test:x/?token=secret"))
		if got == "" || strings.Contains(got, "secret") {
			w.Error(got)
		}
	})
}

// The custom headers go along, of the room's own webhook, and cannot take the place of what Foyer says itself.
func TestHeaders(t *testing.T) {
	t.Parallel()
	simulate(t, func(w *world) {
		site := w.site("hooks.test", nil)
		w.listen("http://hooks.test/all")
		url := "http://hooks.test/all"
		w.workspace.WebhookURL = &url
		w.workspace.WebhookHeaders = w.box.Seal([]byte(`{"x-secret":"all","content-type":"text/plain","webhook-id":"mine"}`),
			"webhook of workspace "+string(w.workspace.ID))
		w.check(w.store.UpdateWorkspace(w.Context(), w.workspace))
		_ = w.problem(w.room("plain", ""))
		_, err := w.hooks.NewSecret(w.Context(), w.workspace.ID)
		w.check(err)
		_ = w.problem(w.room("signed", ""))
		_ = w.problem(w.room("own", "http://hooks.test/own"))

		hits := site.all()
		for i, want := range []map[string]string{
			{"X-Secret": "all", "Content-Type": "application/json", "Webhook-Id": "mine", "Webhook-Signature": ""},
			{"X-Secret": "all", "Content-Type": "application/json", "Webhook-Id": hits[1].ID},
			{"X-Secret": "s1", "Content-Type": "application/json", "Webhook-Id": hits[2].ID, "User-Agent": "Foyer-Webhooks/2.0"},
		} {
			for name, value := range want {
				if got := hits[i].header.Get(name); got != value {
					w.Errorf("request %d: %s is %q, want %q", i, name, got, value)
				}
			}
		}
	})
}

// A secret that was replaced signs for another day.
func TestSecretsOverlap(t *testing.T) {
	t.Parallel()
	simulate(t, func(w *world) {
		site := w.site("hooks.test", nil)
		room := w.room("a", "http://hooks.test")
		verifier := func() *standardwebhooks.Webhook {
			secret, err := w.hooks.NewSecret(w.Context(), w.workspace.ID)
			w.check(err)
			v, err := standardwebhooks.NewWebhook(secret.Text)
			w.check(err)
			return v
		}
		check := func(want string, by ...*standardwebhooks.Webhook) {
			w.Helper()
			hits := site.all()
			last, valid := hits[len(hits)-1], 0
			verdicts := make([]byte, len(by))
			for i, v := range by {
				verdicts[i] = 'n'
				if v.Verify(last.body, last.header) == nil {
					verdicts[i] = 'y'
					valid++
				}
			}
			if got := string(verdicts); got != want || len(strings.Fields(last.header.Get("webhook-signature"))) != valid {
				w.Errorf("want %s, got %s by %s", want, got, last.header.Get("webhook-signature"))
			}
		}
		send := func() {
			w.happens(1, room)
			sleep(time.Second)
		}
		w.running(func() {
			first := verifier()
			send()
			check("y", first)
			second := verifier()
			send()
			check("yy", first, second)
			sleep(24*time.Hour - 2*time.Second)
			send()
			check("yy", first, second)
			sleep(time.Second)
			send()
			check("ny", first, second)
		})
	})
}

// What the master key does not open is a failure of the webhook, tried again later, and nothing goes out without its headers.
func TestUnreadableHeaders(t *testing.T) {
	t.Parallel()
	simulate(t, func(w *world) {
		site := w.site("hooks.test", nil)
		room := w.room("a", "http://hooks.test")
		room.WebhookHeaders = []byte{1, 2, 3}
		w.check(w.store.UpdateRoom(w.Context(), room))
		if got := w.problem(room); got != "the webhook's headers or secrets cannot be read" || len(site.all()) > 0 {
			w.Errorf("%q after %d requests", got, len(site.all()))
		}
		if row := w.deliveries(room)[0]; row.State != models.DeliveryQueued || row.DueAt == nil {
			w.Errorf("it is not tried again: %+v", row)
		}
	})
}
