package handlers

import (
	"context"

	"foyer/hub"
	"foyer/webhooks"

	"github.com/prometheus/client_golang/prometheus"
)

var (
	liveRooms   = prometheus.NewDesc("foyer_live_rooms", "Rooms in which somebody is.", nil, nil)
	livePeers   = prometheus.NewDesc("foyer_live_peers", "Peers that are in a room, with or without a connection just now.", nil, nil)
	openSockets = prometheus.NewDesc("foyer_open_sockets", "WebSocket connections.", nil, nil)
	hooksQueued = prometheus.NewDesc("foyer_webhooks_queued", "Deliveries of webhooks that wait to be made.", nil, nil)
	hooksSent   = prometheus.NewDesc("foyer_webhooks_sent_total", "Deliveries of webhooks that arrived.", nil, nil)
	hooksFailed = prometheus.NewDesc("foyer_webhooks_failed_total", "Deliveries of webhooks that were given up.", nil, nil)
)

// presence tells how many are there, and how their webhooks do. Rooms and peers have no names here: a label would grow.
type presence struct {
	hub      *hub.Hub
	sockets  func() int
	webhooks *webhooks.Service
}

// Describe is prometheus's.
func (p presence) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{liveRooms, livePeers, openSockets, hooksQueued, hooksSent, hooksFailed} {
		out <- d
	}
}

// Collect is prometheus's.
func (p presence) Collect(out chan<- prometheus.Metric) {
	send := func(d *prometheus.Desc, kind prometheus.ValueType, value float64) {
		out <- prometheus.MustNewConstMetric(d, kind, value)
	}
	rooms, peers := p.hub.Size()
	send(liveRooms, prometheus.GaugeValue, float64(rooms))
	send(livePeers, prometheus.GaugeValue, float64(peers))
	send(openSockets, prometheus.GaugeValue, float64(p.sockets()))
	ctx, cancel := context.WithTimeout(context.Background(), patience) // a scrape brings no context
	defer cancel()
	stats, err := p.webhooks.Stats(ctx)
	if err != nil {
		return // the database is away: the rest is told
	}
	send(hooksQueued, prometheus.GaugeValue, float64(stats.Queued))
	send(hooksSent, prometheus.CounterValue, float64(stats.Sent))
	send(hooksFailed, prometheus.CounterValue, float64(stats.Failed))
}
