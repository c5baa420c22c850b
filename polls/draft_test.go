package polls_test

import (
	"strings"
	"testing"

	"foyer/fault"
	"foyer/models"
	"foyer/polls"
	"foyer/store"
)

// A client may choose the id of a poll, and is told of it by that id ever after.
func TestClientsOwnID(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		ctx := t.Context()
		id, err := r.polls.Set(ctx, r.host(), "1767607200000", polls.Draft{Title: text("mine")})
		must(t, err)
		equal(t, "1767607200000", id)
		again, err := r.polls.Set(ctx, r.host(), id, polls.Draft{Title: text("changed"), Anonymous: flag(true)})
		must(t, err)
		equal(t, id, again)
		info, err := r.polls.SetQuestions(ctx, r.host(), id, []polls.QuestionDraft{choose(2, 0)})
		must(t, err)
		equal(t, 1, len(info.Questions()))
		info, err = r.polls.Start(ctx, r.host(), id)
		must(t, err)
		equal(t, []any{id, "changed", true, polls.Started, "peer-host"},
			[]any{info.ID(), info.Poll.Title, info.Poll.Anonymous, info.State(), info.Poll.CreatedBy})
		equal(t, id, r.stats(t, id).ID)

		elsewhere := r.host()
		elsewhere.Room = r.addRoom(t, "elsewhere")
		_, err = r.polls.Info(ctx, elsewhere, id)
		refused(t, err, fault.NotFound, "poll not found")
		_, err = r.polls.Set(ctx, elsewhere, id, polls.Draft{}) // a room of its own, a name of its own
		must(t, err)
	})
}

func TestSetRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		set := func(id string, d polls.Draft) error {
			_, err := r.polls.Set(t.Context(), r.host(), id, d)
			return err
		}
		long := strings.Repeat("é", polls.MaxTitle+1)
		for message, d := range map[string]polls.Draft{
			"title must have at most 1000 characters":              {Title: &long},
			"type must be one of [poll quiz]":                      {Type: text("survey")},
			"mode must be one of [userid peerid username]":         {Mode: text("customerID")},
			"duration must be an integer from 0 to 86400":          {Duration: number(-1)},
			"vote: the name of a role has 1 to 64 characters":      {Voters: []string{""}},
			"responses: at most 100 roles are possible":            {Viewers: make([]string, 101)},
			"responses: the name of a role has 1 to 64 characters": {Viewers: []string{strings.Repeat("r", 65)}},
		} {
			refused(t, set("", d), fault.Invalid, message)
		}
		refused(t, set("0123456789abcdef01234567", polls.Draft{}), fault.NotFound, "poll not found") // a client does not make such ids
		for _, id := range []string{strings.Repeat("x", 65), "a\nb", "\xff"} {
			refused(t, set(id, polls.Draft{}), fault.Invalid, "poll_id must have 1 to 64 printable characters")
		}
		id := r.quiz(t, polls.Draft{}, choose(2, 1))
		refused(t, set(id, polls.Draft{}), fault.Conflict, "the poll has begun already")
		_, err := r.polls.SetQuestions(t.Context(), r.host(), id, nil)
		refused(t, err, fault.Conflict, "the poll has begun already")
		_, err = r.polls.SetQuestions(t.Context(), later(r.host()), id, nil)
		refused(t, err, fault.Conflict, "the poll is running")
		_, err = r.polls.SetQuestions(t.Context(), r.host(), "unknown", nil)
		refused(t, err, fault.NotFound, "poll not found")
	})
}

// A room that only names a poll may start it, not change it.
func TestLinkedPoll(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		ctx := t.Context()
		poll, err := r.polls.Create(ctx, r.at.Workspace, polls.Draft{Questions: []polls.QuestionDraft{choose(2, 0)}})
		must(t, err)
		id := string(poll.ID)
		_, err = r.polls.Info(ctx, r.host(), id)
		refused(t, err, fault.NotFound, "poll not found")
		r.link(t, poll.ID)
		_, err = r.polls.Set(ctx, r.host(), id, polls.Draft{})
		refused(t, err, fault.Forbidden, "the poll is not the room's own")
		_, err = r.polls.SetQuestions(ctx, r.host(), id, nil)
		refused(t, err, fault.Forbidden, "the poll is not the room's own")
		_, err = r.polls.Start(ctx, r.host(), id)
		must(t, err)
		stranger := r.host()
		stranger.Workspace = r.store.NewID()
		_, err = r.polls.Info(ctx, stranger, id)
		refused(t, err, fault.NotFound, "poll not found")
	})
}

