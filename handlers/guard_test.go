package handlers_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"foyer/codes"
	"foyer/handlers/apitest"
)

// guess sends a wrong code and gives the answer.
func guess(w *apitest.Workspace, from, forwarded string) *apitest.Answer {
	return w.Send(apitest.Request{Line: `POST /v2/token {"code":"zzz-zzzz-zzz"}`, From: from, Header: map[string]string{"X-Forwarded-For": forwarded}})
}

// Issue, The guess guard, as HTTP shows it: ten causes, then 429 without one and with a growing Retry-After; what is too fast is
// not even read; good codes go on.
func TestGuessGuard(t *testing.T) {
	t.Parallel()
	apitest.Each(t, apitest.Options{}, func(t *testing.T, f *apitest.Foyer) {
		w := f.Workspace(t)
		for n := range 10 {
			if a := guess(w, "", ""); a.Status != http.StatusNotFound || a.At("details.0") != "unknown" {
				t.Fatalf("guess %d: %d %s", n, a.Status, a.Body)
			}
		}
		for n, retry := range []string{"1", "2", "4", "8"} {
			f.Clock.Advance(time.Second)
			a := guess(w, "", "")
			if a.Status != http.StatusTooManyRequests || a.Header.Get("Retry-After") != retry || strings.Contains(string(a.Body), "unknown") {
				t.Errorf("guess %d: %d, Retry-After %s, want %s: %s", n, a.Status, a.Header.Get("Retry-After"), retry, a.Body)
			}
			if a.Header.Get("Access-Control-Allow-Origin") != "*" {
				t.Error("a browser cannot read the 429")
			}
			if want := `{"code":429,"message":"rate limit exceeded, retry after ` + retry + ` seconds","details":[]}`; strings.TrimSpace(string(a.Body)) != want {
				t.Errorf("body %s, want %s", a.Body, want)
			}
		}
		f.Clock.Advance(time.Second)
		for n := range 20 {
			if a := w.Do(`POST /v2/token {"code":"{host}"}`); a.Status != http.StatusOK {
				t.Fatalf("look-up %d of a good code within the second: %d %s", n, a.Status, a.Body)
			}
		}
		a := w.Do(`POST /v2/token {"code":"{host}"}`)
		if a.Status != http.StatusTooManyRequests || a.Header.Get("Retry-After") != "1" {
			t.Errorf("look-up 21 within a second: %d, Retry-After %s", a.Status, a.Header.Get("Retry-After"))
		}
		if stats := f.Guard.Stats(); stats.Unread != 1 || stats.Failures != 14 {
			t.Errorf("%d unread, %d failures; want 1 and 14", stats.Unread, stats.Failures)
		}
		f.Clock.Advance(time.Second)
		if a := w.Do(`POST /v2/token {"code":"{host}"}`); a.Status != http.StatusOK {
			t.Errorf("a second later: %d %s", a.Status, a.Body)
		}
		f.Clock.Advance(31 * time.Minute)
		if a := guess(w, "", ""); a.Status != http.StatusNotFound {
			t.Errorf("half an hour later: %d %s", a.Status, a.Body)
		}
	})
}

// Pages count as exchanges do, and say in words what to do.
func TestGuessGuardOnPages(t *testing.T) {
	t.Parallel()
	apitest.Each(t, apitest.Options{}, func(t *testing.T, f *apitest.Foyer) {
		w := f.Workspace(t)
		for range 10 {
			w.Do(`GET /meeting/zzz-zzzz-zzz`)
		}
		a := w.Do(`GET /zzz-zzzz-zzz`)
		if a.Status != http.StatusTooManyRequests || a.Header.Get("Retry-After") != "1" || !strings.Contains(string(a.Body), "Too many tries from your network.") {
			t.Errorf("%d, Retry-After %s: %s", a.Status, a.Header.Get("Retry-After"), a.Body)
		}
		if a := guess(w, "", ""); a.Status != http.StatusTooManyRequests {
			t.Errorf("an exchange after guessed pages: %d", a.Status)
		}
		if a := w.Do(`GET /meeting/{host}`); a.Status != http.StatusOK {
			t.Errorf("a good link: %d", a.Status)
		}
	})
}

// Issue, acceptance 6: without trusted proxies any number of forged X-Forwarded-For count as one address; one elsewhere is not
// concerned.
func TestForgedForwardedFor(t *testing.T) {
	t.Parallel()
	apitest.Each(t, apitest.Options{}, func(t *testing.T, f *apitest.Foyer) {
		w := f.Workspace(t)
		told := 0
		for n := range 100 {
			if guess(w, "203.0.113.7", fmt.Sprintf("198.51.100.%d", n)).Status == http.StatusNotFound {
				told++
			}
		}
		if told != 10 {
			t.Errorf("%d causes told, want 10: the header is believed", told)
		}
		if stats := f.Guard.Stats(); stats.Addresses != 1 {
			t.Errorf("%d addresses counted, want 1", stats.Addresses)
		}
		if a := w.Send(apitest.Request{Line: `POST /v2/token {"code":"{host}"}`, From: "203.0.113.8"}); a.Status != http.StatusOK {
			t.Errorf("a good code from elsewhere: %d %s", a.Status, a.Body)
		}
	})
}

