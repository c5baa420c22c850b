package sfu

import (
	"encoding/json"
	"errors"
	"io"

	"foyer/media"

	"github.com/pion/datachannel"
	"github.com/pion/webrtc/v4"
)

// channelName is what clients know the channel by on which they say what they want (client protocol 6.1).
const channelName = "ion-sfu"

// mostRequest is how many bytes a call may have.
const mostRequest = 4 << 10

// request is a call of the client's on the channel.
type request struct {
	ID     json.RawMessage `json:"id"`
	Method string          `json:"method"`
	Params struct {
		Track      string `json:"track_id"`
		Layer      string `json:"max_spatial_layer"`
		Subscribed *bool  `json:"subscribed"`
	} `json:"params"`
}

type reply struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Result  *struct{}       `json:"result,omitempty"`
	Error   *refusal        `json:"error,omitempty"`
}

type refusal struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// attend reads the calls on a channel until it ends. pion would do it with a buffer for the largest message that SCTP can carry.
func (p *peer) attend(channel *webrtc.DataChannel) {
	raw, err := channel.Detach()
	if err != nil {
		return
	}
	buffer := make([]byte, mostRequest)
	for {
		n, _, err := raw.ReadDataChannel(buffer)
		switch {
		case err == nil:
			p.hear(channel, raw, buffer[:n])
		case errors.Is(err, io.ErrShortBuffer): // it waits until there is room for it: it is no call
			if _, _, err = raw.ReadDataChannel(make([]byte, channelBuffer)); err != nil {
				return
			}
		default:
			return
		}
	}
}

// hear answers a call.
func (p *peer) hear(channel *webrtc.DataChannel, raw datachannel.Writer, message []byte) {
	var r request
	if json.Unmarshal(message, &r) != nil || len(r.ID) == 0 {
		return
	}
	answer := reply{Version: "2.0", ID: r.ID}
	if answer.Error = p.wish(&r); answer.Error == nil {
		answer.Result = &struct{}{}
	}
	if text, err := json.Marshal(answer); err == nil && channel.BufferedAmount() < channelBuffer {
		_, _ = raw.WriteDataChannel(text, true)
	}
}

// wish takes what a client wants of a track.
func (p *peer) wish(r *request) *refusal {
	layer, known := media.ParseLayer(r.Params.Layer)
	switch r.Method {
	case "prefer-video-track-state":
		if !known {
			return &refusal{400, "max_spatial_layer must be none, low, medium or high"}
		}
	case "prefer-audio-track-state":
		if layer = media.High; r.Params.Subscribed != nil && !*r.Params.Subscribed {
			layer = media.None
		}
	default:
		return &refusal{404, "unknown method"}
	}
	if !p.room.want(p, r.Params.Track, layer) {
		return &refusal{404, "track not found"}
	}
	return nil
}
