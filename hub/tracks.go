package hub

import (
	"cmp"
	"maps"
	"slices"

	"foyer/fault"
	"foyer/media"
	"foyer/models"
)

// Bounds of what a peer says about its tracks.
const (
	maxTracks      = 32
	maxTrackWord   = 256     // bytes of an id, a stream or a source
	maxDescription = 1 << 10 // bytes
)

// TrackChange is what a peer says of a track of its own; nil leaves a thing as it is.
type TrackChange struct {
	ID          string
	Muted       *bool
	Description *string
}

// Claim keeps the ids of tracks that the peer is about to publish from being anybody else's; Publish does that too. Kinds Forbidden before
// the peer is in, or when it has no media here; Invalid beyond the bounds, or when a track of another peer has one of the ids.
func (p *Peer) Claim(tracks []media.Track) error {
	if err := checkTracks(tracks); err != nil {
		return err
	}
	p.room.mu.Lock()
	defer p.room.mu.Unlock()
	return p.claimLocked(tracks)
}

// Publish says which tracks the peer publishes from now on: all of them. Those that its role must not publish are left out. The others are
// told what is new. Kinds as of Claim.
func (p *Peer) Publish(tracks []media.Track) error {
	if err := checkTracks(tracks); err != nil {
		return err
	}
	r := p.room
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := p.claimLocked(tracks); err != nil {
		return err
	}
	rights, at := p.rightsLocked(), r.hub.stamp()
	list := make([]media.Track, 0, len(tracks))
	for _, t := range tracks {
		if rights.Bound(t.Kind, t.Source) == nil {
			continue
		}
		t.Since = at
		if i := indexOf(p.tracks, t.ID); i >= 0 {
			t.Since = p.tracks[i].Since
		}
		delete(p.forced, t.ID)
		list = append(list, t)
	}
	p.setTracksLocked(list)
	return nil
}

// UpdateTracks changes tracks of the peer's own. One that it does not publish is left out: it may have been taken from it meanwhile.
// Kinds Forbidden, Invalid.
func (p *Peer) UpdateTracks(changes []TrackChange) error {
	if len(changes) > maxTracks {
		return tooMuch("tracks", maxTracks)
	}
	for i := range changes {
		if d := changes[i].Description; d != nil && len(*d) > maxDescription {
			return tooMuch("bytes of a description", maxDescription)
		}
	}
	p.room.mu.Lock()
	defer p.room.mu.Unlock()
	if err := p.insideLocked(); err != nil {
		return err
	}
	list := slices.Clone(p.tracks)
	for _, c := range changes {
		i := indexOf(list, c.ID)
		if i < 0 {
			continue
		}
		if c.Muted != nil {
			list[i].Muted = *c.Muted
			delete(p.forced, c.ID)
		}
		if c.Description != nil {
			list[i].Description = *c.Description
		}
	}
	p.setTracksLocked(list)
	return nil
}

func checkTracks(tracks []media.Track) error {
	if len(tracks) > maxTracks {
		return tooMuch("tracks", maxTracks)
	}
	seen := make(map[string]bool, len(tracks))
	for i := range tracks {
		t := &tracks[i]
		switch {
		case t.ID == "" || len(t.ID) > maxTrackWord:
			return fault.Invalidf("the id of a track must have 1 to %d bytes", maxTrackWord)
		case len(t.Stream) > maxTrackWord || len(t.Source) > maxTrackWord:
			return tooMuch("bytes of a track's stream or source", maxTrackWord)
		case len(t.Description) > maxDescription:
			return tooMuch("bytes of a description", maxDescription)
		case t.Kind != media.Audio && t.Kind != media.Video:
			return fault.Invalidf("the type of a track must be audio or video")
		case seen[t.ID]:
			return fault.Invalidf("two tracks have the same id")
		}
		seen[t.ID] = true
	}
	return nil
}

// claimLocked makes the ids the peer's, and lets go of those that are neither among them nor published.
func (p *Peer) claimLocked(tracks []media.Track) error {
	if err := p.insideLocked(); err != nil {
		return err
	}
	if p.media == nil {
		return fault.New(fault.Forbidden, "you have no media here")
	}
	for i := range tracks {
		if owner := p.room.owners[tracks[i].ID]; owner != nil && owner != p {
			return fault.Invalidf("the id of a track is that of another peer's track")
		}
	}
	for _, id := range p.claimed {
		delete(p.room.owners, id)
	}
	p.claimed = p.claimed[:0]
	for _, list := range [][]media.Track{p.tracks, tracks} {
		for i := range list {
			p.room.owners[list[i].ID] = p
			p.claimed = append(p.claimed, list[i].ID)
		}
	}
	return nil
}

// setTracksLocked gives the peer other tracks, in any order, and tells the others what is new.
func (p *Peer) setTracksLocked(list []media.Track) {
	slices.SortFunc(list, func(a, b media.Track) int { return cmp.Or(a.Since.Compare(b.Since), cmp.Compare(a.ID, b.ID)) })
	removed, added, changed := differ(p.tracks, list)
	if len(removed)+len(added)+len(changed) == 0 {
		return
	}
	r := p.room
	for i := range changed {
		if p.media != nil && p.tracks[indexOf(p.tracks, changed[i].ID)].Muted != changed[i].Muted {
			p.media.Mute(changed[i].ID, changed[i].Muted)
		}
	}
	maps.DeleteFunc(p.forced, func(id, _ string) bool { return indexOf(list, id) < 0 })
	was := p.card
	r.tracks += len(list) - len(p.tracks)
	p.tracks = list
	p.card = p.cardLocked()
	p.tellTracksLocked(removed, added, changed)
	if was.Muted != p.card.Muted || was.VideoOff != p.card.VideoOff {
		r.tellLocked(Changed{Peer: p.card, Was: was}, p)
	}
	if len(removed) != len(added) {
		r.countLocked()
	}
}

// tellTracksLocked tells the others, and writes down for analytics, what has become of the peer's tracks.
func (p *Peer) tellTracksLocked(removed, added, changed []media.Track) {
	r := p.room
	if len(removed) > 0 {
		r.tellLocked(TracksRemoved{Peer: p.card, Tracks: removed}, p)
	}
	if len(added) > 0 {
		r.tellLocked(TracksAdded{Peer: p.card, Tracks: added}, p)
	}
	if len(changed) > 0 {
		r.tellLocked(TracksChanged{Peer: p.card, Tracks: changed}, p)
	}
	at := r.hub.stamp()
	p.reportTracksLocked(models.TrackRemoved, removed, at)
	p.reportTracksLocked(models.TrackAdded, added, at)
	p.reportTracksLocked(models.TrackUpdated, changed, at)
}

// differ tells what has become of a list of tracks.
func differ(was, now []media.Track) (removed, added, changed []media.Track) {
	for _, t := range was {
		if indexOf(now, t.ID) < 0 {
			removed = append(removed, t)
		}
	}
	for _, t := range now {
		switch i := indexOf(was, t.ID); {
		case i < 0:
			added = append(added, t)
		case was[i] != t:
			changed = append(changed, t)
		}
	}
	return removed, added, changed
}

func indexOf(list []media.Track, id string) int {
	return slices.IndexFunc(list, func(t media.Track) bool { return t.ID == id })
}
