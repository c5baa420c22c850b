package polls_test

import (
	"fmt"
	"slices"
	"strconv"
	"testing"

	"foyer/fault"
	"foyer/models"
	"foyer/polls"
	"foyer/store"
	"foyer/store/storetest"

	"golang.org/x/sync/errgroup"
	"pgregory.net/rapid"
)

func TestRespondRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		respond := func(live polls.Live, id string, responses ...polls.Response) error {
			_, err := r.polls.Respond(t.Context(), live, id, responses)
			return err
		}
		ann := r.guest("ann")
		refused(t, respond(ann, "unknown", said(1, 1)), fault.NotFound, "poll not found")
		refused(t, respond(r.host(), r.draft(t, polls.Draft{}, choose(2, 1)), said(1, 1)), fault.Conflict, "the poll is not running")
		id := r.quiz(t, polls.Draft{Voters: []string{"host"}}, choose(2, 1))
		refused(t, respond(ann, id, said(1, 1)), fault.Forbidden, "this role may not vote")
		must(t, respond(r.host(), id, said(1, 1)))
		refused(t, respond(r.host(), id), fault.Invalid, "responses must hold 1 to 1")
		refused(t, respond(r.host(), id, said(1, 1), said(1, 2)), fault.Invalid, "responses must hold 1 to 1")
		_, err := r.polls.Stop(t.Context(), r.host(), id)
		must(t, err)
		refused(t, respond(r.host(), id, said(1, 1)), fault.Conflict, "the poll is not running")
	})
}

// A wrong response does not keep the others from being taken.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		once, hidden := choose(2, 1), choose(2, 1)
		once.Once, hidden.Answer.Hidden = flag(true), flag(true)
		id := r.quiz(t, polls.Draft{}, choose(2, 2), once, hidden)
		ask := func(responses ...polls.Response) []string {
			outcomes, err := r.polls.Respond(t.Context(), r.guest("ann"), id, responses)
			must(t, err)
			var lines []string
			for _, o := range outcomes {
				lines = append(lines, fmt.Sprintf("%d %v %v", o.Question, o.Correct, o.Err))
			}
			return lines
		}
		equal(t, []string{"1 true <nil>", "2 false <nil>", "3 false <nil>"}, ask(said(3, 1), said(2, 2), said(1, 2)))
		equal(t, []string{"2 false the question was answered already", "4 false question not found"}, ask(said(4, 1), said(2, 1)))
		equal(t, []string{"1 false there is no option 3", "2 false <nil>"}, ask(said(1, 3), said(2, 2))) // the same again is no change
		equal(t, []string{"0 false question not found"}, ask(said(0, 1)))
		stats := r.stats(t, id)
		equal(t, []int{1, 0, 0}, []int{stats.Questions[0].Correct, stats.Questions[1].Correct, stats.Questions[2].Correct})
		_, err := r.polls.Stop(t.Context(), r.host(), id)
		must(t, err)
		equal(t, 1, r.stats(t, id).Questions[2].Correct)
	})
}

// What a poll goes by says who is the same voter.
func TestModes(t *testing.T) {
	t.Parallel()
	for mode, want := range map[string]int{"userid": 2, "peerid": 3, "username": 2} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, r *room) {
				id := r.quiz(t, polls.Draft{Mode: &mode}, choose(2, 1))
				ann, tab, bob := r.guest("ann"), r.guest("ann"), r.guest("bob")
				tab.Peer.ID = "another tab"
				for _, live := range []polls.Live{ann, tab, bob} {
					r.vote(t, live, id, said(1, 1))
				}
				stats := r.stats(t, id)
				equal(t, []int{want, want, want}, []int{stats.Users, stats.Responses, stats.Questions[0].Options[0]})
			})
		})
	}
}

// A changed response takes the place of the one before it, which is kept.
func TestHistory(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		ctx, id := t.Context(), r.quiz(t, polls.Draft{}, choose(3, 3))
		for option := range 3 {
			r.vote(t, r.guest("ann"), id, polls.Response{Question: 1, Option: number(option + 1), Duration: 100})
		}
		info, err := r.polls.Info(ctx, r.host(), id)
		must(t, err)
		all, err := r.polls.History(ctx, r.at.Workspace, info.Poll.ID, store.ResponseFilter{Replaced: true}, store.Page{Limit: 9})
		must(t, err)
		slices.Reverse(all)
		for i, row := range all {
			want := models.PollResponse{
				ID: row.ID, PollID: info.Poll.ID, RunID: info.Run.ID, SessionID: r.at.Session, Voter: row.Voter, Question: 1,
				Options: models.Positions{i + 1}, Correct: i == 2, Score: map[int]int{2: 1}[i], Duration: 100, Current: i == 2, Retries: i,
				PeerID: "peer-ann", UserID: "user-ann", Name: "ann", SentAt: began,
			}
			if i > 0 {
				want.FirstID = &all[0].ID
			}
			equal(t, want, row)
		}
		now, err := r.polls.History(ctx, r.at.Workspace, info.Poll.ID, store.ResponseFilter{}, store.Page{Limit: 9})
		must(t, err)
		equal(t, all[2:], now)
		_, err = r.polls.Result(ctx, r.at.Workspace, info.Poll.ID, all[0].ID)
		refused(t, err, fault.NotFound, "result not found")
	})
}