// A draft is nothing to peers that may not make polls.
func TestDraftsAreHidden(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		ctx, id := t.Context(), r.draft(t, polls.Draft{}, choose(2, 1))
		_, err := r.polls.Info(ctx, r.guest("ann"), id)
		refused(t, err, fault.NotFound, "poll not found")
		_, _, err = r.polls.Questions(ctx, r.guest("ann"), id, store.Window{Limit: 50})
		refused(t, err, fault.NotFound, "poll not found")
		equal(t, nil, r.list(t, r.guest("ann"), nil))
		equal(t, []string{id}, r.list(t, r.host(), nil))
		none := polls.QuestionStats{Question: 1, Type: "single-choice", Options: []int{0, 0}}
		equal(t, polls.Stats{ID: id, Questions: []polls.QuestionStats{none}}, r.stats(t, id))
		answered, last, err := r.polls.Responses(ctx, r.host(), id, false, store.Window{Limit: 9})
		must(t, err)
		equal(t, []any{0, true}, []any{len(answered), last})
	})
}

// list gives the ids of the polls that a peer sees.
func (r *room) list(t *testing.T, live polls.Live, state *polls.State) []string {
	t.Helper()
	infos, err := r.polls.List(t.Context(), live, polls.ListFilter{State: state, Page: store.Page{Limit: 50}})
	must(t, err)
	var ids []string
	for _, info := range infos {
		if state != nil && info.State() != *state {
			t.Errorf("%s is %s, want %s", info.ID(), info.State(), *state)
		}
		ids = append(ids, info.ID())
	}
	return ids
}

func TestList(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		ctx := t.Context()
		state := func(s polls.State) *polls.State { return &s }
		old := r.quiz(t, polls.Draft{}, choose(2, 1))
		_, err := r.polls.Stop(ctx, r.host(), old)
		must(t, err)
		running := r.quiz(t, polls.Draft{}, choose(2, 1))
		draft := r.draft(t, polls.Draft{})
		equal(t, []string{draft}, r.list(t, r.host(), state(polls.Created)))
		equal(t, []string{running}, r.list(t, r.host(), state(polls.Started)))
		equal(t, []string{old}, r.list(t, r.guest("ann"), state(polls.Stopped)))
		equal(t, []string{draft, running, old}, r.list(t, r.host(), nil))
		equal(t, []string{draft}, r.list(t, later(r.host()), nil)) // what ran belongs to its session, a draft to the room
		_, err = r.polls.List(ctx, r.host(), polls.ListFilter{State: state("paused"), Page: store.Page{Limit: 9}})
		refused(t, err, fault.Invalid, "state must be one of [created started stopped]")
	})
}

// Questions come in windows, and an answer that is hidden is not told while the poll runs.
func TestQuestions(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		hidden, open := choose(3, 2), choose(2, 1)
		hidden.Answer.Hidden = flag(true)
		id := r.draft(t, polls.Draft{}, hidden, open, choose(1, 0))
		ask := func(live polls.Live, offset, limit int) (list []polls.NumberedQuestion, last bool) {
			list, last, err := r.polls.Questions(t.Context(), live, id, store.Window{Offset: offset, Limit: limit})
			must(t, err)
			return list, last
		}
		list, last := ask(r.host(), 0, 2)
		equal(t, []any{2, false, []int{2}}, []any{len(list), last, list[0].Question.Answer.Options})
		list, last = ask(r.host(), 2, 50)
		equal(t, []any{1, true, 3}, []any{len(list), last, list[0].Index})
		list, last = ask(r.host(), 9, 50)
		equal(t, []any{0, true}, []any{len(list), last})
		list, last = ask(r.host(), -1, -1)
		equal(t, []any{0, false}, []any{len(list), last})

		_, err := r.polls.Start(t.Context(), r.host(), id)
		must(t, err)
		for _, live := range []polls.Live{r.host(), r.guest("ann")} {
			list, _ = ask(live, 0, 50)
			equal(t, models.Answer{Hidden: true}, list[0].Question.Answer)
			equal(t, models.Answer{Options: []int{1}, Trim: true}, list[1].Question.Answer)
		}
		_, err = r.polls.Stop(t.Context(), r.host(), id)
		must(t, err)
		list, _ = ask(r.guest("ann"), 0, 50)
		equal(t, models.Answer{Hidden: true, Options: []int{2}, Trim: true}, list[0].Question.Answer)
	})
}

// A room keeps so many drafts and no more; what ran does not count.
func TestTooManyDrafts(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, r *room) {
		r.quiz(t, polls.Draft{}, choose(2, 1))
		for range polls.MaxDrafts {
			_, err := r.polls.Set(t.Context(), r.host(), "", polls.Draft{})
			must(t, err)
		}
		_, err := r.polls.Set(t.Context(), r.host(), "", polls.Draft{})
		refused(t, err, fault.Conflict, "the room has too many polls that never ran")
	})
}
