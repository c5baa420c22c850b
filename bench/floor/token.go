package floor

import (
	"net/http"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/labstack/echo/v4"
)

// claims are those of the tokens that Foyer reads and writes.
type claims struct {
	AccessKey string  `json:"access_key"`
	Type      string  `json:"type"`
	Version   float64 `json:"version"`
	RoomID    string  `json:"room_id,omitempty"`
	Role      string  `json:"role,omitempty"`
	UserID    string  `json:"user_id,omitempty"`
	jwt.RegisteredClaims
}

// exchange is POST /v2/token: one statement, one signature.
func (f *floor) exchange(c echo.Context) error {
	var wanted struct {
		Code   string `json:"code"`
		UserID string `json:"user_id"`
	}
	if err := c.Echo().JSONSerializer.Deserialize(c, &wanted); err != nil {
		return err
	}
	var roomID, role, key string
	var s skip
	err := f.db.read(door).QueryRowContext(c.Request().Context(), wanted.Code).Scan(
		s, &roomID, &role, s, s, s, s, s, s, s, s, s, s, s, s, s, &key, s)
	if err != nil {
		return err
	}
	now := time.Now()
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, &claims{
		AccessKey: key, Type: "app", Version: 2, RoomID: roomID, Role: role, UserID: wanted.UserID,
		RegisteredClaims: jwt.RegisteredClaims{
			IssuedAt: jwt.NewNumericDate(now), NotBefore: jwt.NewNumericDate(now), ExpiresAt: jwt.NewNumericDate(now.Add(24 * time.Hour)),
			ID: "00000000-0000-4000-8000-000000000000",
		},
	}).SignedString(f.secret)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, struct {
		Token string `json:"token"`
	}{token})
}

// caller is the workspace of a management token.
type caller struct {
	workspace, app, template string
}

// verify reads the key that the token names, and checks the signature.
func (f *floor) verify(c echo.Context) (caller, error) {
	var who caller
	var read claims
	raw := strings.TrimPrefix(c.Request().Header.Get(echo.HeaderAuthorization), "Bearer ")
	_, err := f.parser.ParseWithClaims(raw, &read, func(*jwt.Token) (any, error) {
		var s skip
		err := f.db.read(bearer).QueryRowContext(c.Request().Context(), read.AccessKey).Scan(
			s, s, s, &who.workspace, &who.app, s, s, &who.template, s, s, s, s, s)
		return f.secret, err
	})
	return who, err
}
