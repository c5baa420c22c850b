package chatrooms

import (
	"net/http"
	"strings"

	"foyer/chats"

	"github.com/labstack/echo/v4"
)

// signed is the answer to whoever signs in. The token is in the body and in the cookie: clients look for it in one or the other.
type signed struct {
	User      *account `json:"user,omitempty"`
	Username  string   `json:"username,omitempty"`
	Refreshed bool     `json:"refreshed,omitempty"`
	Token     string   `json:"token"`
}

type account struct {
	Username string `json:"username"`
}

func (h *Handler) register(c echo.Context) error {
	b := readBody(c)
	name, password := b.text("username"), b.text("password")
	if b.err != nil {
		return b.err
	}
	token, made, err := h.Chats.Register(c.Request().Context(), place(c), name, password)
	if err != nil {
		return err
	}
	status := http.StatusOK // the account was there: this is a log-in (contract 7)
	if made {
		status = http.StatusCreated
	}
	h.keep(c, name, token)
	return c.JSON(status, signed{User: &account{strings.ToLower(name)}, Token: token})
}

func (h *Handler) login(c echo.Context) error {
	b := readBody(c)
	name, password, old := b.text("username"), b.text("password"), b.text("oldToken")
	if b.err != nil {
		return b.err
	}
	token, err := h.Chats.Login(c.Request().Context(), place(c), chats.Proof{Name: name, Password: password, Old: old})
	if err != nil {
		return err
	}
	h.keep(c, name, token)
	return c.JSON(http.StatusOK, signed{Username: strings.ToLower(name), Token: token})
}

func (h *Handler) logout(c echo.Context) error {
	if err := h.Chats.Logout(c.Request().Context(), caller(c)); err != nil {
		return err
	}
	h.forget(c)
	return c.JSON(http.StatusOK, success{Success: true, Message: "Logged out"})
}

func (h *Handler) logoutAll(c echo.Context) error {
	ended, err := h.Chats.LogoutAll(c.Request().Context(), caller(c))
	if err != nil {
		return err
	}
	h.forget(c)
	return c.JSON(http.StatusOK, map[string]any{"success": true, "message": "Logged out everywhere", "deletedCount": ended})
}

// session says who the caller is; nobody is an answer too.
func (h *Handler) session(c echo.Context) error {
	who, old, err := h.recognise(c)
	if err != nil && refused(err) {
		return c.JSON(http.StatusOK, map[string]any{"authenticated": false})
	}
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]any{"authenticated": true, "username": who.Name, "expired": old})
}

func (h *Handler) tokens(c echo.Context) error {
	list, err := h.Chats.Tokens(c.Request().Context(), caller(c))
	if err != nil {
		return err
	}
	shown := listOf(list, func(t *chats.Token) map[string]any {
		return map[string]any{"maskedToken": t.Mask, "createdAt": t.CreatedAt.UnixMilli(), "isCurrent": t.Current}
	})
	return c.JSON(http.StatusOK, map[string]any{"tokens": shown, "count": len(shown)})
}

func (h *Handler) verify(c echo.Context) error {
	b := readBody(c)
	name, token := b.text("username"), b.text("token")
	if b.err != nil {
		return b.err
	}
	old, err := h.Chats.Verify(c.Request().Context(), name, token)
	if err != nil {
		return err
	}
	answer := map[string]any{"valid": true, "username": strings.ToLower(name), "message": "Token is valid"}
	if old {
		answer["expired"], answer["message"] = true, "Token is within its grace period"
	}
	return c.JSON(http.StatusOK, answer)
}

func (h *Handler) refresh(c echo.Context) error {
	b := readBody(c)
	name, old := b.text("username"), b.text("oldToken")
	if b.err != nil {
		return b.err
	}
	token, err := h.Chats.Refresh(c.Request().Context(), place(c), name, old)
	if err != nil {
		return err
	}
	h.keep(c, name, token)
	return c.JSON(http.StatusOK, signed{Refreshed: true, Token: token})
}

func (h *Handler) ticket(c echo.Context) error {
	ticket, err := h.Chats.Ticket(c.Request().Context(), caller(c))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, map[string]any{"ticket": ticket})
}
