package chatrooms

import (
	"errors"
	"net/http"
	"strconv"
	"strings"

	"foyer/fault"
	"foyer/models"

	"github.com/labstack/echo/v4"
)

// How many messages are given, and at most (contract 8).
const (
	fewMessages = 20
	maxMessages = 500
)

func (h *Handler) messages(c echo.Context) error {
	limit, err := limitOf(c.QueryParam("limit"))
	if err != nil {
		return err
	}
	list, err := h.Chats.Messages(c.Request().Context(), caller(c), param(c, "id"), limit)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, messagesReply{listOf(list, newMessage)})
}

func limitOf(text string) (int, error) {
	if text == "" {
		return fewMessages, nil
	}
	n, err := strconv.Atoi(text)
	if n < 1 || err != nil && !errors.Is(err, strconv.ErrRange) { // beyond all integers is above 500 too
		return 0, fault.Invalidf("limit must be a positive integer")
	}
	return min(n, maxMessages), nil
}

func (h *Handler) post(c echo.Context) error {
	b := readBody(c)
	content := b.text("content")
	if b.err != nil {
		return b.err
	}
	said, err := h.Chats.Post(c.Request().Context(), caller(c), param(c, "id"), content)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusCreated, map[string]any{"message": newMessage(&said)})
}

func (h *Handler) unpost(c echo.Context) error {
	if err := h.Chats.Unpost(c.Request().Context(), caller(c), param(c, "id"), param(c, "message")); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, success{Success: true})
}

func (h *Handler) bulk(c echo.Context) error {
	ids := strings.FieldsFunc(c.QueryParam("roomIds"), func(r rune) bool { return r == ',' })
	found, err := h.Chats.Bulk(c.Request().Context(), caller(c), ids)
	if err != nil {
		return err
	}
	answer := bulkReply{Messages: map[models.ID][]message{}, Valid: found.Valid, Invalid: found.Invalid}
	for room, list := range found.Messages {
		answer.Messages[room] = listOf(list, newMessage)
	}
	return c.JSON(http.StatusOK, answer)
}
