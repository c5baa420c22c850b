package hms

import (
	"net/http"
	"net/netip"
	"net/url"
	"time"

	"foyer/handlers/reply"
	"foyer/handlers/socket"
	"foyer/hub"
	"foyer/media"
	"foyer/polls"
	"foyer/rooms"
	"foyer/sessions"
	"foyer/tokens"

	"github.com/labstack/echo/v4"
)

// Dialect is the name under which peers come in, and under which the hub keeps what is written for this protocol.
const Dialect = "hms"

// minute is how long a lost connection keeps its peer: the client tries to come back for as long (client protocol 3).
const minute = 60 * time.Second

// Handler answers clients of the 100ms SDK. All fields but the last four are needed.
type Handler struct {
	Rooms    *rooms.Service
	Hub      *hub.Hub
	Sessions *sessions.Service
	Polls    *polls.Service
	Sockets  *socket.Server
	Public   *url.URL // where Foyer is reached
	Bound    echo.MiddlewareFunc

	Media media.Engine                        // nil: its clients have neither pictures nor sound
	ICE   func(peer string) []media.ICEServer // which servers help a client to be reached; nil: none

	Grace time.Duration    // how long a lost connection keeps its peer; 0: a minute, as long as the client tries to come back
	Now   func() time.Time // nil: time.Now
}

// Mount adds the routes.
func (h *Handler) Mount(e *echo.Echo) {
	open := []echo.MiddlewareFunc{reply.With(Fail), reply.OpenToBrowsers}
	e.GET("/init", h.init, append(open, h.Bound)...)
	e.OPTIONS("/init", reply.Preflight(http.MethodGet), open...)
	e.GET("/ws", h.ws, reply.With(Fail), h.Bound)
}

// initReply is what a client needs to know before it connects (client protocol 2).
type initReply struct {
	Endpoint string     `json:"endpoint"`
	RTC      rtc        `json:"rtcConfiguration"`
	Config   initConfig `json:"config"`
}

type rtc struct {
	ICEServers []iceServer `json:"ice_servers"`
}

// iceServer is one as browsers write it.
type iceServer struct {
	URLs       []string `json:"urls"`
	Username   string   `json:"username,omitempty"`
	Credential string   `json:"credential,omitempty"`
}

type initConfig struct {
	EnabledFlags []string `json:"enabledFlags"`
}

// init refuses who may not come in, here, where the client understands it.
func (h *Handler) init(c echo.Context) error {
	if err := h.admit(c); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, initReply{
		Endpoint: h.endpoint(),
		RTC:      rtc{ICEServers: h.iceServers(c.QueryParam("peer_id"))},
		Config:   initConfig{EnabledFlags: h.flags()},
	})
}

// flags are what the client is to do: not to offer media for a role that has none, and, for an engine that chooses among them, to send
// pictures in the sizes that its role says.
func (h *Handler) flags() []string {
	flags := []string{"nonWebRTCDisableOffer"}
	if h.Media != nil {
		flags = append(flags, "simulcast")
	}
	return flags
}

func (h *Handler) iceServers(peer string) []iceServer {
	list := []iceServer{}
	if h.ICE != nil {
		for _, s := range h.ICE(peer) {
			list = append(list, iceServer(s))
		}
	}
	return list
}

// admit lets in whom the database does, and who is in already: that needs no question, and so works while the database is away.
func (h *Handler) admit(c echo.Context) error {
	token := bearer(c)
	seat := tokens.Peek(token)
	if h.Hub.Knows(seat.Room, c.QueryParam("peer_id"), seat.Token) {
		return nil
	}
	_, err := h.Rooms.Admit(c.Request().Context(), visitor(c, token))
	return err
}

func (h *Handler) now() time.Time {
	if h.Now == nil {
		return time.Now()
	}
	return h.Now()
}

func (h *Handler) endpoint() string {
	at := url.URL{Scheme: "ws", Host: h.Public.Host, Path: "/ws"}
	if h.Public.Scheme == "https" {
		at.Scheme = "wss"
	}
	return at.String()
}

// ws takes a connection over. Whoever is refused is told so when it wants to join: a refused upgrade the client would only repeat
// (client protocol 3).
func (h *Handler) ws(c echo.Context) error {
	v := visitor(c, c.QueryParam("token"))
	peer := c.QueryParam("peer")
	if err := checkPeer(peer); err != nil {
		return err
	}
	if err := h.Sockets.Serve(c.Response(), c.Request(), h.stay(v, peer)); err != nil {
		c.Response().Status = http.StatusBadRequest
	} else {
		c.Response().Status = http.StatusSwitchingProtocols
	}
	c.Response().Committed = true // it has been answered either way
	return nil
}

// visitor is who sends a request.
func visitor(c echo.Context, token string) rooms.Visitor {
	from, _ := netip.ParseAddr(c.RealIP())
	return rooms.Visitor{Token: token, From: from, Agent: c.Request().UserAgent()}
}

// bearer is the token of the Authorization header; an empty one is refused like any other that is none.
func bearer(c echo.Context) string {
	return tokens.Bearer(c.Request().Header.Get(echo.HeaderAuthorization))
}
