package hub

import (
	"slices"
	"time"

	"foyer/media"
	"foyer/models"
)

// Media opens the media of a peer for its connection, or finds those that it has. It is called under the room's lock when the peer has come
// in, and for each connection that it has after that: it must not block, nor call the hub.
type Media func(rights media.Rights) media.Peer

// reportsAMinute is how many events of its tracks a peer may have written down in a minute; what is beyond is left out. A client may mute and
// unmute as often as it may say anything, and a row of the database costs more than that.
const reportsAMinute = 240

// reports counts the events of a peer's tracks.
type reports struct {
	minute time.Time
	count  int
}

// openMediaLocked opens the peer's media, or finds them for a new connection; they know no more than what the role may do now.
func (p *Peer) openMediaLocked() {
	if p.ticket.Media == nil {
		return
	}
	rights := p.rightsLocked()
	if p.media = p.ticket.Media(rights); p.media != nil {
		p.media.SetRights(rights) // of one that was there before
	}
}

// closeMediaLocked ends the peer's media and takes back its tracks, without a word to the others.
func (p *Peer) closeMediaLocked(at time.Time) {
	for _, id := range p.claimed {
		delete(p.room.owners, id)
	}
	p.reportTracksLocked(models.TrackRemoved, p.tracks, at)
	p.room.tracks -= len(p.tracks)
	p.claimed, p.forced, p.tracks = nil, nil, nil
	if p.media != nil {
		p.measureLocked(at)
		p.media.Close()
		p.media = nil
	}
}

// rightsLocked is what the peer's role may do.
func (p *Peer) rightsLocked() media.Rights {
	if role := p.room.place.Roles[p.row.Role]; role != nil {
		return role.Rights()
	}
	return media.Rights{Role: p.row.Role}
}

// restrictLocked takes back the tracks that the peer's role must not publish.
func (p *Peer) restrictLocked() {
	rights := p.rightsLocked()
	forbidden := func(t media.Track) bool { return rights.Bound(t.Kind, t.Source) == nil }
	if slices.ContainsFunc(p.tracks, forbidden) {
		p.setTracksLocked(slices.DeleteFunc(slices.Clone(p.tracks), forbidden))
	}
}

// muteLocked mutes those of the peer's tracks that fit, at the wish of another one: they are not passed on from now on, whatever the
// peer's client does. The peer itself is not told: it is asked.
func (p *Peer) muteLocked(by string, fits func(t *media.Track) bool) {
	list := slices.Clone(p.tracks)
	for i := range list {
		if t := &list[i]; !t.Muted && fits(t) {
			t.Muted = true
			if p.forced == nil {
				p.forced = map[string]string{}
			}
			p.forced[t.ID] = by
		}
	}
	p.setTracksLocked(list)
}

// askAgainLocked asks a peer that has a new connection to mute what others have muted meanwhile: its client does not know, and would tell
// that it goes on.
func (p *Peer) askAgainLocked() {
	for i := range p.tracks {
		t := &p.tracks[i]
		if by, ok := p.forced[t.ID]; ok {
			p.tellLocked(&Event{Body: MuteAsked{By: by, Track: t.ID, Stream: t.Stream, Mute: true}})
		}
	}
}

// microphone fits what a peer speaks by, camera what shows it.
func microphone(t *media.Track) bool { return t.Kind == media.Audio && t.Source == Regular }

func camera(t *media.Track) bool { return t.Kind == media.Video && t.Source == Regular }

// Regular is the source of microphones and cameras.
const Regular = "regular"

// off reports whether none of the tracks that fit are heard or seen.
func off(tracks []media.Track, fits func(*media.Track) bool) bool {
	for i := range tracks {
		if t := &tracks[i]; !t.Muted && fits(t) {
			return false
		}
	}
	return true
}

// reportTracksLocked has written down for analytics what has become of tracks (server contract 7.7).
func (p *Peer) reportTracksLocked(kind models.TrackFate, tracks []media.Track, at time.Time) {
	for i := range tracks {
		if !p.mayReportLocked(at) {
			return
		}
		t := &tracks[i]
		line := models.TrackLine{
			Fate: kind, At: at, ID: t.ID, Stream: t.Stream, Kind: string(t.Kind), Source: t.Source, Muted: t.Muted, Since: t.Since,
		}
		p.room.hub.write(models.Entry{Session: p.room.session, About: clone(&p.row), Track: &line})
	}
}

func (p *Peer) mayReportLocked(at time.Time) bool {
	if at.Sub(p.reports.minute) >= time.Minute {
		p.reports = reports{minute: at}
	}
	p.reports.count++
	return p.reports.count <= reportsAMinute
}
