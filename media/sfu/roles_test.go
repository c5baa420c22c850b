package sfu_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"foyer/media"
)

// While eight peers publish and hear each other their rights change all the time, from several sides at once. When that is over, each gets
// just what the last rights say.
func TestRightsUnderLoad(t *testing.T) {
	t.Parallel()
	const peers, changes, sides = 8, 240, 4
	e := open(t)
	all, rights := make([]*client, peers), make([]media.Rights, peers)
	var mu sync.Mutex
	for i := range all {
		rights[i] = anyRights(rand.New(rand.NewPCG(1, uint64(i))))
		all[i] = enter(t, e, "r", fmt.Sprintf("peer-%d", i), rights[i])
		all[i].publishes(fmt.Sprintf("sound-%d", i), sound())
		all[i].publishes(fmt.Sprintf("pictures-%d", i), load{media.Video, "regular", 50 * time.Millisecond, []int{900}})
	}
	var work sync.WaitGroup
	for side := range sides {
		work.Go(func() {
			random := rand.New(rand.NewPCG(2, uint64(side)))
			for range changes / sides {
				i, r := random.IntN(peers), anyRights(random)
				mu.Lock()
				rights[i] = r
				all[i].peer.SetRights(r)
				mu.Unlock()
				<-time.After(time.Duration(random.IntN(40)) * time.Millisecond)
			}
		})
	}
	work.Wait()
	checkRights(t, all, rights)
	if s := e.Stats(); s.Up != 2*peers || s.Peers != peers {
		t.Errorf("%+v", s)
	}
}

// anyRights are rights of one of three roles to anything.
func anyRights(random *rand.Rand) media.Rights {
	roles := []string{"a", "b", "c"}
	r := may(random.IntN(8))
	r.Role = roles[random.IntN(3)]
	for _, role := range roles {
		if random.IntN(2) == 0 {
			r.Hears = append(r.Hears, role)
		}
	}
	return r
}

// checkRights waits until everybody gets what they may, and then looks for packets of what they may not.
func checkRights(t *testing.T, all []*client, rights []media.Rights) {
	t.Helper()
	type way struct {
		to *client
		id string
	}
	var open, shut []way
	for i, c := range all {
		n := 0
		for j := range all {
			for kind, id := range map[media.Kind]string{media.Audio: fmt.Sprintf("sound-%d", j), media.Video: fmt.Sprintf("pictures-%d", j)} {
				if i != j && rights[j].Bound(kind, "regular") != nil && slices.Contains(rights[i].Hears, rights[j].Role) {
					open, n = append(open, way{c, id}), n+1
				} else {
					shut = append(shut, way{c, id})
				}
			}
		}
		soon(t, fmt.Sprintf("%s gets %d tracks", c.id, n), func() bool { return c.peer.Report().Down.Tracks == n })
	}
	hear := func(packets int64) {
		from := make([]int64, len(open))
		for i, w := range open {
			from[i] = w.to.count(w.id)
		}
		for i, w := range open {
			w.to.has(w.id, from[i]+packets)
		}
	}
	hear(5)
	before := make([]int64, len(shut))
	for i, w := range shut {
		before[i] = w.to.count(w.id)
	}
	hear(10)
	for i, w := range shut {
		if after := w.to.count(w.id); after != before[i] && w.to.of(w.id) != nil {
			t.Errorf("%s gets %d packets of %s, which it may not", w.to.id, after-before[i], w.id)
		}
	}
}
