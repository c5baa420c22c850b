package v2

import (
	"encoding/json"
	"net/http"

	"foyer/fault"
	"foyer/rooms"

	"github.com/labstack/echo/v4"
)

// exchangeRequest is what getAuthTokenByRoomCode sends, as text/plain (server contract 3.7).
type exchangeRequest struct {
	Code   *string `json:"code"`
	UserID string  `json:"user_id"`
}

type exchangeReply struct {
	Token string `json:"token"`
}

func (h *Handler) exchange(c echo.Context) error {
	all, err := raw(c)
	if err != nil {
		return err
	}
	var wanted exchangeRequest
	if err := json.Unmarshal(all, &wanted); err != nil {
		return fault.Wrap(fault.Invalid, "the body must be a JSON object with a code and perhaps a user_id, both strings", err)
	}
	if wanted.Code == nil || *wanted.Code == "" {
		return fault.Invalidf("code is required")
	}
	if !storable(wanted.UserID) {
		return fault.Invalidf("user_id must be a string without zero bytes")
	}
	token, err := h.Rooms.Exchange(c.Request().Context(), rooms.Entry{
		Code: *wanted.Code, User: wanted.UserID, From: address(c), Agent: c.Request().UserAgent(),
	})
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, exchangeReply{Token: token})
}
