package hms

import (
	"context"

	"foyer/fault"
	"foyer/hub"
	"foyer/models"
	"foyer/polls"
	"foyer/roles"
	"foyer/store"
)

// pollMethods are the calls about polls (client protocol 4.1), with the permission that each needs.
var pollMethods = map[string]method{
	"poll-info-set":      polling(roles.PollWrite, (*client).setPoll),
	"poll-info-get":      polling(roles.PollRead, (*client).getPoll),
	"poll-questions-set": polling(roles.PollWrite, (*client).setQuestions),
	"poll-questions-get": polling(roles.PollRead, (*client).getQuestions),
	"poll-start":         polling(roles.PollWrite, (*client).startPoll),
	"poll-stop":          polling(roles.PollWrite, (*client).stopPoll),
	"poll-response":      polling(roles.PollRead, (*client).respond),
	"poll-responses":     polling(roles.PollRead, (*client).responses),
	"poll-list":          polling(roles.PollRead, (*client).listPolls),
	"poll-result":        polling(roles.PollRead, (*client).pollResult),
	"poll-leaderboard":   polling(roles.PollRead, (*client).leaderboard),
}

// pollMethod is a method that knows who calls it.
type pollMethod func(p *client, ctx context.Context, who polls.Live, c call) (any, error)

// polling makes a method of one about polls.
func polling(permission roles.Permission, m pollMethod) method {
	return func(p *client, ctx context.Context, c call) ([]byte, error) {
		if err := p.line.May(permission); err != nil {
			return nil, err
		}
		who, err := p.live()
		if err != nil {
			return nil, err
		}
		result, err := m(p, ctx, who, c)
		if err != nil {
			return nil, err
		}
		return marshal(result), nil
	}
}

// live is the caller as polls know it.
func (p *client) live() (polls.Live, error) {
	stay, session, err := p.line.Stay()
	if err != nil {
		return polls.Live{}, err
	}
	return polls.Live{
		Workspace: session.WorkspaceID, Room: session.RoomID, Session: session.ID, Peers: p.line.Room().Count(),
		Peer: polls.Peer{
			ID: stay.PeerID, UserID: stay.UserID, Name: stay.Name, Role: stay.Role, Writes: p.line.May(roles.PollWrite) == nil,
		},
	}, nil
}

// tell tells everybody who may see polls what has become of one.
func tell(r *hub.Room, what any) {
	r.AnnounceTo(what, func(role *roles.Role) bool { return role.May(roles.PollRead) })
}

// pollRef names a poll.
type pollRef struct {
	ID string `json:"poll_id"`
}

func (p *client) setPoll(ctx context.Context, who polls.Live, c call) (any, error) {
	params, err := read[pollDraft](c)
	if err != nil {
		return nil, err
	}
	id, err := p.Polls.Set(ctx, who, params.ID, params.draft())
	return pollRef{id}, err
}

func (p *client) getPoll(ctx context.Context, who polls.Live, c call) (any, error) {
	params, err := read[pollRef](c)
	if err != nil {
		return nil, err
	}
	info, err := p.Polls.Info(ctx, who, params.ID)
	return newPollInfo(&info), err
}

func (p *client) setQuestions(ctx context.Context, who polls.Live, c call) (any, error) {
	params, err := read[struct {
		pollRef

		Questions []question `json:"questions"`
	}](c)
	if err != nil {
		return nil, err
	}
	drafts := make([]polls.QuestionDraft, len(params.Questions))
	for i := range params.Questions {
		drafts[i] = params.Questions[i].draft()
	}
	info, err := p.Polls.SetQuestions(ctx, who, params.ID, drafts)
	return struct {
		pollRef

		Total int `json:"total_questions"`
	}{pollRef{params.ID}, len(info.Questions())}, err
}

func (p *client) getQuestions(ctx context.Context, who polls.Live, c call) (any, error) {
	params, err := read[struct {
		pollRef

		Index int `json:"index"`
		Count int `json:"count"`
	}](c)
	if err != nil {
		return nil, err
	}
	list, last, err := p.Polls.Questions(ctx, who, params.ID, store.Window{Offset: params.Index, Limit: params.Count})
	questions := make([]question, len(list))
	for i := range list {
		questions[i] = newQuestion(&list[i])
	}
	return struct {
		pollRef

		Questions []question `json:"questions"`
		Last      bool       `json:"last"`
	}{pollRef{params.ID}, questions, last}, err
}

// running is the answer to the start and the end of a poll.
type running struct {
	pollRef

	Duration int `json:"duration"`
}

func (p *client) startPoll(ctx context.Context, who polls.Live, c call) (any, error) {
	params, err := read[pollRef](c)
	if err != nil {
		return nil, err
	}
	info, err := p.Polls.Start(ctx, who, params.ID)
	if err == nil {
		tell(p.line.Room(), polls.Began{Info: info})
	}
	return running{pollRef{params.ID}, info.Poll.Duration}, err
}

