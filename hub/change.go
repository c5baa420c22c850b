package hub

import (
	"slices"
	"unicode/utf8"

	"foyer/fault"
	"foyer/models"
	"foyer/roles"
)

// Bounds of what a peer says about itself.
const (
	maxName   = 256      // characters
	maxData   = 64 << 10 // bytes
	maxGroups = 32
	maxGroup  = 64 // characters
)

// Details are what a peer says about itself; nil leaves a thing as it is.
type Details struct {
	Name, Data      *string
	Muted, VideoOff *bool
}

// Check errs with Invalid unless the details are within bounds.
func (d Details) Check() error {
	if d.Name != nil && utf8.RuneCountInString(*d.Name) > maxName {
		return fault.Invalidf("name must have at most %d characters", maxName)
	}
	if d.Data != nil && len(*d.Data) > maxData {
		return fault.Invalidf("metadata must have at most %d bytes", maxData)
	}
	return nil
}

func (d Details) apply(row *models.Peer) {
	if d.Name != nil {
		row.Name = *d.Name
	}
	if d.Data != nil {
		row.Data = *d.Data
	}
	if d.Muted != nil {
		row.Muted = *d.Muted
	}
	if d.VideoOff != nil {
		row.VideoOff = *d.VideoOff
	}
}

// Update changes what the peer says about itself. Kinds Forbidden before it is in, Invalid.
func (p *Peer) Update(d Details) error {
	if err := d.Check(); err != nil {
		return err
	}
	var err error
	p.room.do(func() {
		if err = p.insideLocked(); err == nil {
			p.room.tellLocked(p.changeLocked(d.apply), p)
		}
	})
	return err
}

// Update changes what is known of a peer, and its role where one is given, at the server's wish; the peer is told too. Nothing is changed
// when it errs. Kinds NotFound; Invalid, also when the role is unknown or full.
func (r *Room) Update(id string, d Details, role *string) (*Card, error) {
	if err := d.Check(); err != nil {
		return nil, err
	}
	var card *Card
	var err error
	r.do(func() {
		var p *Peer
		if p, err = r.insideLocked(id); err != nil {
			return
		}
		if role != nil {
			if err = p.assignLocked(*role, ""); err != nil {
				return
			}
		}
		if d.Name != nil || d.Data != nil {
			r.tellLocked(p.changeLocked(d.apply), nil)
		}
		card = p.card
	})
	return card, err
}

// Group puts a peer into a group or takes it out: itself, or, with the permission changeRole, another one. Everybody is told, the peer too.
// It answers the groups that the peer is in then. Kinds Forbidden, NotFound, Invalid.
func (p *Peer) Group(id, name string, member bool) (groups []string, err error) {
	if name == "" || utf8.RuneCountInString(name) > maxGroup {
		return nil, fault.Invalidf("the name of a group must have 1 to %d characters", maxGroup)
	}
	p.room.do(func() {
		if err = p.insideLocked(); err == nil && id != p.id {
			err = p.mayLocked(roles.ChangeRole)
		}
		if err != nil {
			return
		}
		var target *Peer
		if target, err = p.room.insideLocked(id); err == nil {
			groups, err = target.groupLocked(name, member)
		}
	})
	return groups, err
}

func (p *Peer) groupLocked(name string, member bool) ([]string, error) {
	old := p.row.Groups
	if slices.Contains(old, name) == member {
		return old, nil
	}
	if member && len(old) >= maxGroups {
		return nil, fault.Invalidf("a peer can be in at most %d groups", maxGroups)
	}
	groups := slices.DeleteFunc(slices.Clone(old), func(g string) bool { return g == name })
	if member {
		groups = append(groups, name)
	}
	p.room.tellLocked(p.changeLocked(func(row *models.Peer) { row.Groups = groups }), nil)
	return groups, nil
}
