package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"strings"
	"time"

	"foyer/chats"
	"foyer/codes"
	"foyer/fault"
	"foyer/handlers"
	"foyer/handlers/socket"
	"foyer/hub"
	"foyer/models"
	"foyer/polls"
	"foyer/rooms"
	"foyer/seal"
	"foyer/sessions"
	"foyer/store"
	"foyer/templates"
	"foyer/tokens"
	"foyer/usage"
	"foyer/webhooks"
	"foyer/workspaces"
)

// core is everything between the wire and the database, wired together over one database or one transaction in it.
type core struct {
	store      *store.Store
	box        *seal.Box
	workspaces *workspaces.Service
	templates  *templates.Service
	codes      *codes.Service
	tokens     *tokens.Service
	usage      *usage.Service
	chats      *chats.Service
	closer     *rooms.Closer
	habits     habits
	rooms      *rooms.Service
	guard      *codes.Guard
	sessions   *sessions.Service
	polls      *polls.Service
	pollKeeper *rooms.PollKeeper
	hub        *hub.Hub
	webhooks   *webhooks.Service
}

// habits are what the parts do by the settings. Their zero values are what is usual.
type habits struct {
	sending webhooks.Options
	usage   usage.Options
	ending  rooms.Ending
	kept    map[string]time.Duration // how long rooms of a protocol stay open while nobody is in
	chats   chats.Options
}

// habits are those of the settings.
func (s *Settings) habits() (habits, error) {
	sending, err := s.webhooks()
	if err != nil {
		return habits{}, err
	}
	m, err := s.metering()
	return habits{
		sending: sending, usage: m.Options,
		ending: rooms.Ending{Warning: s.RoomcodesWarning, Linger: s.RoomcodesGrace},
		kept:   s.keptRooms(),
		chats:  s.chatOptions(),
	}, err
}

func newCore(s *store.Store, box *seal.Box, guard *codes.Guard, log *slog.Logger, by habits) (*core, error) {
	source, err := codes.NewSource(rand.Reader)
	if err != nil {
		return nil, err
	}
	c := &core{
		store: s, box: box, guard: guard, habits: by,
		workspaces: workspaces.New(s, box), templates: templates.New(s, box),
		codes: codes.New(s, source, guard), tokens: tokens.New(s, box, time.Now),
	}
	c.polls = polls.New(s)
	c.usage, c.chats = usage.New(s, by.usage), chats.New(s, by.chats)
	by.sending.Log = log
	c.webhooks = webhooks.New(s, box, by.sending)
	c.sessions = sessions.New(s, sessions.Hooks{Emit: c.webhooks.Emit, Record: c.webhooks.Record, Nudge: c.webhooks.Nudge}, time.Now, log)
	c.pollKeeper = rooms.NewPollKeeper(c.polls, log)
	c.closer = rooms.NewCloser(by.kept, log)
	c.hub = hub.New(hub.Options{IDs: s.NewID, Journal: c.journal, Turned: c.pollKeeper.Turned, Closed: c.closer.Closed})
	c.rooms = rooms.New(rooms.Parts{
		Store: s, Box: box, Codes: c.codes, Templates: c.templates, Tokens: c.tokens, Hub: c.hub, Ending: by.ending,
	})
	return c, nil
}

// journal is where the hub's lines are written down.
func (c *core) journal(e models.Entry) func(context.Context) error { return c.sessions.Submit(e).Wait }

// router is what answers HTTP.
func (c *core) router(s *Settings, public *url.URL, log *slog.Logger, sockets *socket.Server) (*handlers.Handler, error) {
	proxies, err := s.proxies()
	if err != nil {
		return nil, err
	}
	h := &handlers.Handler{
		Rooms: c.rooms, Codes: c.codes, Templates: c.templates, Tokens: c.tokens, Workspaces: c.workspaces,
		Sessions: c.sessions, Webhooks: c.webhooks, Polls: c.polls, Hub: c.hub, Sockets: sockets,
		Store: c.store, Guard: c.guard, Public: public, Log: log, Version: version(),
		Proxies: proxies, Limited: s.RateLimits == "on", Secure: s.secure(),
	}
	front, err := newDesk(c, s, log)
	if err != nil {
		return nil, err
	}
	h.Dialects = front.dialects()
	return h, nil
}

// attach opens a Foyer that has been started before, for a subcommand that looks after it. Whoever attaches closes the store.
func (s *Settings) attach(ctx context.Context, io streams) (*core, error) {
	log, err := s.logger(io.err)
	if err != nil {
		return nil, err
	}
	if path, ok := strings.CutPrefix(s.database(), "sqlite:"); ok {
		if _, err := os.Stat(path); err != nil {
			return nil, fmt.Errorf("there is no database at %s yet: start `foyer serve` once, or name its folder with --data-dir", path)
		}
	}
	box, err := s.box(false)
	if err != nil {
		return nil, err
	}
	db, err := store.Open(ctx, s.storeOptions(log))
	if err != nil {
		return nil, err
	}
	if err := tokens.CheckMasterKey(ctx, db, box); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	by, err := s.habits()
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return newCore(db, box, nil, log, by)
}

// workspaceOf is the workspace of an id, or the first one when id is empty.
func (c *core) workspaceOf(ctx context.Context, id string) (models.Workspace, error) {
	if id == "" {
		return c.store.FirstWorkspace(ctx)
	}
	w, err := c.store.Workspace(ctx, models.ID(id))
	if fault.Is(err, fault.NotFound) {
		err = fmt.Errorf("there is no workspace %s (foyer workspace list)", id)
	}
	return w, err
}
