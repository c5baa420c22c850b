package chatrooms

import (
	"context"
	"net/http"

	"foyer/chats"
	"foyer/fault"
	"foyer/handlers/socket"

	"github.com/labstack/echo/v4"
	"github.com/tidwall/gjson"
)

// ws takes a connection over. Pages of any origin may have one: the ticket is the credential, and what is heard without one is public.
func (h *Handler) ws(c echo.Context) error {
	pass, err := h.Chats.Redeem(c.Request().Context(), c.QueryParam("ticket"))
	if err != nil {
		return err
	}
	if err := h.Sockets.Serve(c.Response(), c.Request(), h.stay(pass)); err != nil {
		c.Response().Status = http.StatusBadRequest
	} else {
		c.Response().Status = http.StatusSwitchingProtocols
	}
	c.Response().Committed = true // it has been answered either way
	return nil
}

// listener is one connection.
type listener struct {
	*Handler

	conn *socket.Conn // static
	line *chats.Line  // owned by the read loop
}

// stay is one connection, from the first frame to the last.
func (h *Handler) stay(pass chats.Pass) socket.Stay {
	return func(ctx context.Context, c *socket.Conn) {
		l := &listener{Handler: h, conn: c}
		line, err := h.Chats.Connect(ctx, pass, l.deliver)
		if err != nil {
			if !refused(err) {
				c.Close(socket.Restarting, "nobody can say now who you are: come back")
			}
			return
		}
		l.line = line
		defer line.Close()
		for {
			message, err := c.Read()
			if err != nil {
				return
			}
			l.hear(ctx, message)
		}
	}
}

// deliver tells the client what happened. It is a chats.Deliver: it does not block.
func (l *listener) deliver(e *chats.Event) {
	if _, over := e.Body.(chats.Ended); over {
		l.conn.Close(socket.Normal, "your token has ended")
		return
	}
	l.conn.Send(e.Form(written))
}

// maxChannel is how many bytes the name of a channel has at most; a longer one is not repeated.
const maxChannel = 128

// hear does what the client wants (contract 10). There is an answer only where something is wrong.
func (l *listener) hear(ctx context.Context, message []byte) {
	channel := gjson.GetBytes(message, "channel").String()
	if len(channel) > maxChannel {
		channel = ""
	}
	switch gjson.GetBytes(message, "type").String() {
	case "subscribe":
		l.subscribe(ctx, channel)
	case "unsubscribe":
		l.line.Unsubscribe(channel)
	case "ping":
		l.conn.Send(frame{Type: "pong"}.text())
	default:
		l.conn.Send(frame{Type: "error", Message: "the type must be subscribe, unsubscribe or ping"}.text())
	}
}

func (l *listener) subscribe(ctx context.Context, channel string) {
	err := l.line.Subscribe(ctx, channel)
	if err == nil {
		return
	}
	if kind := fault.KindOf(err); (kind == fault.Internal || kind == fault.Unavailable) && ctx.Err() == nil {
		l.Log.Warn("subscription failed", "dialect", "chatrooms", "error", err)
	}
	l.conn.Send(frame{Type: "subscription_error", Channel: channel}.text())
}
