package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"foyer/seal"
)

// errNoMasterKey says that there is neither a setting nor a file.
var errNoMasterKey = errors.New("the master key is missing: set FOYER_MASTER_KEY, or put master.key into the data folder; " +
	"without it the secrets in the database cannot be read")

func (s *Settings) masterKeyFile() string { return filepath.Join(s.DataDir, "master.key") }

// box is the seal under the master key in force. With create a key that is missing is made and kept in the data folder.
func (s *Settings) box(create bool) (*seal.Box, error) {
	if s.MasterKey != "" {
		return boxOf(s.MasterKey, "FOYER_MASTER_KEY")
	}
	text, err := os.ReadFile(s.masterKeyFile())
	switch {
	case err == nil:
		return boxOf(string(text), s.masterKeyFile())
	case !errors.Is(err, os.ErrNotExist):
		return nil, err
	case !create:
		return nil, errNoMasterKey
	}
	err = keep(s.masterKeyFile(), seal.FormatKey(seal.NewKey())+"\n")
	if err != nil && !errors.Is(err, os.ErrExist) { // somebody else was quicker: theirs is the key
		return nil, fmt.Errorf("keep the master key: %w", err)
	}
	return s.box(false)
}

func boxOf(text, from string) (*seal.Box, error) {
	key, err := seal.ParseKey(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", from, err)
	}
	return seal.New(key)
}

// keep makes a new file that only its owner reads, and is sure that it is on the disk: what is sealed with the key is lost without it.
// The file appears whole or not at all; one that is there already is os.ErrExist.
func keep(path, text string) error {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	draft, err := os.CreateTemp(folder, ".master-*.key") // readable by its owner only
	if err != nil {
		return err
	}
	_, err = draft.WriteString(text)
	if err = errors.Join(err, draft.Sync(), draft.Close()); err == nil {
		err = os.Link(draft.Name(), path)
	}
	return errors.Join(err, os.Remove(draft.Name()), syncFolder(folder))
}

func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
