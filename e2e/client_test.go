package e2e_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// client calls the management API of one server with one management token. Safe for concurrent use.
type client struct {
	url, token string
	http       *http.Client
}

// client is a caller with a fresh token of the server's own key pair.
func (s *server) client(t *testing.T) *client {
	t.Helper()
	now := time.Now()
	token, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{
		"access_key": s.env["FOYER_ACCESS_KEY"],
		"type":       "management",
		"version":    2,
		"iat":        now.Unix(),
		"nbf":        now.Unix(),
		"exp":        now.Add(time.Hour).Unix(),
		"jti":        hexText(t, 8),
	}).SignedString([]byte(s.env["FOYER_SECRET"]))
	if err != nil {
		t.Fatalf("sign a management token: %v", err)
	}
	transport := &http.Transport{MaxIdleConnsPerHost: 256}
	t.Cleanup(transport.CloseIdleConnections)
	return &client{url: s.url, token: token, http: &http.Client{Transport: transport, Timeout: patience}}
}

// Parts of the API's objects that the tests look at.
type (
	room struct {
		ID   string `json:"id"`
		Name string `json:"name"`
	}
	code struct {
		Code   string `json:"code"`
		RoomID string `json:"room_id"`
		Role   string `json:"role"`
	}
)

// post sends the body as JSON and decodes a 200 answer into out. Any other answer is an error.
func (c *client) post(ctx context.Context, path string, body, out any) error {
	return c.call(ctx, http.MethodPost, path, body, out)
}

// get decodes a 200 answer into out. Any other answer is an error.
func (c *client) get(ctx context.Context, path string, out any) error {
	return c.call(ctx, http.MethodGet, path, nil, out)
}

func (c *client) call(ctx context.Context, method, path string, body, out any) error {
	var sent io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return fmt.Errorf("encode the body: %w", err)
		}
		sent = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, c.url+path, sent)
	if err != nil {
		return fmt.Errorf("make the request: %w", err)
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	response, err := c.http.Do(request)
	if err != nil {
		return err
	}
	defer func() { _ = response.Body.Close() }()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		return fmt.Errorf("read the answer: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s: %s: %s", method, path, response.Status, answer)
	}
	return json.Unmarshal(answer, out)
}

// newRoom creates a room and a code for each of its roles.
func (c *client) newRoom(ctx context.Context) (room, []code, error) {
	var made room
	if err := c.post(ctx, "/v2/rooms", nil, &made); err != nil {
		return room{}, nil, err
	}
	var codes struct {
		Data []code `json:"data"`
	}
	if err := c.post(ctx, "/v2/room-codes/room/"+made.ID, nil, &codes); err != nil {
		return room{}, nil, err
	}
	return made, codes.Data, nil
}

// exchange gives a room code for a token, as a browser does: without a management token, and as text/plain.
func (c *client) exchange(ctx context.Context, code string) (status int, token string, err error) {
	return exchange(ctx, c.http, c.url, code, nil)
}

// exchange posts the code to /v2/token with more headers. Any answer is without error; the token is empty unless it is 200.
func exchange(ctx context.Context, via *http.Client, url, code string, more http.Header) (status int, token string, err error) {
	text, err := json.Marshal(map[string]string{"code": code})
	if err != nil {
		return 0, "", fmt.Errorf("encode the code: %w", err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, url+"/v2/token", bytes.NewReader(text))
	if err != nil {
		return 0, "", fmt.Errorf("make the request: %w", err)
	}
	for name := range more {
		request.Header.Set(name, more.Get(name))
	}
	request.Header.Set("Content-Type", "text/plain;charset=UTF-8")
	response, err := via.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = response.Body.Close() }()
	read, err := io.ReadAll(response.Body) // to its end, or the connection is not used again
	if err != nil {
		return 0, "", fmt.Errorf("read the answer: %w", err)
	}
	var answer struct {
		Token string `json:"token"`
	}
	if err := json.Unmarshal(read, &answer); err != nil {
		return 0, "", fmt.Errorf("decode the answer: %w", err)
	}
	return response.StatusCode, answer.Token, nil
}

// head asks for a page and gives its status.
func head(ctx context.Context, url string) (int, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, fmt.Errorf("make the request: %w", err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	return response.StatusCode, response.Body.Close()
}
