package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"foyer/models"
)

type tokenCommand struct {
	Management managementCommand `cmd:"" help:"Print a management token, for calling /v2."`
	App        appCommand        `cmd:"" help:"Print an app token, for joining a room in a role."`
	Inspect    inspectCommand    `cmd:"" help:"Say in plain words what is right and wrong with a token."`
}

type managementCommand struct {
	Workspace string        `help:"Id of the workspace; the first one by default."`
	For       time.Duration `default:"24h" help:"How long it is good."`
}

// Run prints a management token.
func (m managementCommand) Run(ctx context.Context, s *Settings, io streams) error {
	c, err := s.attach(ctx, io)
	if err != nil {
		return err
	}
	token, err := m.issue(ctx, c)
	if err := errors.Join(err, c.store.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprintln(io.out, token)
	return err
}

func (m managementCommand) issue(ctx context.Context, c *core) (string, error) {
	w, err := c.workspaceOf(ctx, m.Workspace)
	if err != nil {
		return "", err
	}
	return c.tokens.IssueManagement(ctx, w.ID, m.For)
}

type appCommand struct {
	Workspace string `help:"Id of the workspace; the first one by default."`
	Room      string `required:"" help:"Id of the room."`
	Role      string `required:"" help:"Name of the role."`
	User      string `help:"The user's id in your own system; made up by default."`
}

// Run prints an app token.
func (a appCommand) Run(ctx context.Context, s *Settings, io streams) error {
	c, err := s.attach(ctx, io)
	if err != nil {
		return err
	}
	token, err := a.issue(ctx, c)
	if err := errors.Join(err, c.store.Close()); err != nil {
		return err
	}
	_, err = fmt.Fprintln(io.out, token)
	return err
}

func (a appCommand) issue(ctx context.Context, c *core) (string, error) {
	w, err := c.workspaceOf(ctx, a.Workspace)
	if err != nil {
		return "", err
	}
	return c.rooms.TokenFor(ctx, w.ID, models.ID(a.Room), a.Role, a.User)
}

type inspectCommand struct {
	Token string `arg:"" optional:"" help:"The token; read from standard input when absent, so that no shell history keeps it."`
}

// errBadToken makes the exit status tell what the findings say.
var errBadToken = errors.New("the token is not good")

// Run prints what there is to say about a token.
func (i inspectCommand) Run(ctx context.Context, s *Settings, io streams) error {
	raw := i.Token
	if raw == "" || raw == "-" {
		line, err := bufio.NewReader(io.in).ReadString('\n')
		if err != nil && line == "" {
			return errors.New("no token was given")
		}
		raw = line
	}
	raw = strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(raw), "Bearer "))
	c, err := s.attach(ctx, io)
	if err != nil {
		return err
	}
	found, err := c.tokens.Inspect(ctx, raw)
	if err := errors.Join(err, c.store.Close()); err != nil {
		return err
	}
	good := true
	for _, f := range found {
		mark := "ok     "
		if !f.Good {
			mark, good = "WRONG  ", false
		}
		if _, err := fmt.Fprintln(io.out, mark+f.Text); err != nil {
			return err
		}
	}
	if !good {
		return errBadToken
	}
	return nil
}
