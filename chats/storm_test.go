package chats_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"foyer/chats"
	"foyer/fault"
	"foyer/models"
)

// together runs fn in n goroutines that start at one moment, and returns when all have ended.
func together(n int, fn func(i int)) {
	var all sync.WaitGroup
	start := make(chan struct{}) // closed once all are there
	for i := range n {
		all.Go(func() {
			<-start
			fn(i)
		})
	}
	close(start)
	all.Wait()
}

// Acceptance 6: a thousand joins and leaves of one public room at once.
func TestStormOnAPublicRoom(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		room := h.public("General")
		ear := h.listen("").on("room-" + room)
		together(1000, func(i int) { // 250 join, 250 join twice, 250 join and leave, 250 leave
			who := chats.Caller{Name: fmt.Sprintf("user%d", i)}
			steps := [][]func() error{
				{func() error { return h.Join(t.Context(), who, room) }},
				{func() error { return h.Join(t.Context(), who, room) }, func() error { return h.Join(t.Context(), who, room) }},
				{func() error { return h.Join(t.Context(), who, room) }, func() error { return h.Leave(t.Context(), who, room) }},
				{func() error { return h.Leave(t.Context(), who, room) }},
			}[i%4]
			for _, step := range steps {
				if err := step(); err != nil {
					t.Errorf("%s: %v", who.Name, err)
				}
			}
		})
		got, err := h.Room(t.Context(), chats.Caller{}, room)
		h.fine(err)
		same(t, "userCount", 500, got.Present)
		here := h.here(chats.Caller{}, room)
		slices.Sort(here)
		same(t, "each once", 500, len(slices.Compact(here)))
		ear.counts(500)
	})
}

// counts expects every change to have been told in order: each one's count is one more or one less than that before.
func (e *ear) counts(last int) {
	e.t.Helper()
	e.mu.Lock()
	defer e.mu.Unlock()
	count := 0
	for _, line := range e.heard {
		var channel, what, name string
		var present int
		if _, err := fmt.Sscanf(line, "%s %s {%s %d}", &channel, &what, &name, &present); err != nil {
			e.t.Fatalf("%s: %v", line, err)
		}
		if what == "came" {
			count++
		} else {
			count--
		}
		if present != count {
			e.t.Fatalf("%s, want %d", line, count)
		}
	}
	same(e.t, "told last", last, count)
}

// Acceptance 6: 64 members leave one private room at once. The last but one takes the room along.
func TestStormOfLeaves(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		names := make([]string, 64)
		for i := range names {
			names[i] = fmt.Sprintf("user%d", i)
		}
		room := h.private(chats.Caller{Name: names[0]}, names...)
		_, err := h.Post(t.Context(), chats.Caller{Name: names[0]}, room, "hello")
		h.fine(err)
		var left, late atomic.Int32
		together(len(names), func(i int) {
			switch err := h.Leave(t.Context(), chats.Caller{Name: names[i]}, room); {
			case err == nil:
				left.Add(1)
			case fault.Is(err, fault.NotFound):
				late.Add(1)
			default:
				t.Errorf("%s: %v", names[i], err)
			}
		})
		same(t, "left and late", [2]int32{63, 1}, [2]int32{left.Load(), late.Load()})
		h.nothingOf(room)
	})
}

// The turns are this process's own: what two of them do with one room, the database keeps in order.
func TestStormOnTwoNodes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		nodes := []*chats.Service{h.Service, chats.New(h.store, chats.Options{Limits: chats.Limits{Off: true}, Now: h.Now})}
		names := make([]string, 32)
		for i := range names {
			names[i] = fmt.Sprintf("user%d", i)
		}
		room, own := h.public("General"), h.private(chats.Caller{Name: names[0]}, names...)
		var left atomic.Int32
		together(len(names), func(i int) {
			node, who := nodes[i%2], chats.Caller{Name: names[i]}
			if err := errors.Join(node.Join(t.Context(), who, room), node.Join(t.Context(), chats.Caller{Name: names[i/2]}, room)); err != nil {
				t.Errorf("%s: %v", who.Name, err)
			}
			if err := node.Leave(t.Context(), who, own); err == nil {
				left.Add(1)
			} else if !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", who.Name, err)
			}
		})
		same(t, "left", 31, left.Load())
		h.nothingOf(own)
		same(t, "here", 32, len(h.here(alice, room)))
	})
}

// nothingOf expects no row of a room to be left.
func (h *house) nothingOf(room string) {
	h.t.Helper()
	id := models.ID(room)
	_, err := h.store.ChatRoom(h.t.Context(), id, h.Now())
	refused(h.t, err, fault.NotFound, "Room not found")
	members, err := h.store.ChatMembers(h.t.Context(), []models.ID{id})
	h.fine(err)
	present, err := h.store.ChatPresences(h.t.Context(), id, h.Now().AddDate(-1, 0, 0), 99)
	h.fine(err)
	messages, err := h.store.ChatMessages(h.t.Context(), id, 99)
	h.fine(err)
	same(h.t, "rows left", [3]int{}, [3]int{len(members), len(present), len(messages)})
}

// Half of the members leave while the others write: whoever is left is a member, present, and counted.
func TestLeavesAmongMessages(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		names := make([]string, 32)
		for i := range names {
			names[i] = fmt.Sprintf("user%d", i)
		}
		room := h.private(chats.Caller{Name: names[0]}, names...)
		together(len(names), func(i int) {
			who := chats.Caller{Name: names[i]}
			var err error
			if i%2 == 0 {
				err = h.Leave(t.Context(), who, room)
			} else {
				_, err = h.Post(t.Context(), who, room, "hello")
			}
			if err != nil {
				t.Errorf("%s: %v", names[i], err)
			}
		})
		got, err := h.Room(t.Context(), chats.Caller{Name: names[1]}, room)
		h.fine(err)
		same(t, "members and present", [2]int{16, 16}, [2]int{len(got.Members), got.Present})
	})
}

// Two who switch between two rooms in opposite directions do not wait for each other for ever.
func TestSwitchBackAndForth(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		rooms := []string{h.public("a"), h.public("b")}
		together(16, func(i int) {
			who := chats.Caller{Name: fmt.Sprintf("user%d", i)}
			for step := range 6 {
				if _, err := h.Switch(t.Context(), who, rooms[(i+step)%2], rooms[(i+step+1)%2]); err != nil {
					t.Errorf("%s: %v", who.Name, err)
				}
			}
		})
		total := len(h.here(alice, rooms[0])) + len(h.here(alice, rooms[1]))
		same(t, "each in one room", 16, total)
	})
}

// Nobody hears a private room after they were told that they have left it.
func TestSubscribeWhileLeaving(t *testing.T) {
	t.Parallel()
	h := lite(t)
	ear := h.listen("alice")
	for range 30 {
		room := h.private(alice, "bob", "carol")
		together(2, func(i int) {
			var err error
			if i == 0 {
				err = h.Leave(t.Context(), alice, room)
			} else {
				err = ear.Subscribe(t.Context(), "private-room-"+room)
			}
			if err != nil && (i == 0 || !fault.Is(err, fault.Forbidden)) {
				t.Error(err)
			}
		})
		ear.hearsNothingOf(func() {
			_, err := h.Post(t.Context(), bob, room, "is she gone?")
			h.fine(err)
		})
	}
}

func (e *ear) hearsNothingOf(happen func()) {
	e.t.Helper()
	e.mu.Lock()
	e.heard = nil
	e.mu.Unlock()
	happen()
	e.hears()
}
