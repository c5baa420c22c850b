package hub

import (
	"encoding/json"
	"slices"

	"foyer/fault"
	"foyer/media"
	"foyer/models"
	"foyer/roles"
)

// Message is what somebody says: to one peer, to some roles, or to all.
type Message struct {
	Text  json.RawMessage // any JSON value
	Type  string
	Peer  string
	Roles []string
	Echo  bool // its sender hears it too
	Own   any  // what only the sender's protocol understands
}

// Text is a message of plain text to all; an empty kind stands for chat.
func Text(text, kind string) Message {
	if kind == "" {
		kind = Chat
	}
	quoted, _ := json.Marshal(text) // a string always has a JSON form
	return Message{Text: quoted, Type: kind}
}

// Chat is the type of a message whose sender says nothing else.
const Chat = "chat"

// Say gives a message to whom it is for, but not to its sender, and answers what it was given for a name and a time. Kinds Forbidden
// before the peer is in, or when the one that it is for does not hear it; NotFound when that one is not in; Gone when the room's time is over.
func (p *Peer) Say(m Message) (Said, error) {
	r := p.room
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := p.insideLocked(); err != nil {
		return Said{}, err
	}
	return r.sayLocked(m, p)
}

// Say is a message of the server's. Kind NotFound.
func (r *Room) Say(m Message) (Said, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.sayLocked(m, nil)
}

func (r *Room) sayLocked(m Message, from *Peer) (Said, error) {
	if r.overLocked() {
		return Said{}, closed()
	}
	said := Said{ID: r.hub.messageID(), At: r.hub.stamp(), Text: m.Text, Type: m.Type, Private: m.Peer != "", Own: m.Own}
	if from != nil {
		said.From = from.card
	}
	if m.Peer != "" {
		target, err := r.insideLocked(m.Peer)
		if err == nil && !r.hearsLocked(from, target) {
			return said, fault.New(fault.Forbidden, "in this room that peer does not hear you")
		}
		if err == nil && (target != from || m.Echo) {
			target.tellLocked(&Event{Body: said})
		}
		return said, err
	}
	said.Roles = m.Roles
	e := &Event{Body: said}
	for _, p := range r.inside {
		if p == from && m.Echo || p != from && (len(m.Roles) == 0 || slices.Contains(m.Roles, p.row.Role)) && r.hearsLocked(from, p) {
			p.tellLocked(e)
		}
	}
	return said, nil
}

// hearsLocked reports whether the room's route lets a peer hear another one; the server everybody hears.
func (r *Room) hearsLocked(from, to *Peer) bool {
	route := r.place.Rules.Route
	return route == nil || from == nil || from == to || route(from.card, to.card)
}

// Signal gives another peer of the same protocol something that only that one understands. Kinds Forbidden before the peer is in; NotFound.
func (p *Peer) Signal(to string, what any) error {
	r := p.room
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := p.insideLocked(); err != nil {
		return err
	}
	target, err := r.insideLocked(to)
	if err == nil && target.ticket.Dialect != p.ticket.Dialect {
		err = noPeer()
	}
	if err == nil {
		target.tellLocked(&Event{Body: Signalled{From: p.card, What: what}})
	}
	return err
}

// Announce tells everybody who is in something that a part of Foyer beside the hub has to say.
func (r *Room) Announce(what any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.tellLocked(Announced{What: what}, nil)
}

// AnnounceTo is Announce to peers of some roles.
func (r *Room) AnnounceTo(what any, to func(role *roles.Role) bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	e := &Event{Body: Announced{What: what}}
	for _, p := range r.inside {
		if role := r.place.Roles[p.row.Role]; role != nil && to(role) {
			p.tellLocked(e)
		}
	}
}

// AskMute asks a peer to mute one of its tracks, or not to: with the permission mute or unmute. What is to be muted is at once, whatever the
// peer does; what is not waits for the peer. Kinds Forbidden, NotFound.
func (p *Peer) AskMute(id string, ask MuteAsked) error {
	r := p.room
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := p.mayLocked(mutes(ask.Mute)); err != nil {
		return err
	}
	target, err := r.insideLocked(id)
	if err != nil {
		return err
	}
	ask.By = p.id
	target.askMuteLocked(ask)
	return nil
}

// askMuteLocked mutes what is to be muted, and asks the peer.
func (p *Peer) askMuteLocked(ask MuteAsked) {
	if ask.Mute {
		p.muteLocked(ask.By, func(t *media.Track) bool { return t.ID == ask.Track || ask.Track == "" && microphone(t) })
	}
	p.tellLocked(&Event{Body: ask})
}

// Silence mutes or unmutes a peer's microphone, with the permission mute or unmute: everybody is told, and the peer is asked to do it. Where
// the peer has media, AskMute says what is done; else that it does what it is asked is its own affair. Kinds Forbidden, NotFound.
func (p *Peer) Silence(id string, mute bool) error {
	r := p.room
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := p.mayLocked(mutes(mute)); err != nil {
		return err
	}
	target, err := r.insideLocked(id)
	if err != nil {
		return err
	}
	if target.media == nil {
		r.tellLocked(target.changeLocked(func(row *models.Peer) { row.Muted = mute }), nil)
	}
	target.askMuteLocked(MuteAsked{By: p.id, Mute: mute})
	return nil
}

// AskAllMute asks all others of some roles, as AskMute. Kinds Forbidden; Invalid when a role is unknown.
func (p *Peer) AskAllMute(ask AllMuteAsked) error {
	r := p.room
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := p.mayLocked(mutes(ask.Mute)); err != nil {
		return err
	}
	for _, name := range ask.Roles {
		if r.place.Roles[name] == nil {
			return noRole(name)
		}
	}
	ask.By = p.id
	e := &Event{Body: ask}
	for _, other := range r.inside {
		if other != p && (len(ask.Roles) == 0 || slices.Contains(ask.Roles, other.row.Role)) {
			if ask.Mute {
				other.muteLocked(p.id, ask.fits)
			}
			other.tellLocked(e)
		}
	}
	return nil
}

// fits reports whether a track is meant.
func (a *AllMuteAsked) fits(t *media.Track) bool {
	return (a.Type == "" || a.Type == string(t.Kind)) && (a.Source == "" || a.Source == t.Source)
}

func mutes(mute bool) roles.Permission {
	if mute {
		return roles.Mute
	}
	return roles.Unmute
}

// Find is the card of a peer that is in, for another one. Kinds Forbidden, NotFound.
func (p *Peer) Find(id string) (*Card, error) {
	r := p.room
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := p.insideLocked(); err != nil {
		return nil, err
	}
	target, err := r.insideLocked(id)
	if err != nil {
		return nil, err
	}
	return target.card, nil
}

// Cards are those who are in, in order, for a peer. Kind Forbidden before it is in itself.
func (p *Peer) Cards() ([]*Card, error) {
	r := p.room
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := p.insideLocked(); err != nil {
		return nil, err
	}
	return r.cardsLocked(nil), nil
}
