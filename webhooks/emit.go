package webhooks

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"foyer/models"
	"foyer/store"

	"github.com/google/uuid"
)

// envelope is what a receiver gets (server contract 7.3). Seq is Foyer's own: it counts the events of the room, so that a receiver can
// put them in order and sees what is missing.
type envelope struct {
	Version   string          `json:"version"`
	ID        string          `json:"id"`
	AccountID models.ID       `json:"account_id"`
	AppID     models.ID       `json:"app_id"`
	Timestamp string          `json:"timestamp"`
	Type      string          `json:"type"`
	Seq       int             `json:"seq"`
	Data      models.Document `json:"data"`
}

// Emit writes events into the outbox, in the caller's transaction, in the order in which they happened. Events of rooms to which nobody
// listens are dropped. It reads and writes for all of them at once. Call Nudge after the commit.
func (s *Service) Emit(ctx context.Context, tx *store.Store, events ...models.Event) error {
	counts := map[models.ID]int{}
	for i := range events {
		counts[events[i].RoomID]++
	}
	if len(counts) == 0 {
		return nil
	}
	listeners, err := tx.Listeners(ctx, slices.Sorted(maps.Keys(counts)))
	if err != nil || len(listeners) == 0 {
		return err
	}
	at := tx.Stamp()
	lanes := make([]models.Lane, len(listeners))
	for i, l := range listeners {
		lanes[i] = models.Lane{RoomID: l.RoomID, WorkspaceID: l.WorkspaceID, Seq: counts[l.RoomID], DueAt: &at}
	}
	slices.SortFunc(lanes, func(a, b models.Lane) int { return cmp.Compare(a.RoomID, b.RoomID) })
	extended, err := tx.ExtendLanes(ctx, lanes)
	if err != nil {
		return err
	}
	rows := outbox{ids: tx.NewID, at: at, open: map[models.ID]*room{}}
	for _, l := range listeners {
		rows.open[l.RoomID] = &room{Listener: l, seq: extended[l.RoomID].Seq - counts[l.RoomID]}
	}
	for i := range events {
		if err := rows.add(&events[i]); err != nil {
			return err
		}
	}
	return tx.InsertDeliveries(ctx, rows.rows)
}

// room is one to which somebody listens, and the number of its newest event.
type room struct {
	store.Listener

	seq int
}

// outbox gathers the rows of one call of Emit.
type outbox struct {
	ids  func() models.ID
	at   time.Time
	open map[models.ID]*room
	rows []models.Delivery
}

func (o *outbox) add(e *models.Event) error {
	to := o.open[e.RoomID]
	if to == nil {
		return nil
	}
	to.seq++
	row := models.Delivery{
		ID: o.ids(), EventID: uuid.NewString(), WorkspaceID: to.WorkspaceID, RoomID: e.RoomID, Seq: to.seq, Type: e.Type,
		State: models.DeliveryQueued, DueAt: &o.at, CreatedAt: o.at,
	}
	data := e.Data
	if data == nil {
		data = models.Document{}
	}
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(envelope{
		Version: "2.0", ID: row.EventID, AccountID: to.WorkspaceID, AppID: to.AppID, Timestamp: e.At.UTC().Format(time.RFC3339),
		Type: e.Type, Seq: to.seq, Data: data,
	})
	row.Body = strings.TrimSuffix(body.String(), "\n")
	o.rows = append(o.rows, row)
	return err
}

// again is an envelope that says it is sent once more on demand (server contract 7.3).
func again(body string) string { return strings.TrimSuffix(body, "}") + `,"is_replay":true}` }
