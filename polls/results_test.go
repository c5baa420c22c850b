package polls_test

import (
	"testing"
	"time"

	"foyer/fault"
	"foyer/polls"
	"foyer/store"
)

// Who may see the responses sees all of them; everybody else sees their own, and how many there are.
func TestWhoSees(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		ctx, id := t.Context(), r.quiz(t, polls.Draft{Viewers: []string{"host"}}, choose(2, 1))
		r.vote(t, r.guest("ann"), id, said(1, 1))
		r.vote(t, r.guest("bob"), id, said(1, 2))
		equal(t, []string{"bob", "ann"}, r.voters(t, r.host(), id, false))
		equal(t, nil, r.voters(t, r.host(), id, true))
		equal(t, []string{"ann"}, r.voters(t, r.guest("ann"), id, false))
		equal(t, []string{"ann"}, r.voters(t, r.guest("ann"), id, true))
		stats, err := r.polls.Stats(ctx, r.guest("ann"), id)
		must(t, err)
		equal(t, polls.Stats{ID: id, Users: 2, MaxUsers: 2, Responses: 2}, stats)
		info, whole, err := r.polls.Standing(ctx, r.guest("ann"), id)
		must(t, err)
		equal(t, []any{1, true, false}, []any{len(whole.Questions), info.MaySee("host"), info.MaySee("guest")})

		_, err = r.polls.Stop(ctx, r.host(), id)
		must(t, err)
		board, err := r.polls.Leaderboard(ctx, r.guest("bob"), id, polls.BoardFilter{Window: store.Window{Limit: 9}})
		must(t, err)
		equal(t, []string{"2 bob"}, ranks(board))
		_, err = r.polls.Stats(ctx, r.guest("ann"), "unknown")
		refused(t, err, fault.NotFound, "poll not found")
		_, _, err = r.polls.Responses(ctx, r.guest("ann"), "unknown", true, store.Window{})
		refused(t, err, fault.NotFound, "poll not found")
	})
}

// voters gives the names of the voters whose responses a peer is given; - is nobody's.
func (r *room) voters(t *testing.T, live polls.Live, id string, self bool) []string {
	t.Helper()
	answered, last, err := r.polls.Responses(t.Context(), live, id, self, store.Window{Limit: 9})
	must(t, err)
	if !last {
		t.Error("there is more")
	}
	var names []string
	for _, a := range answered {
		name := "-"
		if a.Voter != nil {
			name = a.Voter.Name
		}
		names = append(names, name)
	}
	return names
}

// Of an anonymous poll nobody learns who has voted, not even from the database; but everybody knows their own response again.
func TestAnonymous(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		ctx, id := t.Context(), r.quiz(t, polls.Draft{Anonymous: flag(true)}, choose(2, 1))
		r.vote(t, r.guest("ann"), id, said(1, 1))
		r.vote(t, r.guest("ann"), id, said(1, 2))
		r.vote(t, r.guest("bob"), id, said(1, 2))
		equal(t, []string{"-", "-"}, r.voters(t, r.host(), id, false))
		equal(t, []string{"-", "ann"}, r.voters(t, r.guest("ann"), id, false))
		equal(t, []string{"bob"}, r.voters(t, r.guest("bob"), id, true))
		equal(t, 2, r.stats(t, id).Users)
		info, err := r.polls.Info(ctx, r.host(), id)
		must(t, err)
		rows, err := r.polls.History(ctx, r.at.Workspace, info.Poll.ID, store.ResponseFilter{Replaced: true}, store.Page{Limit: 9})
		must(t, err)
		for _, row := range rows {
			equal(t, []string{"", "", ""}, []string{row.PeerID, row.UserID, row.Name})
		}
		_, err = r.polls.Stop(ctx, r.host(), id)
		must(t, err)
		for name, want := range map[string][]string{"ann": {"1 ann"}, "cleo": nil} {
			board, err := r.polls.Leaderboard(ctx, r.guest(name), id, polls.BoardFilter{Window: store.Window{Limit: 9}})
			must(t, err)
			equal(t, want, ranks(board))
			equal(t, 2, board.VotedUsers)
		}
	})
}

