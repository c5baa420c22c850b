package webhooks

import (
	"context"
	"time"
)

// Old rows are looked for every hour, and go in small parts, so that nobody waits long for the database.
const (
	purgeEvery = time.Hour
	purgePart  = 500
	purgeRest  = 100 * time.Millisecond
)

func (s *Service) runRetention(ctx context.Context) {
	for {
		gone, err := s.store.PurgeWebhooks(ctx, s.store.Stamp().Add(-s.retention), purgePart)
		rest := purgeEvery
		if err != nil && ctx.Err() == nil {
			s.log.Warn("old webhooks are not deleted", "error", err)
		}
		if err == nil && gone == purgePart {
			rest = purgeRest
		}
		if !pause(ctx, rest) {
			return
		}
	}
}
