package mikroroom

import (
	"cmp"
	"context"
	"strings"
	"time"
	"unicode/utf8"

	"foyer/fault"
	"foyer/hub"
	"foyer/roles"
	"foyer/rooms"

	"github.com/tidwall/gjson"
)

// longestChat is how many characters a chat text has at most.
const longestChat = 10_000

// relay hands a message to its target as it is, but for who says so. Whom it does not reach is not told (contract 7).
func (p *client) relay(_ context.Context, m *message) error {
	if p.line == nil {
		return errNotJoined
	}
	err := p.line.Signal(m.members.word("targetId"), relay{m.text})
	return toldAs(err, map[fault.Kind]error{fault.NotFound: nil, fault.Forbidden: errNotJoined})
}

// chat says something to all: to clients of this protocol whatever came with it, to the others its text.
func (p *client) chat(_ context.Context, m *message) error {
	text := m.members["text"]
	switch {
	case p.line == nil:
		return errNotJoined
	case text.Type != gjson.String:
		return errFormat
	case utf8.RuneCountInString(text.Str) > longestChat:
		return errTooLong
	}
	said := hub.Text(text.Str, "")
	said.Echo, said.Own = true, chat{m.text} // the client shows its own lines by the echo
	_, err := p.line.Say(said)
	return toldAs(err, map[fault.Kind]error{fault.Forbidden: errNotJoined, fault.Gone: errNotJoined})
}

// update tells what the client says of its microphone, its camera and its hand. What is neither true nor false changes nothing.
func (p *client) update(_ context.Context, m *message) error {
	if !p.isIn() {
		return errNotJoined
	}
	d := hub.Details{Muted: m.members.flag("isMuted"), VideoOff: m.members.flag("isVideoOff")}
	if d.Muted != nil || d.VideoOff != nil {
		if err := p.line.Update(d); err != nil {
			return toldAs(err, map[fault.Kind]error{fault.Forbidden: errNotJoined})
		}
		p.member.saidOfItself(d)
	}
	if up := m.members.flag("isHandRaised"); up != nil {
		return p.hand(*up)
	}
	return nil
}

func (m *member) saidOfItself(d hub.Details) {
	if d.Muted != nil {
		m.muted.Store(*d.Muted)
	}
	if d.VideoOff != nil {
		m.videoOff.Store(*d.VideoOff)
	}
}

// hand raises or lowers the client's hand; who is not in is not told so (contract 7).
func (p *client) hand(up bool) error {
	if p.line == nil {
		return nil
	}
	_, err := p.line.Group(p.line.ID(), hub.Hand, up)
	return toldAs(err, map[fault.Kind]error{fault.Forbidden: nil, fault.NotFound: nil})
}

func (p *client) lock(locked bool) error {
	refused := forModerators("lock the room")
	if !locked {
		refused = forModerators("unlock the room")
	}
	if p.line == nil {
		return refused
	}
	return toldAs(p.line.Lock(locked), map[fault.Kind]error{fault.Forbidden: refused})
}

// admit lets in who waits, if there is a seat. Whoever is gone meanwhile is nobody's fault: clients have no way to take one off their list.
func (p *client) admit(ctx context.Context, m *message) error {
	if p.line == nil || p.line.May(roles.Admit) != nil {
		return forModerators("admit users")
	}
	target := m.members.word("targetId")
	if target == "" { // to the core that would be everybody
		return nil
	}
	err := p.line.Admit(ctx, target)
	return toldAs(err, map[fault.Kind]error{fault.NotFound: nil, fault.Forbidden: errFull})
}

// longestReason is how many bytes of a reason are told.
const longestReason = 1 << 10

func (p *client) reject(_ context.Context, m *message) error {
	if p.line == nil || p.line.May(roles.Admit) != nil {
		return forModerators("reject users")
	}
	target, reason := m.members.word("targetId"), m.members.word("reason")
	if target == "" {
		return nil
	}
	reason = strings.ToValidUTF8(reason[:min(len(reason), longestReason)], "")
	return toldAs(p.line.Deny(target, reason), map[fault.Kind]error{fault.NotFound: nil})
}

// moderate does something to another peer, or to the moderator itself (contract 7), by whatever protocol that one has come in.
func (p *client) moderate(ctx context.Context, m *message) error {
	refused := forModerators("perform this action")
	if !p.isIn() {
		return errNotJoined
	}
	if p.line.May(roles.RemoveOthers) != nil {
		return refused
	}
	target, err := p.line.Find(m.members.word("targetId"))
	if err == nil {
		switch m.members.word("action") {
		case "mute":
			err = p.line.Silence(target.ID, true)
		case "unmute":
			err = p.line.Silence(target.ID, false)
		case "kick":
			err = p.kick(ctx, target)
		case "make-moderator":
			err = p.promote(target)
		default:
			err = errFormat
		}
	}
	return toldAs(err, map[fault.Kind]error{fault.NotFound: errNoTarget, fault.Forbidden: refused})
}

// kickedFor is how long a browser that was kicked is kept out: the web client joins again by itself within seconds.
const kickedFor = time.Minute

// kick puts a peer out. Of other protocols it is not kept out: what they know peers by may be a user for good.
func (p *client) kick(ctx context.Context, target *hub.Card) error {
	stay, _, err := p.line.Room().Stay(target.ID)
	if err != nil {
		return err
	}
	removal := rooms.Removal{Peer: target.ID}
	if stay.Dialect == Dialect {
		removal.Ban = kickedFor
	}
	return p.Rooms.RemoveBy(ctx, p.line.Peer, removal)
}

// promote makes a peer a moderator: the host of a room of this protocol; elsewhere what the one who wants it is.
func (p *client) promote(target *hub.Card) error {
	if target.Moderator {
		return nil
	}
	own, err := p.line.Find(p.line.ID())
	if err != nil {
		return err
	}
	if err := p.line.ChangeRole(target.ID, cmp.Or(p.line.Place().Rules.Host, own.Role), true); err != nil {
		return err
	}
	err = p.line.Signal(target.ID, promoted{})
	return toldAs(err, map[fault.Kind]error{fault.NotFound: nil}) // it has another protocol, which has told it
}
