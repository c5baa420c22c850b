package hub

import (
	"context"
	"encoding/json"
	"time"

	"foyer/models"
)

// Restored is what a session was when Foyer ended.
type Restored struct {
	Place *Place
	Live  models.Live
	Left  time.Time // when the last one left it who did; zero: that is not known
	Queue []models.Waiter
}

// Restore brings back rooms that were live when Foyer ended, before anybody arrives. Their peers have lost their connections: they keep
// their places for the grace of their protocol, as if that had happened just now.
func (h *Hub) Restore(ctx context.Context, rooms []Restored, grace func(dialect string) time.Duration) error {
	for i := range rooms {
		one := &rooms[i]
		err := h.enter(ctx, one.Place, func(r *Room) error {
			r.restoreLocked(one, grace)
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (r *Room) restoreLocked(one *Restored, grace func(dialect string) time.Duration) {
	r.placeLocked(one.Place)
	if len(one.Live.Peers) > 0 {
		session := one.Live.Session
		r.revived = true
		r.session, r.opened, r.left, r.vague = &session, true, one.Left, one.Left.IsZero()
		r.readStateLocked(session.State)
		r.limitLocked(r.hub.stamp())
	}
	for _, row := range one.Live.Peers {
		if twin := r.peers[row.PeerID]; twin != nil { // two stays under one id: nobody was told that the first one is in
			twin.expireLocked()
		}
		wait := grace(row.Dialect)
		p := &Peer{room: r, id: row.PeerID, phase: in, row: row, observed: map[string]bool{}, ticket: Ticket{
			Place: one.Place, Role: row.Role, User: row.UserID, Token: row.Token, Agent: row.Agent, Dialect: row.Dialect, Grace: wait, Still: true,
		}}
		p.card = p.cardLocked()
		for _, key := range row.Observed {
			p.observed[key] = true
		}
		r.peers[p.id] = p
		r.inside = append(r.inside, p)
		p.graceLocked(wait)
	}
	for _, w := range one.Queue {
		if r.peers[w.PeerID] != nil {
			continue
		}
		wait := grace(w.Dialect)
		p := &Peer{room: r, id: w.PeerID, phase: waiting, since: w.Since, admitted: w.Admitted, ticket: Ticket{
			Place: one.Place, Role: w.Role, User: w.UserID, Token: w.Token, Agent: w.Agent, Dialect: w.Dialect, Grace: wait, Still: true,
		}}
		p.row.Name, p.row.Data = w.Name, w.Data
		r.peers[p.id] = p
		r.queue = append(r.queue, p)
		p.graceLocked(wait)
	}
}

// readStateLocked is the other end of stateLocked.
func (r *Room) readStateLocked(state models.Document) {
	r.locked, _ = state["locked"].(bool)
	values, _ := state["values"].([]any)
	for _, each := range values {
		doc, _ := each.(map[string]any)
		key, _ := doc["key"].(string)
		by, _ := doc["by"].(string)
		data, err := json.Marshal(doc["data"])
		if key == "" || err != nil {
			continue
		}
		r.values[key] = &Value{Key: key, Data: data, By: by, At: time.UnixMilli(int64(number(doc["at"]))), Version: number(doc["version"])}
		r.volume += len(data)
	}
}

func number(v any) int {
	digits, _ := v.(json.Number)
	n, _ := digits.Int64()
	return int(n)
}