// A hundred peers answer at once, half of them twice, one question at a time: no vote is lost, none counts twice, and after a restart
// all are there.
func TestHundredAnswerAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		const peers, questions = 100, 3
		id := r.quiz(t, polls.Draft{}, choose(4, 1), choose(4, 2), choose(4, 3))
		var all errgroup.Group
		for n := range peers + peers/2 {
			all.Go(func() error {
				live := r.guest(strconv.Itoa(n % peers))
				for q := range questions {
					outcomes, err := r.polls.Respond(t.Context(), live, id, []polls.Response{said(q+1, n%4+1)})
					if err == nil {
						err = outcomes[0].Err
					}
					if err != nil {
						return fmt.Errorf("%s: %w", live.Peer.ID, err)
					}
				}
				return nil
			})
		}
		must(t, all.Wait())
		again := polls.New(storetest.Open(t, store.Options{URL: r.url, Now: r.clock.now}))
		stats, err := again.Stats(t.Context(), r.host(), id)
		must(t, err)
		equal(t, []int{peers, peers * questions}, []int{stats.Users, stats.Responses})
		for _, q := range stats.Questions {
			equal(t, []int{25, 25, 25, 25}, q.Options)
		}
	})
}

// TestMerge lets voters answer at random, several questions or one at a time, beside an oracle that knows what each has said last.
func TestMerge(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		rapid.Check(t, func(rt *rapid.T) {
			m := &oracle{room: r, t: rt, said: map[string]map[int]int{}}
			m.begin()
			for range rapid.IntRange(1, 8).Draw(rt, "ballots") {
				m.answer()
			}
			m.agree()
		})
	})
}

// oracle knows who said what last: the option, or 0 for skipped.
type oracle struct {
	room *room
	t    *rapid.T
	id   string
	once []bool
	said map[string]map[int]int
}

const optionsOfOracle = 3

func (m *oracle) begin() {
	r, ctx := m.room, m.t.Context()
	var err error
	m.id, err = r.polls.Set(ctx, r.host(), "", polls.Draft{})
	must(m.t, err)
	var drafts []polls.QuestionDraft
	for range rapid.IntRange(1, 4).Draw(m.t, "questions") {
		once := rapid.Bool().Draw(m.t, "once")
		draft := choose(optionsOfOracle, 0)
		draft.Once = &once
		drafts, m.once = append(drafts, draft), append(m.once, once)
	}
	_, err = r.polls.SetQuestions(ctx, r.host(), m.id, drafts)
	must(m.t, err)
	_, err = r.polls.Start(ctx, r.host(), m.id)
	must(m.t, err)
}

// answer has one voter answer some of the questions, each at most once in one call.
func (m *oracle) answer() {
	name := rapid.SampledFrom([]string{"ann", "bob", "cleo"}).Draw(m.t, "voter")
	var responses []polls.Response
	for q := range m.once {
		if !rapid.Bool().Draw(m.t, "answers") {
			continue
		}
		option := rapid.IntRange(0, optionsOfOracle).Draw(m.t, "option")
		responses = append(responses, polls.Response{Question: q + 1, Option: &option, Skipped: option == 0})
	}
	if len(responses) == 0 {
		return
	}
	outcomes, err := m.room.polls.Respond(m.t.Context(), m.room.guest(name), m.id, responses)
	must(m.t, err)
	if m.said[name] == nil {
		m.said[name] = map[int]int{}
	}
	for i, outcome := range outcomes {
		option := *responses[i].Option
		before, answered := m.said[name][outcome.Question]
		if wantErr := answered && before != option && m.once[outcome.Question-1]; wantErr != (outcome.Err != nil) {
			m.t.Fatalf("%s, question %d: %v, want an error: %v", name, outcome.Question, outcome.Err, wantErr)
		}
		if outcome.Err == nil {
			m.said[name][outcome.Question] = option
		}
	}
}

// agree wants the service to count what the oracle knows.
func (m *oracle) agree() {
	stats, err := m.room.polls.Stats(m.t.Context(), m.room.host(), m.id)
	must(m.t, err)
	want := polls.Stats{ID: m.id, Users: len(m.said), MaxUsers: max(2, len(m.said))}
	for q := range m.once {
		line := polls.QuestionStats{Question: q + 1, Type: "single-choice", Options: make([]int, optionsOfOracle)}
		for _, answers := range m.said {
			option, answered := answers[q+1]
			switch {
			case !answered:
				continue
			case option == 0:
				line.Skipped++
			default:
				line.Total++
				line.Options[option-1]++
			}
			want.Responses++
		}
		want.Questions = append(want.Questions, line)
	}
	equal(m.t, want, stats)
}
