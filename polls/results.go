package polls

import (
	"context"

	"foyer/models"
	"foyer/store"
)

// maxPage is how many responses or places one call gives.
const maxPage = 100

// Answered is a response as peers are told of it.
type Answered struct {
	Response models.PollResponse
	Type     string // of the question
	Voter    *Voter // nil: the poll is anonymous, and the response is not the asker's own
}

// Voter is who has answered.
type Voter struct{ Hash, PeerID, UserID, Name string }

// oneself is the asker, whom even an anonymous poll may name to itself.
func oneself(hash string, peer *Peer) Voter {
	return Voter{Hash: hash, PeerID: peer.ID, UserID: peer.UserID, Name: peer.Name}
}

// Responses lists responses in force, newest first (client protocol 4.1, poll-responses): all, or only the asker's own, as those who may
// not see the others' get them in any case. Last says that there are no more. Kind NotFound.
func (s *Service) Responses(
	ctx context.Context, live Live, id string, self bool, w store.Window,
) (list []Answered, last bool, err error) {
	info, err := s.view(ctx, &live, id)
	if err != nil || info.Run == nil {
		return nil, true, err
	}
	own := voter(&info.Poll, info.Run.ID, &live.Peer)
	only := ""
	if self || !info.MaySee(live.Peer.Role) {
		only = own
	}
	w.Limit, w.Offset = min(max(w.Limit, 1), maxPage), max(w.Offset, 0)
	rows, err := s.store.RunResponses(ctx, info.Run.ID, only, store.Window{Offset: w.Offset, Limit: w.Limit + 1})
	for _, row := range rows[:min(len(rows), w.Limit)] {
		answered := Answered{Response: row, Type: info.Run.Questions[row.Question-1].Type}
		switch {
		case row.Voter == own:
			me := oneself(own, &live.Peer)
			answered.Voter = &me
		case !info.Poll.Anonymous:
			answered.Voter = &Voter{Hash: row.Voter, PeerID: row.PeerID, UserID: row.UserID, Name: row.Name}
		}
		list = append(list, answered)
	}
	return list, len(rows) <= w.Limit, err
}

// Stats counts what was answered in a session (client protocol 4.1, poll-result).
type Stats struct {
	ID        string // what clients call the poll
	Users     int    // who answered anything
	MaxUsers  int    // the greatest number of peers that were in the room meanwhile, as far as is known
	Responses int
	Questions []QuestionStats // of all; nil for a role that may not see the responses
}

// QuestionStats counts what was answered to one question.
type QuestionStats struct {
	Question int
	Type     string
	Options  []int // votes by option position; empty for answers in words
	Total    int   // answered, not skipped
	Correct  int   // 0 also while what is right is hidden
	Skipped  int
}

// Stats counts the responses of a poll in a session. Those who may not see responses get the totals only. Kind NotFound.
func (s *Service) Stats(ctx context.Context, live Live, id string) (Stats, error) {
	info, stats, err := s.Standing(ctx, live, id)
	if !info.MaySee(live.Peer.Role) {
		stats.Questions = nil
	}
	return stats, err
}

// Standing is a poll with its whole stats, to be told to those who may see them (Info.MaySee). Kind NotFound.
func (s *Service) Standing(ctx context.Context, live Live, id string) (Info, Stats, error) {
	info, err := s.view(ctx, &live, id)
	if err != nil {
		return info, Stats{}, err
	}
	stats, err := s.count(ctx, &live, &info)
	return info, stats, err
}

func (s *Service) count(ctx context.Context, live *Live, info *Info) (Stats, error) {
	stats := Stats{ID: info.ID(), Questions: blank(info.Questions())}
	if info.Run == nil {
		return stats, nil
	}
	tallies, err := s.store.Tallies(ctx, info.Run.ID)
	if err != nil {
		return stats, err
	}
	stats.add(info, tallies)
	stats.Users, err = s.store.CountVoters(ctx, info.Run.ID)
	stats.MaxUsers = max(stats.Users, info.Run.Peers, present(info, live))
	return stats, err
}

// present is how many are in the room, if that matters: not after the poll.
func present(info *Info, live *Live) int {
	if info.State() == Started {
		return live.Peers
	}
	return 0
}

// blank are the stats of questions to which nobody has said anything.
func blank(questions models.Questions) []QuestionStats {
	list := make([]QuestionStats, len(questions))
	for i := range questions {
		list[i] = QuestionStats{Question: i + 1, Type: questions[i].Type, Options: []int{}}
		if choice(&questions[i]) {
			list[i].Options = make([]int, len(questions[i].Options))
		}
	}
	return list
}

// add adds up what voters have said.
func (s *Stats) add(info *Info, tallies []store.Tally) {
	questions := info.Questions()
	for _, tally := range tallies {
		q := &s.Questions[tally.Question-1]
		s.Responses += tally.Votes
		if tally.Skipped {
			q.Skipped += tally.Votes
			continue
		}
		q.Total += tally.Votes
		for _, option := range tally.Options {
			q.Options[option-1] += tally.Votes
		}
		if tally.Correct && !info.hides(&questions[tally.Question-1]) {
			q.Correct += tally.Votes
		}
	}
}
