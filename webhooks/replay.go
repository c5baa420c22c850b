package webhooks

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

// Bounds of replays (server contract 7.6).
const (
	MaxReplayed = 50000

	pace         = 100 * time.Millisecond // between two events
	mostReplays  = 8                      // at a time on one node; the others wait
	replayLease  = time.Minute
	replayPart   = 200 // deliveries read at a time
	replayKept   = 10  // events after which it is written down how far a replay has come
	mostFailures = 100 // of a replay that are kept with their reasons
)

// ReplayRequest says what to replay.
type ReplayRequest struct {
	Query

	Limit  int // how many at most: 1 to MaxReplayed
	Offset int // how many of the first ones not
}

// Replay has deliveries sent once more, and says whether that begins now: an identical request that is still running is joined. Kind
// Invalid.
func (s *Service) Replay(ctx context.Context, workspace models.ID, r *ReplayRequest) (models.Replay, bool, error) {
	if r.Limit < 1 || r.Limit > MaxReplayed || r.Offset < 0 {
		return models.Replay{}, false, refuse("limit must be from 1 to 50000, and offset not negative")
	}
	f, err := s.filter(workspace, &r.Query)
	if err != nil {
		return models.Replay{}, false, err
	}
	words, err := json.Marshal(r) // as asked: without times it is the same request a second later
	if err != nil {
		return models.Replay{}, false, err
	}
	total, err := s.store.CountDeliveries(ctx, f)
	if err != nil {
		return models.Replay{}, false, err
	}
	row := models.Replay{
		ID: s.store.NewID(), WorkspaceID: workspace, Request: string(words), StartTime: f.From, EndTime: f.To, RoomID: r.RoomID,
		EventNames: r.EventNames, Status: r.Status, MaxEvents: r.Limit, Skip: r.Offset, State: models.ReplayRunning,
		Total: max(0, min(r.Limit, total-r.Offset)), Failures: models.List{}, StartedAt: s.store.Stamp(),
	}
	return s.join(ctx, row)
}

// join begins a replay unless an identical one is running, which may end at any moment.
func (s *Service) join(ctx context.Context, row models.Replay) (models.Replay, bool, error) {
	for {
		started, err := s.store.InsertReplay(ctx, &row)
		if err != nil || started {
			nudge(s.asked)
			return row, started, err
		}
		running, err := s.store.RunningReplay(ctx, row.WorkspaceID, row.Request)
		if !fault.Is(err, fault.NotFound) {
			return running, false, err
		}
	}
}

// ReplayStatus reads how far a replay has come. Kind NotFound.
func (s *Service) ReplayStatus(ctx context.Context, workspace, id models.ID) (models.Replay, error) {
	return s.store.Replay(ctx, workspace, id)
}

// runReplays runs replays that nobody runs until the context ends, those that were running when Foyer ended included.
func (s *Service) runReplays(ctx context.Context) {
	var running sync.WaitGroup
	defer running.Wait()
	free := make(chan struct{}, mostReplays) // holds one entry for each that runs; never closed
	timer := time.NewTicker(poll)
	defer timer.Stop()
	for ctx.Err() == nil {
		select {
		case free <- struct{}{}:
		case <-ctx.Done():
			return
		}
		at := s.store.Stamp()
		row, err := s.store.ClaimReplay(ctx, string(s.store.NewID()), at, at.Add(replayLease))
		if err == nil {
			running.Go(func() {
				(&replay{Service: s, row: row}).run(ctx)
				<-free
			})
			continue
		}
		<-free
		if !fault.Is(err, fault.NotFound) && ctx.Err() == nil {
			s.log.Warn("replays wait for the database", "error", err)
		}
		select {
		case <-s.asked:
		case <-timer.C:
		case <-ctx.Done():
		}
	}
}

// replay is one that runs. Its fields belong to run.
type replay struct {
	*Service

	row     models.Replay
	arrived []models.Delivery // since it was last written down
	since   int               // events since then
}

// run sends what is left of the replay. When it cannot go on, another takes over where this one was written down last.
func (r *replay) run(ctx context.Context) {
	err := r.skip(ctx)
	if err == nil {
		err = r.sendAll(ctx)
	}
	if ctx.Err() != nil { // whoever begins next goes on at once
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastWord)
		defer cancel()
		err = r.keep(ending, 0)
	}
	if err != nil {
		r.log.Warn("a replay is interrupted", "workspace_id", r.row.WorkspaceID, "error", err)
	}
}

// skip leaves out the first ones that were not asked for, before anything is sent: what arrives is not failed any more, and would not be
// counted a second time.
func (r *replay) skip(ctx context.Context) error {
	if r.row.Skip == 0 || r.row.Position != "" {
		return nil
	}
	rows, err := r.store.DeliveriesAfter(ctx, r.filter(), "", 1, r.row.Skip-1)
	if err != nil {
		return err
	}
	if len(rows) == 0 {
		r.row.MaxEvents = 0
		return nil
	}
	r.row.Position = rows[0].ID
	return r.keep(ctx, replayLease)
}

func (r *replay) filter() *store.DeliveryFilter {
	return &store.DeliveryFilter{
		WorkspaceID: r.row.WorkspaceID, From: r.row.StartTime, To: r.row.EndTime, RoomID: r.row.RoomID, Types: r.row.EventNames,
		State: statuses[r.row.Status],
	}
}

func (r *replay) sendAll(ctx context.Context) error {
	ticker := time.NewTicker(pace)
	defer ticker.Stop()
	for {
		left := r.row.MaxEvents - r.row.Completed - r.row.Failed
		rows, err := r.store.DeliveriesAfter(ctx, r.filter(), r.row.Position, max(0, min(left, replayPart)), 0)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return r.finish(ctx)
		}
		for i := range rows {
			select {
			case <-ticker.C:
			case <-ctx.Done():
				return nil
			}
			if err := r.send(ctx, &rows[i]); err != nil {
				return err
			}
			if r.since < replayKept {
				continue
			}
			if err := r.keep(ctx, replayLease); err != nil {
				return err
			}
		}
	}
}
