package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"foyer/tokens"
)

type keysCommand struct {
	List   keysListCommand   `cmd:"" help:"List the key pairs of a workspace."`
	Create keysCreateCommand `cmd:"" help:"Make another key pair; the others stay good. Prints the secret once."`
	Revoke keysRevokeCommand `cmd:"" help:"End a key pair: its tokens are refused at once."`
}

// with runs fn on an attached core and closes it.
func (s *Settings) with(ctx context.Context, io streams, fn func(c *core) error) error {
	c, err := s.attach(ctx, io)
	if err != nil {
		return err
	}
	return errors.Join(fn(c), c.store.Close())
}

type keysListCommand struct {
	Workspace string `help:"Id of the workspace; the first one by default."`
}

// Run lists the keys.
func (k keysListCommand) Run(ctx context.Context, s *Settings, io streams) error {
	return s.with(ctx, io, func(c *core) error {
		w, err := c.workspaceOf(ctx, k.Workspace)
		if err != nil {
			return err
		}
		keys, err := c.tokens.Keys(ctx, w.ID)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(io.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "ACCESS KEY\tCREATED\tSTATE")
		for _, key := range keys {
			state := "active"
			if key.RevokedAt != nil {
				state = "revoked " + key.RevokedAt.UTC().Format(time.RFC3339)
			}
			fmt.Fprintf(table, "%s\t%s\t%s\n", key.ID, key.CreatedAt.UTC().Format(time.RFC3339), state)
		}
		return table.Flush()
	})
}

type keysCreateCommand struct {
	Workspace string `help:"Id of the workspace; the first one by default."`
}

// Run makes a key pair.
func (k keysCreateCommand) Run(ctx context.Context, s *Settings, io streams) error {
	return s.with(ctx, io, func(c *core) error {
		w, err := c.workspaceOf(ctx, k.Workspace)
		if err != nil {
			return err
		}
		pair, err := c.tokens.CreateKey(ctx, w.ID, tokens.Pair{})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(io.out, "access key  %s\nsecret      %s\n", pair.AccessKey, pair.Secret)
		return err
	})
}

type keysRevokeCommand struct {
	AccessKey string `arg:"" help:"The access key."`
}

// Run revokes a key pair.
func (k keysRevokeCommand) Run(ctx context.Context, s *Settings, io streams) error {
	return s.with(ctx, io, func(c *core) error {
		if err := c.tokens.RevokeKey(ctx, k.AccessKey); err != nil {
			return err
		}
		_, err := fmt.Fprintln(io.out, "revoked")
		return err
	})
}
