package v2

import (
	"cmp"
	"encoding/json"
	"math"
	"net/http"
	"time"

	"foyer/media"
	"foyer/models"
	"foyer/sessions"
	"foyer/store"
	"foyer/webhooks"

	"github.com/labstack/echo/v4"
)

func (h *Handler) mountAnalytics(g routes) {
	g.get("/analytics/webhooks", h.deliveries)
	g.post("/analytics/webhooks/replay", h.replay)
	g.post("/analytics/events/webhooks/replay", h.replay) // as one sample of the documentation has it
	g.get("/analytics/webhooks/replay/:workflow_id", h.replayStatus)
	g.get("/analytics/events", h.analytics)
	g.get("/analytics/peer-stats", h.peerStats)
}

// delivery is a webhook's delivery on the wire, in the form of an event about an event (server contract 7.5).
type delivery struct {
	EventID        string          `json:"event_id"`
	EventName      string          `json:"event_name"`
	RoomID         models.ID       `json:"room_id"`
	EventTimestamp time.Time       `json:"event_timestamp"`
	Payload        deliveryPayload `json:"payload"`
}

type deliveryPayload struct {
	EventData         json.RawMessage `json:"event_data"`
	WebhookURL        string          `json:"webhook_url"`
	OriginalEventName string          `json:"original_event_name"`
	ErrorReason       string          `json:"error_reason,omitempty"`
}

func newDelivery(d *models.Delivery) delivery {
	wire := delivery{
		EventID: d.EventID, EventName: "reporter.webhook.delivery." + d.State, RoomID: d.RoomID, EventTimestamp: d.SettledAt.UTC(),
		Payload: deliveryPayload{EventData: json.RawMessage(d.Body), OriginalEventName: d.Type},
	}
	if d.URL != nil {
		wire.Payload.WebhookURL = *d.URL
	}
	if d.Problem != nil {
		wire.Payload.ErrorReason = *d.Problem
	}
	return wire
}

// deliveryList is a page of deliveries. This list alone has numbered pages.
type deliveryList struct {
	Events     []delivery `json:"events"`
	Pagination struct {
		CurrentPage int  `json:"current_page"`
		PageSize    int  `json:"page_size"`
		TotalPages  int  `json:"total_pages"`
		TotalItems  int  `json:"total_items"`
		HasNext     bool `json:"has_next"`
		HasPrev     bool `json:"has_prev"`
	} `json:"pagination"`
	Summary struct {
		TotalEvents int `json:"total_events"`
	} `json:"summary"`
}

func (h *Handler) deliveries(c echo.Context) error {
	q := &query{c: c}
	asked := webhooks.Query{
		Start: q.time("start_time"), End: q.time("end_time"), RoomID: q.text("room_id"), EventNames: q.texts("event_names"),
		Status: q.word("status", "all"),
	}
	page := webhooks.Page{Number: q.number("page", 1, 1, 1_000_000), Limit: q.limit(50)}
	if q.err != nil {
		return q.err
	}
	rows, total, err := h.Webhooks.Deliveries(c.Request().Context(), workspace(c).ID, &asked, page)
	if err != nil {
		return err
	}
	list := deliveryList{Events: make([]delivery, len(rows))}
	for i := range rows {
		list.Events[i] = newDelivery(&rows[i])
	}
	p := &list.Pagination
	p.CurrentPage, p.PageSize, p.TotalItems, p.TotalPages = page.Number, page.Limit, total, (total+page.Limit-1)/page.Limit
	p.HasNext, p.HasPrev = page.Number < p.TotalPages, page.Number > 1
	list.Summary.TotalEvents = total
	return c.JSON(http.StatusOK, list)
}

// analyticsEvent is an analytics event on the wire (server contract 7.7).
type analyticsEvent struct {
	Version   string          `json:"version"`
	ID        models.ID       `json:"id"`
	Timestamp time.Time       `json:"timestamp"`
	Type      string          `json:"type"`
	Data      models.Document `json:"data"`
}

// analyticsList is a part of a list of them. Last says the same as Next: the official SDK looks for it.
type analyticsList struct {
	Limit  int              `json:"limit"`
	Total  int              `json:"total"`
	Next   string           `json:"next"`
	Last   string           `json:"last"`
	Events []analyticsEvent `json:"events"`
}

func (h *Handler) analytics(c echo.Context) error {
	q := &query{c: c}
	filter := store.AnalyticsFilter{
		WorkspaceID: workspace(c).ID, RoomID: q.needed("room_id"), Types: q.texts("type"), SessionID: q.text("session_id"),
		PeerID: q.text("peer_id"), UserID: q.text("user_id"), BeamID: q.text("beam_id"), Problem: q.flag("error"),
	}
	start, limit := q.text("start"), q.limit(10)
	if q.err != nil {
		return q.err
	}
	page, err := h.Webhooks.Analytics(c.Request().Context(), filter, start, limit)
	if err != nil {
		return err
	}
	list := analyticsList{
		Limit: len(page.Events), Total: page.Total, Next: page.Next, Last: page.Next, Events: make([]analyticsEvent, len(page.Events)),
	}
	for i, e := range page.Events {
		list.Events[i] = analyticsEvent{Version: "2.0", ID: e.ID, Timestamp: e.CreatedAt.UTC(), Type: e.Type, Data: e.Data}
	}
	return c.JSON(http.StatusOK, list)
}

