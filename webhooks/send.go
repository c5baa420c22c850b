package webhooks

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"foyer/models"
)

// Bounds of one attempt. The time is from beginning to dial to the last byte of the answer (server contract 7.2).
const (
	sendTimeout = 10 * time.Second
	mostAnswer  = 64 << 10 // bytes that are read, so that the connection can be used again, and dropped
	mostProblem = 300      // letters of a problem that are kept
	timedOut    = "timeout"
	notSet      = "no webhook is set any more"
	unreadable  = "the webhook's headers or secrets cannot be read"
)

func newClient(dial func(ctx context.Context, network, address string) (net.Conn, error)) *http.Client {
	return &http.Client{
		Transport: &http.Transport{ // no proxy: it would hide the address from the guard
			DialContext: dial, ForceAttemptHTTP2: true, MaxIdleConns: mostTurns, MaxIdleConnsPerHost: mostOfHost,
			IdleConnTimeout: 90 * time.Second, TLSHandshakeTimeout: 5 * time.Second, MaxResponseHeaderBytes: mostAnswer,
		},
		// A redirect would carry the secret headers to a place that nobody named.
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// receiver is where a room's events go, with its secrets in clear.
type receiver struct {
	url     string
	headers map[string]string
	keys    [][]byte // each signs
	problem string   // why nothing can be sent: notSet or unreadable
}

// receiver finds where the events of a room go: to its own webhook, else to its workspace's (server contract 7.1).
func (s *Service) receiver(ctx context.Context, room models.ID) (*receiver, error) {
	hooks, err := s.store.Webhooks(ctx, room)
	if err != nil {
		return nil, err
	}
	address, sealed, where := hooks.RoomURL, hooks.RoomHeaders, "webhook of room "+string(hooks.RoomID)
	if address == nil {
		address, sealed, where = hooks.WorkspaceURL, hooks.WorkspaceHeaders, "webhook of workspace "+string(hooks.WorkspaceID)
	}
	if address == nil {
		return &receiver{problem: notSet}, nil
	}
	secrets, err := s.store.WebhookSecrets(ctx, hooks.WorkspaceID, s.store.Stamp())
	if err != nil {
		return nil, err
	}
	r := &receiver{url: *address}
	if r.keys, err = s.keys(secrets); err == nil {
		r.headers, err = s.box.OpenHeaders(sealed, where)
	}
	if err != nil {
		s.log.Error("a webhook cannot be called", "room_id", room, "error", err)
		r.problem = unreadable
	}
	return r, nil
}

// post makes one attempt. It returns what went wrong, in words for whoever set the webhook; empty when it arrived.
func (s *Service) post(ctx context.Context, r *receiver, id, body string) string {
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, r.url, strings.NewReader(body))
	if err != nil {
		return "the webhook's URL cannot be called"
	}
	request.Header.Set("User-Agent", "Foyer-Webhooks/2.0")
	for name, value := range r.headers {
		request.Header.Set(name, value)
	}
	request.Header.Set("Content-Type", "application/json")
	if len(r.keys) > 0 {
		at := strconv.FormatInt(s.store.Stamp().Unix(), 10)
		request.Header.Set("webhook-id", id)
		request.Header.Set("webhook-timestamp", at)
		request.Header.Set("webhook-signature", sign(r.keys, id, at, body))
	}
	answer, err := s.client.Do(request)
	if err != nil {
		return problemOf(err)
	}
	_, err = io.CopyN(io.Discard, answer.Body, mostAnswer) // an endless answer is cut off here
	_ = answer.Body.Close()
	switch status := answer.StatusCode; {
	case err != nil && !errors.Is(err, io.EOF):
		return problemOf(err)
	case status >= 300 && status < 400:
		return fmt.Sprintf("unexpected status %d: redirects are not followed", status)
	case status < 200 || status >= 300:
		return fmt.Sprintf("unexpected status %d", status)
	}
	return ""
}

// problemOf is an error in words that hold no URL and no address of our own network.
func problemOf(err error) string {
	if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() || errors.Is(err, context.DeadlineExceeded) {
		return timedOut
	}
	if errors.Is(err, errPrivate) {
		return errPrivate.Error()
	}
	if lookup, ok := errors.AsType[*net.DNSError](err); ok {
		return "connection failed: the receiver's host cannot be looked up: " + lookup.Err
	}
	if outer, ok := errors.AsType[*url.Error](err); ok {
		err = outer.Err
	}
	text := err.Error()
	if operation, ok := errors.AsType[*net.OpError](err); ok {
		text = operation.Err.Error()
	}
	text = strings.ToValidUTF8(strings.ReplaceAll(text, "\x00", ""), "")
	return "connection failed: " + text[:min(len(text), mostProblem)]
}
