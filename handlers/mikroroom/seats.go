package mikroroom

import (
	"time"

	"foyer/models"

	lru "github.com/hashicorp/golang-lru/v2"
)

// seatKept is how long a peer keeps its seat without a connection: the web client comes back after a second. It is for browsers that can be
// recognised, and not for longer: others see the media stop, and wait for word of it.
const seatKept = 3 * time.Second

// seatsKept is how many seats are remembered: the oldest is forgotten first.
const seatsKept = 16384

// seats are those of peers that have lost their connections, by peer id. Safe for concurrent use.
type seats struct {
	now  func() time.Time // static, as is the next one
	kept *lru.Cache[string, seat]
}

// seat is what is needed to take it again.
type seat struct {
	room  models.ID
	token string
	until time.Time
}

func newSeats(now func() time.Time) seats {
	kept, err := lru.New[string, seat](seatsKept)
	if err != nil {
		panic(err) // only for a size of nothing
	}
	return seats{now: now, kept: kept}
}

func (s *seats) keep(peer string, room models.ID, token string) {
	s.kept.Add(peer, seat{room: room, token: token, until: s.now().Add(seatKept)})
}

// take gives a seat once.
func (s *seats) take(peer string) (seat, bool) {
	found, ok := s.kept.Peek(peer)
	return found, ok && s.kept.Remove(peer) && s.now().Before(found.until)
}
