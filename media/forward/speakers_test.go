package forward_test

import (
	"fmt"
	"testing"
	"time"

	"foyer/media/forward"
)

// talk is a second of packets at a level.
func talk(s *forward.Speakers, from time.Time, levels map[string]uint8, voice bool) time.Time {
	for range 50 {
		from = from.Add(20 * time.Millisecond)
		for key, level := range levels {
			s.Heard(key, level, voice, from)
		}
	}
	return from
}

func TestSpeakers(t *testing.T) {
	t.Parallel()
	var s forward.Speakers
	list, changed := s.Loud(newClock().now)
	check(t, "nobody", len(list), 0)
	check(t, "nobody, as before", changed, false)

	now := talk(&s, newClock().now, map[string]uint8{"loud": 15, "soft": 35, "still": 127, "noise": 58}, true)
	list, changed = s.Loud(now)
	check(t, "changed", changed, true)
	checkList(t, "who speaks", list, forward.Speaker{Key: "loud", Level: 75}, forward.Speaker{Key: "soft", Level: 40})
	_, changed = s.Loud(now.Add(20 * time.Millisecond))
	check(t, "the same", changed, false)

	now = talk(&s, now, map[string]uint8{"loud": 127, "soft": 20}, true)
	list, _ = s.Loud(now)
	check(t, "one of them stopped", list[0].Key, "soft")
	check(t, "how many", len(list), 1)
	s.Forget("soft")
	list, changed = s.Loud(now)
	check(t, "forgotten", len(list), 0)
	check(t, "changed", changed, true)
}

func TestSpeakerWithoutPackets(t *testing.T) {
	t.Parallel()
	var s forward.Speakers
	now := talk(&s, newClock().now, map[string]uint8{"a": 10}, true)
	for _, test := range []struct {
		after  time.Duration
		speaks int
	}{{80 * time.Millisecond, 1}, {300 * time.Millisecond, 1}, {2 * time.Second, 0}, {time.Minute, 0}} {
		list, _ := s.Loud(now.Add(test.after))
		check(t, test.after.String(), len(list), test.speaks)
	}
}

// A short noise is no speech, and what the sender does not take for a voice has to be louder.
func TestNoiseIsNoSpeech(t *testing.T) {
	t.Parallel()
	var s forward.Speakers
	now := newClock().now
	s.Heard("knock", 0, true, now)
	list, _ := s.Loud(now)
	check(t, "a knock", len(list), 0)
	now = talk(&s, now, map[string]uint8{"fan": 42}, false)
	list, _ = s.Loud(now)
	check(t, "a fan", len(list), 0)
	now = talk(&s, now, map[string]uint8{"fan": 42}, true)
	list, _ = s.Loud(now)
	check(t, "a low voice", len(list), 1)
}

func TestSpeakersAreBounded(t *testing.T) {
	t.Parallel()
	var s forward.Speakers
	levels := map[string]uint8{}
	for i := range 40 {
		levels[fmt.Sprintf("%02d", i)] = uint8(10 + i/2)
	}
	list, _ := s.Loud(talk(&s, newClock().now, levels, true))
	check(t, "how many", len(list), 16)
	check(t, "the loudest", list[0].Key, "00")
	for i := 1; i < len(list); i++ {
		if list[i].Level > list[i-1].Level {
			t.Errorf("%v before %v", list[i-1], list[i])
		}
	}
}
