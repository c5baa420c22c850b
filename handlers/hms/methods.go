package hms

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"foyer/fault"
	"foyer/hub"
	"foyer/rooms"

	"github.com/tidwall/gjson"
)

// method answers one call of a client that is admitted. A result of nil is no answer, as for what nobody waits for.
type method func(p *client, ctx context.Context, c call) (result []byte, err error)

// methods are all that a client can call (client protocol 4.1).
var methods = map[string]method{
	"broadcast":                       (*client).broadcast,
	"role-change-request":             (*client).changeRole,
	"role-change":                     (*client).acceptRole,
	"peer-leave-request":              (*client).removePeer,
	"end-room":                        (*client).endRoom,
	"peer-update":                     (*client).update,
	"group-join":                      (*client).joinGroup,
	"group-leave":                     (*client).leaveGroup,
	"group-add":                       (*client).joinGroup,
	"group-remove":                    (*client).leaveGroup,
	"get-peer":                        (*client).getPeer,
	"find-peer":                       (*client).findPeers,
	"peer-iter-next":                  (*client).findMore,
	"peer-name-search":                (*client).searchNames,
	"set-metadata":                    (*client).setValue,
	"get-metadata":                    (*client).getValue,
	"listen-metadata-change":          (*client).observe,
	"track-update":                    (*client).updateTracks,
	"track-update-request":            (*client).askMute,
	"change-track-mute-state-request": (*client).askAllMute,
	"lobby-list":                      (*client).lobby,
	"lobby-admit":                     (*client).admit,
	"lobby-deny":                      (*client).deny,
}

// mediaMethods need an engine that Foyer does not have.
var mediaMethods = map[string]bool{
	"rtmp-start": true, "rtmp-stop": true, "hls-start": true, "hls-stop": true,
	"hls-timed-metadata": true, "transcription-start": true, "transcription-stop": true, "transcription-config-update": true,
	"whiteboard-create": true, "whiteboard-get": true,
}

// call answers one call.
func (p *client) call(ctx context.Context, c call) ([]byte, error) {
	switch c.Method {
	case "ping":
		return ping(c), nil
	case "analytics":
		return empty, nil
	case "join":
		return nil, p.join(ctx, c)
	}
	m := methods[c.Method]
	if m == nil {
		m = pollMethods[c.Method]
	}
	if m == nil {
		m = engineMethods[c.Method]
	}
	switch {
	case mediaMethods[c.Method], engineMethods[c.Method] != nil && p.Media == nil:
		return nil, noEngine()
	case m == nil:
		return nil, unknownMethod()
	case p.line == nil:
		return nil, fault.New(fault.Forbidden, "join the room first")
	}
	return m(p, ctx, c)
}

func ping(c call) []byte {
	at := c.param("timestamp")
	if at.Type != gjson.Number {
		return []byte(`{"timestamp":` + strconv.FormatInt(time.Now().UnixMilli(), 10) + `}`)
	}
	return []byte(`{"timestamp":` + at.Raw + `}`)
}

// join has the peer join; its answer is the hub's Welcome, which may come much later. A client that was not admitted tries again here: that
// is where it understands a refusal, and, while the database is away, comes back to.
func (p *client) join(ctx context.Context, c call) error {
	params, err := read[struct {
		Name  string          `json:"name"`
		Data  string          `json:"data"`
		Offer json.RawMessage `json:"offer"`
	}](c)
	if err != nil {
		return err
	}
	if err := (hub.Details{Name: &params.Name, Data: &params.Data}).Check(); err != nil {
		return err
	}
	ask, err := p.asks(ctx, c, params.Offer)
	if err != nil {
		return err
	}
	if p.line == nil {
		err = p.arrive(ctx)
	} else {
		err = p.readmit(ctx)
	}
	if err != nil {
		return err
	}
	p.joins(ask)
	if err = p.line.Join(ctx, params.Name, params.Data); err != nil {
		p.joined()
		return err
	}
	p.visitor = rooms.Visitor{} // nobody asks for it again
	return nil
}

// broadcast is the one that is called most: its parameters are taken without a detour.
func (p *client) broadcast(_ context.Context, c call) ([]byte, error) {
	var info, text, kind, peer, to gjson.Result
	eachOf(c.Params, func(key string, value gjson.Result) {
		switch key {
		case "info":
			info = value
		case "peer_id":
			peer = value
		case "roles":
			to = value
		}
	})
	eachOf(info.Raw, func(key string, value gjson.Result) {
		switch key {
		case "message":
			text = value
		case "type":
			kind = value
		}
	})
	if !text.Exists() || text.Type == gjson.Null {
		return nil, fault.Invalidf("info.message is required")
	}
	m := hub.Message{Text: json.RawMessage(text.Raw), Type: kind.String(), Peer: peer.String()}
	if m.Type == "" {
		m.Type = hub.Chat
	}
	for _, role := range to.Array() {
		m.Roles = append(m.Roles, role.String())
	}
	said, err := p.line.Say(m)
	if err != nil {
		return nil, err
	}
	b := make([]byte, 0, 96)
	b = append(b, `{"message_id":`...)
	b = appendText(b, said.ID)
	b = append(b, `,"timestamp":`...)
	return append(appendTime(b, said.At), '}'), nil
}

