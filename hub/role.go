package hub

import (
	"slices"

	"foyer/fault"
	"foyer/models"
	"foyer/roles"
)

// offersKept is how many offers of roles a peer may have open; the oldest is forgotten.
const offersKept = 8

// roleOffer is a role that somebody asked a peer to take.
type roleOffer struct{ by, role, token string }

// ChangeRole gives another peer a role, or, without force, asks it to take it; with the permission changeRole. Kinds Forbidden; NotFound;
// Invalid when the role is unknown or full.
func (p *Peer) ChangeRole(id, role string, force bool) error {
	var err error
	p.room.do(func() {
		if err = p.mayLocked(roles.ChangeRole); err != nil {
			return
		}
		var target *Peer
		if target, err = p.room.insideLocked(id); err != nil {
			return
		}
		if force {
			err = target.assignLocked(role, p.id)
		} else {
			err = target.offerLocked(p.id, role)
		}
	})
	return err
}

// ChangeRoles gives a role to all peers of some roles at once, with the permission changeRole. It gives it to as many as the role takes.
// Kinds as ChangeRole.
func (p *Peer) ChangeRoles(from []string, role string) error {
	var err error
	p.room.do(func() {
		if err = p.mayLocked(roles.ChangeRole); err != nil {
			return
		}
		for _, target := range slices.Clone(p.room.inside) {
			if slices.Contains(from, target.row.Role) && err == nil {
				err = target.assignLocked(role, p.id)
			}
		}
	})
	return err
}

// offerLocked asks the peer to take a role.
func (p *Peer) offerLocked(by, role string) error {
	if p.room.place.Roles[role] == nil {
		return noRole(role)
	}
	offer := roleOffer{by: by, role: role, token: string(p.room.hub.ids())}
	if len(p.offers) >= offersKept {
		p.offers = slices.Delete(p.offers, 0, 1)
	}
	p.offers = append(p.offers, offer)
	p.tellLocked(&Event{Body: RoleAsked{By: by, Role: role, Token: offer.token}})
	return nil
}

// Accept takes a role that was offered under a token. Kinds Forbidden; Invalid when the role is full by now.
func (p *Peer) Accept(role, token string) error {
	var err error
	p.room.do(func() {
		if err = p.insideLocked(); err != nil {
			return
		}
		i := slices.IndexFunc(p.offers, func(o roleOffer) bool { return o.token == token && o.role == role })
		if i < 0 {
			err = fault.New(fault.Forbidden, "nobody has offered this role")
			return
		}
		by := p.offers[i].by
		p.offers = slices.Delete(p.offers, i, i+1)
		err = p.assignLocked(role, by)
	})
	return err
}

// Assign gives a peer a role at the server's wish. Kinds as ChangeRole.
func (r *Room) Assign(id, role string) error {
	var err error
	r.do(func() {
		var p *Peer
		if p, err = r.insideLocked(id); err == nil {
			err = p.assignLocked(role, "")
		}
	})
	return err
}

// assignLocked changes the peer's role: it is told itself first, then the others are (client protocol 4.3).
func (p *Peer) assignLocked(name, by string) error {
	r := p.room
	role := r.place.Roles[name]
	switch {
	case role == nil:
		return noRole(name)
	case name == p.row.Role:
		return nil
	}
	requested := models.Document{}
	if by != "" {
		requested["role_change_requested_by"] = by
	}
	if err := r.roleHasRoomLocked(role); err != nil || role.MaxPeers < 0 {
		wanted := p.row
		wanted.Role = name
		requested["error_message"] = "role limit reached"
		r.tellOfLocked("role.change.failure", &wanted, requested)
		return fault.Invalidf("role limit reached")
	}
	requested["previous_role"], requested["role_changed_at"] = p.row.Role, r.hub.stamp()
	p.ticket.Role = name
	changed := p.changeLocked(func(row *models.Peer) { row.Role = name })
	if p.media != nil {
		p.media.SetRights(role.Rights())
	}
	r.tellOfLocked("role.change.success", &p.row, requested)
	p.tellLocked(&Event{Body: Assigned{Place: r.place, Role: name}})
	r.tellLocked(changed, p)
	p.restrictLocked()
	r.showQueueLocked(p)
	return nil
}

func noRole(name string) error {
	if len(name) > 64 {
		name = name[:64] + "..."
	}
	return fault.Invalidf("the room has no role %s", name)
}
