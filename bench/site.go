package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"foyer/bench/load"

	"github.com/golang-jwt/jwt/v5"
	_ "github.com/jackc/pgx/v5/stdlib" // the driver "pgx"
	_ "modernc.org/sqlite"             // the driver "sqlite"
)

// site is one database with a Foyer on it.
type site struct {
	engine   string // sqlite or postgres
	database string // its URL
	key      string // access key and secret of the one workspace
	secret   string
	token    string  // a management token
	fill     *sql.DB // for what takes too long through the API
	foyer    *server
	floor    *server // nil where it is not needed
	drop     func() error
}

// openSite makes an empty database in the folder dir, or on the Postgres server, and starts Foyer on it.
func openSite(ctx context.Context, programs, dir, engine, server string) (*site, error) {
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	s := &site{engine: engine, key: "bench" + strings.ToLower(rand.Text()), secret: rand.Text() + rand.Text(), drop: func() error { return nil }}
	if err := s.prepare(ctx, dir, server); err != nil {
		return nil, err
	}
	var err error
	if s.token, err = s.managementToken(); err == nil {
		s.foyer, err = startFoyer(ctx, programs, dir, s)
	}
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

func (s *site) prepare(ctx context.Context, dir, server string) error {
	var err error
	if s.engine == sqlite {
		path := filepath.Join(dir, "foyer.db")
		s.database = "sqlite:" + path
		s.fill, err = sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?_busy_timeout=10000&_pragma=cache_size(-400000)")
		if err == nil {
			s.fill.SetMaxOpenConns(1)
		}
		return err
	}
	admin, err := sql.Open("pgx", server)
	if err != nil {
		return err
	}
	name := "foyer_bench_" + strings.ToLower(rand.Text())
	if _, err := admin.ExecContext(ctx, "CREATE DATABASE "+name); err != nil {
		return errors.Join(err, admin.Close())
	}
	s.drop = func() error {
		_, err := admin.ExecContext(context.WithoutCancel(ctx), "DROP DATABASE "+name+" WITH (FORCE)")
		return errors.Join(err, admin.Close())
	}
	address, err := url.Parse(server)
	if err == nil {
		address.Path = "/" + name
		s.database = address.String()
		s.fill, err = sql.Open("pgx", s.database)
	}
	return err
}

// close stops what runs and removes the database.
func (s *site) close() error {
	for _, each := range []*server{s.foyer, s.floor} {
		if each != nil {
			_ = each.stop() // what it leaves is thrown away
		}
	}
	return errors.Join(s.fill.Close(), s.drop())
}

func (s *site) managementToken() (string, error) {
	now := time.Now()
	return jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"access_key": s.key, "type": "management", "version": 2, "jti": rand.Text(),
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(24 * time.Hour).Unix(),
	}).SignedString([]byte(s.secret))
}

// post is a request with the management token, ready to be sent.
func (s *site) post(path, body string) []byte {
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\n"+
		"Content-Length: %d\r\n\r\n%s", path, s.token, len(body), body)
}

func (s *site) get(path string) []byte {
	return fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer %s\r\n\r\n", path, s.token)
}

// exchange is the request that a browser sends.
func (s *site) exchange(code string) []byte {
	body := fmt.Sprintf(`{"code":%q,"user_id":"user-of-the-bench"}`, code)
	return fmt.Appendf(nil, "POST /v2/token HTTP/1.1\r\nHost: bench\r\nContent-Type: text/plain;charset=UTF-8\r\n"+
		"Content-Length: %d\r\n\r\n%s", len(body), body)
}

// rooms makes rooms with their codes by the API, and gives the ids and the codes.
func (s *site) rooms(ctx context.Context, count int) (ids, codes []string, err error) {
	client, err := load.Dial(ctx, s.foyer.address, 1)
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, client.Close()) }()
	for range count {
		var room struct{ ID string }
		if err := ask(client, s.post("/v2/rooms", "{}"), &room); err != nil {
			return nil, nil, err
		}
		var list struct{ Data []struct{ Code string } }
		if err := ask(client, s.post("/v2/room-codes/room/"+room.ID, "{}"), &list); err != nil {
			return nil, nil, err
		}
		ids = append(ids, room.ID)
		for _, each := range list.Data {
			codes = append(codes, each.Code)
		}
	}
	return ids, codes, nil
}

func ask(client *load.Client, request []byte, into any) error {
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	return json.Unmarshal(answer, into)
}
