package handlers

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"runtime/debug"
	"time"

	"github.com/labstack/echo/v4"
)

// requestID is the id under which a request is logged, and which its answer carries.
func requestID(c echo.Context) string { return c.Response().Header().Get(echo.HeaderXRequestID) }

// observe gives every request an id, lets it through, and then writes its line and counts it. The line has the route, never the
// path, which may hold a code.
func (w *watch) observe(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		began := time.Now()
		request := c.Request()
		id := request.Header.Get(echo.HeaderXRequestID)
		if !plainID(id) {
			id = newRequestID()
		}
		c.Response().Header().Set(echo.HeaderXRequestID, id)
		if err := next(c); err != nil {
			c.Error(err)
		}
		took, status := time.Since(began), c.Response().Status
		route := c.Path()
		if route == "" {
			route = "unknown"
		}
		w.count(request.Method, route, status, took)
		w.log.LogAttrs(request.Context(), slog.LevelInfo, "request",
			slog.String("request_id", id), slog.String("method", method(request.Method)), slog.String("route", route),
			slog.Int("status", status), slog.Duration("took", took), slog.Int64("bytes", c.Response().Size),
			slog.String("from", c.RealIP()))
		return nil
	}
}

// plainID reports an id that a proxy in front may give: short, and of letters that can do no harm in a log.
func plainID(id string) bool {
	if len(id) == 0 || len(id) > 64 {
		return false
	}
	for _, b := range []byte(id) {
		letter := b >= 'a' && b <= 'f' || b >= 'A' && b <= 'F' || b >= '0' && b <= '9'
		if !letter && b != '-' {
			return false
		}
	}
	return true
}

func newRequestID() string {
	var raw [8]byte
	_, _ = rand.Read(raw[:]) // never fails
	return hex.EncodeToString(raw[:])
}

// method keeps made-up methods out of logs and metrics.
func method(name string) string {
	switch name {
	case http.MethodGet, http.MethodPost, http.MethodDelete, http.MethodHead, http.MethodOptions, http.MethodPut, http.MethodPatch:
		return name
	}
	return "other"
}

// fixed are headers that every answer has, under their canonical names. Nobody changes a value in place.
var fixed = map[string][]string{
	"X-Content-Type-Options": {"nosniff"},
	"Referrer-Policy":        {"no-referrer"}, // a path may hold a code
	"X-Frame-Options":        {"DENY"},
}

// secure sets the headers that every answer has.
func (h *Handler) secure(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		header := c.Response().Header()
		maps.Copy(header, fixed)
		if h.Secure {
			header.Set(echo.HeaderStrictTransportSecurity, "max-age=31536000")
		}
		return next(c)
	}
}

// recovered turns a panic into an error like any other (server contract 1.6). What was thrown may hold a secret: its type is told.
func (h *Handler) recovered(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) (err error) {
		defer func() {
			thrown := recover()
			if thrown == nil {
				return
			}
			if thrown == http.ErrAbortHandler { //nolint:errorlint,err113 // this very value, by net/http's contract
				panic(thrown)
			}
			h.Log.Error("panic", "request_id", requestID(c), "type", fmt.Sprintf("%T", thrown), "stack", string(debug.Stack()))
			err = fmt.Errorf("panic of type %T", thrown)
		}()
		return next(c)
	}
}
