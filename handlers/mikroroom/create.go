package mikroroom

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"io"
	"math"
	"net/http"
	"net/netip"
	"strings"
	"unicode/utf8"

	"foyer/codes"
	"foyer/fault"
	"foyer/models"
	"foyer/rooms"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
	"github.com/tidwall/gjson"
)

// Bounds of rooms. What of it the original does not check would make rooms that its own client cannot enter.
const (
	nameLength  = 6
	letters     = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	usualSize   = 8
	largest     = 100
	longestWord = 256 // bytes of a password or a token
	maxBody     = 16 << 10
	namesTried  = 8
	preset      = "mikroroom" // of the rooms' template
	host, guest = "host", "guest"
)

// wish is what somebody wants of a room that is made in advance.
type wish struct {
	name     string // empty: a fresh one
	password string
	size     int
}

type createReply struct {
	Room    string `json:"roomId"`
	Creator string `json:"creatorToken"`
}

// create makes a room in advance (contract 2).
func (h *Handler) create(c echo.Context) error {
	ctx, from := c.Request().Context(), addressOf(c)
	if err := h.rates.requests.take(from); err != nil {
		return err
	}
	w, err := readWish(c)
	if err != nil {
		return err
	}
	workspace, err := h.Workspace(ctx)
	if err != nil {
		return err
	}
	o := rooms.Opening{
		Dialect: Dialect, Name: freshName, Tries: namesTried, Preset: preset, Size: w.size, Kept: true,
		Rules: models.Rules{Host: host, Guest: guest}, Password: w.password, Creator: uuid.NewString(),
	}
	if w.name != "" {
		o.Name, o.Tries = func() string { return w.name }, 1
	}
	alias, err := h.openLatent(ctx, workspace, o)
	if err != nil {
		return err
	}
	return answer(c, http.StatusCreated, createReply{Room: alias.Name, Creator: o.Creator})
}

// openLatent opens a room unless there are too many already in which nobody is: one at a time, so that the count holds.
func (h *Handler) openLatent(ctx context.Context, workspace models.ID, o rooms.Opening) (models.Alias, error) {
	select {
	case h.making <- struct{}{}:
		defer func() { <-h.making }()
	case <-ctx.Done():
		return models.Alias{}, ctx.Err()
	}
	latent, err := h.Rooms.CountKept(ctx, Dialect)
	if err == nil && latent >= h.MaxLatent {
		err = fault.New(fault.Conflict, "too many rooms wait for somebody")
	}
	if err != nil {
		return models.Alias{}, err
	}
	_, alias, err := h.Rooms.Open(ctx, workspace, o)
	return alias, err
}

// readWish reads the body, whatever its type says; an empty one is {}. Kind Invalid.
func readWish(c echo.Context) (wish, error) {
	text, err := io.ReadAll(http.MaxBytesReader(c.Response(), c.Request().Body, maxBody))
	if err != nil {
		return wish{}, fault.Wrap(fault.Invalid, "the body is too large, or ended early", err)
	}
	if len(text) == 0 {
		text = []byte("{}")
	}
	if !json.Valid(text) || !utf8.Valid(text) || !gjson.ParseBytes(text).IsObject() {
		return wish{}, fault.Invalidf("the body is not a JSON object")
	}
	m := membersOf(string(text))
	w := wish{size: usualSize}
	name, sound := m.text("roomId")
	if name != "" || !sound || m["roomId"].Type == gjson.String {
		if w.name = nameOf(name); w.name == "" {
			return wish{}, fault.Invalidf("roomId must be %d letters and digits", nameLength)
		}
	}
	if w.password, sound = m.text("password"); !sound || len(w.password) > longestWord {
		return wish{}, fault.Invalidf("password must be a text of at most %d bytes", longestWord)
	}
	if size := m["maxParticipants"]; size.Type != gjson.Null {
		if size.Type != gjson.Number || size.Num != math.Trunc(size.Num) || size.Num < 1 || size.Num > largest {
			return wish{}, fault.Invalidf("maxParticipants must be an integer from 1 to %d", largest)
		}
		w.size = int(size.Num)
	}
	return w, nil
}

// nameOf is a room's name as it is compared: in upper case, as the web client sends it. It is empty for what is none.
func nameOf(text string) string {
	if len(text) != nameLength {
		return ""
	}
	for _, b := range []byte(text) {
		if (b < 'A' || b > 'Z') && (b < 'a' || b > 'z') && (b < '0' || b > '9') {
			return ""
		}
	}
	return strings.ToUpper(text)
}

// callOf is what a client may call a room: by its name, or by a room code. It is empty for what is neither.
func callOf(text string) string {
	if code, ok := codes.Parse(text); ok {
		return code
	}
	return nameOf(text)
}

// freshName draws a name.
func freshName() string {
	var name [nameLength]byte
	for i := range name {
		name[i] = letters[draw(len(letters))]
	}
	return string(name[:])
}

// draw is a random number below n, each as likely.
func draw(n int) int {
	var b [1]byte
	for {
		_, _ = rand.Read(b[:]) // never fails
		if fair := 256 / n * n; int(b[0]) < fair {
			return int(b[0]) % n
		}
	}
}

// addressOf is whom a request comes from.
func addressOf(c echo.Context) netip.Addr {
	from, _ := netip.ParseAddr(c.RealIP())
	return from
}