func TestResponsesInWindows(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		id := r.quiz(t, polls.Draft{}, choose(2, 1), polls.QuestionDraft{Type: text("short-answer")})
		for _, name := range []string{"ann", "bob", "cleo"} {
			r.vote(t, r.guest(name), id, said(1, 1))
		}
		r.vote(t, r.guest("ann"), id, polls.Response{Question: 2, Text: "blue"})
		ask := func(w store.Window) (names []string, last bool) {
			answered, last, err := r.polls.Responses(t.Context(), r.host(), id, false, w)
			must(t, err)
			for _, a := range answered {
				names = append(names, a.Voter.Name+" "+a.Type+" "+a.Response.Text)
			}
			return names, last
		}
		names, last := ask(store.Window{Limit: 2})
		equal(t, []any{[]string{"ann short-answer blue", "cleo single-choice "}, false}, []any{names, last})
		names, last = ask(store.Window{Offset: 2, Limit: 2})
		equal(t, []any{[]string{"bob single-choice ", "ann single-choice "}, true}, []any{names, last})
		names, last = ask(store.Window{Offset: -1, Limit: 0})
		equal(t, []any{1, false}, []any{len(names), last})
		names, last = ask(store.Window{Offset: 9, Limit: 1000})
		equal(t, []any{0, true}, []any{len(names), last})
	})
}

func ranks(board polls.Board) []string {
	var lines []string
	for _, r := range board.Ranks {
		lines = append(lines, string(rune('0'+r.Position))+" "+r.Voter.Name)
	}
	return lines
}

func TestLeaderboard(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		heavy := choose(2, 2)
		heavy.Weight = number(3)
		ctx, id := t.Context(), r.quiz(t, polls.Draft{}, choose(2, 1), heavy)
		ask := func(f polls.BoardFilter) (polls.Board, error) { return r.polls.Leaderboard(ctx, r.guest("ann"), id, f) }
		all := polls.BoardFilter{Window: store.Window{Limit: 50}}
		_, err := ask(all)
		refused(t, err, fault.Conflict, "the poll is not over")
		for _, row := range []struct {
			name          string
			first, second int
			took          int
		}{{"slow", 1, 1, 900}, {"quick", 1, 1, 100}, {"late", 1, 1, 100}, {"best", 1, 2, 5000}, {"none", 2, 1, 10}} {
			first, second := said(1, row.first), said(2, row.second)
			first.Duration, second.Duration = row.took, row.took
			r.vote(t, r.guest(row.name), id, first, second)
		}
		r.vote(t, r.guest("skipper"), id, polls.Response{Question: 1, Skipped: true})
		_, err = r.polls.Stop(ctx, r.host(), id)
		must(t, err)

		board, err := ask(all)
		must(t, err)
		equal(t, []string{"1 best", "2 quick", "3 late", "4 slow", "5 skipper", "6 none"}, ranks(board))
		info, err := r.polls.Info(ctx, r.host(), id)
		must(t, err)
		best := board.Ranks[0]
		equal(t, polls.Rank{
			Position: 1, Score: 4, Responses: 2, Correct: 2, Duration: 10_000,
			Voter: polls.Voter{Hash: best.Voter.Hash, PeerID: "peer-best", UserID: "user-best", Name: "best"},
		}, best)
		equal(t, []int{0, 0}, []int{board.Ranks[4].Responses, board.Ranks[4].Score})
		board.Ranks = nil
		equal(t, polls.Board{
			TotalUsers: 6, VotedUsers: 6, CorrectUsers: 1, AverageTime: float64(2*(900+100+100+5000+10)) / 6, AverageScore: 7.0 / 6, Last: true,
		}, board)
		equal(t, 2, info.Run.Peers)

		page, err := ask(polls.BoardFilter{Window: store.Window{Offset: 1, Limit: 2}})
		must(t, err)
		equal(t, []any{[]string{"2 quick", "3 late"}, false}, []any{ranks(page), page.Last})
		second, err := ask(polls.BoardFilter{Question: 2, Window: store.Window{Limit: 1}})
		must(t, err)
		equal(t, []any{[]string{"1 best"}, 5, 1, 0.6}, []any{ranks(second), second.VotedUsers, second.CorrectUsers, second.AverageScore})
		for _, question := range []int{-1, 3} {
			_, err = ask(polls.BoardFilter{Question: question})
			if !fault.Is(err, fault.Invalid) {
				t.Errorf("question %d: %v", question, err)
			}
		}
	})
}

// A quiz that nobody has answered has an empty board.
func TestEmptyBoard(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		id := r.quiz(t, polls.Draft{Duration: number(1)}, choose(2, 1))
		r.clock.wait(time.Second)
		board, err := r.polls.Leaderboard(t.Context(), r.host(), id, polls.BoardFilter{})
		must(t, err)
		equal(t, polls.Board{TotalUsers: 2, Last: true}, board)
		_, err = r.polls.Leaderboard(t.Context(), r.host(), "unknown", polls.BoardFilter{})
		refused(t, err, fault.NotFound, "poll not found")
	})
}
