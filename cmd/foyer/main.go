// Command foyer is the front door of video rooms: `foyer serve` runs it, the other subcommands look after it.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"foyer/fault"

	"github.com/alecthomas/kong"
)

// commands is the command line: the settings, which are flags of all subcommands, and the subcommands.
type commands struct {
	Settings

	Serve     serveCommand     `cmd:"" default:"withargs" help:"Run Foyer (the default). Migrates the database first."`
	Migrate   migrateCommand   `cmd:"" help:"Bring the database up to this version. Safe to run from many nodes at once."`
	ShowConf  configCommand    `cmd:"" name:"config" help:"Print the settings in force, secrets redacted."`
	Token     tokenCommand     `cmd:"" help:"Make tokens, or find out what is wrong with one."`
	Keys      keysCommand      `cmd:"" help:"Look after the key pairs of a workspace."`
	Usage     usageCommand     `cmd:"" help:"Look after the accounts of Room Codes and their points."`
	Workspace workspaceCommand `cmd:"" help:"Look after workspaces."`
	Operator  operatorCommand  `cmd:"" help:"Look after the operator of the dashboard."`
	Backup    backupCommand    `cmd:"" help:"Copy database and master key into a new folder, while Foyer runs."`
	Version   versionCommand   `cmd:"" help:"Print the version."`
}

// streams are where a subcommand reads and writes.
type streams struct {
	in  io.Reader
	out io.Writer // what was asked for
	err io.Writer // the log
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	context.AfterFunc(ctx, stop) // a second signal ends it at once
	err := run(ctx, os.Args[1:], os.Environ(), streams{os.Stdin, os.Stdout, os.Stderr})
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "foyer: "+explain(err))
		os.Exit(1)
	}
}

// explain is an error as a person at the command line reads it.
func explain(err error) string {
	if ours, ok := errors.AsType[*fault.Error](err); ok && ours.Kind != fault.Internal && ours.Kind != fault.Unavailable {
		return ours.Message
	}
	return err.Error()
}

// run runs one command line. Environ is of the form of os.Environ.
func run(ctx context.Context, args, environ []string, io streams) error {
	var cli commands
	env, err := foyerVariables(environ)
	if err != nil {
		return err
	}
	from := &sources{env: env}
	exited := false
	parser, err := kong.New(&cli,
		kong.Name("foyer"),
		kong.Description("The front door of video rooms. Settings come from flags, then from the environment, then from a YAML file."),
		kong.UsageOnError(),
		kong.Writers(io.out, io.err),
		kong.Exit(func(int) { exited = true }),
		kong.Resolvers(from),
		kong.BindTo(ctx, (*context.Context)(nil)),
		kong.Bind(io),
	)
	if err != nil {
		return err
	}
	if err := checkVariables(parser.Model, env); err != nil {
		return err
	}
	chosen, err := parser.Parse(args)
	if exited { // --help was answered
		return nil
	}
	if err := errors.Join(from.err, err); err != nil {
		return err
	}
	return chosen.Run(&cli.Settings)
}