// With a trusted proxy the address that it forwards counts; what a client wrote before it does not, nor what comes past the proxy.
func TestTrustedProxy(t *testing.T) {
	t.Parallel()
	const proxy = "10.1.2.3"
	proxies := []netip.Prefix{netip.MustParsePrefix("10.1.0.0/16"), netip.MustParsePrefix("2001:db8:ffff::/48")}
	for _, tc := range []struct {
		name, from string
		forwarded  func(n int) string
		addresses  int
	}{
		{"one client each", proxy, func(n int) string { return fmt.Sprintf("198.51.100.%d", n) }, 20},
		{"one client that forges what comes before", proxy, func(n int) string { return fmt.Sprintf("198.51.100.%d, 203.0.113.9", n) }, 1},
		{"a chain of trusted proxies", proxy, func(n int) string { return fmt.Sprintf("198.51.100.%d, 10.1.9.9", n) }, 20},
		{"past the proxy", "203.0.113.9", func(n int) string { return fmt.Sprintf("198.51.100.%d", n) }, 1},
		{"from another private address", "10.2.0.1", func(n int) string { return fmt.Sprintf("198.51.100.%d", n) }, 1},
		{"from loopback, which is not trusted by itself", "127.0.0.1", func(n int) string { return fmt.Sprintf("198.51.100.%d", n) }, 1},
		{"no header", proxy, func(int) string { return "" }, 1},
		{"nonsense in the header", proxy, func(n int) string { return "nonsense" + strconv.Itoa(n) }, 1},
		{"a proxy of IPv6", "2001:db8:ffff::1", func(n int) string { return fmt.Sprintf("2001:db8:%x::1", n) }, 20},
		{"clients with a port", proxy, func(n int) string { return fmt.Sprintf("198.51.100.%d:4711", n) }, 20},
		{"clients of IPv6 with a port", proxy, func(n int) string { return fmt.Sprintf("[2001:db8:%x::1]:443", n) }, 20},
		{"IPv4 written as IPv6", proxy, func(n int) string { return fmt.Sprintf("::ffff:198.51.100.%d", n%2) }, 2},
		{"clients within one /64", proxy, func(n int) string { return fmt.Sprintf("2001:db8::%x", n) }, 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			apitest.Each(t, apitest.Options{Proxies: proxies}, func(t *testing.T, f *apitest.Foyer) {
				w := f.Workspace(t)
				for n := range 20 {
					guess(w, tc.from, tc.forwarded(n))
				}
				if got := f.Guard.Stats().Addresses; got != tc.addresses {
					t.Errorf("%d addresses counted, want %d", got, tc.addresses)
				}
			})
		})
	}
}

// Honest users behind one NAT with valid codes are never locked out, however many come at once.
func TestManyBehindOneAddress(t *testing.T) {
	t.Parallel()
	apitest.Each(t, apitest.Options{}, func(t *testing.T, f *apitest.Foyer) {
		w := f.Workspace(t)
		code := w.Fill("{guest}")
		var together sync.WaitGroup
		for range 200 {
			together.Go(func() {
				if a := w.Do(`POST /v2/token {"code":"` + code + `"}`); a.Status != http.StatusOK {
					t.Errorf("%d %s", a.Status, a.Body)
				}
			})
		}
		together.Wait()
	})
}

// Issue, Settings: FOYER_RATE_LIMITS=off rests the guard too.
func TestGuardAtRest(t *testing.T) {
	t.Parallel()
	apitest.Each(t, apitest.Options{Limits: codes.Limits{Off: true}}, func(t *testing.T, f *apitest.Foyer) {
		w := f.Workspace(t)
		for n := range 50 {
			if a := guess(w, "", ""); a.Status != http.StatusNotFound {
				t.Fatalf("guess %d: %d", n, a.Status)
			}
		}
	})
}

// Server contract 1.9: what one address may do at all. The bound is generous, so that only a flood meets it; it is told as any 429
// is, to browsers and on pages too. Off, nothing meets it.
func TestRateLimits(t *testing.T) {
	t.Parallel()
	const burst, perSecond = 3000, 1000
	passed := func(w *apitest.Workspace) (n int) {
		for w.Raw(`POST /v2/client/report`).Status == http.StatusOK && n < 2*burst {
			n++
		}
		return n
	}
	apitest.Each(t, apitest.Options{Limited: true}, func(t *testing.T, f *apitest.Foyer) {
		w := f.Workspace(t)
		if n := passed(w); n != burst {
			t.Errorf("%d requests passed at once, want %d", n, burst)
		}
		for _, line := range []string{`POST /v2/client/report`, `GET /v2/rooms`, `POST /v2/token {"code":"{host}"}`, `GET /meeting/{host}`, `GET /{host}`} {
			if a := w.Do(line); a.Status != http.StatusTooManyRequests || a.Header.Get("Retry-After") != "1" {
				t.Errorf("%s: %d, Retry-After %s", line, a.Status, a.Header.Get("Retry-After"))
			}
		}
		a := w.Do(`POST /v2/token {"code":"{host}"}`)
		if a.Header.Get("Access-Control-Allow-Origin") != "*" || a.At("message") != "rate limit exceeded, retry after 1 seconds" {
			t.Errorf("header %v, body %s", a.Header, a.Body)
		}
		if a := w.Do(`GET /meeting/{host}`); !strings.Contains(string(a.Body), "Too many tries from your network.") {
			t.Errorf("page: %s", a.Body)
		}
		if a := w.Do(`GET /healthz`); a.Status != http.StatusOK {
			t.Errorf("whether the process is alive is bounded: %d", a.Status)
		}
		if a := f.Workspace(t).Do(`GET /v2/rooms`); a.Status != http.StatusOK {
			t.Errorf("another address: %d", a.Status)
		}
		f.Clock.Advance(time.Second)
		if n := passed(w); n != perSecond {
			t.Errorf("%d requests passed a second later, want %d", n, perSecond)
		}
	})
	apitest.Each(t, apitest.Options{}, func(t *testing.T, f *apitest.Foyer) {
		if n := passed(f.Workspace(t)); n != 2*burst {
			t.Errorf("off, and yet only %d passed", n)
		}
	})
}
