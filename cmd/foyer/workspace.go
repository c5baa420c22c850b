package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"foyer/tokens"
	"foyer/workspaces"
)

type workspaceCommand struct {
	Create workspaceCreateCommand `cmd:"" help:"Make another workspace, with a key pair and a default template. Prints the secret once."`
	List   workspaceListCommand   `cmd:"" help:"List the workspaces."`
}

type workspaceCreateCommand struct {
	Name string `arg:"" help:"What to call it."`
}

// Run makes a workspace.
func (w workspaceCreateCommand) Run(ctx context.Context, s *Settings, io streams) error {
	return s.with(ctx, io, func(c *core) error {
		var made founded
		err := c.inTx(ctx, func(tx *core) (err error) {
			made, err = tx.found(ctx, w.Name, tokens.Pair{})
			return err
		})
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(io.out, "workspace   %s\ntemplate    %s\naccess key  %s\nsecret      %s\n",
			made.Workspace.ID, made.Template.ID, made.Pair.AccessKey, made.Pair.Secret)
		return err
	})
}

type workspaceListCommand struct{}

// Run lists the workspaces.
func (workspaceListCommand) Run(ctx context.Context, s *Settings, io streams) error {
	return s.with(ctx, io, func(c *core) error {
		list, err := c.workspaces.List(ctx)
		if err != nil {
			return err
		}
		table := tabwriter.NewWriter(io.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "ID\tNAME\tCREATED")
		for _, w := range list {
			fmt.Fprintf(table, "%s\t%s\t%s\n", w.ID, w.Name, w.CreatedAt.UTC().Format(time.RFC3339))
		}
		return table.Flush()
	})
}

type operatorCommand struct {
	ResetPassword operatorResetCommand `cmd:"" help:"Give the operator a new password: that of FOYER_OPERATOR_PASSWORD, or a random one that is printed."`
}

type operatorResetCommand struct{}

// Run resets the password.
func (operatorResetCommand) Run(ctx context.Context, s *Settings, io streams) error {
	return s.with(ctx, io, func(c *core) error {
		password, err := c.workspaces.ResetPassword(ctx, workspaces.Operator, s.OperatorPassword)
		if err != nil {
			return err
		}
		if s.OperatorPassword != "" {
			password = "as set by FOYER_OPERATOR_PASSWORD"
		}
		_, err = fmt.Fprintf(io.out, "operator password  %s\n", password)
		return err
	})
}
