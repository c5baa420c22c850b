package hms

import (
	"errors"
	"net/http"

	"foyer/fault"
	"foyer/handlers/reply"
	"foyer/media"

	"github.com/labstack/echo/v4"
)

// failure is the error of a JSON-RPC reply.
type failure struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

// refusal is the body of an HTTP answer: the client reads what a failure has, whoever looks into it finds the cause.
type refusal struct {
	failure

	Details []string `json:"details"`
}

// Fail writes an error. GET /init must never answer 404: the client would wait for ever (client protocol 2).
func Fail(c echo.Context, err error) error {
	f := reply.Of(err)
	if f.Status == http.StatusNotFound {
		f.Status = http.StatusGone
	}
	reply.RetryAfter(c.Response().Header(), err)
	if f.Details == nil {
		f.Details = []string{}
	}
	return c.JSON(f.Status, refusal{failure{Code: f.Status, Message: f.Message}, f.Details})
}

// failureOf is an error as a reply tells it. What no repetition can help must not be a 5xx: the client would repeat it.
func failureOf(err error) failure {
	f := reply.Of(err)
	switch {
	case f.Kind == fault.Unimplemented:
		f.Status = http.StatusBadRequest
	case errors.Is(err, errMoved), errors.Is(err, errStale):
		f.Status = http.StatusMisdirectedRequest
	}
	return failure{Code: f.Status, Message: f.Message}
}

func unknownMethod() error { return fault.New(fault.NotFound, "unknown method") }

// errMoved answers an offer to an engine that is not there any more. The client takes it for the sign that it is to connect anew, of which
// it is told beside that (client protocol 4).
var errMoved = fault.New(fault.Conflict, "your media are on another node")

func noEngine() error { return fault.New(fault.Unimplemented, "this Foyer has no media engine") }

// errStale answers an offer that comes again, after a newer one. With this status the client takes it for done without an answer; any other
// it would count as a failure, and an answer would be to the newer one.
var errStale = fault.New(fault.Conflict, media.ErrStale.Error())

// maxPeerID is how many characters a peer id has at most: the SDK's have 36.
const maxPeerID = 128

// checkPeer errs unless a client may call its peer so.
func checkPeer(id string) error {
	if id == "" || len(id) > maxPeerID {
		return fault.Invalidf("peer must have 1 to %d characters", maxPeerID)
	}
	for _, b := range []byte(id) {
		if b <= ' ' || b >= 0x7f || b == '"' || b == '\\' {
			return fault.Invalidf("peer must have only printable ASCII characters")
		}
	}
	return nil
}
