package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"foyer/codes"
	"foyer/fault"
	"foyer/handlers/socket"
	"foyer/store"
	"foyer/tokens"

	"golang.org/x/crypto/acme/autocert"
	"golang.org/x/sync/errgroup"
)

// Bounds of every connection. A WebSocket leaves them behind when it takes its connection over.
const (
	headerTimeout = 10 * time.Second
	readTimeout   = 30 * time.Second
	writeTimeout  = 60 * time.Second
	idleTimeout   = 120 * time.Second
	maxHeader     = 32 << 10
	drain         = 15 * time.Second // for requests under way at the end
)

type serveCommand struct{}

// Run serves until the context ends. It listens only when the database is migrated and the first start is done.
func (serveCommand) Run(ctx context.Context, s *Settings, io streams) (err error) {
	log, lines, err := gathered(s.logger, io.err)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, lines.flush()) }()
	public, err := s.public()
	if err != nil {
		return err
	}
	c, err := s.begin(ctx, log)
	if err != nil {
		return err
	}
	err = s.firstStart(ctx, c, public, io.out)
	if err == nil {
		err = tokens.CheckMasterKey(ctx, c.store, c.box) // another node may have made the first start, with its own key
	}
	if err == nil {
		err = s.listen(ctx, c, public, log)
	}
	return errors.Join(err, c.store.Close())
}

// begin opens and migrates the database, and makes sure that the master key is there and fits.
func (s *Settings) begin(ctx context.Context, log *slog.Logger) (*core, error) {
	db, err := store.Open(ctx, s.storeOptions(log))
	if err != nil {
		return nil, err
	}
	c, err := s.prepare(ctx, db, log)
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return c, nil
}

func (s *Settings) prepare(ctx context.Context, db *store.Store, log *slog.Logger) (*core, error) {
	if err := db.Migrate(ctx); err != nil {
		return nil, err
	}
	_, err := db.FirstWorkspace(ctx)
	fresh := fault.Is(err, fault.NotFound)
	if err != nil && !fresh {
		return nil, err
	}
	box, err := s.box(fresh)
	if err != nil {
		return nil, err
	}
	if err := tokens.CheckMasterKey(ctx, db, box); err != nil {
		return nil, err
	}
	by, err := s.habits()
	if err != nil {
		return nil, err
	}
	c, err := newCore(db, box, codes.NewGuard(codes.Limits{Off: s.RateLimits == "off"}), log, by)
	if err != nil || s.ChatAdminPassword == "" {
		return c, err
	}
	return c, c.chats.EnsureAdmin(ctx, s.ChatAdminPassword)
}

func (s *Settings) listen(ctx context.Context, c *core, public *url.URL, log *slog.Logger) (err error) {
	pictures, err := s.openMedia(c.box, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pictures.close()) }()
	sockets := socket.NewServer(s.socketLimits(), log)
	front, err := c.router(s, public, log, sockets)
	if err != nil {
		return err
	}
	pictures.carry(front)
	stopJournal, err := c.openRooms(ctx)
	if err != nil {
		return err
	}
	server := newServer(front.Router(), log) //nolint:contextcheck // each request brings its own
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.Addr)
	if err != nil {
		return errors.Join(err, stopJournal())
	}
	log.Info("listening", "addr", listener.Addr().String(), "public_url", public.String(), "version", version())
	work, ctx := errgroup.WithContext(ctx)
	switch {
	case s.ACME == "on":
		manager := s.certificates(c.store, public)
		server.TLSConfig = manager.TLSConfig()
		work.Go(func() error { return closed(server.ServeTLS(listener, "", "")) })
		work.Go(func() error { return answerChallenges(ctx, manager, log) })
	case s.TLSCert != "":
		work.Go(func() error { return closed(server.ServeTLS(listener, s.TLSCert, s.TLSKey)) })
	default:
		work.Go(func() error { return closed(server.Serve(listener)) })
	}
	work.Go(func() error {
		<-ctx.Done()
		c.hub.Stop() // whoever is in stays in, for the Foyer that comes next
		front.CloseSockets()
		return nil
	})
	work.Go(func() error { return c.webhooks.Run(ctx) })
	work.Go(func() error { return c.closer.Run(ctx, c.rooms) })
	work.Go(func() error { return c.chats.Run(ctx) })
	work.Go(func() error { return tidy(ctx, &reserve{}, pictures.busy, pictures.begun) })
	work.Go(func() error { return shutDown(ctx, server, log) })
	err = errors.Join(work.Wait(), stopJournal())
	log.Info("stopped")
	return err
}

func newServer(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler: handler, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout, WriteTimeout: writeTimeout,
		IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeader, ErrorLog: slog.NewLogLogger(log.Handler(), slog.LevelDebug),
	}
}

// shutDown waits for the end of the context, then for requests under way, but not for ever: what hangs is cut off.
func shutDown(ctx context.Context, server *http.Server, log *slog.Logger) error {
	<-ctx.Done()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
	defer cancel()
	err := server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		log.Warn("some requests did not end in time and are cut off", "after", drain)
		return server.Close()
	}
	return err
}

func closed(err error) error {
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// certificates asks Let's Encrypt for a certificate of every host under which Foyer's links go out, and for no other.
func (s *Settings) certificates(db *store.Store, public *url.URL) *autocert.Manager {
	t, _ := s.tongues() // was read before, so that it holds no error
	return &autocert.Manager{
		Prompt: autocert.AcceptTOS,
		Cache:  autocert.DirCache(filepath.Join(s.DataDir, "certificates")),
		HostPolicy: func(ctx context.Context, host string) error {
			host = strings.ToLower(host)
			if t.hosts[host] != "" {
				return nil
			}
			return knownHost(ctx, db, public.Hostname(), host)
		},
	}
}

func knownHost(ctx context.Context, db *store.Store, public, host string) error {
	if host == public {
		return nil
	}
	subdomain, below := strings.CutSuffix(host, "."+public)
	domain := host
	if below {
		domain = ""
	}
	known, err := db.Hosts(ctx, subdomain, domain)
	if err == nil && !known {
		err = fmt.Errorf("no template has the host %s", host)
	}
	return err
}

// answerChallenges serves port 80 for Let's Encrypt and sends everybody else to HTTPS. Without that port the other kind of challenge
// still works, so that it is only warned about.
func answerChallenges(ctx context.Context, manager *autocert.Manager, log *slog.Logger) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", ":80")
	if err != nil {
		log.Warn("port 80 is not available: no redirect to HTTPS, and certificates by TLS-ALPN only", "error", err)
		return nil
	}
	server := newServer(manager.HTTPHandler(nil), log)
	var work errgroup.Group
	work.Go(func() error { return closed(server.Serve(listener)) })
	work.Go(func() error { return shutDown(ctx, server, log) })
	return work.Wait()
}

type migrateCommand struct{}

// Run brings the database up to date.
func (migrateCommand) Run(ctx context.Context, s *Settings, io streams) error {
	log, err := s.logger(io.err)
	if err != nil {
		return err
	}
	db, err := store.Open(ctx, s.storeOptions(log))
	if err != nil {
		return err
	}
	if err := errors.Join(db.Migrate(ctx), db.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprintln(io.out, "the database is up to date")
	return err
}