func (p *client) changeRole(_ context.Context, c call) ([]byte, error) {
	params, err := read[struct {
		For   string   `json:"requested_for"`
		Roles []string `json:"roles"`
		Role  string   `json:"role"`
		Force bool     `json:"force"`
	}](c)
	switch {
	case err != nil:
		return nil, err
	case params.For != "":
		return empty, p.line.ChangeRole(params.For, params.Role, params.Force)
	case len(params.Roles) == 0:
		return nil, fault.Invalidf("requested_for or roles is required")
	case !params.Force:
		return nil, fault.Invalidf("the roles of many can only be changed with force")
	}
	return empty, p.line.ChangeRoles(params.Roles, params.Role)
}

func (p *client) acceptRole(_ context.Context, c call) ([]byte, error) {
	params, err := read[struct{ Role, Token string }](c)
	if err != nil {
		return nil, err
	}
	return empty, p.line.Accept(params.Role, params.Token)
}

func (p *client) removePeer(ctx context.Context, c call) ([]byte, error) {
	params, err := read[struct {
		For    string `json:"requested_for"`
		Reason string `json:"reason"`
		Ban    int64  `json:"ban_for"` // seconds; ours
	}](c)
	if err != nil {
		return nil, err
	}
	removal, err := rooms.NewRemoval(params.For, params.Reason, params.Ban)
	if err != nil {
		return nil, err
	}
	return empty, p.Rooms.RemoveBy(ctx, p.line.Peer, removal)
}

func (p *client) endRoom(ctx context.Context, c call) ([]byte, error) {
	params, err := read[struct {
		Lock   bool   `json:"lock"`
		Reason string `json:"reason"`
	}](c)
	if err != nil {
		return nil, err
	}
	return empty, p.Rooms.EndBy(ctx, p.line.Peer, params.Reason, params.Lock)
}

func (p *client) update(_ context.Context, c call) ([]byte, error) {
	params, err := read[struct{ Name, Data *string }](c)
	if err != nil {
		return nil, err
	}
	return empty, p.line.Update(hub.Details{Name: params.Name, Data: params.Data})
}

func (p *client) joinGroup(_ context.Context, c call) ([]byte, error) { return p.group(c, true) }

func (p *client) leaveGroup(_ context.Context, c call) ([]byte, error) { return p.group(c, false) }

func (p *client) group(c call, member bool) ([]byte, error) {
	params, err := read[struct {
		Name string `json:"name"`
		Peer string `json:"peer_id"`
	}](c)
	if err != nil {
		return nil, err
	}
	if params.Peer == "" {
		params.Peer = p.id
	}
	groups, err := p.line.Group(params.Peer, params.Name, member)
	if err != nil {
		return nil, err
	}
	if groups == nil {
		groups = []string{}
	}
	return marshal(map[string][]string{"groups": groups}), nil
}

func (p *client) askMute(_ context.Context, c call) ([]byte, error) {
	params, err := read[struct {
		For    string `json:"requested_for"`
		Track  string `json:"track_id"`
		Stream string `json:"stream_id"`
		Mute   bool   `json:"mute"`
	}](c)
	if err != nil {
		return nil, err
	}
	return empty, p.line.AskMute(params.For, hub.MuteAsked{Track: params.Track, Stream: params.Stream, Mute: params.Mute})
}

func (p *client) askAllMute(_ context.Context, c call) ([]byte, error) {
	params, err := read[struct {
		Roles  []string `json:"roles"`
		Type   string   `json:"type"`
		Source string   `json:"source"`
		Value  bool     `json:"value"`
	}](c)
	if err != nil {
		return nil, err
	}
	return empty, p.line.AskAllMute(hub.AllMuteAsked{Roles: params.Roles, Type: params.Type, Source: params.Source, Mute: params.Value})
}

func (p *client) lobby(context.Context, call) ([]byte, error) {
	waiters, err := p.line.Waiters()
	if err != nil {
		return nil, err
	}
	return marshal(map[string]any{"peers": waitersOf(waiters)}), nil
}

func (p *client) admit(ctx context.Context, c call) ([]byte, error) {
	params, err := read[struct {
		Peer string `json:"peer_id"`
		All  bool   `json:"all"`
	}](c)
	if err != nil {
		return nil, err
	}
	if params.Peer == "" && !params.All {
		return nil, fault.Invalidf("peer_id or all is required")
	}
	return empty, p.line.Admit(ctx, params.Peer)
}

func (p *client) deny(_ context.Context, c call) ([]byte, error) {
	params, err := read[struct {
		Peer   string `json:"peer_id"`
		Reason string `json:"reason"`
	}](c)
	if err != nil {
		return nil, err
	}
	return empty, p.line.Deny(params.Peer, params.Reason)
}
