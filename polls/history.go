package polls

import (
	"context"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

// Runs lists the sessions in which a poll ran, newest first (server contract 8.1). Kind NotFound.
func (s *Service) Runs(ctx context.Context, workspace, id models.ID, page store.Page) ([]store.CountedRun, error) {
	if _, err := s.store.Poll(ctx, workspace, id); err != nil {
		return nil, err
	}
	runs, err := s.store.Runs(ctx, id, page)
	at := s.store.Stamp()
	for i := range runs {
		settle(&runs[i].PollRun, at)
	}
	return runs, err
}

// History lists the responses to a poll in all sessions, newest first (server contract 8.1). Kind NotFound.
func (s *Service) History(
	ctx context.Context, workspace, id models.ID, f store.ResponseFilter, page store.Page,
) ([]models.PollResponse, error) {
	if _, err := s.store.Poll(ctx, workspace, id); err != nil {
		return nil, err
	}
	return s.store.Responses(ctx, id, f, page)
}

// Response reads one response to a poll (server contract 8.1). Kind NotFound.
func (s *Service) Response(ctx context.Context, workspace, id, response models.ID) (models.PollResponse, error) {
	if _, err := s.store.Poll(ctx, workspace, id); err != nil {
		return models.PollResponse{}, err
	}
	return s.store.Response(ctx, id, response)
}

// Result reads what one response in force has scored. Its id is the response's. Kind NotFound.
func (s *Service) Result(ctx context.Context, workspace, id, result models.ID) (models.PollResponse, error) {
	if _, err := s.store.Poll(ctx, workspace, id); err != nil {
		return models.PollResponse{}, err
	}
	response, err := s.store.Response(ctx, id, result)
	if fault.Is(err, fault.NotFound) || err == nil && !response.Current {
		err = fault.New(fault.NotFound, "result not found")
	}
	return response, err
}
