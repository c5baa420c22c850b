package apitest

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

// patience is how long anything may take that a script waits for.
const patience = 20 * time.Second

// Room is the room of a workspace while peers meet there, over real connections. It belongs to one test and is not safe for concurrent
// use; its peers are called by their names, as in {alice}.
type Room struct {
	*Workspace

	t testing.TB
}

// Visitor is somebody who comes to a room's door. All fields but the name have defaults.
type Visitor struct {
	Name  string
	Role  string // guest
	User  string // the name; "-" gives none
	Agent string // a browser's word for itself
	From  string // 127.0.0.1; another address of the loopback
	Token string // of an exchange, with the code of the role
	ID    string // a UUID, as the SDK makes it
}

// Listen lets the Foyer listen and its journal run until the test ends.
func (f *Foyer) Listen(t testing.TB) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	written := make(chan error, 1)
	go func() { written <- f.Sessions.Run(ctx) }()
	front := httptest.NewServer(f.Router)
	f.at = "ws" + strings.TrimPrefix(front.URL, "http")
	t.Cleanup(func() {
		f.Hub.Stop()
		f.Sockets.Close()
		front.Close()
		stop()
		if err := <-written; err != nil {
			t.Errorf("the journal: %v", err)
		}
	})
}

// Live is the room of a fresh workspace of a Foyer that listens. Roles, by name, replace those of the template.
func (f *Foyer) Live(t testing.TB, roles map[string]string) *Room {
	t.Helper()
	r := &Room{Workspace: f.Workspace(t), t: t}
	for name, document := range roles {
		r.Given(fmt.Sprintf("POST /v2/templates/{template}/roles/%s %s", name, document))
	}
	for _, code := range r.Given("POST /v2/room-codes/room/{room}").list("data") {
		r.names["code_"+code["role"]] = code["code"]
	}
	f.Clock.Advance(time.Second) // else what is changed now would count as known already
	return r
}

// OpenRoom is a room of a Foyer of its own, over SQLite, with the roles host and guest.
func OpenRoom(t testing.TB, o Options, roles map[string]string) *Room {
	t.Helper()
	f := Start(t, "sqlite", o)
	f.Listen(t)
	return f.Live(t, roles)
}

// list is an array of objects with texts.
func (a *Answer) list(key string) []map[string]string {
	all, _ := a.JSON().(map[string]any)
	array, _ := all[key].([]any)
	list := make([]map[string]string, len(array))
	for i, each := range array {
		list[i] = map[string]string{}
		flatten("", each, list[i])
	}
	return list
}

func (v Visitor) filled() Visitor {
	set := func(field *string, standard string) {
		if *field == "" {
			*field = standard
		}
	}
	set(&v.Role, "guest")
	set(&v.User, v.Name)
	set(&v.Agent, "Browser/1.0")
	set(&v.From, "127.0.0.1")
	set(&v.ID, uuid.NewString())
	return v
}

// Exchange gives what POST /v2/token answers to a visitor with the code of its role.
func (r *Room) Exchange(v Visitor) *Answer {
	r.t.Helper()
	v = v.filled()
	body := fmt.Sprintf(`{"code":%q,"user_id":%q}`, r.names["code_"+v.Role], v.User)
	if v.User == "-" {
		body = fmt.Sprintf(`{"code":%q}`, r.names["code_"+v.Role])
	}
	return r.Send(Request{Line: "POST /v2/token " + body, From: v.From, Header: map[string]string{"User-Agent": v.Agent}})
}

// Init gives what GET /init answers to a visitor with a token.
func (r *Room) Init(v Visitor) *Answer {
	r.t.Helper()
	v = v.filled()
	return r.Send(Request{
		Line: "GET /init?peer_id=" + v.ID, From: v.From, Header: map[string]string{"User-Agent": v.Agent},
		Auth: func(*Workspace) string { return "Bearer " + v.Token },
	})
}

// Visit has somebody exchange a code, ask /init and connect, but not join: a preview.
func (r *Room) Visit(v Visitor) *Peer {
	r.t.Helper()
	v = v.filled()
	if v.Token == "" {
		answer := r.Exchange(v)
		if v.Token = answer.At("token"); v.Token == "" {
			r.t.Fatalf("%s gets no token: %d %s", v.Name, answer.Status, answer.Body)
		}
	}
	if answer := r.Init(v); answer.Status != 200 {
		r.t.Fatalf("%s is refused by /init: %d %s", v.Name, answer.Status, answer.Body)
	}
	return r.Connect(v)
}

// Join has somebody with a code of a role come in. Those who are in already hear of it, and the peer has heard all that it is told.
func (r *Room) Join(name, role string) *Peer {
	r.t.Helper()
	p := r.Visit(Visitor{Name: name, Role: role})
	p.Joins()
	p.Heard()
	return p
}
