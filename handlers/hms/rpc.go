package hms

import (
	"bytes"
	"encoding/json"

	"foyer/fault"
	"foyer/handlers/socket"

	"github.com/tidwall/gjson"
)

// empty is the result of a call that has nothing to tell: the client takes a result of null for an error (client protocol 4).
var empty = []byte("{}")

// call is one JSON-RPC request.
type call struct {
	ID     string // as it stands in JSON; empty: nobody waits for an answer
	Method string
	Params string // as they stand in JSON; empty: there are none
}

// param is one of the parameters.
func (c *call) param(name string) gjson.Result { return gjson.Get(c.Params, name) }

// nobody is whom an answer is for that belongs to no request.
const nobody = "null"

// parse reads a request. Kind Invalid; what it gives then has the id, if there is one.
func parse(message []byte) (call, error) {
	if tooDeep(message) {
		return call{}, fault.Invalidf("not a JSON object that is at most %d deep", deepest)
	}
	if !gjson.ValidBytes(message) {
		return call{}, fault.Invalidf("not a JSON object")
	}
	var c call
	var id, method gjson.Result
	object := eachOf(string(message), func(key string, value gjson.Result) {
		switch key {
		case "id":
			id = value
		case "method":
			method = value
		case "params":
			c.Params = value.Raw
		}
	})
	switch {
	case !object:
		return c, fault.Invalidf("not a JSON object")
	case id.Type == gjson.Null: // or there is none
	case id.Type != gjson.String && id.Type != gjson.Number || len(id.Raw) > maxID:
		return c, fault.Invalidf("id must be a string or a number of at most %d bytes", maxID)
	default:
		c.ID = id.Raw
	}
	if method.Type != gjson.String {
		return c, fault.Invalidf("method must be a string")
	}
	c.Method = method.Str
	return c, nil
}

// deepest is how many objects and arrays may stand within each other: whoever reads them takes memory for each.
const deepest = 128

// tooDeep looks closer only where there are that many at all.
func tooDeep(message []byte) bool {
	if bytes.Count(message, []byte("["))+bytes.Count(message, []byte("{")) <= deepest {
		return false
	}
	depth, quoted := 0, false
	for i := 0; i < len(message) && depth <= deepest; i++ {
		switch b := message[i]; {
		case quoted && b == '\\':
			i++
		case b == '"':
			quoted = !quoted
		case quoted:
		case b == '[' || b == '{':
			depth++
		case b == ']' || b == '}':
			depth--
		}
	}
	return depth > deepest
}

// eachOf visits all members of a JSON object, and reports whether it is one.
func eachOf(object string, visit func(key string, value gjson.Result)) bool {
	root := gjson.Parse(object)
	if !root.IsObject() {
		return false
	}
	root.ForEach(func(key, value gjson.Result) bool {
		visit(key.Str, value)
		return true
	})
	return true
}

// maxID is how many bytes the id of a request has at most: every answer repeats it.
const maxID = 256

// read reads the parameters of a call. Kind Invalid.
func read[T any](c call) (T, error) {
	var params T
	if c.Params == "" {
		return params, nil
	}
	if err := json.Unmarshal([]byte(c.Params), &params); err != nil {
		return params, fault.Wrap(fault.Invalid, "the parameters of "+c.Method+" have a wrong type", err)
	}
	return params, nil
}

// succeeded is the answer to a call: a result that is written already.
func succeeded(id string, result []byte) []byte {
	if id == "" {
		return nil
	}
	return socket.Frame(func(b []byte) []byte {
		b = append(b, `{"jsonrpc":"2.0","id":`...)
		b = append(b, id...)
		b = append(b, `,"result":`...)
		b = append(b, result...)
		return append(b, '}')
	})
}

// failed is the answer to a call that was refused.
func failed(id string, err error) []byte {
	if id == "" {
		return nil
	}
	return socket.Frame(func(b []byte) []byte {
		b = append(b, `{"jsonrpc":"2.0","id":`...)
		b = append(b, id...)
		b = append(b, `,"error":`...)
		b = append(b, marshal(failureOf(err))...)
		return append(b, '}')
	})
}

// note is a frame that nobody asked for.
func note(method string, params func(b []byte) []byte) []byte {
	return socket.Frame(func(b []byte) []byte {
		b = append(b, `{"jsonrpc":"2.0","method":"`...)
		b = append(b, method...)
		b = append(b, `","params":`...)
		b = params(b)
		return append(b, '}')
	})
}

// noteOf is a note whose parameters are a value.
func noteOf(method string, params any) []byte {
	return note(method, func(b []byte) []byte { return append(b, marshal(params)...) })
}

// marshal writes a value of ours, which can be written.
func marshal(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // a value of ours that has no JSON is a mistake of ours
	}
	return text
}

func refused(reason string) error {
	if reason == "" {
		reason = "you were not let in"
	}
	return fault.New(fault.Forbidden, reason)
}
