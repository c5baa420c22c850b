package hms

import (
	"context"
	"encoding/json"

	"foyer/fault"
	"foyer/hub"
)

// value is one value of the session store (client protocol 4.1, 4.3).
type value struct {
	Key     string          `json:"key"`
	Data    json.RawMessage `json:"data"`
	At      int64           `json:"updated_at,omitempty"` // milliseconds
	By      string          `json:"updated_by,omitempty"`
	Version int             `json:"change_version,omitempty"`
}

func valueOf(v hub.Value) value {
	w := value{Key: v.Key, Data: v.Data, By: v.By, Version: v.Version}
	if w.Data == nil {
		w.Data = json.RawMessage("null")
	}
	if v.Version > 0 {
		w.At = v.At.UnixMilli()
	}
	return w
}

func valuesOf(list []hub.Value) []value {
	out := make([]value, len(list))
	for i, v := range list {
		out[i] = valueOf(v)
	}
	return out
}

func (p *client) setValue(_ context.Context, c call) ([]byte, error) {
	params, err := read[struct {
		Key     string          `json:"key"`
		Data    json.RawMessage `json:"data"`
		Version *int            `json:"if_change_version"`
	}](c)
	if err != nil {
		return nil, err
	}
	if params.Data == nil {
		params.Data = json.RawMessage("null")
	}
	v, err := p.line.Set(params.Key, params.Data, params.Version)
	if err != nil {
		return nil, err
	}
	return marshal(valueOf(v)), nil
}

func (p *client) getValue(_ context.Context, c call) ([]byte, error) {
	params, err := read[struct{ Key string }](c)
	if err != nil {
		return nil, err
	}
	if params.Key == "" {
		return nil, fault.Invalidf("key is required")
	}
	return marshal(valueOf(p.line.Get(params.Key))), nil
}

func (p *client) observe(_ context.Context, c call) ([]byte, error) {
	params, err := read[struct{ Keys []string }](c)
	if err != nil {
		return nil, err
	}
	return empty, p.line.Observe(params.Keys)
}
