package load

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"
)

// Source gives the next request, ready to be sent, and false when there is none left. It must be safe for concurrent use.
type Source func() (request []byte, more bool)

// Client is a number of open connections to one server. It writes requests that are ready and reads answers with no more than is
// needed, so that the processors are the server's. Only one call at a time may use it.
type Client struct {
	connections []*connection
}

// Dial opens connections to address.
func Dial(ctx context.Context, address string, connections int) (*Client, error) {
	c := &Client{}
	for range connections {
		plain, err := (&net.Dialer{}).DialContext(ctx, "tcp", address)
		if err != nil {
			return nil, errors.Join(err, c.Close())
		}
		c.connections = append(c.connections, &connection{Conn: plain, answers: bufio.NewReader(plain)})
	}
	return c, nil
}

// Close closes the connections.
func (c *Client) Close() error {
	var errs []error
	for _, open := range c.connections {
		errs = append(errs, open.Close())
	}
	return errors.Join(errs...)
}

// Do sends one request and gives the body of its answer. A status other than 200 is an error.
func (c *Client) Do(request []byte) ([]byte, error) {
	return c.connections[0].do(request)
}

// patience bounds the wait for one answer.
const patience = 30 * time.Second

// connection sends one request at a time.
type connection struct {
	net.Conn

	answers *bufio.Reader
}

// do sends a request and reads its answer.
func (c *connection) do(request []byte) ([]byte, error) {
	if err := c.SetDeadline(time.Now().Add(patience)); err != nil {
		return nil, err
	}
	if _, err := c.Write(request); err != nil {
		return nil, err
	}
	answer, err := http.ReadResponse(c.answers, nil)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(answer.Body)
	if err = errors.Join(err, answer.Body.Close()); err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("answer %s: %s", answer.Status, body)
	}
	return body, nil
}
