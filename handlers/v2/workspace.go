package v2

import (
	"net/http"
	"time"

	"foyer/models"
	"foyer/workspaces"

	"github.com/labstack/echo/v4"
)

func (h *Handler) mountWorkspace(g routes) {
	g.get("/workspace", h.workspace)
	g.post("/workspace", h.changeWorkspace)
	g.post("/workspace/webhook-secret", h.newWebhookSecret)
}

// wireWorkspace is the workspace on the wire; Foyer's own, 100ms has it in its dashboard only.
type wireWorkspace struct {
	ID                models.ID `json:"id"`
	Name              string    `json:"name"`
	AppID             models.ID `json:"app_id"`
	Region            string    `json:"region"`
	DefaultTemplateID models.ID `json:"default_template_id"`
	RoomLinksEnabled  bool      `json:"room_links_enabled"`
	Webhook           *webhook  `json:"webhook"`
	CreatedAt         time.Time `json:"created_at"`
	UpdatedAt         time.Time `json:"updated_at"`
}

func (h *Handler) answerWorkspace(c echo.Context, w *models.Workspace) error {
	hook, err := h.Workspaces.Webhook(w)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, wireWorkspace{
		ID: w.ID, Name: w.Name, AppID: w.AppID, Region: w.Region, DefaultTemplateID: w.DefaultTemplateID,
		RoomLinksEnabled: w.RoomLinksEnabled, Webhook: newWebhook(hook), CreatedAt: w.CreatedAt.UTC(), UpdatedAt: w.UpdatedAt.UTC(),
	})
}

func (h *Handler) workspace(c echo.Context) error { return h.answerWorkspace(c, workspace(c)) }

func (h *Handler) changeWorkspace(c echo.Context) error {
	b := readBody(c)
	change := workspaces.Change{
		Name: b.text("name"), Region: b.text("region"), DefaultTemplateID: b.id("default_template_id"),
		RoomLinksEnabled: b.flag("room_links_enabled"), Webhook: optional(b, "webhook", b.webhook),
	}
	if b.err != nil {
		return b.err
	}
	w, err := h.Workspaces.Change(c.Request().Context(), workspace(c).ID, change)
	if err != nil {
		return err
	}
	return h.answerWorkspace(c, &w)
}
