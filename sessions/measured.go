package sessions

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"foyer/fault"
	"foyer/models"
)

const (
	// mostDocument is how many bytes are kept of one stay, mostRead of how many of one peer's stays are read.
	mostDocument, mostRead = 2 << 20, 8 << 20
)

// samples is how many measurements a line has.
func samples(e *models.Entry) (n int) {
	if e.Measured == nil {
		return 0
	}
	for i := range e.Measured.Series {
		n += len(e.Measured.Series[i].Times)
	}
	return n
}

// measurement is what is kept of a line.
func measurement(e *models.Entry) models.Measurement {
	s, p := e.Session, sound(e.About)
	list := slices.Clone(e.Measured.Series)
	for i := range list {
		list[i].Track, list[i].Source = soundText(list[i].Track), soundText(list[i].Source)
	}
	return models.Measurement{
		ID: p.ID, WorkspaceID: s.WorkspaceID, RoomID: s.RoomID, SessionID: s.ID, PeerID: p.PeerID, Series: document(list),
		CreatedAt: models.Stamp(e.Measured.At),
	}
}

// document writes series as JSON that is not too long: with every second measurement of each, and again, or else without the last ones.
func document(list []models.Series) string {
	for {
		text, err := json.Marshal(list)
		if err == nil && len(text) <= mostDocument {
			return string(text)
		}
		thinner, fewer := thin(list)
		if !fewer || err != nil {
			thinner = list[:len(list)/2]
		}
		list = thinner
	}
}

// thin leaves out every second measurement, and says whether there were any to leave out. The list that it is given stays as it is.
func thin(list []models.Series) (thinner []models.Series, fewer bool) {
	thinner = make([]models.Series, len(list))
	for i := range list {
		s := list[i]
		fewer = fewer || len(s.Times) > 1
		s.Times, s.Bitrates, s.RoundTrips, s.Jitters = half(s.Times), half(s.Bitrates), half(s.RoundTrips), half(s.Jitters)
		s.Packets, s.Lost, s.Pictures = half(s.Packets), half(s.Lost), half(s.Pictures)
		thinner[i] = s
	}
	return thinner, fewer
}

func half[T any](list []T) []T {
	kept := make([]T, 0, (len(list)+1)/2)
	for i := 0; i < len(list); i += 2 {
		kept = append(kept, list[i])
	}
	return kept
}

// Measured is how the media of a peer did in a session.
type Measured struct {
	RoomID models.ID
	Series []models.Series // of all its stays
}

// Measured reads how the media of a peer did in a session that has ended: before that there are no series. Nor are there of what
// was before Foyer was killed or began anew, since only the end of a peer's media has them written down, or when they are older than events
// are kept. Of stays that have too many of them, the oldest are left out. Kind NotFound when there is no such session, or the peer was not in it.
func (s *Service) Measured(ctx context.Context, workspace, session models.ID, peer string) (Measured, error) {
	row, err := s.store.Session(ctx, workspace, session)
	if err != nil {
		return Measured{}, err
	}
	was, err := s.store.WasIn(ctx, session, soundText(peer))
	switch {
	case err != nil:
		return Measured{}, err
	case !was || !isSound(peer):
		return Measured{}, fault.New(fault.NotFound, "peer not found")
	case row.EndedAt == nil:
		return Measured{RoomID: row.RoomID}, nil
	}
	stays, err := s.store.Measurements(ctx, session, peer, mostRead)
	if err != nil {
		return Measured{}, err
	}
	series, err := merge(stays)
	return Measured{RoomID: row.RoomID, Series: series}, err
}

// merge makes one series of those that several stays have of the same track. What they count is counted on.
func merge(stays []models.Measurement) ([]models.Series, error) {
	type key struct {
		sent             bool
		track, kind, rid string
	}
	var all []models.Series
	place := map[key]int{}
	for i := range stays {
		var list []models.Series
		if err := json.Unmarshal([]byte(stays[i].Series), &list); err != nil {
			return nil, fmt.Errorf("read the measurements of stay %s: %w", stays[i].ID, err)
		}
		for _, s := range list {
			complete(&s)
			k := key{s.Sent, s.Track, s.Kind, s.RID}
			if at, known := place[k]; known {
				extend(&all[at], &s)
				continue
			}
			place[k] = len(all)
			all = append(all, s)
		}
	}
	return all, nil
}

// complete fills in what older versions did not measure.
func complete(s *models.Series) {
	if n := len(s.Times); len(s.Pictures) != n || len(s.Jitters) != n {
		s.Pictures, s.Jitters = make([]uint64, n), make([]int64, n)
	}
}

// extend goes on with a series where it ended.
func extend(s, by *models.Series) {
	s.Times, s.Bitrates = append(s.Times, by.Times...), append(s.Bitrates, by.Bitrates...)
	s.RoundTrips, s.Jitters = append(s.RoundTrips, by.RoundTrips...), append(s.Jitters, by.Jitters...)
	s.Packets, s.Lost, s.Pictures = countOn(s.Packets, by.Packets), countOn(s.Lost, by.Lost), countOn(s.Pictures, by.Pictures)
}

func countOn(counts, more []uint64) []uint64 {
	var before uint64
	if n := len(counts); n > 0 {
		before = counts[n-1]
	}
	for _, count := range more {
		counts = append(counts, before+count)
	}
	return counts
}
