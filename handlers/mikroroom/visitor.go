package mikroroom

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"net/http"
	"net/netip"
	"strings"

	"foyer/rooms"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
)

// visitor is who opens a connection. A cookie tells browsers apart: a join holds nothing by which one that comes back could be known.
type visitor struct {
	from   netip.Addr
	cookie string
	back   bool // the cookie was brought: the browser keeps it
}

// cookieName is what the cookie is called, cookieSize how many random bytes it has.
const (
	cookieName = "mikroroom"
	cookieSize = 16
)

// ws takes a connection over. Pages of any origin may have one: passwords and tokens are the credential.
func (h *Handler) ws(c echo.Context) error {
	if !strings.EqualFold(c.Request().Header.Get(echo.HeaderUpgrade), "websocket") {
		return echo.ErrNotFound
	}
	v := visitorOf(c)
	if err := h.rates.upgrades.take(v.from); err != nil {
		return err
	}
	header := c.Response().Header().Clone()
	if !v.back {
		header.Add(echo.HeaderSetCookie, v.newCookie(c).String())
	}
	c.Response().Status = http.StatusSwitchingProtocols
	if err := h.Sockets.ServeWith(header, c.Response(), c.Request(), h.stay(v)); err != nil {
		c.Response().Status = http.StatusBadRequest
	}
	c.Response().Committed = true // it has been answered either way
	return nil
}

func visitorOf(c echo.Context) visitor {
	v := visitor{from: addressOf(c)}
	if brought, err := c.Cookie(cookieName); err == nil && soundCookie(brought.Value) {
		v.cookie, v.back = strings.Clone(brought.Value), true
		return v
	}
	var raw [cookieSize]byte
	_, _ = rand.Read(raw[:]) // never fails
	v.cookie = hex.EncodeToString(raw[:])
	return v
}

func soundCookie(value string) bool {
	raw, err := hex.DecodeString(value)
	return err == nil && len(raw) == cookieSize
}

// newCookie is for the folder of the path that the browser asks for, whatever a proxy makes of it: that is what no path means.
func (v *visitor) newCookie(c echo.Context) *http.Cookie {
	cookie := &http.Cookie{Name: cookieName, Value: v.cookie, HttpOnly: true, SameSite: http.SameSiteLaxMode}
	if c.Scheme() == "https" { // the page may be from another site: the cookie says who comes back, and gives no right to anything
		cookie.Secure, cookie.SameSite = true, http.SameSiteNoneMode
	}
	return cookie
}

// idsTried is how many peers of one browser may be in a room under one name and still keep their ids when they come back.
const idsTried = 8

// peerID is what a visitor is called in a room: the same whenever it comes back under the same name.
func (v *visitor) peerID(a *asking, n int) string {
	mac := hmac.New(sha256.New, []byte(v.cookie))
	for _, part := range []string{a.room, a.person} {
		mac.Write(binary.BigEndian.AppendUint32(nil, uint32(len(part)))) //nolint:gosec // both are short
		mac.Write([]byte(part))
	}
	mac.Write([]byte{byte(n)}) //nolint:gosec // below idsTried
	id := uuid.UUID(mac.Sum(nil)[:16])
	id[6], id[8] = id[6]&0x0f|0x80, id[8]&0x3f|0x80 // version 8: of our own making
	return id.String()
}

// caller is the visitor as whoever knocks at a room's door. A ban goes by the cookie: others at the same address are not banned with it.
func (v *visitor) caller(a *asking) rooms.Caller {
	sum := sha256.Sum256([]byte(v.cookie))
	return rooms.Caller{
		Dialect: Dialect, Name: a.room, Password: a.password, Creator: a.creator, From: v.from, Agent: hex.EncodeToString(sum[:]),
	}
}
