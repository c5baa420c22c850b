package main

import (
	"context"
	_ "embed"
	"fmt"
	"io"
	"log/slog"
	"net/url"
	"strings"
	"text/template"

	"foyer/fault"
	"foyer/models"
	"foyer/rooms"
	"foyer/store"
	"foyer/templates"
	"foyer/tokens"
	"foyer/workspaces"
)

// founded is what a new workspace came with; the secrets in it are shown once.
type founded struct {
	Workspace models.Workspace
	Pair      tokens.Pair
	Template  models.Template
}

// found makes a workspace with a key pair and a default template. It must run in a transaction.
func (c *core) found(ctx context.Context, name string, wanted tokens.Pair) (founded, error) {
	w, err := c.workspaces.Create(ctx, name)
	if err != nil {
		return founded{}, err
	}
	pair, err := c.tokens.CreateKey(ctx, w.ID, wanted)
	if err != nil {
		return founded{}, err
	}
	draft, err := templates.Default()
	if err != nil {
		return founded{}, err
	}
	t, err := c.templates.Create(ctx, w.ID, draft)
	if err != nil {
		return founded{}, err
	}
	w, err = c.workspaces.Change(ctx, w.ID, workspaces.Change{DefaultTemplateID: &t.ID})
	return founded{Workspace: w, Pair: pair, Template: t}, err
}

// inTx runs fn on the core over one transaction.
func (c *core) inTx(ctx context.Context, fn func(tx *core) error) error {
	return c.store.Tx(ctx, func(tx *store.Store) error {
		inner, err := newCore(tx, c.box, nil, slog.New(slog.DiscardHandler), c.habits)
		if err != nil {
			return err
		}
		return fn(inner)
	})
}

// demo is what the first start shows.
type demo struct {
	founded

	Room     models.Room
	Codes    []models.Code
	Password string
}

// firstStart makes a workspace, a demo room and an operator if there is no workspace yet, and prints them once. Of many nodes that
// start at once one does it.
func (s *Settings) firstStart(ctx context.Context, c *core, public *url.URL, out io.Writer) error {
	var made *demo
	err := c.inTx(ctx, func(tx *core) error {
		if err := tx.store.Alone(ctx, "first start"); err != nil {
			return err
		}
		if _, err := tx.store.FirstWorkspace(ctx); !fault.Is(err, fault.NotFound) {
			return err
		}
		var err error
		made, err = s.makeDemo(ctx, tx)
		return err
	})
	if err != nil {
		return err
	}
	if made == nil {
		return s.printPlaces(out, public)
	}
	return s.printWelcome(ctx, c, made, public, out)
}

func (s *Settings) makeDemo(ctx context.Context, tx *core) (*demo, error) {
	made, err := tx.found(ctx, "default", tokens.Pair{AccessKey: s.AccessKey, Secret: s.Secret})
	if err != nil {
		return nil, err
	}
	d := &demo{founded: made}
	name := "demo"
	if d.Room, err = tx.rooms.Create(ctx, &made.Workspace, rooms.Change{Name: &name}); err != nil {
		return nil, err
	}
	if d.Codes, err = tx.codes.Sync(ctx, made.Workspace.ID, d.Room.ID); err != nil {
		return nil, err
	}
	if err = s.seedAccount(ctx, tx, made.Workspace.ID); err != nil {
		return nil, err
	}
	d.Password, err = tx.workspaces.CreateOperator(ctx, workspaces.Operator, s.OperatorPassword)
	return d, err
}

//go:embed welcome.txt
var welcomeText string

var (
	welcome = template.Must(template.New("welcome").Parse(welcomeText))
	places  = template.Must(template.New("places").Parse(
		"Foyer\n  data       {{.Data}}\n  address    {{.URL}}\n  API pages  {{.URL}}/docs\n  stop it    Ctrl-C\n\n"))
)

func (s *Settings) printPlaces(out io.Writer, public *url.URL) error {
	return places.Execute(out, map[string]string{"Data": redactURL(s.database()), "URL": base(public)})
}

func base(public *url.URL) string { return strings.TrimSuffix(public.String(), "/") }

// printWelcome prints what the first start made: the only time that the secrets are shown.
func (s *Settings) printWelcome(ctx context.Context, c *core, d *demo, public *url.URL, out io.Writer) error {
	token, err := c.tokens.IssueManagement(ctx, d.Workspace.ID, tokens.Lifetime)
	if err != nil {
		return err
	}
	links, err := c.rooms.Links(ctx, d.Workspace.ID, d.Room.ID, public)
	if err != nil {
		return err
	}
	byRole := map[string]rooms.Link{}
	for _, link := range links {
		byRole[link.Role] = link
	}
	err = welcome.Execute(out, map[string]any{
		"Data": redactURL(s.database()), "KeyFile": s.keyPlace(), "URL": base(public), "Local": s.callable(public), "Demo": d,
		"Host": byRole["host"], "Guest": byRole["guest"], "Token": token,
		"OwnPair": s.AccessKey != "", "OwnPassword": s.OperatorPassword != "",
	})
	if err != nil {
		return fmt.Errorf("the secrets of the first start could not be shown: %w; make others by `foyer keys create` and "+
			"`foyer operator reset-password`", err)
	}
	return nil
}

// callable is the address for lines that are run on this machine: a certificate may only fit the public one.
func (s *Settings) callable(public *url.URL) string {
	if s.secure() {
		return base(public)
	}
	return s.local("")
}

func (s *Settings) keyPlace() string {
	if s.MasterKey != "" {
		return "from FOYER_MASTER_KEY"
	}
	return s.masterKeyFile()
}
