package main

import (
	"context"
	"errors"
	"fmt"
	"text/tabwriter"
	"time"

	"foyer/fault"
	"foyer/tokens"
)

type keysCommand struct {
	List   keysListCommand   `cmd:"" help:"List the key pairs of a workspace, or its API keys."`
	Create keysCreateCommand `cmd:"" help:"Make another key pair or API key; the others stay good. Prints the secret once."`
	Revoke keysRevokeCommand `cmd:"" help:"End a key pair or an API key: its tokens are refused at once."`
}

// with runs fn on an attached core and closes it.
func (s *Settings) with(ctx context.Context, io streams, fn func(c *core) error) error {
	c, err := s.attach(ctx, io)
	if err != nil {
		return err
	}
	return errors.Join(fn(c), c.store.Close())
}

// roomCodes is the protocol whose API keys are looked after here too.
const roomCodes = "roomcodes"

type keysListCommand struct {
	Workspace string `help:"Id of the workspace; the first one by default."`
	Dialect   string `default:"100ms" enum:"100ms,roomcodes" help:"Whose keys: 100ms (the default) or roomcodes."`
}

// Run lists the keys.
func (k keysListCommand) Run(ctx context.Context, s *Settings, io streams) error {
	return s.with(ctx, io, func(c *core) error {
		w, err := c.workspaceOf(ctx, k.Workspace)
		if err != nil {
			return err
		}
		if k.Dialect == roomCodes {
			return c.printAPIKeys(ctx, w.ID, io.out)
		}
		keys, err := c.tokens.Keys(ctx, w.ID)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(io.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "ACCESS KEY\tCREATED\tSTATE")
		for _, key := range keys {
			fmt.Fprintf(table, "%s\t%s\t%s\n", key.ID, key.CreatedAt.UTC().Format(time.RFC3339), stateOf(key.RevokedAt))
		}
		return table.Flush()
	})
}

// stateOf says whether a key is good.
func stateOf(revoked *time.Time) string {
	if revoked == nil {
		return "active"
	}
	return "revoked " + revoked.UTC().Format(time.RFC3339)
}

type keysCreateCommand struct {
	Workspace string `help:"Id of the workspace; the first one by default."`
	Dialect   string `default:"100ms" enum:"100ms,roomcodes" help:"What for: a key pair of 100ms (the default), or an API key of roomcodes."`
	Account   string `help:"Of roomcodes: name of the account, made if it is not there; default by default."`
	Plan      string `help:"Of roomcodes: the plan of an account that is made, free, premium or unlimited; unlimited by default."`
}

// Run makes a key pair, or an API key.
func (k keysCreateCommand) Run(ctx context.Context, s *Settings, io streams) error {
	return s.with(ctx, io, func(c *core) error {
		w, err := c.workspaceOf(ctx, k.Workspace)
		if err != nil {
			return err
		}
		if k.Dialect == roomCodes {
			return c.createAPIKey(ctx, w.ID, k.Account, k.Plan, io.out)
		}
		if k.Account != "" || k.Plan != "" {
			return errors.New("--account and --plan need --dialect roomcodes")
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
	AccessKey string `arg:"" help:"The access key; of roomcodes the API key or its id. One that begins with - comes after --."`
}

// Run revokes a key pair, or an API key.
func (k keysRevokeCommand) Run(ctx context.Context, s *Settings, io streams) error {
	return s.with(ctx, io, func(c *core) error {
		err := c.tokens.RevokeKey(ctx, k.AccessKey)
		if fault.Is(err, fault.NotFound) {
			err = c.usage.RevokeKey(ctx, k.AccessKey)
		}
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(io.out, "revoked")
		return err
	})
}
