package handlers

import (
	"foyer/handlers/socket"
	"foyer/hub"

	"github.com/prometheus/client_golang/prometheus"
)

var (
	liveRooms   = prometheus.NewDesc("foyer_live_rooms", "Rooms in which somebody is.", nil, nil)
	livePeers   = prometheus.NewDesc("foyer_live_peers", "Peers that are in a room, with or without a connection just now.", nil, nil)
	openSockets = prometheus.NewDesc("foyer_open_sockets", "WebSocket connections.", nil, nil)
)

// presence tells how many are there. Rooms and peers have no names here: a label would grow.
type presence struct {
	hub     *hub.Hub
	sockets *socket.Server
}

// Describe is prometheus's.
func (p presence) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{liveRooms, livePeers, openSockets} {
		out <- d
	}
}

// Collect is prometheus's.
func (p presence) Collect(out chan<- prometheus.Metric) {
	rooms, peers := p.hub.Size()
	for d, value := range map[*prometheus.Desc]int{liveRooms: rooms, livePeers: peers, openSockets: p.sockets.Len()} {
		out <- prometheus.MustNewConstMetric(d, prometheus.GaugeValue, float64(value))
	}
}
