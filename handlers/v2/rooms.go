package v2

import (
	"net/http"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/rooms"
	"foyer/store"
	"foyer/workspaces"

	"github.com/labstack/echo/v4"
)

func (h *Handler) mountRooms(g routes) {
	g.post("/rooms", h.createRoom)
	g.get("/rooms", h.listRooms)
	g.get("/rooms/:room_id", h.room)
	g.post("/rooms/:room_id", h.updateRoom)
}

// room is a room on the wire (server contract 2.1).
type room struct {
	ID                      models.ID       `json:"id"`
	Name                    string          `json:"name"`
	Enabled                 bool            `json:"enabled"`
	Description             string          `json:"description"`
	CustomerID              models.ID       `json:"customer_id"`
	Customer                models.ID       `json:"customer"`
	AppID                   models.ID       `json:"app_id"`
	RecordingInfo           models.Document `json:"recording_info"`
	RecordingSourceTemplate bool            `json:"recording_source_template"`
	EnabledSourceTemplate   bool            `json:"enabled_source_template"`
	TemplateID              models.ID       `json:"template_id"`
	Template                string          `json:"template"`
	Region                  string          `json:"region"`
	LargeRoom               bool            `json:"large_room"`
	Size                    *int            `json:"size,omitempty"`
	MaxDurationSeconds      *int            `json:"max_duration_seconds,omitempty"`
	Polls                   models.List     `json:"polls,omitempty"`
	Webhook                 *webhook        `json:"webhook,omitempty"`
	CreatedAt               time.Time       `json:"created_at"`
	UpdatedAt               time.Time       `json:"updated_at"`
}

// listedRoom has what only the items of a list have.
type listedRoom struct {
	room

	Key       string          `json:"key"`
	Recording models.Document `json:"recording"` // the older name of recording_info
}

// webhook is a workspace's or a room's, on the wire.
type webhook struct {
	URL     string            `json:"url"`
	Headers map[string]string `json:"headers,omitempty"`
}

func newWebhook(h *workspaces.Webhook) *webhook {
	if h == nil {
		return nil
	}
	return &webhook{URL: h.URL, Headers: h.Headers}
}

func (h *Handler) newRoom(w *models.Workspace, r *models.Room) (room, error) {
	hook, err := h.Rooms.Webhook(r)
	info := rooms.RecordingInfo(r)
	return room{
		ID: r.ID, Name: r.Name, Enabled: r.Enabled, Description: r.Description,
		CustomerID: w.ID, Customer: w.ID, AppID: w.AppID,
		RecordingInfo: info, RecordingSourceTemplate: info == nil, EnabledSourceTemplate: info == nil,
		TemplateID: r.TemplateID, Template: r.TemplateName, Region: rooms.Region(r, w),
		LargeRoom: r.LargeRoom, Size: r.Size, MaxDurationSeconds: r.MaxDurationSeconds, Polls: r.Polls, Webhook: newWebhook(hook),
		CreatedAt: r.CreatedAt.UTC(), UpdatedAt: r.UpdatedAt.UTC(),
	}, err
}

// answerRoom sends a room.
func (h *Handler) answerRoom(c echo.Context, r *models.Room) error {
	wire, err := h.newRoom(workspace(c), r)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, wire)
}

// roomChange reads a room's body (server contract 2.2, 2.6).
func roomChange(b *body) rooms.Change {
	return rooms.Change{
		Name: b.text("name"), Description: b.text("description"), TemplateID: b.id("template_id"), Template: b.text("template"),
		Region: b.text("region"), Enabled: b.flag("enabled"), LargeRoom: b.flag("large_room"),
		Size: optional(b, "size", b.integer), MaxDurationSeconds: optional(b, "max_duration_seconds", b.integer),
		Polls: optional(b, "polls", b.strings), RecordingInfo: optional(b, "recording_info", b.object),
		Webhook: optional(b, "webhook", b.webhook),
	}
}

// strings takes an array of strings.
func (b *body) strings(key string) models.List {
	list := b.list(key)
	for _, each := range list {
		if _, ok := each.(string); !ok {
			b.wrong(key, "an array of strings")
		}
	}
	return list
}

// webhook takes {url, headers}.
func (b *body) webhook(key string) *workspaces.Webhook {
	doc := b.object(key)
	if doc == nil {
		return nil
	}
	inner := &body{doc: doc}
	hook := &workspaces.Webhook{Headers: map[string]string{}}
	if url := inner.text("url"); url != nil {
		hook.URL = *url
	}
	for name, value := range inner.object("headers") {
		text, ok := value.(string)
		if !ok {
			inner.wrong("headers", "an object of strings")
		}
		hook.Headers[name] = text
	}
	if inner.err != nil && b.err == nil {
		b.err = fault.Invalidf("%s: %s", key, inner.err.Error())
	}
	return hook
}

func (h *Handler) createRoom(c echo.Context) error {
	b := readBody(c)
	change := roomChange(b)
	if b.err != nil {
		return b.err
	}
	r, err := h.Rooms.Create(c.Request().Context(), workspace(c), change)
	if err != nil {
		return err
	}
	return h.answerRoom(c, &r)
}

func (h *Handler) updateRoom(c echo.Context) error {
	b := readBody(c)
	change := roomChange(b)
	if b.err != nil {
		return b.err
	}
	r, err := h.Rooms.Update(c.Request().Context(), workspace(c).ID, id(c, "room_id"), change)
	if err != nil {
		return err
	}
	return h.answerRoom(c, &r)
}

func (h *Handler) room(c echo.Context) error {
	r, err := h.Rooms.Room(c.Request().Context(), workspace(c).ID, id(c, "room_id"))
	if err != nil {
		return err
	}
	return h.answerRoom(c, &r)
}

func (h *Handler) listRooms(c echo.Context) error {
	q := &query{c: c}
	page := q.page(10)
	filter := store.RoomFilter{
		Enabled: q.flag("enabled"), NameKey: q.text("name"), TemplateID: q.text("template_id"),
		After: q.time("after"), Before: q.time("before"),
	}
	if q.err != nil {
		return q.err
	}
	w := workspace(c)
	list, err := h.Rooms.List(c.Request().Context(), w.ID, filter, page)
	if err != nil {
		return err
	}
	wire := newListing(page, list, func(r *models.Room) models.ID { return r.ID }, func(r *models.Room) listedRoom {
		one, failed := h.newRoom(w, r)
		if failed != nil {
			err = failed
		}
		return listedRoom{room: one, Key: string(w.ID) + ":" + r.Name, Recording: one.RecordingInfo}
	})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, wire)
}
