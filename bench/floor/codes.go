package floor

import (
	"context"
	"database/sql"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/labstack/echo/v4"
)

// code is a room code as Foyer writes it.
type code struct {
	Code      string    `json:"code"`
	RoomID    string    `json:"room_id"`
	Role      string    `json:"role"`
	Enabled   bool      `json:"enabled"`
	CreatedAt time.Time `json:"created_at"`
	UpdatedAt time.Time `json:"updated_at"`
}

// listed is a list as Foyer writes it.
type listed struct {
	Limit int    `json:"limit"`
	Data  []code `json:"data"`
	Last  string `json:"last"`
}

// list is GET /v2/room-codes/room/:id: one verification, three statements.
func (f *floor) list(c echo.Context) error {
	who, err := f.verify(c)
	if err != nil {
		return err
	}
	ctx, id := c.Request().Context(), c.Param("id")
	if err := there(f.db.read(room).QueryContext(ctx, id, who.workspace)); err != nil {
		return err
	}
	list, err := scanned(f.db.read(codes).QueryContext(ctx, id, 21))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, listed{Limit: 20, Data: list})
}

// sync is POST /v2/room-codes/room/:id: one verification, then one transaction that locks the room and fills in what is missing.
func (f *floor) sync(c echo.Context) error {
	who, err := f.verify(c)
	if err != nil {
		return err
	}
	var list []code
	ctx, id := c.Request().Context(), c.Param("id")
	err = f.db.tx(ctx, func(tx *sql.Tx) error {
		var err error
		list, err = f.fill(ctx, tx, who, id)
		return err
	})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string][]code{"data": list})
}

func (f *floor) fill(ctx context.Context, tx *sql.Tx, who caller, id string) ([]code, error) {
	if err := there(f.db.in(ctx, tx, lockRoom).QueryContext(ctx, id, who.workspace)); err != nil {
		return nil, err
	}
	if f.db.lite == nil {
		if err := there(f.db.in(ctx, tx, keepTemplate).QueryContext(ctx, who.template)); err != nil {
			return nil, err
		}
	}
	roles, err := names(f.db.in(ctx, tx, roleNames).QueryContext(ctx, who.template))
	if err != nil {
		return nil, err
	}
	at := time.Now().UTC().Truncate(time.Millisecond)
	list, err := scanned(f.db.in(ctx, tx, liveCodes).QueryContext(ctx, id, at))
	if err != nil || len(list) > 0 {
		return list, err
	}
	for _, role := range roles {
		fresh := code{Code: letters(), RoomID: id, Role: role, Enabled: true, CreatedAt: at, UpdatedAt: at}
		_, err := f.db.in(ctx, tx, insertCode).ExecContext(ctx, string(f.ids.Next()), fresh.Code, id, role, true, false,
			nil, nil, nil, nil, 0, nil, nil, at, at)
		if err != nil {
			return nil, err
		}
		list = append(list, fresh)
	}
	return list, nil
}

// letters is a code that follows no rule but the shape.
func letters() string {
	text := []byte("abc-defg-hij")
	for i := range text {
		if text[i] != '-' {
			text[i] = byte('a' + rand.IntN(26))
		}
	}
	return string(text)
}

// there reports a list without rows as an error.
func there(rows *sql.Rows, err error) error {
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	if !rows.Next() {
		return sql.ErrNoRows
	}
	return rows.Close()
}

func scanned(rows *sql.Rows, err error) ([]code, error) {
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var list []code
	var s skip
	for rows.Next() {
		var c code
		if err := rows.Scan(s, &c.Code, &c.RoomID, &c.Role, &c.Enabled, s, s, s, s, s, s, s, s, &c.CreatedAt, &c.UpdatedAt); err != nil {
			return nil, err
		}
		c.CreatedAt, c.UpdatedAt = c.CreatedAt.UTC(), c.UpdatedAt.UTC()
		list = append(list, c)
	}
	return list, rows.Err()
}

func names(rows *sql.Rows, err error) ([]string, error) {
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var list []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		list = append(list, name)
	}
	return list, rows.Err()
}
