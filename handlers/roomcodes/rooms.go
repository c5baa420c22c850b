package roomcodes

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"net/http"
	"strings"

	"foyer/fault"
	"foyer/models"
	"foyer/rooms"
	"foyer/store"
	"foyer/usage"

	"github.com/labstack/echo/v4"
)

// The two ways in which what is said goes round (contract 5).
const (
	broadcast  = "Broadcast"
	hostClient = "HostClient"
)

// tries is how many codes are drawn for a room at most: while half of them are free, one of so many is.
const tries = 64

// countable is how many codes of a length there may be for it to matter how many rooms have one: so many rooms nobody has.
const countable = 1 << 24

type roomReply struct {
	Code    string `json:"code"`
	Expires int64  `json:"expirationTime"` // milliseconds
}

type expiryReply struct {
	Expires int64 `json:"expirationTime"` // milliseconds
}

// wish is the room that somebody asks for.
type wish struct {
	length int
	mode   string
	echo   bool
}

// requestRoom makes a room.
func (h *Handler) requestRoom(c echo.Context) error {
	ctx := c.Request().Context()
	account, err := h.holder(ctx, bearer(c), toRequest)
	if err != nil {
		return err
	}
	f := readFields(c)
	w := wish{length: f.number("codeLength"), mode: f.oneOf("broadcastType", broadcast, hostClient), echo: f.flag("echo")}
	if f.err != nil {
		return f.err
	}
	if err := h.Usage.CheckLength(account, w.length); err != nil {
		return err
	}
	if err := h.checkFree(ctx, w.length); err != nil {
		return err
	}
	room, alias, err := h.Rooms.Open(ctx, account.WorkspaceID, h.opening(account.ID, w))
	if fault.Is(err, fault.Conflict) {
		err = crowded(w.length)
	}
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, roomReply{alias.Name, room.ExpiresAt.UnixMilli()})
}

// opening is a room whose host is whoever comes in first, and which ends when that one leaves (contract 5, R12).
func (h *Handler) opening(account models.ID, w wish) rooms.Opening {
	star := w.mode == hostClient
	return rooms.Opening{
		Dialect: Dialect, Name: func() string { return draw(h.alphabet(), w.length) }, Tries: tries,
		Preset: preset, Size: cmp.Or(h.RoomSize, usualSize), Lifespan: h.ttl(), Account: account,
		Rules: models.Rules{Host: host, Guest: guest, Ends: true, Single: true, Star: star, Echo: w.echo && !star},
		Also: func(ctx context.Context, tx *store.Store, room models.ID) error {
			return h.Usage.Charge(ctx, tx, account, usage.RequestRoom, room)
		},
	}
}

// draw is a random code: each is as likely as any other.
func draw(alphabet string, length int) string {
	b := make([]byte, length)
	for i := range b {
		n, _ := rand.Int(rand.Reader, big.NewInt(int64(len(alphabet)))) // never fails
		b[i] = alphabet[n.Int64()]
	}
	return string(b)
}

// checkFree refuses a length of which more than half of all codes are in use: drawing a free one would take ever longer (contract 2).
func (h *Handler) checkFree(ctx context.Context, length int) error {
	space := 1
	for range length {
		if space *= len(h.alphabet()); space > countable {
			return nil
		}
	}
	live, err := h.Rooms.CountNamed(ctx, Dialect, length)
	if err == nil && 2*live > space {
		err = crowded(length)
	}
	return err
}

func crowded(length int) error {
	return fault.New(fault.Unavailable, fmt.Sprintf("too many rooms have a codeLength of %d now: ask for another one.", length))
}

// extendRoom puts off the end of a room, from when it was to end (contract 2).
func (h *Handler) extendRoom(c echo.Context) error {
	ctx := c.Request().Context()
	account, err := h.holder(ctx, bearer(c), toExtend)
	if err != nil {
		return err
	}
	f := readFields(c)
	code := f.code()
	if f.err != nil {
		return f.err
	}
	room, err := h.Rooms.Known(ctx, Dialect, code, account.ID)
	if err != nil {
		return refused(err)
	}
	until, err := h.Rooms.Extend(ctx, room, h.ttl(), func(ctx context.Context, tx *store.Store) error {
		return h.Usage.Charge(ctx, tx, account.ID, usage.ExtendRoom, room.ID)
	})
	if fault.Is(err, fault.NotFound) {
		err = noRoom()
	}
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, expiryReply{until.UnixMilli()})
}

// longestCode bounds what is looked for.
const longestCode = 64

// code is the mandatory field room, as codes are written (contract 2, R5). A room code of the 100ms API has hyphens, and stays as it is.
func (f *fields) code() string {
	code := strings.TrimSpace(f.text("room"))
	if !strings.Contains(code, "-") {
		code = strings.ToUpper(code)
	}
	switch {
	case code == "":
		f.wrong("room is required")
	case len(code) > longestCode:
		f.wrong("room must have at most %d characters", longestCode)
	}
	return strings.Clone(code)
}
