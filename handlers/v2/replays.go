package v2

import (
	"net/http"
	"time"

	"foyer/models"
	"foyer/webhooks"

	"github.com/labstack/echo/v4"
)

// replayFilters are what a replay was asked for, on the wire. Limit and offset are told with the status only.
type replayFilters struct {
	StartTime  time.Time `json:"start_time"`
	EndTime    time.Time `json:"end_time"`
	RoomID     string    `json:"room_id"`
	EventTypes []string  `json:"event_types"`
	Limit      *int      `json:"limit,omitempty"`
	Offset     *int      `json:"offset,omitempty"`
}

func newReplayFilters(r *models.Replay) replayFilters {
	return replayFilters{
		StartTime: r.StartTime.UTC(), EndTime: r.EndTime.UTC(), RoomID: r.RoomID, EventTypes: append([]string{}, r.EventNames...),
	}
}

// replayStarted answers whoever asks for a replay (server contract 7.6).
type replayStarted struct {
	WorkflowID models.ID     `json:"workflow_id"`
	Status     string        `json:"status"`
	Message    string        `json:"message"`
	Filters    replayFilters `json:"filters"`
}

// replayAsked takes what is asked for from the body, and from the query string what the body lacks: the documentation has both.
func replayAsked(c echo.Context) (*webhooks.ReplayRequest, error) {
	b, q := readBody(c), &query{c: c}
	r := &webhooks.ReplayRequest{
		Query: webhooks.Query{
			Start: or(b.time("start_time"), q.time("start_time")), End: or(b.time("end_time"), q.time("end_time")),
			RoomID: *or(b.text("room_id"), new(q.text("room_id"))), Status: *or(b.text("status"), new(q.word("status", "failed"))),
			EventNames: q.texts("event_names"),
		},
		Limit:  *or(b.integer("limit"), new(q.number("limit", webhooks.MaxReplayed, 1, webhooks.MaxReplayed))),
		Offset: *or(b.integer("offset"), new(q.number("offset", 0, 0, 1<<31-1))),
	}
	if names := b.words("event_names"); names != nil {
		r.EventNames = names
	}
	if b.err != nil {
		return nil, b.err
	}
	return r, q.err
}

// or is the first of two that there is.
func or[T any](first, second *T) *T {
	if first != nil {
		return first
	}
	return second
}

func (h *Handler) replay(c echo.Context) error {
	asked, err := replayAsked(c)
	if err != nil {
		return err
	}
	row, started, err := h.Webhooks.Replay(c.Request().Context(), workspace(c).ID, asked)
	if err != nil {
		return err
	}
	answer := replayStarted{
		WorkflowID: row.ID, Status: "started", Message: "webhook replay started", Filters: newReplayFilters(&row),
	}
	if !started {
		answer.Status, answer.Message = "already_running", "an identical webhook replay is already running"
	}
	return c.JSON(http.StatusOK, answer)
}

// replayState is how far a replay has come, on the wire.
type replayState struct {
	WorkflowID  models.ID      `json:"workflow_id"`
	Status      string         `json:"status"`
	StartedAt   time.Time      `json:"started_at"`
	CompletedAt *time.Time     `json:"completed_at"`
	Filters     replayFilters  `json:"filters"`
	Progress    replayProgress `json:"progress"`
	Result      replayResult   `json:"result"`
}

type replayProgress struct {
	Total     int `json:"total"`
	Completed int `json:"completed"`
	Failed    int `json:"failed"`
}

type replayResult struct {
	replayProgress

	FailedEvents models.List `json:"failed_events"`
}

func (h *Handler) replayStatus(c echo.Context) error {
	row, err := h.Webhooks.ReplayStatus(c.Request().Context(), workspace(c).ID, id(c, "workflow_id"))
	if err != nil {
		return err
	}
	progress := replayProgress{Total: row.Total, Completed: row.Completed, Failed: row.Failed}
	state := replayState{
		WorkflowID: row.ID, Status: row.State, StartedAt: row.StartedAt.UTC(), CompletedAt: row.CompletedAt,
		Filters: newReplayFilters(&row), Progress: progress, Result: replayResult{progress, row.Failures},
	}
	state.Filters.Limit, state.Filters.Offset = &row.MaxEvents, &row.Skip
	return c.JSON(http.StatusOK, state)
}
