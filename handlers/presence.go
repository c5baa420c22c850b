package handlers

import (
	"context"

	"foyer/hub"
	"foyer/media"
	"foyer/webhooks"

	"github.com/prometheus/client_golang/prometheus"
)

var (
	liveRooms   = prometheus.NewDesc("foyer_live_rooms", "Rooms in which somebody is.", nil, nil)
	livePeers   = prometheus.NewDesc("foyer_live_peers", "Peers that are in a room, with or without a connection just now.", nil, nil)
	openSockets = prometheus.NewDesc("foyer_open_sockets", "WebSocket connections.", nil, nil)
	hooksQueued = prometheus.NewDesc("foyer_webhooks_queued", "Deliveries of webhooks that wait to be made.", nil, nil)
	hooksSent   = prometheus.NewDesc("foyer_webhooks_sent_total", "Deliveries of webhooks that arrived.", nil, nil)
	mediaPeers  = prometheus.NewDesc("foyer_media_connections", "Peer connections for pictures and sound: up to two for each peer.", nil, nil)
	mediaTracks = prometheus.NewDesc("foyer_media_tracks", "Tracks that are published, and copies of them that are sent.", []string{"direction"}, nil)
	mediaFrames = prometheus.NewDesc("foyer_media_packets_total", "Packets of pictures and sound.", []string{"direction"}, nil)
	mediaBytes  = prometheus.NewDesc("foyer_media_bytes_total", "Bytes of those packets.", []string{"direction"}, nil)
	mediaLost   = prometheus.NewDesc("foyer_media_lost_total", "Packets that were sent and did not arrive, as the receivers say.", nil, nil)
	mediaAgain  = prometheus.NewDesc("foyer_media_repeated_total", "Packets that were sent again.", nil, nil)
	mediaKeys   = prometheus.NewDesc("foyer_media_key_frames_asked_total", "Key frames that publishers were asked for.", nil, nil)
	mediaRelays = prometheus.NewDesc("foyer_turn_relays", "Relays of Foyer's own TURN server.", nil, nil)
	hooksFailed = prometheus.NewDesc("foyer_webhooks_failed_total", "Deliveries of webhooks that were given up.", nil, nil)
)

// presence tells how many are there, and how their webhooks do. Rooms and peers have no names here: a label would grow.
type presence struct {
	hub      *hub.Hub
	sockets  func() int
	webhooks *webhooks.Service
	media    media.Engine // nil: there is none
	relays   func() int   // the same
}

// Describe is prometheus's.
func (p presence) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{
		liveRooms, livePeers, openSockets, hooksQueued, hooksSent, hooksFailed,
		mediaPeers, mediaTracks, mediaFrames, mediaBytes, mediaLost, mediaAgain, mediaKeys, mediaRelays,
	} {
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
	p.collectMedia(out)
	if p.relays != nil {
		send(mediaRelays, prometheus.GaugeValue, float64(p.relays()))
	}
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

// collectMedia tells how much goes through the engine, if there is one.
func (p presence) collectMedia(out chan<- prometheus.Metric) {
	if p.media == nil {
		return
	}
	s := p.media.Stats()
	send := func(d *prometheus.Desc, kind prometheus.ValueType, value float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(d, kind, value, labels...)
	}
	send(mediaPeers, prometheus.GaugeValue, float64(s.Connections))
	send(mediaTracks, prometheus.GaugeValue, float64(s.Up), "in")
	send(mediaTracks, prometheus.GaugeValue, float64(s.Down), "out")
	send(mediaFrames, prometheus.CounterValue, float64(s.PacketsIn), "in")
	send(mediaFrames, prometheus.CounterValue, float64(s.PacketsOut), "out")
	send(mediaBytes, prometheus.CounterValue, float64(s.BytesIn), "in")
	send(mediaBytes, prometheus.CounterValue, float64(s.BytesOut), "out")
	send(mediaLost, prometheus.CounterValue, float64(s.LostOut))
	send(mediaAgain, prometheus.CounterValue, float64(s.Repeated))
	send(mediaKeys, prometheus.CounterValue, float64(s.KeyFrames))
}
