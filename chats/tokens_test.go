package chats_test

import (
	"strings"
	"testing"
	"time"

	"foyer/chats"
	"foyer/fault"
	"foyer/models"
)

// Contract 1: 365 days from the last use; only the digest is stored; bound to the name.
func TestTokenSlides(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		token := h.account("alice")
		valid := func() error {
			_, err := h.Authenticate(t.Context(), "alice", token)
			return err
		}
		for range 3 {
			h.wait(364 * 24 * time.Hour)
			h.fine(valid())
		}
		h.wait(365 * 24 * time.Hour)
		refused(t, valid(), fault.Unauthenticated, "invalid token")

		token = h.account("bob")
		for _, name := range []string{"alice", "bo", "", "bob\x00"} {
			_, err := h.Authenticate(t.Context(), name, token)
			refused(t, err, fault.Unauthenticated, "Unauthorized - invalid token")
		}
		for _, wrong := range []string{"", "x", token + "x", digest(token)} {
			_, err := h.Authenticate(t.Context(), "bob", wrong)
			refused(t, err, fault.Unauthenticated, "Unauthorized - invalid token")
		}
		h.wait(59 * time.Minute)
		h.fine(func() error { _, err := h.Authenticate(t.Context(), "bob", token); return err }())
		list, err := h.store.ChatTokens(t.Context(), "bob", h.Now(), 9)
		h.fine(err)
		same(t, "written within the hour", true, list[0].UsedAt.Equal(list[0].CreatedAt))
		h.wait(time.Minute)
		h.fine(func() error { _, err := h.Authenticate(t.Context(), "bob", token); return err }())
		list, err = h.store.ChatTokens(t.Context(), "bob", h.Now(), 9)
		h.fine(err)
		same(t, "written after it", h.Now(), list[0].UsedAt)
	})
}

// Contract 1: a token that was refreshed away is good for 30 days, for refresh, verify, logout and session only.
func TestRefresh(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		old := h.account("alice")
		token, err := h.Refresh(t.Context(), "here", "Alice", old)
		h.fine(err)
		_, err = h.Authenticate(t.Context(), "alice", token)
		h.fine(err)
		_, err = h.Authenticate(t.Context(), "alice", old)
		refused(t, err, fault.Unauthenticated, "")
		h.wait(30*24*time.Hour - time.Second)
		_, retired, err := h.Recognise(t.Context(), "alice", old)
		h.fine(err)
		same(t, "retired", true, retired)
		retired, err = h.Verify(t.Context(), "alice", old)
		h.fine(err)
		same(t, "retired", true, retired)
		_, err = h.Refresh(t.Context(), "here", "alice", old)
		h.fine(err)
		h.wait(time.Second)
		_, err = h.Refresh(t.Context(), "here", "alice", old)
		refused(t, err, fault.Unauthenticated, "")
		_, err = h.Verify(t.Context(), "alice", old)
		refused(t, err, fault.Unauthenticated, "")
		retired, err = h.Verify(t.Context(), "alice", token)
		h.fine(err)
		same(t, "retired", false, retired)

		h.account("bob")
		for _, tc := range []struct {
			name, token string
			kind        fault.Kind
		}{
			{"", token, fault.Invalid},
			{"alice", "", fault.Invalid},
			{"nobody", token, fault.NotFound},
			{"no name!", token, fault.NotFound},
			{"alice", "wrong", fault.Unauthenticated},
			{"bob", token, fault.Unauthenticated},
		} {
			if _, err := h.Refresh(t.Context(), "here", tc.name, tc.token); !fault.Is(err, tc.kind) {
				t.Errorf("refresh of %q: %v, want %s", tc.name, err, tc.kind)
			}
		}
		_, err = h.Verify(t.Context(), "", token)
		refused(t, err, fault.Invalid, "")
	})
}

// Contract 7: one token ends, or all of them.
func TestLogout(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		first := h.account("alice")
		caller := func(token string) chats.Caller {
			who, err := h.Authenticate(t.Context(), "alice", token)
			h.fine(err)
			return who
		}
		h.wait(time.Second)
		second := h.account("alice")
		list, err := h.Tokens(t.Context(), caller(first))
		h.fine(err)
		same(t, "tokens", 2, len(list))
		same(t, "the newest first", []bool{false, true}, []bool{list[0].Current, list[1].Current})
		if len(list[0].Mask) > 11 || strings.Contains(second, strings.Trim(list[0].Mask, ".")) {
			t.Errorf("the mask %s gives something away", list[0].Mask)
		}
		h.fine(h.Logout(t.Context(), caller(first)))
		_, err = h.Authenticate(t.Context(), "alice", first)
		refused(t, err, fault.Unauthenticated, "")
		h.wait(time.Second)
		h.account("alice")
		ended, err := h.LogoutAll(t.Context(), caller(second))
		h.fine(err)
		same(t, "ended", 2, ended)
		_, err = h.Authenticate(t.Context(), "alice", second)
		refused(t, err, fault.Unauthenticated, "")
	})
}

// A user has 64 tokens at most: the oldest go.
func TestTokensAreBounded(t *testing.T) {
	t.Parallel()
	h := lite(t)
	token := h.account("alice")
	for range 70 {
		h.wait(time.Second)
		var err error
		token, err = h.Refresh(t.Context(), "here", "alice", token)
		h.fine(err)
	}
	ended, err := h.store.DeleteChatTokens(t.Context(), "alice", h.Now())
	h.fine(err)
	same(t, "live", 1, ended)
	_, err = h.store.ChatSession(t.Context(), digest(token), h.Now())
	refused(t, err, fault.NotFound, "")
}

// Run deletes what no longer holds, and ends with its context.
func TestRunPrunes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		room, token := h.public("General"), h.account("alice")
		h.fine(h.Join(t.Context(), alice, room))
		h.wait(366 * 24 * time.Hour)
		ctx, stop := deadline(t)
		ended := make(chan error, 1)
		go func() { ended <- h.Run(ctx) }()
		h.until("the token is gone", func() bool {
			_, err := h.store.ChatSession(t.Context(), digest(token), time.Time{})
			list, e := h.store.ChatPresences(t.Context(), models.ID(room), time.Time{}, 9)
			return fault.Is(err, fault.NotFound) && e == nil && len(list) == 0
		})
		stop()
		h.fine(<-ended)
	})
}
