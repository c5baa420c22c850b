package v2

import (
	"net/http"
	"net/url"
	"time"

	"foyer/models"
	"foyer/rooms"

	"github.com/labstack/echo/v4"
)

func (h *Handler) mountStreamKeys(g routes) {
	g.post("/stream-keys/room/:room_id", h.createStreamKey)
	g.get("/stream-keys/room/:room_id", h.streamKeys)
	g.post("/stream-keys/room/:room_id/disable", h.disableStreamKey)
}

// streamKey is a stream key on the wire (server contract 8.6).
type streamKey struct {
	ID         models.ID `json:"id"`
	URL        string    `json:"url"`
	Key        string    `json:"key"`
	RoomID     models.ID `json:"room_id"`
	CustomerID models.ID `json:"customer_id"`
	AppID      models.ID `json:"app_id"`
	Enabled    bool      `json:"enabled"`
	CreatedAt  time.Time `json:"created_at"`
	UpdatedAt  time.Time `json:"updated_at"`
}

func (h *Handler) newStreamKey(w *models.Workspace, k *rooms.StreamKey) streamKey {
	ingest := url.URL{Scheme: "rtmp", Host: h.Public.Hostname(), Path: "/live"} // where an engine would listen
	return streamKey{
		ID: k.ID, URL: ingest.String(), Key: k.Secret, RoomID: k.RoomID, CustomerID: w.ID, AppID: w.AppID, Enabled: k.Enabled,
		CreatedAt: k.CreatedAt.UTC(), UpdatedAt: k.UpdatedAt.UTC(),
	}
}

func (h *Handler) createStreamKey(c echo.Context) error {
	if b := readBody(c); b.err != nil {
		return b.err
	}
	w := workspace(c)
	key, err := h.Rooms.CreateStreamKey(c.Request().Context(), w.ID, id(c, "room_id"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, h.newStreamKey(w, &key))
}

// streamKeyList has no limit, unlike the other lists.
type streamKeyList struct {
	Data []streamKey `json:"data"`
	Last string      `json:"last"`
}

func (h *Handler) streamKeys(c echo.Context) error {
	w := workspace(c)
	keys, err := h.Rooms.StreamKeys(c.Request().Context(), w.ID, id(c, "room_id"))
	if err != nil {
		return err
	}
	list := streamKeyList{Data: make([]streamKey, len(keys))}
	for i := range keys {
		list.Data[i] = h.newStreamKey(w, &keys[i])
		list.Last = string(keys[i].ID)
	}
	return c.JSON(http.StatusOK, list)
}

func (h *Handler) disableStreamKey(c echo.Context) error {
	if b := readBody(c); b.err != nil {
		return b.err
	}
	if err := h.Rooms.DisableStreamKey(c.Request().Context(), workspace(c).ID, id(c, "room_id")); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]string{"message": "key disabled successfully"})
}
