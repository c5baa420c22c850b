package e2e_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
)

// wire is one WebSocket of a client that speaks the 100ms client protocol. Safe for concurrent use.
type wire struct {
	conn   net.Conn
	done   chan struct{} // closed when nothing comes any more, after code is set
	code   ws.StatusCode // the server's goodbye; 0: there was none
	policy chan struct{} // closed by the first on-policy-change
	list   chan struct{} // closed by the first peer-list
	told   func(method string, params json.RawMessage)

	writing sync.Mutex // held while a frame is written

	mu      sync.Mutex
	last    int                // guarded by mu: number of the last request
	waiting map[string]request // guarded by mu: requests without an answer
}

// request is one that waits for its answer.
type request struct {
	answer chan reply // has room for it
	done   func()     // called by the reader when it was carried out, before anything that comes behind is heard; may be nil
}

// reply is the answer to a request.
type reply struct {
	Result json.RawMessage `json:"result"`
	Error  *refusal        `json:"error"`
}

// refusal is an error of the protocol.
type refusal struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

func (r *refusal) Error() string { return strconv.Itoa(r.Code) + " " + r.Message }

// errDropped says that the connection has ended before the answer.
var errDropped = errors.New("the connection is gone")

// credentials are what a client connects with.
type credentials struct {
	http        *http.Client
	url         string // where /init is, perhaps of a proxy
	peer, token string
}

// dial asks /init for the endpoint and connects to it, as the SDK does each time. Told is called by the reader, in order.
func (c *credentials) dial(ctx context.Context, told func(method string, params json.RawMessage)) (*wire, error) {
	endpoint, err := c.init(ctx)
	if err != nil {
		return nil, err
	}
	return c.open(ctx, endpoint, told)
}

// open connects to an endpoint.
func (c *credentials) open(ctx context.Context, endpoint string, told func(method string, params json.RawMessage)) (*wire, error) {
	query := url.Values{"peer": {c.peer}, "token": {c.token}, "user_agent_v2": {"chaos"}, "protocol_version": {"2.5"}}
	conn, early, _, err := ws.Dial(ctx, endpoint+"?"+query.Encode())
	if err != nil {
		return nil, err
	}
	w := &wire{
		conn: conn, done: make(chan struct{}), policy: make(chan struct{}), list: make(chan struct{}), told: told, waiting: map[string]request{},
	}
	var from io.Reader = conn
	if early != nil {
		from = early
	}
	go w.read(bufio.NewReader(from)) // ends with the connection, which close ends
	return w, nil
}

// init gives the endpoint. A refusal is a *refusal.
func (c *credentials) init(ctx context.Context) (endpoint string, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, c.url+"/init?peer_id="+url.QueryEscape(c.peer), nil)
	if err != nil {
		return "", err
	}
	request.Header.Set("Authorization", "Bearer "+c.token)
	response, err := c.http.Do(request)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	var answer struct {
		refusal

		Endpoint string `json:"endpoint"`
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return "", err
	}
	if response.StatusCode != http.StatusOK {
		return "", &refusal{Code: response.StatusCode, Message: answer.Message}
	}
	return answer.Endpoint, nil
}

// guarded lets the reader answer pings while somebody else writes.
type guarded struct {
	io.Reader

	w *wire
}

func (g guarded) Write(p []byte) (int, error) {
	g.w.writing.Lock()
	defer g.w.writing.Unlock()
	return g.w.conn.Write(p)
}

func (w *wire) read(from *bufio.Reader) {
	defer close(w.done)
	defer func() { _ = w.conn.Close() }()
	policy, list := sync.OnceFunc(func() { close(w.policy) }), sync.OnceFunc(func() { close(w.list) })
	for {
		text, err := wsutil.ReadServerText(guarded{from, w})
		if err != nil {
			if closed, ok := errors.AsType[wsutil.ClosedError](err); ok {
				w.code = closed.Code
			}
			return
		}
		var frame struct {
			reply

			ID     string          `json:"id"`
			Method string          `json:"method"`
			Params json.RawMessage `json:"params"`
		}
		if err := json.Unmarshal(text, &frame); err != nil {
			panic(fmt.Sprintf("the server sent %q: %v", text, err)) // nothing of a test can make that right
		}
		if frame.Method == "" {
			w.answer(frame.ID, frame.reply)
			continue
		}
		if w.told != nil {
			w.told(frame.Method, frame.Params)
		}
		switch frame.Method {
		case "on-policy-change":
			policy()
		case "peer-list":
			list()
		}
	}
}

func (w *wire) answer(id string, r reply) {
	w.mu.Lock()
	defer w.mu.Unlock()
	asked, ok := w.waiting[id]
	if !ok {
		return
	}
	delete(w.waiting, id)
	if r.Error == nil && asked.done != nil {
		asked.done()
	}
	asked.answer <- r
}

func (w *wire) send(message any) error {
	text, err := json.Marshal(message)
	if err != nil {
		return err
	}
	w.writing.Lock()
	defer w.writing.Unlock()
	if err := w.conn.SetWriteDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	return wsutil.WriteClientText(w.conn, text)
}

// call sends a request and waits for its answer. Errs with errDropped, a *refusal, or the context's error.
func (w *wire) call(ctx context.Context, method string, params any) (json.RawMessage, error) {
	return w.callThen(ctx, method, params, nil)
}

// callThen is call, and done happens when it was carried out: in the order of what is heard.
func (w *wire) callThen(ctx context.Context, method string, params any, done func()) (json.RawMessage, error) {
	asked := make(chan reply, 1)
	w.mu.Lock()
	w.last++
	id := strconv.Itoa(w.last)
	w.waiting[id] = request{asked, done}
	w.mu.Unlock()
	if w.send(map[string]any{"jsonrpc": "2.0", "id": id, "method": method, "params": params}) != nil {
		return nil, errDropped
	}
	select {
	case r := <-asked:
		if r.Error != nil {
			return nil, r.Error
		}
		return r.Result, nil
	case <-w.done:
		return nil, errDropped
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// await waits for one of the wire's channels. Errs with errDropped or the context's error.
func (w *wire) await(ctx context.Context, what <-chan struct{}) error {
	select {
	case <-what:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-w.done:
	}
	select {
	case <-what: // came with the end
		return nil
	default:
		return errDropped
	}
}

// leave says goodbye and waits for the end. It reports whether the server said goodbye too: then the leave is written down.
func (w *wire) leave(ctx context.Context) bool {
	if w.send(map[string]any{"method": "leave", "params": map[string]string{"client_reason": "user request"}}) != nil {
		return false
	}
	select {
	case <-w.done:
	case <-ctx.Done():
	}
	w.close()
	return w.code == ws.StatusNormalClosure
}

// close ends the connection without a word, and waits for the reader.
func (w *wire) close() {
	_ = w.conn.Close()
	<-w.done
}
