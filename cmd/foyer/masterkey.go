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
	key := seal.NewKey()
	if err := keep(s.masterKeyFile(), seal.FormatKey(key)+"\n"); err != nil {
		return nil, fmt.Errorf("keep the master key: %w", err)
	}
	return seal.New(key)
}

func boxOf(text, from string) (*seal.Box, error) {
	key, err := seal.ParseKey(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", from, err)
	}
	return seal.New(key)
}

// keep writes a new file that only its owner reads, and is sure that it is on the disk: what is sealed with the key is lost without it.
func keep(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	return errors.Join(err, f.Sync(), f.Close(), syncFolder(filepath.Dir(path)))
}

func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
