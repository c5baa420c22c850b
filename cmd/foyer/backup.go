package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
)

type backupCommand struct {
	Path string `arg:"" help:"A new folder. With SQLite it is itself a data folder: start Foyer with --data-dir on it, or copy it back."`
}

// Run copies the database and, when it is a file, the master key.
func (b backupCommand) Run(ctx context.Context, s *Settings, io streams) error {
	if entries, err := os.ReadDir(b.Path); err == nil && len(entries) > 0 {
		return fmt.Errorf("%s is not empty", b.Path)
	}
	err := s.with(ctx, io, func(c *core) error { return c.store.Backup(ctx, b.Path) })
	if err != nil {
		return err
	}
	note := "the master key is not in it: keep FOYER_MASTER_KEY safe as well"
	if s.MasterKey == "" {
		key, err := os.ReadFile(s.masterKeyFile())
		if err != nil {
			return err
		}
		if err := keep(filepath.Join(b.Path, "master.key"), string(key)); err != nil {
			return err
		}
		note = "the master key is in it: keep it as safe as the key itself"
	}
	_, err = fmt.Fprintf(io.out, "backed up to %s; %s\n", b.Path, note)
	return err
}

type versionCommand struct{}

// Run prints the version.
func (versionCommand) Run(io streams) error {
	_, err := fmt.Fprintln(io.out, version())
	return err
}

// release is set when a release is built: -ldflags "-X main.release=v1.2.3".
var release = ""

// version is the release, or the commit it was built from.
func version() string {
	if release != "" {
		return release
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, setting := range info.Settings {
		if setting.Key == "vcs.revision" {
			return setting.Value
		}
	}
	return "development"
}
