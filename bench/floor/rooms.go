package floor

import (
	"database/sql"
	"net/http"
	"strings"
	"time"

	"github.com/labstack/echo/v4"
)

// roomReply is a room as Foyer writes it.
type roomReply struct {
	ID                      string         `json:"id"`
	Name                    string         `json:"name"`
	Enabled                 bool           `json:"enabled"`
	Description             string         `json:"description"`
	CustomerID              string         `json:"customer_id"`
	Customer                string         `json:"customer"`
	AppID                   string         `json:"app_id"`
	RecordingInfo           map[string]any `json:"recording_info"`
	RecordingSourceTemplate bool           `json:"recording_source_template"`
	EnabledSourceTemplate   bool           `json:"enabled_source_template"`
	TemplateID              string         `json:"template_id"`
	Template                string         `json:"template"`
	Region                  string         `json:"region"`
	LargeRoom               bool           `json:"large_room"`
	CreatedAt               time.Time      `json:"created_at"`
	UpdatedAt               time.Time      `json:"updated_at"`
}

// create is POST /v2/rooms: one verification, then one transaction that reads the template's name and inserts a row.
func (f *floor) create(c echo.Context) error {
	who, err := f.verify(c)
	if err != nil {
		return err
	}
	var wanted struct {
		Name        string `json:"name"`
		Description string `json:"description"`
	}
	if err := c.Echo().JSONSerializer.Deserialize(c, &wanted); err != nil {
		return err
	}
	at := time.Now().UTC().Truncate(time.Millisecond)
	made := roomReply{
		ID: string(f.ids.Next()), Name: wanted.Name, Enabled: true, Description: wanted.Description,
		CustomerID: who.workspace, Customer: who.workspace, AppID: who.app,
		RecordingSourceTemplate: true, EnabledSourceTemplate: true, TemplateID: who.template, Region: "auto",
		CreatedAt: at, UpdatedAt: at,
	}
	ctx := c.Request().Context()
	err = f.db.tx(ctx, func(tx *sql.Tx) error {
		var s skip
		err := f.db.in(ctx, tx, templateHead).QueryRowContext(ctx, who.template, who.workspace).Scan(s, s, &made.Template, s, s, s)
		if err != nil {
			return err
		}
		_, err = f.db.in(ctx, tx, insertRoom).ExecContext(ctx, made.ID, who.workspace, who.template, made.Name, strings.ToLower(made.Name),
			made.Description, true, "auto", nil, false, nil, nil, nil, nil, nil, at, at, nil, nil)
		return err
	})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, made)
}
