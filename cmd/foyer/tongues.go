package main

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// tongues are the settings of the other protocols.
type tongues struct {
	on       map[string]bool
	hosts    map[string]string // the protocol that a host name belongs to
	stun     []string
	rate     int // of MikroRoom, a minute
	maxFrame int // of Room Codes, bytes
}

// spoken are the names of the other protocols.
var spoken = []string{"mikroroom", "roomcodes", "chat"}

var hostName = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$`)

// tongues reads the settings of the other protocols.
func (s *Settings) tongues() (tongues, error) {
	t := tongues{on: map[string]bool{}, hosts: map[string]string{}, stun: listed(s.STUNURLs)}
	if err := t.read(s.Dialects); err != nil {
		return t, err
	}
	if err := t.readHosts(s.Hosts); err != nil {
		return t, err
	}
	for _, address := range t.stun {
		if u, err := url.Parse(address); err != nil || u.Scheme != "stun" && u.Scheme != "stuns" || u.Opaque == "" {
			return t, fmt.Errorf("FOYER_STUN_URLS: %q is not an address such as stun:stun.example.org:3478", address)
		}
	}
	var err error
	number, found := strings.CutSuffix(s.MikroroomRate, "/min")
	if t.rate, err = strconv.Atoi(number); !found || err != nil || t.rate < 1 || t.rate > 100_000 {
		return t, errors.New("FOYER_MIKROROOM_RATE must be a number a minute such as 10/min")
	}
	if t.maxFrame, err = parseSize(s.RoomcodesMaxFrame); err != nil || t.maxFrame < 1 || t.maxFrame > 1<<20 {
		return t, errors.New("FOYER_ROOMCODES_MAX_FRAME must be bytes, KiB or MiB such as 64KiB, 1MiB at most")
	}
	if s.MikroroomMaxLatent < 0 {
		return t, errors.New("FOYER_MIKROROOM_MAX_LATENT must not be negative")
	}
	return t, s.checkTimes()
}

// read reads which protocols are spoken.
func (t *tongues) read(names string) error {
	list := listed(names)
	switch {
	case slices.Equal(list, []string{"all"}):
		list = spoken
	case slices.Equal(list, []string{"none"}):
		list = nil
	}
	for _, name := range list {
		if !slices.Contains(spoken, name) {
			return fmt.Errorf("FOYER_DIALECTS: %q is none of %s", name, strings.Join(spoken, ", "))
		}
		t.on[name] = true
	}
	return nil
}

// readHosts reads which host names belong to one protocol.
func (t *tongues) readHosts(pairs string) error {
	for _, pair := range listed(pairs) {
		name, host, _ := strings.Cut(pair, "=")
		host = strings.ToLower(host)
		switch {
		case !slices.Contains(spoken, name):
			return fmt.Errorf("FOYER_HOSTS: %q is none of %s", name, strings.Join(spoken, ", "))
		case !t.on[name]:
			return fmt.Errorf("FOYER_HOSTS: %s is switched off by FOYER_DIALECTS", name)
		case !hostName.MatchString(host):
			return fmt.Errorf("FOYER_HOSTS: %q is not a host name", host)
		case t.hosts[host] != "":
			return fmt.Errorf("FOYER_HOSTS: %s is named twice", host)
		}
		t.hosts[host] = name
	}
	return nil
}

func (s *Settings) checkTimes() error {
	for _, each := range []struct {
		name  string
		value time.Duration
		least time.Duration
	}{
		{"FOYER_MIKROROOM_LATENT_AGE", s.MikroroomLatentAge, time.Minute},
		{"FOYER_ROOMCODES_TTL", s.RoomcodesTTL, time.Second},
		{"FOYER_ROOMCODES_WARNING", s.RoomcodesWarning, 0},
		{"FOYER_ROOMCODES_GRACE", s.RoomcodesGrace, 0},
		{"FOYER_CHAT_PRESENCE_TTL", s.ChatPresenceTTL, time.Minute},
	} {
		if each.value < each.least || each.value > 365*24*time.Hour {
			return fmt.Errorf("%s must be %v at least, and a year at most", each.name, each.least)
		}
	}
	if s.RoomcodesWarning >= s.RoomcodesTTL {
		return errors.New("FOYER_ROOMCODES_WARNING must be less than FOYER_ROOMCODES_TTL")
	}
	return nil
}

// listed are the words of a list with commas.
func listed(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
}

// parseSize reads a number of bytes.
func parseSize(text string) (int, error) {
	unit := 1
	for suffix, size := range map[string]int{"KiB": 1 << 10, "MiB": 1 << 20} {
		if number, found := strings.CutSuffix(text, suffix); found {
			text, unit = number, size
		}
	}
	n, err := strconv.Atoi(strings.TrimSpace(text))
	if err == nil && (n < 0 || n > 1<<30) {
		err = strconv.ErrRange
	}
	return n * unit, err
}
