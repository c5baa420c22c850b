package roomcodes

import (
	"cmp"
	"context"
	"net/http"
	"net/netip"
	"slices"
	"strings"

	"foyer/fault"
	"foyer/models"
	"foyer/rooms"
	"foyer/usage"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
)

// joinRoom takes a connection over. Whoever is refused is told so before that, and pays nothing (contract 3, R8).
func (h *Handler) joinRoom(c echo.Context) error {
	if err := checkUpgrade(c.Request()); err != nil {
		return err
	}
	ctx := c.Request().Context()
	account, err := h.holder(ctx, cmp.Or(c.QueryParam("token"), bearer(c)), toJoin)
	if err != nil {
		return err
	}
	f := readFields(c)
	caller := rooms.Caller{
		Dialect: Dialect, Name: f.code(), Workspace: account.WorkspaceID, Account: account.ID,
		Agent: c.Request().UserAgent(), Still: true,
	}
	caller.From, _ = netip.ParseAddr(c.RealIP())
	if f.err != nil {
		return f.err
	}
	p, err := h.admit(ctx, caller)
	if err != nil {
		return err
	}
	if err := h.charge(ctx, account.ID, usage.JoinRoom, p.line.Room().ID()); err != nil {
		p.part(ctx)
		return err
	}
	c.Response().Status = http.StatusSwitchingProtocols
	if err := h.Sockets.Serve(c.Response(), c.Request(), p.stay); err != nil {
		p.part(ctx)
		c.Response().Status = http.StatusBadRequest
	}
	c.Response().Committed = true // it has been answered either way
	return nil
}

// checkUpgrade refuses what cannot become a WebSocket, so that nobody pays for a handshake that fails (contract 3).
func checkUpgrade(r *http.Request) error {
	header := r.Header
	upgrades := slices.ContainsFunc(strings.Split(header.Get(echo.HeaderConnection), ","), func(word string) bool {
		return strings.EqualFold(strings.TrimSpace(word), "upgrade")
	})
	version := header.Get("Sec-WebSocket-Version")
	switch {
	case !upgrades, !strings.EqualFold(header.Get(echo.HeaderUpgrade), "websocket"), version != "" && version != "13",
		r.ProtoMajor != 1 || r.ProtoMinor < 1:
		return echo.NewHTTPError(http.StatusUpgradeRequired, "this endpoint is a WebSocket: ask for an upgrade")
	case version == "", len(header.Get("Sec-WebSocket-Key")) != 24:
		return fault.Invalidf("the WebSocket handshake lacks Sec-WebSocket-Version or a Sec-WebSocket-Key of 24 characters")
	}
	return nil
}

// admit gives somebody a seat in a room.
func (h *Handler) admit(ctx context.Context, caller rooms.Caller) (*client, error) {
	if err := h.checkMisses(caller.Account); err != nil {
		return nil, err
	}
	p, err := h.arrive(ctx, caller)
	if fault.Is(err, fault.Gone) { // it was closed just now: ask again, since the name may be another room's
		p, err = h.arrive(ctx, caller)
	}
	if err = refused(err); fault.Is(err, fault.NotFound) && h.Limited {
		err = cmp.Or(h.misses.add(caller.Account, h.now()), err)
	}
	if err != nil {
		return nil, err
	}
	if p.crowded() {
		p.part(ctx)
		return nil, fault.Invalidf("the room is full")
	}
	return p, nil
}

func (h *Handler) checkMisses(account models.ID) error {
	if !h.Limited {
		return nil
	}
	return h.misses.check(account, h.now())
}

// arrive finds a room and stands at its door. Whoever is there first has no advantage: that is decided by the join, behind the upgrade.
func (h *Handler) arrive(ctx context.Context, caller rooms.Caller) (*client, error) {
	ticket, err := h.Rooms.Knock(ctx, caller)
	if err != nil {
		return nil, err
	}
	room := &ticket.Place.Room
	p := &client{Handler: h, room: caller.Name, echo: room.Rules != nil && room.Rules.Echo}
	if room.Size != nil {
		p.size = *room.Size
	}
	if p.line, err = h.Hub.Arrive(ctx, ticket, uuid.NewString(), p.deliver); err != nil {
		return nil, err
	}
	p.desk = h.desks.take(place{room.ID, caller.Account}, h.Usage)
	return p, nil
}
