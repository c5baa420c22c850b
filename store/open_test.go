package store_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"foyer/store"
)

func TestOpenRefusesURLs(t *testing.T) {
	t.Parallel()
	for _, address := range []string{"", "foyer.db", "sqlite:", "mysql://root@localhost/foyer", "SQLITE:foyer.db", "postgres:foyer"} {
		s, err := store.Open(t.Context(), store.Options{URL: address})
		if err == nil {
			t.Errorf("%q was opened: %v", address, s.Close())
		}
	}
}

func TestOpenKeepsThePasswordToItself(t *testing.T) {
	t.Parallel()
	for _, address := range []string{
		"postgres://foyer:hunter2@localhost:notaport/foyer",
		"postgres://foyer:hunter2@localhost/foyer?sslmode=nonsense",
		"postgres://foyer:hunter2@127.0.0.1:1/foyer?connect_timeout=5",
		"postgresql://foyer:hunter2@127.0.0.1:1,127.0.0.1:2/foyer?connect_timeout=5",
	} {
		_, err := store.Open(t.Context(), store.Options{URL: address})
		if err == nil || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("want an error without the password, got %v", err)
		}
	}
}

func TestOpenCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, address := range []string{"sqlite:" + t.TempDir() + "/foyer.db", "postgres://foyer@127.0.0.1:1/foyer"} {
		if _, err := store.Open(ctx, store.Options{URL: address}); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: want context.Canceled, got %v", address, err)
		}
	}
}
