package v2

import (
	"net/http"
	"time"

	"foyer/fault"
	"foyer/hub"
	"foyer/media"
	"foyer/models"

	"github.com/labstack/echo/v4"
)

// mountLive adds what a room is doing now.
func (h *Handler) mountLive(g routes) {
	g.get("/active-rooms/:room_id", h.activeRoom)
	g.get("/active-rooms/:room_id/peers", h.activePeers)
	g.get("/active-rooms/:room_id/peers/:peer_id", h.activePeer)
	g.post("/active-rooms/:room_id/peers/:peer_id", h.updatePeer)
	g.post("/active-rooms/:room_id/send-message", h.sendMessage)
	g.post("/active-rooms/:room_id/remove-peers", h.removePeers)
	g.post("/active-rooms/:room_id/end-room", h.endRoom)
	h.mountLobby(g)
	h.mountBans(g)
}

// live is the room of the path, if somebody is in it (server contract 5).
func (h *Handler) live(c echo.Context) (*hub.Room, hub.View, error) {
	room, err := h.Hub.Room(workspace(c).ID, id(c, "room_id"))
	if err != nil {
		return nil, hub.View{}, err
	}
	view := room.View()
	if view.Session == nil {
		return nil, view, hub.NoSession()
	}
	return room, view, nil
}

// activeRoom is a live room on the wire.
type activeRoom struct {
	ID         models.ID     `json:"id"`
	Name       string        `json:"name"`
	CustomerID models.ID     `json:"customer_id"`
	Session    activeSession `json:"session"`
}

type activeSession struct {
	ID        models.ID `json:"id"`
	CreatedAt time.Time `json:"created_at"`
	Peers     []string  `json:"peers"`
}

// activePeer is a peer of a live room on the wire.
type activePeer struct {
	ID       string    `json:"id"`
	Name     string    `json:"name"`
	UserID   string    `json:"user_id"`
	Metadata string    `json:"metadata"`
	Role     string    `json:"role"`
	JoinedAt time.Time `json:"joined_at"`
}

// trackedPeer has its tracks, by their ids; there are none without a media engine.
type trackedPeer struct {
	activePeer

	Tracks map[string]track `json:"tracks"`
}

// track is one of a live peer on the wire.
type track struct {
	ID          string     `json:"id"`
	StreamID    string     `json:"stream_id"`
	Mute        bool       `json:"mute"`
	Type        media.Kind `json:"type"`
	Source      string     `json:"source"`
	StartedAt   time.Time  `json:"started_at"`
	Description string     `json:"description"`
}

func newTrackedPeer(c *hub.Card) trackedPeer {
	wire := trackedPeer{activePeer: newActivePeer(c), Tracks: make(map[string]track, len(c.Tracks))}
	for _, t := range c.Tracks {
		wire.Tracks[t.ID] = track{
			ID: t.ID, StreamID: t.Stream, Mute: t.Muted, Type: t.Kind, Source: t.Source, StartedAt: t.Since.UTC(), Description: t.Description,
		}
	}
	return wire
}

func newActivePeer(c *hub.Card) activePeer {
	return activePeer{ID: c.ID, Name: c.Name, UserID: c.User, Metadata: c.Data, Role: c.Role, JoinedAt: c.JoinedAt}
}

func (h *Handler) activeRoom(c echo.Context) error {
	_, view, err := h.live(c)
	if err != nil {
		return err
	}
	wire := activeRoom{
		ID: view.Place.Room.ID, Name: view.Place.Room.Name, CustomerID: workspace(c).ID,
		Session: activeSession{ID: view.Session.ID, CreatedAt: view.Session.CreatedAt, Peers: make([]string, len(view.Peers))},
	}
	for i, card := range view.Peers {
		wire.Session.Peers[i] = card.ID
	}
	return c.JSON(http.StatusOK, wire)
}

func (h *Handler) activePeers(c echo.Context) error {
	q := &query{c: c}
	user, role := q.text("user_id"), q.text("role")
	if q.err != nil {
		return q.err
	}
	_, view, err := h.live(c)
	if err != nil {
		return err
	}
	peers := map[string]activePeer{}
	for _, card := range view.Peers {
		if (user == "" || card.User == user) && (role == "" || card.Role == role) {
			peers[card.ID] = newActivePeer(card)
		}
	}
	return c.JSON(http.StatusOK, map[string]any{"peers": peers})
}

func (h *Handler) activePeer(c echo.Context) error {
	room, _, err := h.live(c)
	if err != nil {
		return err
	}
	card, err := room.Peer(param(c, "peer_id"))
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, newTrackedPeer(card))
}

func (h *Handler) updatePeer(c echo.Context) error {
	b := readBody(c)
	details, role := hub.Details{Name: b.text("name"), Data: b.text("metadata")}, b.text("role")
	if b.err != nil {
		return b.err
	}
	room, _, err := h.live(c)
	if err != nil {
		return err
	}
	card, err := room.Update(param(c, "peer_id"), details, role)
	if err != nil {
		return err
	}
	return c.JSON(http.StatusOK, newTrackedPeer(card))
}

// said is the answer to what is done without a result of its own.
type said struct {
	Message string `json:"message"`
}

// filled is the first of some texts of a body; the empty one counts as absent (server contract 5).
func (b *body) filled(keys ...string) string {
	for _, key := range keys {
		if text := b.text(key); text != nil && *text != "" {
			return *text
		}
	}
	return ""
}

func (h *Handler) sendMessage(c echo.Context) error {
	b := readBody(c)
	text, kind, peer, role := b.filled("message"), b.filled("type"), b.filled("peer_id", "peerId"), b.filled("role")
	if b.err == nil && text == "" {
		b.err = fault.Invalidf("message is required")
	}
	if b.err != nil {
		return b.err
	}
	room, _, err := h.live(c)
	if err != nil {
		return err
	}
	message := hub.Text(text, kind)
	switch {
	case peer != "":
		message.Peer = peer
	case role != "":
		message.Roles = []string{role}
	}
	if _, err := room.Say(message); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, said{"message sent"})
}

func (h *Handler) removePeers(c echo.Context) error {
	b := readBody(c)
	peer, role, reason, ban := b.filled("peer_id"), b.filled("role"), b.filled("reason"), b.integer("ban_for")
	if b.err == nil && peer == "" && role == "" {
		b.err = fault.Invalidf("peer_id or role is required")
	}
	if b.err != nil {
		return b.err
	}
	room, _, err := h.live(c)
	if err != nil {
		return err
	}
	seconds := 0
	if ban != nil {
		seconds = *ban
	}
	if err := h.Rooms.RemoveAll(c.Request().Context(), room, peer, role, reason, int64(seconds)); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, said{"peer remove request submitted"})
}

func (h *Handler) endRoom(c echo.Context) error {
	b := readBody(c)
	reason, lock := b.filled("reason"), b.flag("lock")
	if b.err != nil {
		return b.err
	}
	room, _, err := h.live(c)
	if err != nil {
		return err
	}
	if err := h.Rooms.End(c.Request().Context(), room, reason, lock != nil && *lock); err != nil {
		return err
	}
	return c.JSON(http.StatusOK, said{"session is ending"})
}
