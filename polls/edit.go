package polls

import (
	"context"
	"strings"
	"unicode"
	"unicode/utf8"

	"foyer/fault"
	"foyer/models"
	"foyer/store"
)

// The bounds of what peers of a room may make.
const (
	MaxDrafts = 200 // polls of a room that never ran
	maxAlias  = 64  // characters of an id that a client has chosen
)

// Set makes a poll in a room, or writes its draft anew but for the questions, and says what clients call it (client protocol 4.1,
// poll-info-set). A client may choose the id of a new one. Kinds Invalid; NotFound; Forbidden for a poll that the room only names;
// Conflict when it has begun, or the room has too many drafts.
func (s *Service) Set(ctx context.Context, live Live, id string, d Draft) (string, error) {
	d.Start, d.Questions = nil, nil
	if id == "" {
		return s.make(ctx, &live, nil, d)
	}
	if err := checkAlias(id); err != nil {
		return "", err
	}
	info, err := s.editDraft(ctx, &live, id, func(p *models.Poll) error { return d.put(p, startManual) })
	if !fault.Is(err, fault.NotFound) || models.ValidID(id) {
		return info.ID(), err
	}
	return s.make(ctx, &live, &id, d)
}

func checkAlias(id string) error {
	odd := func(r rune) bool { return !unicode.IsPrint(r) || r == utf8.RuneError }
	if utf8.RuneCountInString(id) > maxAlias || strings.ContainsFunc(id, odd) {
		return fault.Invalidf("poll_id must have 1 to %d printable characters", maxAlias)
	}
	return nil
}

func (s *Service) make(ctx context.Context, live *Live, alias *string, d Draft) (string, error) {
	count, err := s.store.CountPolls(ctx, live.Room, MaxDrafts)
	if err != nil {
		return "", err
	}
	if count >= MaxDrafts {
		return "", fault.New(fault.Conflict, "the room has too many polls that never ran")
	}
	at := s.store.Stamp()
	poll := models.Poll{
		ID: s.store.NewID(), WorkspaceID: live.Workspace, RoomID: &live.Room, Alias: alias, CreatedBy: live.Peer.ID, CreatedAt: at, UpdatedAt: at,
	}
	if err := d.putAll(&poll, startManual); err != nil {
		return "", err
	}
	return (&Info{Poll: poll}).ID(), s.store.CreatePoll(ctx, &poll)
}

// SetQuestions writes the questions of a draft anew and says how many there are (client protocol 4.1, poll-questions-set). Kinds as Set.
func (s *Service) SetQuestions(ctx context.Context, live Live, id string, drafts []QuestionDraft) (Info, error) {
	questions, err := newQuestions(drafts)
	if err != nil {
		return Info{}, err
	}
	return s.editDraft(ctx, &live, id, func(p *models.Poll) error {
		p.Questions = questions
		return nil
	})
}

// editDraft changes a poll of the room that has not begun in the session.
func (s *Service) editDraft(ctx context.Context, live *Live, id string, edit func(p *models.Poll) error) (Info, error) {
	info, err := s.view(ctx, live, id)
	switch {
	case err != nil:
		return info, err
	case !ownedBy(&info.Poll, live.Room):
		return info, fault.New(fault.Forbidden, "the poll is not the room's own")
	case info.Run != nil:
		return info, hasBegun()
	}
	info.Poll, err = s.change(ctx, live.Workspace, info.Poll.ID, edit)
	return info, err
}

func hasBegun() error { return fault.New(fault.Conflict, "the poll has begun already") }

// Questions reads questions of a poll, at most count after the first offset ones (client protocol 4.1, poll-questions-get). Answers that
// are hidden are taken out while the poll runs, but for Hidden itself. Last says that there are no more. Kind NotFound.
func (s *Service) Questions(ctx context.Context, live Live, id string, w store.Window) (list []NumberedQuestion, last bool, err error) {
	info, err := s.view(ctx, &live, id)
	if err != nil {
		return nil, false, err
	}
	all := info.Questions()
	from := min(max(w.Offset, 0), len(all))
	until := min(from+max(w.Limit, 0), len(all))
	for i := from; i < until; i++ {
		question := all[i]
		if info.hides(&question) {
			question.Answer = models.Answer{Hidden: true}
		}
		list = append(list, NumberedQuestion{Index: i + 1, Question: question})
	}
	return list, until == len(all), nil
}

// NumberedQuestion is a question with its index.
type NumberedQuestion struct {
	Index    int
	Question models.Question
}
