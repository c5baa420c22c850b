package usage

import (
	"time"

	"foyer/models"
)

// dayOf is the day of a time: they turn at midnight UTC.
func dayOf(at time.Time) int { return int(at.Unix() / (24 * 60 * 60)) }

// untilTomorrow is how long it takes until the day turns, in whole seconds.
func untilTomorrow(at time.Time) time.Duration {
	at = at.UTC().Truncate(time.Second)
	return at.Truncate(24 * time.Hour).Add(24 * time.Hour).Sub(at)
}

// turn brings an account to a day: the premium plan keeps what is left of the days before, and has what it was given on those that
// nobody looked. A day that is over already does not come back, though the clock of another node may say so.
func (w Allowances) turn(a *models.Account, day int) {
	passed := day - a.Day
	if passed <= 0 {
		return
	}
	if a.Plan == models.PlanPremium {
		a.Rollover += a.DailyLeft + w.Premium*(passed-1)
	}
	a.Day, a.DailyLeft, a.Used, a.Parked = day, w.of(a.Plan), 0, 0
}

// change gives an account, which was brought to this day, another plan. Who leaves the premium plan has its points frozen, who comes
// back finds them; what the new plan gives for the day is less by what was used already. So that nobody gains by going to and fro, what
// was frozen of the same day's points counts among those of the day again, not on top of them.
func (w Allowances) change(a *models.Account, plan string) {
	if plan == a.Plan {
		return
	}
	if a.Plan == models.PlanPremium {
		a.Frozen, a.Parked, a.Rollover = a.Frozen+a.Rollover+a.DailyLeft, a.DailyLeft, 0
	}
	if plan == models.PlanPremium {
		a.Rollover, a.Frozen, a.Parked = a.Frozen-a.Parked, 0, 0
	}
	a.Plan = plan
	a.DailyLeft = max(0, w.of(plan)-a.Used)
}

// block is points that were paid and that may come back.
type block struct {
	points int
	plan   string // that they were paid under
	day    int    // that they were paid on
}

// void reports points that are good for nothing any more: those of a free day that is over never roll over.
func (b block) void(day int) bool { return b.plan == models.PlanFree && day > b.day }

// back puts what is left of a block where it would be if it had not been paid, in an account that was brought to this day. It never
// gives more than that: points of a free plan do not become a premium plan's rollover, nor points that were unlimited any at all.
func (w Allowances) back(a *models.Account, b block) {
	switch today := b.day == a.Day; {
	case b.plan == models.PlanPremium && a.Plan != models.PlanPremium:
		a.Frozen += b.points
	case today:
		a.Used -= b.points
		daily := min(b.points, max(0, w.of(a.Plan)-a.Used-a.DailyLeft))
		a.DailyLeft += daily
		if b.plan == models.PlanPremium {
			a.Rollover += b.points - daily
		}
	case b.plan == models.PlanPremium:
		a.Rollover += b.points
	}
}
