package floor

import (
	"context"
	"crypto/rand"
	"errors"
	"net"
	"net/http"
	"time"

	"foyer/models"

	"github.com/golang-jwt/jwt/v5"
	"github.com/labstack/echo/v4"
	"golang.org/x/sync/errgroup"
)

// Settings say where the floor listens and what it works on.
type Settings struct {
	Address  string // host:port
	Database string // postgres://... or sqlite:PATH, migrated and filled by a Foyer
	Secret   string // of the key pair that signs and verifies, in clear
}

// floor answers the calls.
type floor struct {
	db     *database
	secret []byte
	parser *jwt.Parser
	ids    *models.IDs
}

// Serve answers until the context ends.
func Serve(ctx context.Context, s Settings) error {
	db, err := openDatabase(ctx, s.Database)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", s.Address)
	if err != nil {
		return errors.Join(err, db.close())
	}
	server := http.Server{Handler: newFloor(db, s.Secret).router()} //nolint:gosec // the least there can be: no time-outs
	var work errgroup.Group
	work.Go(func() error {
		<-ctx.Done()
		return server.Close()
	})
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return errors.Join(work.Wait(), db.close())
}

func newFloor(db *database, secret string) *floor {
	return &floor{
		db: db, secret: []byte(secret), ids: models.NewIDs(time.Now, rand.Reader),
		parser: jwt.NewParser(jwt.WithValidMethods([]string{"HS256"})),
	}
}

// router is a bare Echo with a handler for each call.
func (f *floor) router() *echo.Echo {
	e := echo.New()
	e.GET("/readyz", func(c echo.Context) error { return c.NoContent(http.StatusOK) })
	e.POST("/v2/token", f.exchange)
	e.GET("/v2/room-codes/room/:id", f.list)
	e.POST("/v2/room-codes/room/:id", f.sync)
	e.POST("/v2/rooms", f.create)
	return e
}
