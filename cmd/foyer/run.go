package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"

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
	rooms      *rooms.Service
	guard      *codes.Guard
	sessions   *sessions.Service
	polls      *polls.Service
	pollKeeper *rooms.PollKeeper
	hub        *hub.Hub
	webhooks   *webhooks.Service
}

func newCore(s *store.Store, box *seal.Box, guard *codes.Guard, log *slog.Logger, sending webhooks.Options) (*core, error) {
	source, err := codes.NewSource(rand.Reader)
	if err != nil {
		return nil, err
	}
	c := &core{
		store: s, box: box, guard: guard,
		workspaces: workspaces.New(s, box), templates: templates.New(s, box),
		codes: codes.New(s, source, guard), tokens: tokens.New(s, box, time.Now),
	}
	c.polls = polls.New(s)
	sending.Log = log
	c.webhooks = webhooks.New(s, box, sending)
	c.sessions = sessions.New(s, sessions.Hooks{Emit: c.webhooks.Emit, Nudge: c.webhooks.Nudge}, time.Now, log)
	c.pollKeeper = rooms.NewPollKeeper(c.polls, log)
	c.hub = hub.New(hub.Options{IDs: s.NewID, Journal: c.journal, Turned: c.pollKeeper.Turned})
	c.rooms = rooms.New(rooms.Parts{Store: s, Box: box, Codes: c.codes, Tokens: c.tokens, Hub: c.hub})
	return c, nil
}

// journal is where the hub's lines are written down.
func (c *core) journal(e models.Entry) func(context.Context) error { return c.sessions.Submit(e).Wait }

// router is what answers HTTP.
func (c *core) router(s *Settings, public *url.URL, log *slog.Logger, sockets *socket.Server) (http.Handler, error) {
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
	return h.Router(), nil
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
	return newCore(db, box, nil, log, webhooks.Options{})
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
