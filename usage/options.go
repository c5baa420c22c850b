package usage

import (
	"fmt"

	"foyer/models"
)

// Options are the figures of the trade (Room Codes contract 8, R5, R17).
type Options struct {
	Costs      Costs
	Allowances Allowances
	Lengths    Lengths
}

// Standard are the figures of those who set none.
func Standard() Options {
	return Options{
		Costs:      Costs{RequestRoom: 10, JoinRoom: 1, ExtendRoom: 5, Message: 1},
		Allowances: Allowances{Free: 1000, Premium: 20_000},
		Lengths:    Lengths{Free: Range{4, 6}, Premium: Range{3, 12}, Unlimited: Range{3, 12}},
	}
}

// Action is something that may cost points.
type Action string

// The actions, by the names of their endpoints.
const (
	GetClientToken Action = "getclienttoken"
	RequestRoom    Action = "requestroom"
	JoinRoom       Action = "joinroom"
	ExtendRoom     Action = "extendroom"
	Message        Action = "message"
)

// Costs are the points that each action costs, none of them below zero. A message costs them for each of its pieces.
type Costs struct{ GetClientToken, RequestRoom, JoinRoom, ExtendRoom, Message int }

func (c Costs) of(a Action) (int, error) {
	switch a {
	case GetClientToken:
		return c.GetClientToken, nil
	case RequestRoom:
		return c.RequestRoom, nil
	case JoinRoom:
		return c.JoinRoom, nil
	case ExtendRoom:
		return c.ExtendRoom, nil
	case Message:
		return c.Message, nil
	}
	return 0, fmt.Errorf("the action %q has no cost", a)
}

// Allowances are the points that a plan gives for each day, none of them below zero.
type Allowances struct{ Free, Premium int }

func (w Allowances) of(plan string) int {
	switch plan {
	case models.PlanFree:
		return w.Free
	case models.PlanPremium:
		return w.Premium
	}
	return 0 // unlimited: nothing is taken from it either
}

// Range is from the least to the most, both included.
type Range struct{ Least, Most int }

// Lengths are those that the codes of a plan's rooms may have.
type Lengths struct{ Free, Premium, Unlimited Range }

func (l Lengths) of(plan string) Range {
	switch plan {
	case models.PlanFree:
		return l.Free
	case models.PlanPremium:
		return l.Premium
	}
	return l.Unlimited
}
