package roomcodes

import (
	"cmp"
	"context"
	"fmt"
	"net/http"

	"foyer/fault"
	"foyer/models"
	"foyer/tokens"
	"foyer/usage"

	"github.com/labstack/echo/v4"
)

// What a token can be for (contract 1).
const (
	toRequest = "request-room"
	toJoin    = "join-room"
	toExtend  = "extend-room"
)

type tokenReply struct {
	Token string `json:"token"`
}

// clientToken makes a token for one thing, for whoever has an API key.
func (h *Handler) clientToken(c echo.Context) error {
	key := bearer(c)
	if key == "" {
		return noCredential()
	}
	ctx := c.Request().Context()
	account, with, err := h.Usage.Authenticate(ctx, key)
	if err != nil {
		return err
	}
	f := readFields(c)
	scope := f.oneOf("scope", toRequest, toJoin, toExtend)
	if f.err != nil {
		return f.err
	}
	if err := h.charge(ctx, account.ID, usage.GetClientToken, ""); err != nil {
		return err
	}
	token, err := h.Tokens.IssueScoped(
		tokens.Scoped{Account: account.ID, Key: with.ID, Scope: scope}, cmp.Or(h.TokenTTL, usualTTL),
	)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, tokenReply{token})
}

// holder is the account that a token speaks for, which must be for this (contract 3).
func (h *Handler) holder(ctx context.Context, token, scope string) (models.Account, error) {
	if token == "" {
		return models.Account{}, noCredential()
	}
	s, err := h.Tokens.VerifyScoped(token)
	if err != nil {
		return models.Account{}, err
	}
	if s.Scope != scope {
		return models.Account{}, fault.New(fault.Unauthenticated, fmt.Sprintf("the token's scope is %s, this needs %s", s.Scope, scope))
	}
	return h.Usage.Known(ctx, s.Account, s.Key)
}

// charge is a charge that is part of nothing else.
func (h *Handler) charge(ctx context.Context, account models.ID, action usage.Action, room models.ID) error {
	return h.Usage.Charge(ctx, h.Store, account, action, room)
}

func noCredential() error {
	return fault.New(fault.Unauthenticated, "there is no credential: send the header Authorization with Bearer")
}

// bearer is the credential of the Authorization header; empty when there is none.
func bearer(c echo.Context) string {
	return tokens.Bearer(c.Request().Header.Get(echo.HeaderAuthorization))
}
