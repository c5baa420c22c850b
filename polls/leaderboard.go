package polls

import (
	"context"

	"foyer/fault"
	"foyer/store"
)

// Board says who did best in a quiz (client protocol 4.1, poll-leaderboard). Averages are over those who voted.
type Board struct {
	TotalUsers   int // see Stats.MaxUsers
	VotedUsers   int
	CorrectUsers int     // had all questions right
	AverageTime  float64 // milliseconds that one took for all questions
	AverageScore float64
	Ranks        []Rank
	Last         bool
}

// Rank is one voter's place on a board.
type Rank struct {
	Position  int // from 1; no two have the same
	Score     int
	Responses int // not skipped
	Correct   int
	Duration  int // milliseconds
	Voter     Voter
}

// BoardFilter says which part of a board is wanted.
type BoardFilter struct {
	Question int // by this question only; 0: by all
	Window   store.Window
}

// Leaderboard ranks the voters of a quiz that is over: by score, then by the time that they took, then by who was there first. Those who
// may not see responses find only themselves in it; of an anonymous poll, everybody does. Kinds NotFound; Conflict while it is not over;
// Invalid for a question that is not there.
func (s *Service) Leaderboard(ctx context.Context, live Live, id string, f BoardFilter) (Board, error) {
	info, err := s.view(ctx, &live, id)
	switch {
	case err != nil:
		return Board{}, err
	case info.State() != Stopped:
		return Board{}, fault.New(fault.Conflict, "the poll is not over")
	case f.Question < 0 || f.Question > len(info.Run.Questions):
		return Board{}, fault.Invalidf("there is no question %d", f.Question)
	}
	return s.board(ctx, &info, &live.Peer, f)
}

func (s *Service) board(ctx context.Context, info *Info, peer *Peer, f BoardFilter) (Board, error) {
	all := len(info.Run.Questions)
	if f.Question != 0 {
		all = 1
	}
	standing, err := s.store.Standings(ctx, info.Run.ID, f.Question, all)
	if err != nil {
		return Board{}, err
	}
	board := Board{
		TotalUsers: max(standing.Voters, info.Run.Peers), VotedUsers: standing.Voters, CorrectUsers: standing.Right,
		AverageTime: standing.Duration, AverageScore: standing.Score,
	}
	own := voter(&info.Poll, info.Run.ID, peer)
	filter := store.LeaderFilter{Question: f.Question}
	if info.Poll.Anonymous || !info.MaySee(peer.Role) {
		filter.Voter = own
	}
	limit := min(max(f.Window.Limit, 1), maxPage)
	leaders, err := s.store.Leaders(ctx, info.Run.ID, filter, store.Window{Offset: max(f.Window.Offset, 0), Limit: limit + 1})
	board.Last = len(leaders) <= limit
	for _, leader := range leaders[:min(len(leaders), limit)] {
		board.Ranks = append(board.Ranks, rank(leader, own, peer))
	}
	return board, err
}

func rank(l store.Leader, own string, peer *Peer) Rank {
	r := Rank{
		Position: l.Position, Score: l.Score, Responses: l.Responses, Correct: l.Correct, Duration: l.Duration,
		Voter: Voter{Hash: l.Voter, PeerID: l.PeerID, UserID: l.UserID, Name: l.Name},
	}
	if l.Voter == own {
		r.Voter = oneself(own, peer)
	}
	return r
}
