package forward

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

const (
	maxSpeakers = 16
	maxVoices   = 4096                   // tracks whose levels are known
	voiceSmooth = 400 * time.Millisecond // a cough is no speech, a breath between words no end of it
	voiceKept   = 10 * time.Second
	voiceFloor  = 55 // dB below the loudest: what is not louder is silence
	voiceDoubt  = 10 // dB that are taken off what the sender does not take for a voice
	voiceBegins = 15 // of 100
	voiceEnds   = 8
	voiceStep   = 5 // levels are told in steps, so that they do not change all the time
)

// Speaker is a track that is loud, 0 to 100.
type Speaker struct {
	Key   string
	Level int
}

// Speakers knows who speaks of many tracks. The zero value is ready. Safe for concurrent use.
type Speakers struct {
	mu     sync.Mutex
	voices map[string]*voice
	told   []Speaker
}

type voice struct {
	level  float64 // 0 to 100, smoothed
	at     time.Time
	speaks bool
}

// Heard takes the level of a track's packet, as its sender says it: decibels below the loudest, 127 for silence, and whether it takes it
// for a voice (RFC 6464).
func (s *Speakers) Heard(key string, level uint8, voiced bool, at time.Time) {
	below := float64(level)
	if !voiced {
		below += voiceDoubt
	}
	loud := min(100, max(0, (voiceFloor-below)*2))
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.voices[key]
	if v == nil {
		if len(s.voices) >= maxVoices {
			return
		}
		if s.voices == nil {
			s.voices = map[string]*voice{}
		}
		v = &voice{at: at.Add(-20 * time.Millisecond)} // one packet ago
		s.voices[key] = v
	}
	passed := at.Sub(v.at)
	if passed <= 0 {
		return
	}
	v.level += (loud - v.level) * float64(passed) / float64(passed+voiceSmooth)
	v.at = at
}

// Forget drops a track.
func (s *Speakers) Forget(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.voices, key)
}

// Loud is who speaks now, the loudest first, and whether that differs from what it has been at the last call.
func (s *Speakers) Loud(now time.Time) (list []Speaker, changed bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, v := range s.voices {
		level := v.fade(now)
		if now.Sub(v.at) > voiceKept {
			delete(s.voices, key)
		}
		v.speaks = level >= voiceBegins || v.speaks && level >= voiceEnds
		if v.speaks {
			list = append(list, Speaker{Key: key, Level: min(100, (int(level)/voiceStep+1)*voiceStep)})
		}
	}
	slices.SortFunc(list, func(a, b Speaker) int {
		return cmp.Or(cmp.Compare(b.Level, a.Level), cmp.Compare(a.Key, b.Key))
	})
	list = list[:min(len(list), maxSpeakers)]
	changed = !slices.Equal(list, s.told)
	s.told = slices.Clone(list)
	return list, changed
}

// fade is the level now: a track without packets has become silent.
func (v *voice) fade(now time.Time) float64 {
	idle := now.Sub(v.at) - 100*time.Millisecond
	switch {
	case idle <= 0:
		return v.level
	case idle > 3*voiceSmooth:
		return 0
	}
	return v.level * float64(voiceSmooth) / float64(voiceSmooth+2*idle)
}