// peerStats are the measurements of a peer's media (server contract 7.7).
type peerStats struct {
	PeerID     string         `json:"peer_id"`
	SessionID  models.ID      `json:"session_id"`
	RoomID     models.ID      `json:"room_id"`
	Publisher  measuredTracks `json:"publisher"`
	Subscriber measuredTracks `json:"subscriber"`
}

type measuredTracks struct {
	Video []measuredTrack `json:"video"`
	Audio []measuredTrack `json:"audio"`
}

type measuredTrack struct {
	TrackID    string     `json:"track_id"`
	Type       string     `json:"type"` // regular or screen
	RID        *string    `json:"rid"`  // null: it has one layer
	TimeSeries timeSeries `json:"time_series"`
}

// timeSeries are lists of one length. Null is what is not known.
type timeSeries struct {
	Timestamps  []int64   `json:"timestamps"` // milliseconds
	Bitrate     []int     `json:"bitrate"`    // bit/s
	FPS         []float64 `json:"fps,omitempty"`
	PacketLoss  []float64 `json:"packet_loss_percent"`
	RoundTrip   []*int64  `json:"rtt_ms"`
	Jitter      []*int64  `json:"jitter_ms"`
	Packets     []uint64  `json:"packets"`
	PacketsLost []uint64  `json:"packets_lost"`
}

func newTimeSeries(s *models.Series) timeSeries {
	n := len(s.Times)
	wire := timeSeries{
		Timestamps: s.Times, Bitrate: s.Bitrates, PacketLoss: make([]float64, n), RoundTrip: known(s.RoundTrips), Jitter: known(s.Jitters),
		Packets: s.Packets, PacketsLost: s.Lost,
	}
	for i := range n {
		lost, all := since(s.Lost, i), since(s.Packets, i)
		if s.Sent {
			all += lost // the packets are those that came
		}
		wire.PacketLoss[i] = rounded(100 * lost / max(all, lost, 1))
	}
	if s.Kind == string(media.Video) {
		wire.FPS = make([]float64, n)
		for i := 1; i < n; i++ { // before the first measurement is no time to speak of
			wire.FPS[i] = rounded(since(s.Pictures, i) * 1000 / float64(max(s.Times[i]-s.Times[i-1], 1)))
		}
	}
	return wire
}

// since is how much was counted since the measurement before.
func since(counts []uint64, i int) float64 {
	if i == 0 {
		return float64(counts[0])
	}
	return float64(counts[i]) - float64(min(counts[i], counts[i-1]))
}

// rounded has two decimals.
func rounded(f float64) float64 { return math.Round(100*f) / 100 }

// known has null for 0.
func known(list []int64) []*int64 {
	wire := make([]*int64, len(list))
	for i := range list {
		if list[i] > 0 {
			wire[i] = &list[i]
		}
	}
	return wire
}

// layers are the words of this interface for the layers that clients call full, half and quarter.
var layers = map[string]string{"f": "h", "h": "m", "q": "l"}

func newMeasuredTrack(s *models.Series) measuredTrack {
	wire := measuredTrack{TrackID: s.Track, Type: "regular", TimeSeries: newTimeSeries(s)}
	if s.Source == media.Screen {
		wire.Type = media.Screen
	}
	if s.RID != "" {
		layer := cmp.Or(layers[s.RID], s.RID)
		wire.RID = &layer
	}
	return wire
}

func (t *measuredTracks) add(s *models.Series) {
	list := &t.Audio
	if s.Kind == string(media.Video) {
		list = &t.Video
	}
	*list = append(*list, newMeasuredTrack(s))
}

func newPeerStats(peer string, session models.ID, m *sessions.Measured) peerStats {
	none := measuredTracks{Video: []measuredTrack{}, Audio: []measuredTrack{}}
	wire := peerStats{PeerID: peer, SessionID: session, RoomID: m.RoomID, Publisher: none, Subscriber: none}
	for i := range m.Series {
		if s := &m.Series[i]; s.Sent {
			wire.Publisher.add(s)
		} else {
			wire.Subscriber.add(s)
		}
	}
	return wire
}

func (h *Handler) peerStats(c echo.Context) error {
	q := &query{c: c}
	peer, session := q.needed("peer_id"), models.ID(q.needed("session_id"))
	if q.err != nil {
		return q.err
	}
	if !models.ValidID(string(session)) {
		session = "" // it names nothing
	}
	measured, err := h.Sessions.Measured(c.Request().Context(), workspace(c).ID, session, peer)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, newPeerStats(peer, session, &measured))
}
