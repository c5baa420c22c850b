package hub

import (
	"encoding/json"
	"maps"
	"slices"
	"time"

	"foyer/fault"
	"foyer/models"
)

// Bounds of a session's values.
const (
	maxValues = 256
	maxKey    = 256       // bytes
	maxValue  = 64 << 10  // bytes
	maxVolume = 512 << 10 // bytes of all values
)

// Value is one value of a session's metadata. It never changes: setting it makes a new one.
type Value struct {
	Key     string
	Data    json.RawMessage
	At      time.Time
	By      string // peer id; empty: the server
	Version int    // counts the changes, from 1
}

// Set sets a value and tells everybody who observes it. When version is given the value must have it still: 0 stands for a value that was
// never set. Kinds Forbidden before the peer is in; Invalid beyond the bounds; Conflict for another version.
func (p *Peer) Set(key string, data json.RawMessage, version *int) (Value, error) {
	r := p.room
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := p.insideLocked(); err != nil {
		return Value{}, err
	}
	old := r.values[key]
	if old == nil {
		old = &Value{}
	}
	if version != nil && *version != old.Version {
		return Value{}, fault.New(fault.Conflict, "the value has changed meanwhile")
	}
	if err := r.roomForLocked(key, data, old); err != nil {
		return Value{}, err
	}
	value := &Value{Key: key, Data: data, At: r.hub.stamp(), By: p.id, Version: old.Version + 1}
	r.volume += len(data) - len(old.Data)
	r.values[key] = value
	r.hub.write(models.Entry{Session: r.session, State: r.stateLocked()})
	e := &Event{Body: Noted{Values: []Value{*value}}}
	for _, other := range r.inside {
		if other.observed[key] {
			other.tellLocked(e)
		}
	}
	return *value, nil
}

func (r *Room) roomForLocked(key string, data json.RawMessage, old *Value) error {
	switch {
	case key == "" || len(key) > maxKey:
		return fault.Invalidf("a key must have 1 to %d bytes", maxKey)
	case len(data) > maxValue:
		return tooMuch("bytes of a value", maxValue)
	case old.Version == 0 && len(r.values) >= maxValues:
		return tooMuch("values of a session", maxValues)
	case r.volume+len(data)-len(old.Data) > maxVolume:
		return tooMuch("bytes of all values of a session", maxVolume)
	}
	return nil
}

// tooMuch refuses what would pass a bound.
func tooMuch(what string, most int) error { return fault.Invalidf("%s: at most %d", what, most) }

// Get is a value; one that was never set has version 0 and no data, like all of them before the peer is in.
func (p *Peer) Get(key string) Value {
	p.room.mu.Lock()
	defer p.room.mu.Unlock()
	if value := p.room.values[key]; value != nil && p.phase == in {
		return *value
	}
	return Value{Key: key}
}

// Observe replaces the set of keys that the peer observes, and tells it their values as soon as it is in. Kind Invalid for too many.
func (p *Peer) Observe(keys []string) error {
	if len(keys) > maxValues {
		return tooMuch("keys", maxValues)
	}
	r := p.room
	r.mu.Lock()
	defer r.mu.Unlock()
	p.observed = make(map[string]bool, len(keys))
	for _, key := range keys {
		if len(key) <= maxKey {
			p.observed[key] = true
		}
	}
	if p.phase != in {
		return nil
	}
	p.row.Observed = p.observedWords()
	p.keepLocked()
	if values := r.observedLocked(p); len(values) > 0 {
		p.tellLocked(&Event{Body: Noted{Values: values}})
	}
	return nil
}

func (p *Peer) observedWords() models.Words {
	return slices.AppendSeq(models.Words{}, maps.Keys(p.observed))
}

// observedLocked are the values that the peer observes, by key.
func (r *Room) observedLocked(p *Peer) []Value {
	return slices.DeleteFunc(r.allValuesLocked(), func(v Value) bool { return !p.observed[v.Key] })
}

func (r *Room) allValuesLocked() []Value {
	if len(r.values) == 0 {
		return nil
	}
	all := make([]Value, 0, len(r.values))
	for _, key := range slices.Sorted(maps.Keys(r.values)) {
		all = append(all, *r.values[key])
	}
	return all
}

// stateLocked is what the session must know again after a restart.
func (r *Room) stateLocked() models.Document {
	values := make([]any, 0, len(r.values))
	for _, v := range r.values {
		values = append(values, map[string]any{
			"key": v.Key, "data": v.Data, "at": v.At.UnixMilli(), "by": v.By, "version": v.Version,
		})
	}
	return models.Document{"values": values, "locked": r.locked}
}
