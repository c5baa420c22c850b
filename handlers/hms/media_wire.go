package hms

import (
	"cmp"
	"maps"
	"slices"
	"strconv"

	"foyer/hub"
	"foyer/media"
)

// answered is the result of a join: the client learns whose media they are, and gets the answer to its offer if it made one.
type answered struct {
	Type string `json:"type,omitempty"`
	SDP  string `json:"sdp,omitempty"`
	Node string `json:"sfu_node_id"`
}

// wireTrack is a track as the client speaks of it (client protocol 4.2).
type wireTrack struct {
	ID          string `json:"track_id"`
	Stream      string `json:"stream_id"`
	Kind        string `json:"type"`
	Source      string `json:"source"`
	Mute        bool   `json:"mute"`
	Description string `json:"description"`
}

// tracksOf are the tracks of an offer, by their ids.
func tracksOf(wire map[string]wireTrack) []media.Track {
	tracks := make([]media.Track, 0, len(wire))
	for _, id := range slices.Sorted(maps.Keys(wire)) {
		t := wire[id]
		tracks = append(tracks, media.Track{
			ID: cmp.Or(t.ID, id), Stream: t.Stream, Kind: media.Kind(t.Kind), Source: cmp.Or(t.Source, hub.Regular), Muted: t.Mute,
			Description: t.Description,
		})
	}
	return tracks
}

func appendTracks(b []byte, tracks []media.Track) []byte {
	b = append(b, '{')
	for i := range tracks {
		t := &tracks[i]
		if i > 0 {
			b = append(b, ',')
		}
		b = appendText(b, t.ID)
		b = append(b, `:{"track_id":`...)
		b = appendText(b, t.ID)
		b = append(b, `,"stream_id":`...)
		b = appendText(b, t.Stream)
		b = append(b, `,"type":`...)
		b = appendText(b, string(t.Kind))
		b = append(b, `,"source":`...)
		b = appendText(b, t.Source)
		b = append(b, `,"mute":`...)
		b = strconv.AppendBool(b, t.Muted)
		b = append(b, `,"description":`...)
		b = appendText(b, t.Description)
		b = append(b, '}')
	}
	return append(b, '}')
}

// tracksFrame tells what has become of a peer's tracks, if body is about that.
func tracksFrame(body any) []byte {
	switch e := body.(type) {
	case hub.TracksAdded:
		return note("on-track-add", func(b []byte) []byte { return appendPeerTracks(b, e.Peer, e.Tracks) })
	case hub.TracksChanged:
		return note("on-track-update", func(b []byte) []byte { return appendPeerTracks(b, e.Peer, e.Tracks) })
	case hub.TracksRemoved:
		return note("on-track-remove", func(b []byte) []byte { return appendPeerTracks(b, e.Peer, e.Tracks) })
	}
	return nil
}

func appendPeerTracks(b []byte, c *hub.Card, tracks []media.Track) []byte {
	b = append(b, `{"peer":`...)
	b = append(b, briefOf(c)...)
	b = append(b, `,"tracks":`...)
	return append(appendTracks(b, tracks), '}')
}

// offered is the engine's offer of what a client gets.
type offered struct {
	Type string `json:"type"`
	SDP  string `json:"sdp"`
	Node string `json:"sfu_node_id"`
}

type trickled struct {
	Target    media.Side      `json:"target"`
	Candidate media.Candidate `json:"candidate"`
}

type speaker struct {
	Peer  string `json:"peer_id"`
	Track string `json:"track_id"`
	Level int    `json:"level"`
}

type score struct {
	Peer     string `json:"peer_id"`
	Downlink int    `json:"downlink_score"`
}

type layers struct {
	Track      string `json:"track_id"`
	Current    string `json:"current_layer"`
	Expected   string `json:"expected_layer"`
	Subscriber bool   `json:"subscriber_degraded"`
	Publisher  bool   `json:"publisher_degraded"`
}

// nodeInfo tells a client that another engine has its media from now on: it connects anew.
func nodeInfo(node string) []byte { return noteOf("node-info", map[string]string{"sfu_node_id": node}) }

// engineFrame is what an engine tells a peer, as this protocol does; nil for what it has no word for.
func engineFrame(node string, body media.Event) []byte {
	switch e := body.(type) {
	case media.Offered:
		return noteOf("offer", offered{Type: "offer", SDP: e.SDP, Node: node})
	case media.Found:
		return noteOf("trickle", trickled{Target: e.Side, Candidate: e.Candidate})
	case media.Levels:
		list := make([]speaker, len(e.Speakers))
		for i, s := range e.Speakers {
			list[i] = speaker(s)
		}
		return noteOf("active-speakers", map[string]any{"speaker-list": list})
	case media.Quality:
		list := make([]score, len(e.Scores))
		for i, s := range e.Scores {
			list[i] = score{Peer: s.Peer, Downlink: s.Score}
		}
		return noteOf("on-connection-quality-update", map[string]any{"peers": list})
	case media.Layers:
		tracks := make(map[string]layers, len(e.Tracks))
		for _, t := range e.Tracks {
			tracks[t.Track] = layers{
				Track: t.Track, Current: t.Current.String(), Expected: t.Expected.String(), Subscriber: t.Subscriber, Publisher: t.Publisher,
			}
		}
		return noteOf("on-track-layer-update", map[string]any{"tracks": tracks})
	}
	return nil
}