func (p *client) stopPoll(ctx context.Context, who polls.Live, c call) (any, error) {
	params, err := read[pollRef](c)
	if err != nil {
		return nil, err
	}
	info, err := p.Polls.Stop(ctx, who, params.ID)
	if err == nil {
		tell(p.line.Room(), polls.Ended{Info: info})
	}
	return running{pollRef{params.ID}, info.Poll.Duration}, err
}

// outcome is what came of a response.
type outcome struct {
	Question int      `json:"question"`
	Correct  bool     `json:"correct"`
	Error    *failure `json:"error"`
}

func (p *client) respond(ctx context.Context, who polls.Live, c call) (any, error) {
	params, err := read[struct {
		pollRef

		Responses []response `json:"responses"`
	}](c)
	if err != nil {
		return nil, err
	}
	responses := make([]polls.Response, len(params.Responses))
	for i := range params.Responses {
		responses[i] = params.Responses[i].read()
	}
	list, err := p.Polls.Respond(ctx, who, params.ID, responses)
	if err != nil {
		return nil, err
	}
	outcomes := make([]outcome, len(list))
	for i, o := range list {
		outcomes[i] = outcome{Question: o.Question, Correct: o.Correct}
		if o.Err != nil {
			f := failureOf(o.Err)
			outcomes[i].Error = &f
		}
	}
	p.tellStats(ctx, who, params.ID)
	return struct {
		pollRef

		Result []outcome `json:"result"`
	}{pollRef{params.ID}, outcomes}, nil
}

// tellStats tells those who may see the responses how a poll stands. Whoever has just answered has its answer either way.
func (p *client) tellStats(ctx context.Context, who polls.Live, id string) {
	info, stats, err := p.Polls.Standing(ctx, who, id)
	if err != nil {
		return
	}
	p.line.Room().AnnounceTo(polls.Counted{Info: info, Stats: stats}, func(role *roles.Role) bool {
		return role.May(roles.PollRead) && info.MaySee(role.Name)
	})
}

func (p *client) responses(ctx context.Context, who polls.Live, c call) (any, error) {
	params, err := read[struct {
		pollRef

		Index int  `json:"index"`
		Count int  `json:"count"`
		Self  bool `json:"self"`
	}](c)
	if err != nil {
		return nil, err
	}
	list, last, err := p.Polls.Responses(ctx, who, params.ID, params.Self, store.Window{Offset: params.Index, Limit: params.Count})
	answered := make([]answer, len(list))
	for i := range list {
		answered[i] = newAnswer(&list[i])
	}
	return struct {
		pollRef

		Last      bool     `json:"last"`
		Responses []answer `json:"responses"`
	}{pollRef{params.ID}, last, answered}, err
}

func (p *client) listPolls(ctx context.Context, who polls.Live, c call) (any, error) {
	params, err := read[struct {
		Count int    `json:"count"`
		State string `json:"state"`
		Start string `json:"start"`
	}](c)
	if err != nil {
		return nil, err
	}
	filter := polls.ListFilter{Page: store.Page{Limit: min(max(params.Count, 1), mostPolls), Start: models.ID(params.Start)}}
	if params.State != "" {
		if filter.State, err = stateOf(params.State); err != nil {
			return nil, err
		}
	}
	if params.Start != "" && !models.ValidID(params.Start) {
		return nil, fault.Invalidf("start must be the last of the list before")
	}
	list, err := p.Polls.List(ctx, who, filter)
	infos, last := make([]pollInfo, len(list)), ""
	for i := range list {
		infos[i] = newPollInfo(&list[i])
	}
	if len(list) == filter.Page.Limit {
		last = string(list[len(list)-1].Poll.ID)
	}
	return struct {
		Last  string     `json:"last"`
		Polls []pollInfo `json:"polls"`
	}{last, infos}, err
}

// mostPolls is how many polls one list holds.
const mostPolls = 50

func (p *client) pollResult(ctx context.Context, who polls.Live, c call) (any, error) {
	params, err := read[pollRef](c)
	if err != nil {
		return nil, err
	}
	stats, err := p.Polls.Stats(ctx, who, params.ID)
	return newPollStats(&stats), err
}

func (p *client) leaderboard(ctx context.Context, who polls.Live, c call) (any, error) {
	params, err := read[struct {
		pollRef

		Count    int `json:"count"`
		Offset   int `json:"offset"`
		Question int `json:"question"`
	}](c)
	if err != nil {
		return nil, err
	}
	board, err := p.Polls.Leaderboard(ctx, who, params.ID, polls.BoardFilter{
		Question: params.Question, Window: store.Window{Offset: params.Offset, Limit: params.Count},
	})
	return newBoard(params.ID, &board), err
}
