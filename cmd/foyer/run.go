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
	"foyer/models"
	"foyer/rooms"
	"foyer/seal"
	"foyer/store"
	"foyer/templates"
	"foyer/tokens"
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
}

func newCore(s *store.Store, box *seal.Box, guard *codes.Guard) (*core, error) {
	source, err := codes.NewSource(rand.Reader)
	if err != nil {
		return nil, err
	}
	c := &core{
		store: s, box: box, guard: guard,
		workspaces: workspaces.New(s, box), templates: templates.New(s, box),
		codes: codes.New(s, source, guard), tokens: tokens.New(s, box, time.Now),
	}
	c.rooms = rooms.New(s, box, c.codes, c.tokens)
	return c, nil
}

// router is what answers HTTP.
func (c *core) router(s *Settings, public *url.URL, log *slog.Logger) (http.Handler, error) {
	proxies, err := s.proxies()
	if err != nil {
		return nil, err
	}
	h := &handlers.Handler{
		Rooms: c.rooms, Codes: c.codes, Templates: c.templates, Tokens: c.tokens, Workspaces: c.workspaces,
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
	return newCore(db, box, nil)
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
