package store_test

import (
	"context"
	"os"
	"testing"
	"time"

	"foyer/store/storetest"

	"go.uber.org/goleak"
)

// TestMain lets nothing run on after the tests, and puts the machine elsewhere: what is stored is in UTC all the same.
func TestMain(m *testing.M) {
	if address := os.Getenv(migrateOnly); address != "" {
		if err := migrate(context.Background(), address); err != nil {
			_, _ = os.Stderr.WriteString(err.Error() + "\n")
			os.Exit(1)
		}
		os.Exit(0)
	}
	time.Local = time.FixedZone("elsewhere", -3*3600-1800)
	code := m.Run()
	if code == 0 {
		if err := goleak.Find(); err != nil {
			_, _ = os.Stderr.WriteString("goroutines are left over: " + err.Error() + "\n")
			code = 1
		}
	}
	os.Exit(code)
}

func TestConformance(t *testing.T) {
	t.Parallel()
	storetest.Each(t, storetest.Run)
}
