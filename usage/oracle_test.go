package usage_test

import (
	"foyer/models"
)

// oracle keeps an account in another way than the service: it lives through every day, and knows of each premium point on which day it
// was given. What is spent comes from those of the day, then from the oldest.
type oracle struct {
	plan    string
	day     int
	used    int         // today
	free    int         // of today's free points
	premium map[int]int // by day
	ledger  int
}

func newOracle(plan string) *oracle {
	o := &oracle{plan: plan, premium: map[int]int{}}
	o.grant()
	return o
}

// grant gives today's points, less those that were used.
func (o *oracle) grant() {
	o.free = 0
	switch left := figures().Allowances; o.plan {
	case models.PlanFree:
		o.free = max(0, left.Free-o.used)
	case models.PlanPremium:
		o.premium[o.day] = max(0, left.Premium-o.used)
	}
}

func (o *oracle) sleep() {
	o.day, o.used = o.day+1, 0
	o.grant()
}

func (o *oracle) change(plan string) {
	if plan != o.plan {
		o.plan = plan
		o.grant()
	}
}

// old are the premium points of the days before.
func (o *oracle) old() (sum int) {
	for day, points := range o.premium {
		if day != o.day {
			sum += points
		}
	}
	return sum
}

func (o *oracle) spendable() int {
	switch o.plan {
	case models.PlanFree:
		return o.free
	case models.PlanPremium:
		return o.premium[o.day] + o.old()
	}
	return 1 << 40
}

// spend takes points if they are there.
func (o *oracle) spend(points int) bool {
	if points > o.spendable() {
		return false
	}
	o.used += points
	o.ledger += points
	switch o.plan {
	case models.PlanFree:
		o.free -= points
	case models.PlanPremium:
		points -= o.takeFrom(o.day, points)
		for day := 0; points > 0; day++ {
			points -= o.takeFrom(day, points)
		}
	}
	return true
}

func (o *oracle) takeFrom(day, points int) int {
	taken := min(points, o.premium[day])
	o.premium[day] -= taken
	return taken
}

// balance is what an account with this history has.
func (o *oracle) balance() balance {
	b := balance{Used: o.used}
	switch o.plan {
	case models.PlanPremium:
		b.Daily, b.Rollover = o.premium[o.day], o.old()
	default:
		b.Daily, b.Frozen = o.free, o.premium[o.day]+o.old()
	}
	return b
}

// purse is a lease as the oracle has it.
type purse struct {
	held int
	plan string
	day  int
}

// say pays from a purse, which is filled by a hundred points or by what there is.
func (o *oracle) say(p *purse, points int) bool {
	if p.plan == models.PlanFree && p.day < o.day {
		p.held = 0
	}
	if p.held >= points {
		p.held -= points
		return true
	}
	before, beforeDays := *o, map[int]int{}
	for day, points := range o.premium {
		beforeDays[day] = points
	}
	rest := *p
	o.put(p)
	block := max(100, points)
	if block > o.spendable() {
		block = o.spendable()
	}
	if block < points {
		*o, *p = before, rest
		o.premium = beforeDays
		return false
	}
	o.spend(block)
	*p = purse{held: block - points, plan: o.plan, day: o.day}
	return true
}

// put empties a purse into the account.
func (o *oracle) put(p *purse) {
	points := p.held
	p.held = 0
	late := p.day < o.day
	if late && p.plan == models.PlanFree || points == 0 {
		return
	}
	o.ledger -= points
	if p.plan == models.PlanPremium && (late || o.plan != models.PlanPremium) {
		o.premium[-1] += points // of no day: old for ever
		return
	}
	if late {
		return
	}
	o.used -= points
	was := o.premium[o.day]
	switch o.plan {
	case models.PlanFree:
		o.free = max(o.free, min(o.free+points, figures().Allowances.Free-o.used))
	case models.PlanPremium:
		o.premium[o.day] = max(was, min(was+points, figures().Allowances.Premium-o.used))
		if p.plan == models.PlanPremium {
			o.premium[-1] += points - (o.premium[o.day] - was)
		}
	}
}
