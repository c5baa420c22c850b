package v2

import (
	"net/http"
	"slices"
	"time"

	"foyer/codes"
	"foyer/fault"
	"foyer/models"
	"foyer/rooms"
	"foyer/store"

	"github.com/labstack/echo/v4"
)

func (h *Handler) mountCodes(g routes) {
	g.post("/room-codes/room/:room_id", h.syncCodes)
	g.get("/room-codes/room/:room_id", h.listCodes)
	g.post("/room-codes/room/:room_id/role/:role", h.mintCodes)
	g.post("/room-codes/code", h.switchCode)
	g.post("/room-codes/code/rotate", h.rotateCode)
	g.get("/room-links/room/:room_id", h.links)
}

// code is a room code on the wire: the six documented fields (server contract 3.2), and Foyer's own where they are set.
type code struct {
	Code       string     `json:"code"`
	RoomID     models.ID  `json:"room_id"`
	Role       string     `json:"role"`
	Enabled    bool       `json:"enabled"`
	CreatedAt  time.Time  `json:"created_at"`
	UpdatedAt  time.Time  `json:"updated_at"`
	NotBefore  *time.Time `json:"not_before,omitempty"`
	ExpiresAt  *time.Time `json:"expires_at,omitempty"`
	MaxUses    *int       `json:"max_uses,omitempty"`
	Uses       *int       `json:"uses,omitempty"`
	UserID     *string    `json:"user_id,omitempty"`
	Label      *string    `json:"label,omitempty"`
	ReplacedAt *time.Time `json:"replaced_at,omitempty"`
}

func newCode(c *models.Code) code {
	wire := code{
		Code: c.Code, RoomID: c.RoomID, Role: c.Role, Enabled: c.Enabled, CreatedAt: c.CreatedAt.UTC(), UpdatedAt: c.UpdatedAt.UTC(),
		NotBefore: utc(c.NotBefore), ExpiresAt: utc(c.ExpiresAt), MaxUses: c.MaxUses, UserID: c.UserID, Label: c.Label,
		ReplacedAt: utc(c.RetiresAt),
	}
	if c.MaxUses != nil {
		wire.Uses = &c.Uses
	}
	return wire
}

func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	plain := t.UTC()
	return &plain
}

// dataOf is a list without pages.
type dataOf[T any] struct {
	Data []T `json:"data"`
}

func newData[R, T any](rows []R, wire func(*R) T) dataOf[T] {
	d := dataOf[T]{Data: make([]T, len(rows))}
	for i := range rows {
		d.Data[i] = wire(&rows[i])
	}
	return d
}

func (h *Handler) syncCodes(c echo.Context) error {
	if b := readBody(c); b.err != nil { // what stands in it does not matter: clients send all sorts of things
		return b.err
	}
	list, err := h.Codes.Sync(c.Request().Context(), workspace(c).ID, id(c, "room_id"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, newData(list, newCode))
}

func (h *Handler) mintCodes(c echo.Context) error {
	b := readBody(c)
	terms := codes.Terms{
		NotBefore: b.time("not_before"), ExpiresAt: b.time("expires_at"), MaxUses: b.integer("max_uses"),
		UserID: b.text("user_id"), Label: b.text("label"),
	}
	count := b.integer("count")
	if b.err != nil {
		return b.err
	}
	one := 1
	if count == nil {
		count = &one
	}
	list, err := h.Codes.Mint(c.Request().Context(), workspace(c).ID, id(c, "room_id"), param(c, "role"), terms, *count)
	if err != nil {
		return err
	}
	if count == &one {
		return c.JSON(http.StatusOK, newCode(&list[0]))
	}
	return c.JSON(http.StatusOK, newData(list, newCode))
}

func (h *Handler) listCodes(c echo.Context) error {
	q := &query{c: c}
	page := q.page(20)
	filter := store.CodeFilter{Role: q.text("role"), Enabled: q.flag("enabled")}
	if q.err != nil {
		return q.err
	}
	peek := page
	peek.Limit++ // one more tells whether this page is the last
	list, err := h.Codes.List(c.Request().Context(), workspace(c).ID, id(c, "room_id"), filter, peek)
	if err != nil {
		return err
	}
	more := len(list) > page.Limit
	wire := newListing(page, list[:min(len(list), page.Limit)], func(c *models.Code) models.ID { return c.ID }, newCode)
	if !more {
		wire.Last = ""
	}
	return c.JSON(http.StatusOK, wire)
}

func (h *Handler) switchCode(c echo.Context) error {
	b := readBody(c)
	b.only("code", "enabled")
	text, enabled := b.text("code"), b.flag("enabled")
	switch {
	case b.err != nil:
		return b.err
	case text == nil:
		return fault.Invalidf("code is required")
	case enabled == nil:
		return fault.Invalidf("enabled must be true or false")
	}
	changed, err := h.Codes.Switch(c.Request().Context(), workspace(c).ID, *text, *enabled)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, newCode(&changed))
}

// only refuses every other key (server contract 3.5).
func (b *body) only(keys ...string) {
	for key := range b.doc {
		if !slices.Contains(keys, key) && b.err == nil {
			b.err = fault.Invalidf("only %v may be given", keys)
		}
	}
}

func (h *Handler) rotateCode(c echo.Context) error {
	b := readBody(c)
	text, grace := b.text("code"), b.integer("grace")
	switch {
	case b.err != nil:
		return b.err
	case text == nil:
		return fault.Invalidf("code is required")
	case grace == nil:
		grace = new(int)
	}
	fresh, err := h.Codes.Rotate(c.Request().Context(), workspace(c).ID, *text, time.Duration(*grace)*time.Second)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, newCode(&fresh))
}

// link is where one code of a room leads.
type link struct {
	Role         string  `json:"role"`
	Code         string  `json:"code"`
	PrebuiltLink string  `json:"prebuilt_link"`
	CustomLink   *string `json:"custom_link"`
}

func (h *Handler) links(c echo.Context) error {
	list, err := h.Rooms.Links(c.Request().Context(), workspace(c).ID, id(c, "room_id"), h.Public)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, newData(list, func(l *rooms.Link) link {
		return link{Role: l.Role, Code: l.Code, PrebuiltLink: l.Prebuilt, CustomLink: l.Custom}
	}))
}
