package hub_test

import (
	"encoding/json"
	"testing"

	"foyer/hub"
	"foyer/roles"
)

// TestSay gives messages to whom they are for, never to their sender, each with a name of its own.
func TestSay(t *testing.T) {
	t.Parallel()
	h := newHouse(nil)
	ada, ben, cem := h.enter(t, "ada", "host"), h.enter(t, "ben", "host"), h.enter(t, "cem", "guest")
	watcher := h.arrive(t, "fay", "guest")
	seen := map[string]bool{}
	for _, m := range []hub.Message{
		hub.Text("all", ""),
		{Text: json.RawMessage(`"hosts"`), Roles: []string{"host", "nobody"}},
		{Text: json.RawMessage(`"cem"`), Peer: "cem"},
		{Text: json.RawMessage(`"myself"`), Peer: "ada"},
		{Text: json.RawMessage(`"guests"`), Roles: []string{"guest"}},
	} {
		said, err := ada.Say(m)
		must(t, err)
		if seen[said.ID] || said.From == nil || said.From.ID != "ada" || said.Private != (m.Peer != "") {
			t.Errorf("said %+v", said)
		}
		seen[said.ID] = true
	}
	_, err := h.room(t).Say(hub.Text("server", "news"))
	must(t, err)
	for c, want := range map[*client][]string{
		ada: {`"server"`}, ben: {`"all"`, `"hosts"`, `"server"`}, cem: {`"all"`, `"cem"`, `"guests"`, `"server"`}, watcher: nil,
	} {
		v, wrong := c.sees()
		same(t, "wrong deliveries", wrong, "")
		same(t, c.name+"'s messages", v.Inbox, want)
	}
	if said := latest[hub.Said](ben); said.From != nil || said.Type != "news" || latest[hub.Said](cem).ID != said.ID {
		t.Errorf("the server said %+v", said)
	}
	h.Stop()
}

// TestAsks asks others to mute, and tells what other parts of Foyer have to say.
func TestAsks(t *testing.T) {
	t.Parallel()
	h := newHouse(nil)
	ada, ben, cem := h.enter(t, "ada", "host"), h.enter(t, "ben", "host"), h.enter(t, "cem", "guest")
	must(t, ada.AskMute("cem", hub.MuteAsked{By: "somebody else", Track: "t", Stream: "s", Mute: true}))
	same(t, "the wish", latest[hub.MuteAsked](cem), hub.MuteAsked{By: "ada", Track: "t", Stream: "s", Mute: true})
	must(t, ada.AskAllMute(hub.AllMuteAsked{Roles: []string{"host"}, Type: "audio"}))
	same(t, "the wish", latest[hub.AllMuteAsked](ben), hub.AllMuteAsked{By: "ada", Roles: []string{"host"}, Type: "audio"})
	if told[hub.AllMuteAsked](ada)+told[hub.AllMuteAsked](cem)+told[hub.MuteAsked](ben) != 0 {
		t.Error("the wrong ones were asked")
	}
	h.room(t).Announce("to all")
	h.room(t).AnnounceTo("to hosts", func(role *roles.Role) bool { return role.Name == "host" })
	if told[hub.Announced](ada) != 2 || told[hub.Announced](cem) != 1 || latest[hub.Announced](ben).What != "to hosts" {
		t.Error("the wrong ones were told")
	}
	h.Stop()
}

// TestValuesAreForThoseInside keeps what a session knows from whoever only watches or waits.
func TestValuesAreForThoseInside(t *testing.T) {
	t.Parallel()
	h := newHouse(nil)
	ada, ida := h.enter(t, "ada", "host"), h.enter(t, "ida", "caller")
	_, err := ada.Set("x", json.RawMessage(`1`), nil)
	must(t, err)
	must(t, ida.Observe([]string{"x"}))
	if value := ida.Get("x"); value.Version != 0 || value.Data != nil || told[hub.Noted](ida) != 0 {
		t.Errorf("somebody who waits got %+v and was told %v", value, ida.heard())
	}
	must(t, ada.Admit(t.Context(), "ida"))
	v, _ := ida.sees()
	same(t, "the values", v.Values, map[string]string{"x": "1"})
	if value := ida.Get("x"); string(value.Data) != "1" || value.By != "ada" || value.Version != 1 {
		t.Errorf("got %+v", value)
	}
	must(t, ada.Leave(t.Context()))
	must(t, ida.Leave(t.Context()))
	ada = h.enter(t, "ada", "host")
	if value := ada.Get("x"); value.Version != 0 {
		t.Errorf("the next session knows %+v", value)
	}
	h.Stop()
}

// TestFind shows peers to each other, and stays to the parts of Foyer that keep what peers do.
func TestFind(t *testing.T) {
	t.Parallel()
	h := newHouse(nil)
	ada, cem := h.enter(t, "ada", "host"), h.enter(t, "cem", "guest")
	card, err := ada.Find("cem")
	must(t, err)
	other, err := h.room(t).Peer("cem")
	must(t, err)
	cards, err := cem.Cards()
	must(t, err)
	if card != other || len(cards) != 2 || cards[0].ID != "ada" || cards[1] != card {
		t.Errorf("found %+v, %+v, %+v", card, other, cards)
	}
	row, session, err := cem.Stay()
	must(t, err)
	same2, ticket, err := h.room(t).Stay("cem")
	must(t, err)
	if row.ID != same2.ID || session.ID != row.SessionID || ticket.Token != "token-cem" || ticket.Role != "guest" {
		t.Errorf("the stay is %+v in %+v by %+v", row, session, ticket)
	}
	if ada.ID() != "ada" || ada.Room() != h.room(t) || ada.Room().ID() != roomID || ada.Place() != h.place {
		t.Error("ada is somewhere else")
	}
	if rooms, peers := h.Size(); rooms != 1 || peers != 2 {
		t.Errorf("%d peers in %d rooms", peers, rooms)
	}
	h.Stop()
}

// TestForms writes an event, a card and a template once for each protocol, whoever gets it.
func TestForms(t *testing.T) {
	t.Parallel()
	h := newHouse(nil)
	written := map[string]int{}
	count := func(what string) []byte {
		written[what]++
		return []byte(what)
	}
	deliver := func(e *hub.Event) {
		e.Form("one", func(any) []byte { return count("event in one") })
		e.Form("two", func(any) []byte { return count("event in two") })
		if said, ok := e.Body.(hub.Said); ok {
			said.From.Form("one", func(*hub.Card) []byte { return count("card in one") })
		}
	}
	ada := h.enter(t, "ada", "host")
	for _, name := range []string{"ben", "cem", "dia"} {
		line, err := h.Arrive(t.Context(), h.ticket(name, "guest"), name, deliver)
		must(t, err)
		must(t, line.Join(t.Context(), name, ""))
	}
	clear(written)
	for range 2 {
		_, err := ada.Say(hub.Text("hello", ""))
		must(t, err)
	}
	same(t, "what was written", written, map[string]int{"event in one": 2, "event in two": 2, "card in one": 1})
	for range 2 {
		got := h.place.Form("one", "host", func() []byte { return count("template") })
		same(t, "the form", string(got), "template")
	}
	h.place.Form("one", "guest", func() []byte { return count("template") })
	if written["template"] != 2 {
		t.Errorf("the template was written %d times for two roles", written["template"])
	}
	h.Stop()
}
