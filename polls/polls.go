package polls

import (
	"context"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

// Service keeps polls. Safe for concurrent use, also by several processes over one database: it remembers nothing by itself.
type Service struct {
	store *store.Store
}

// New makes the service.
func New(s *store.Store) *Service { return &Service{store: s} }

// Create makes a poll of a workspace, which rooms may name (server contract 8.1). Kind Invalid.
func (s *Service) Create(ctx context.Context, workspace models.ID, d Draft) (models.Poll, error) {
	at := s.store.Stamp()
	poll := models.Poll{ID: s.store.NewID(), WorkspaceID: workspace, CreatedAt: at, UpdatedAt: at}
	if err := d.putAll(&poll, startAuto); err != nil {
		return poll, err
	}
	return poll, s.store.CreatePoll(ctx, &poll)
}

// Poll reads one of a workspace. Kind NotFound.
func (s *Service) Poll(ctx context.Context, workspace, id models.ID) (models.Poll, error) {
	return s.store.Poll(ctx, workspace, id)
}

// Replace writes a poll anew; what the draft leaves out takes its default (server contract 8.1). Kinds NotFound; Invalid; Conflict while
// the poll runs.
func (s *Service) Replace(ctx context.Context, workspace, id models.ID, d Draft) (models.Poll, error) {
	return s.change(ctx, workspace, id, func(p *models.Poll) error { return d.putAll(p, startAuto) })
}

// change lets edit change a poll that does not run anywhere.
func (s *Service) change(ctx context.Context, workspace, id models.ID, edit func(p *models.Poll) error) (models.Poll, error) {
	var poll models.Poll
	err := s.store.Tx(ctx, func(tx *store.Store) (err error) {
		if poll, err = tx.LockPoll(ctx, workspace, id); err != nil {
			return err
		}
		running, err := tx.HasOpenRun(ctx, id, tx.Stamp())
		if err != nil {
			return err
		}
		if running {
			return fault.New(fault.Conflict, "the poll is running")
		}
		if err := edit(&poll); err != nil {
			return err
		}
		poll.UpdatedAt = tx.Stamp()
		return tx.UpdatePoll(ctx, poll)
	})
	return poll, err
}

// ReplaceQuestion writes the question of an index anew. Kinds NotFound, also for a question that is not there; Invalid; Conflict while
// the poll runs.
func (s *Service) ReplaceQuestion(ctx context.Context, workspace, id models.ID, index int, d QuestionDraft) (models.Question, error) {
	var question models.Question
	_, err := s.change(ctx, workspace, id, func(p *models.Poll) (err error) {
		if _, err = questionAt(p.Questions, index); err != nil {
			return err
		}
		if question, err = d.question(index); err == nil {
			p.Questions[index-1] = question
		}
		return err
	})
	return question, err
}

// RemoveQuestion takes a question out; those after it move down. Kinds as ReplaceQuestion.
func (s *Service) RemoveQuestion(ctx context.Context, workspace, id models.ID, index int) error {
	_, err := s.change(ctx, workspace, id, func(p *models.Poll) error {
		if _, err := questionAt(p.Questions, index); err != nil {
			return err
		}
		p.Questions = without(p.Questions, index)
		return nil
	})
	return err
}

// Place names an option of a poll: both indexes begin at 1.
type Place struct{ Question, Option int }

// ReplaceOption writes an option anew. Kinds NotFound, also for a question or option that is not there; Invalid; Conflict while the poll
// runs.
func (s *Service) ReplaceOption(ctx context.Context, workspace, id models.ID, at Place, d OptionDraft) (models.Option, error) {
	var option models.Option
	_, err := s.change(ctx, workspace, id, func(p *models.Poll) error {
		question, err := optionAt(p.Questions, at)
		if err != nil {
			return err
		}
		if option, err = d.option(at.Option); err == nil {
			question.Options[at.Option-1] = option
		}
		return err
	})
	return option, err
}

// RemoveOption takes an option out; those after it move down, in the right answer too. Kinds as ReplaceOption.
func (s *Service) RemoveOption(ctx context.Context, workspace, id models.ID, at Place) error {
	_, err := s.change(ctx, workspace, id, func(p *models.Poll) error {
		question, err := optionAt(p.Questions, at)
		if err == nil {
			removeOption(question, at.Option)
		}
		return err
	})
	return err
}

func questionAt(questions models.Questions, index int) (*models.Question, error) {
	if index < 1 || index > len(questions) {
		return nil, fault.New(fault.NotFound, "question not found")
	}
	return &questions[index-1], nil
}

func optionAt(questions models.Questions, at Place) (*models.Question, error) {
	question, err := questionAt(questions, at.Question)
	if err == nil && (at.Option < 1 || at.Option > len(question.Options)) {
		err = fault.New(fault.NotFound, "option not found")
	}
	return question, err
}
