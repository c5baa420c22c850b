package webhooks

import (
	"time"

	"foyer/models"
)

// delays are how long after a failed attempt the next one is made. The first three are the contract's (server contract 7.2), after
// which a delivery counts as failed. The others are for receivers that were away: then every later until the last one, within
// 72 hours. A receiver that comes back after a day and still fails three times of ten gets a dozen of them.
var delays = []time.Duration{
	time.Second, 3 * time.Second, 10 * time.Second, 5 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour,
}

const (
	later        = 4 * time.Hour
	mostAttempts = 25
)

// delay is how long after so many failed attempts the next one is made, if there is one.
func delay(attempts int) (time.Duration, bool) {
	if attempts <= len(delays) {
		return delays[attempts-1], true
	}
	return later, attempts < mostAttempts
}

// promised is how many attempts the contract promises.
const promised = 4

// settle writes into a delivery what came of an attempt: a problem, or none.
func settle(d *models.Delivery, url, problem string, at time.Time) {
	d.Attempts++
	d.DueAt, d.URL, d.Problem = nil, &url, nil
	if problem == "" {
		d.State, d.SettledAt = models.DeliverySuccess, &at
		return
	}
	d.Problem = &problem
	if wait, more := delay(d.Attempts); more {
		due := at.Add(wait)
		d.DueAt = &due
	}
	if d.Attempts >= promised && d.State == models.DeliveryQueued {
		d.State, d.SettledAt = models.DeliveryFailed, &at
	}
}

// giveUp ends a delivery that can never arrive.
func giveUp(d *models.Delivery, problem string, at time.Time) {
	d.DueAt, d.Problem = nil, &problem
	if d.State == models.DeliveryQueued {
		d.State, d.SettledAt = models.DeliveryFailed, &at
	}
}
