package handlers

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"sync"
	"time"

	"foyer/codes"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// watch counts what happens. No label grows: routes, methods and statuses are few.
type watch struct {
	log      *slog.Logger
	registry *prometheus.Registry
	requests *prometheus.HistogramVec
}

func newWatch(h *Handler) *watch {
	w := &watch{
		log:      h.Log,
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "foyer_http_request_seconds", Help: "Time from the request's headers to the answer's end.",
			Buckets: []float64{.0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5},
		}, []string{"method", "route", "status"}),
	}
	build := prometheus.NewGauge(prometheus.GaugeOpts{
		Name: "foyer_build_info", Help: "1; the version is in the label.", ConstLabels: prometheus.Labels{"version": h.Version},
	})
	build.Set(1)
	w.registry.MustRegister(w.requests, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	w.registry.MustRegister(presence{hub: h.Hub, sockets: h.connections, webhooks: h.Webhooks, media: h.Media, relays: h.Relays})
	w.registry.MustRegister(&guessing{guard: h.Guard, count: h.Store.CountLiveCodes})
	return w
}

func (w *watch) count(name, route string, status int, took time.Duration) {
	w.requests.WithLabelValues(method(name), route, strconv.Itoa(status)).Observe(took.Seconds())
}

func (w *watch) handler() http.Handler {
	return promhttp.HandlerFor(w.registry, promhttp.HandlerOpts{MaxRequestsInFlight: 4})
}

var (
	failuresTotal = prometheus.NewDesc("foyer_code_failures_total", "Refused exchanges of room codes.", nil, nil)
	failuresRate  = prometheus.NewDesc("foyer_code_failures_per_minute", "Refused exchanges in the last minute.", nil, nil)
	unreadTotal   = prometheus.NewDesc("foyer_code_lookups_unread_total", "Look-ups refused unread, of addresses that guess.", nil, nil)
	suspicious    = prometheus.NewDesc("foyer_code_suspicious_addresses", "Addresses that are held back now.", nil, nil)
	liveCodes     = prometheus.NewDesc("foyer_live_codes", "Room codes that open a room, as of at most a minute ago.", nil, nil)
	luckyGuesses  = prometheus.NewDesc("foyer_lucky_guesses_per_year",
		"Expected hits in a year at the rate of failures of the last minute (docs/guessing.md).", nil, nil)
)

// guessing tells how the guess guard is doing. Live codes are counted once a minute at most: that reads the whole table.
type guessing struct {
	guard *codes.Guard
	count func(context.Context) (int64, error)

	mu      sync.Mutex
	live    int64     // guarded by mu
	counted time.Time // guarded by mu
}

// Describe is prometheus's.
func (g *guessing) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{failuresTotal, failuresRate, unreadTotal, suspicious, liveCodes, luckyGuesses} {
		out <- d
	}
}

// Collect is prometheus's.
func (g *guessing) Collect(out chan<- prometheus.Metric) {
	stats, live := g.guard.Stats(), g.liveNow()
	send := func(d *prometheus.Desc, kind prometheus.ValueType, value float64) {
		out <- prometheus.MustNewConstMetric(d, kind, value)
	}
	send(failuresTotal, prometheus.CounterValue, float64(stats.Failures))
	send(failuresRate, prometheus.GaugeValue, float64(stats.LastMinute))
	send(unreadTotal, prometheus.CounterValue, float64(stats.Unread))
	send(suspicious, prometheus.GaugeValue, float64(stats.Suspicious))
	send(liveCodes, prometheus.GaugeValue, float64(live))
	send(luckyGuesses, prometheus.GaugeValue, codes.LuckyGuessesPerYear(int(live), float64(stats.LastMinute)))
}

func (g *guessing) liveNow() int64 {
	g.mu.Lock()
	defer g.mu.Unlock()
	if time.Since(g.counted) < time.Minute {
		return g.live
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience) // a scrape brings no context
	defer cancel()
	if live, err := g.count(ctx); err == nil {
		g.live = live
	}
	g.counted = time.Now()
	return g.live
}
