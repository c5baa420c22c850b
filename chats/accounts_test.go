package chats_test

import (
	"strings"
	"sync"
	"testing"

	"foyer/chats"
	"foyer/fault"
)

const password = "open sesame"

// Contract 7: an account is made once; the same name and password again sign in.
func TestRegister(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		token, made, err := h.Register(t.Context(), "here", "Alice", password)
		h.fine(err)
		same(t, "made", true, made)
		same(t, "64 hex digits", "", strings.Trim(token, "0123456789abcdef"))
		same(t, "of the token", 64, len(token))
		who, err := h.Authenticate(t.Context(), "ALICE", token)
		h.fine(err)
		same(t, "who", "alice", who.Name)
		again, made, err := h.Register(t.Context(), "here", "alice", password)
		h.fine(err)
		if made || again == token {
			t.Errorf("again: made %t", made)
		}
		_, _, err = h.Register(t.Context(), "here", "alice", "another one")
		refused(t, err, fault.Conflict, chats.NameTaken)
		user, err := h.store.ChatUser(t.Context(), "alice")
		h.fine(err)
		if strings.Contains(user.PasswordHash, password) {
			t.Error("the password is stored")
		}
	})
}

// Contract 1 and 7: names and passwords that cannot be.
func TestRegisterRefused(t *testing.T) {
	t.Parallel()
	h := lite(t, chats.Options{Limits: chats.Limits{Off: true}, Words: []string{"darn"}})
	for _, name := range []string{
		"", "al", "1alice", "-alice", "alice-", "al--ice", "al-_ice", "al ice", "alice!", "älice", "a\u212Aelvin", "alice\n", strings.Repeat("a", 31), "d4rn", "d-a-r-n",
	} {
		_, _, err := h.Register(t.Context(), "here", name, password)
		refused(t, err, fault.Invalid, "username")
	}
	for _, wrong := range []string{"", "7 chars", strings.Repeat("ж", 129)} {
		_, _, err := h.Register(t.Context(), "here", "alice", wrong)
		refused(t, err, fault.Invalid, "password")
	}
	for _, name := range []string{"abc", "a-b_c-1", strings.Repeat("a", 30), "darning"} {
		if _, made, err := h.Register(t.Context(), "here", name, password); err != nil || !made {
			t.Errorf("%s: made %t, %v", name, made, err)
		}
	}
}

// Many who want one name at once: one of them makes it.
func TestRegisterAtOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		var all sync.WaitGroup
		made := make([]bool, 6)
		for i := range made {
			all.Go(func() {
				_, first, err := h.Register(t.Context(), "here", "alice", password)
				if err != nil {
					t.Error(err)
				}
				made[i] = first
			})
		}
		all.Wait()
		times := 0
		for _, first := range made {
			if first {
				times++
			}
		}
		same(t, "made", 1, times)
	})
}

// Contract 7: a wrong password and an unknown name look the same; the old token is retired.
func TestLogin(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		old, _, err := h.Register(t.Context(), "here", "alice", password)
		h.fine(err)
		token, err := h.Login(t.Context(), "here", chats.Proof{Name: "aLice", Password: password, Old: old})
		h.fine(err)
		_, err = h.Authenticate(t.Context(), "alice", token)
		h.fine(err)
		_, err = h.Authenticate(t.Context(), "alice", old)
		refused(t, err, fault.Unauthenticated, "invalid token")
		for _, p := range []chats.Proof{{Name: "alice", Password: "wrong"}, {Name: "nobody", Password: password}, {Name: "no name!", Password: password}} {
			_, err := h.Login(t.Context(), "here", p)
			refused(t, err, fault.Unauthenticated, chats.InvalidCredentials)
		}
		for _, p := range []chats.Proof{{Password: password}, {Name: "alice"}} {
			_, err := h.Login(t.Context(), "here", p)
			refused(t, err, fault.Invalid, "required")
		}
	})
}

// Acceptance 6: the admin's name cannot be registered, before there is such an account and after.
func TestAdminCannotBeTaken(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		for _, name := range []string{"ryo", "RYO", "Ryo"} {
			_, _, err := h.Register(t.Context(), "here", name, password)
			refused(t, err, fault.Conflict, chats.NameTaken)
		}
		h.fine(h.EnsureAdmin(t.Context(), "the real one"))
		_, _, err := h.Register(t.Context(), "here", "ryo", password)
		refused(t, err, fault.Conflict, chats.NameTaken)
		token, made, err := h.Register(t.Context(), "here", "ryo", "the real one") // acts as a log-in
		h.fine(err)
		who, err := h.Authenticate(t.Context(), "ryo", token)
		h.fine(err)
		if made || !who.Admin {
			t.Errorf("made %t, admin %t", made, who.Admin)
		}
	})
}

// A name alone makes nobody the admin: not one that was registered before it became the admin's.
func TestAdminOfAnotherName(t *testing.T) {
	t.Parallel()
	h := lite(t)
	token, _, err := h.Register(t.Context(), "here", "mallory", password)
	h.fine(err)
	admin := func(s *chats.Service) bool {
		t.Helper()
		who, err := s.Authenticate(t.Context(), "mallory", token)
		h.fine(err)
		return who.Admin
	}
	other := chats.New(h.store, chats.Options{Admin: "Mallory", Limits: chats.Limits{Off: true}, Now: h.Now})
	same(t, "admin by the name", false, admin(other))
	h.fine(other.EnsureAdmin(t.Context(), "the operator's"))
	_, err = other.Authenticate(t.Context(), "mallory", token)
	refused(t, err, fault.Unauthenticated, "")
	_, err = other.Login(t.Context(), "here", chats.Proof{Name: "mallory", Password: password})
	refused(t, err, fault.Unauthenticated, "")
	token, err = other.Login(t.Context(), "here", chats.Proof{Name: "mallory", Password: "the operator's"})
	h.fine(err)
	same(t, "admin of the one", true, admin(other))
	same(t, "admin where another is", false, admin(h.Service))
}

// The same password again leaves what is signed in; another one ends it.
func TestEnsureAdmin(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		refused(t, h.EnsureAdmin(t.Context(), "short"), fault.Invalid, "password")
		h.fine(h.EnsureAdmin(t.Context(), password))
		token, err := h.Login(t.Context(), "here", chats.Proof{Name: "ryo", Password: password})
		h.fine(err)
		h.fine(h.EnsureAdmin(t.Context(), password))
		_, err = h.Authenticate(t.Context(), "ryo", token)
		h.fine(err)
		h.fine(h.EnsureAdmin(t.Context(), "another password"))
		_, err = h.Authenticate(t.Context(), "ryo", token)
		refused(t, err, fault.Unauthenticated, "")
		_, err = h.Login(t.Context(), "here", chats.Proof{Name: "ryo", Password: "another password"})
		h.fine(err)
		bad := chats.New(h.store, chats.Options{Admin: "no name!"})
		refused(t, bad.EnsureAdmin(t.Context(), password), fault.Invalid, "admin's name")
	})
}

// Contract 1: banned users are told so once their password fits; what was signed in ends.
func TestBan(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		token, _, err := h.Register(t.Context(), "here", "alice", password)
		h.fine(err)
		ear := h.listen("bob")
		h.fine(h.Ban(t.Context(), "Alice", true))
		h.fine(h.Ban(t.Context(), "bob", true))
		ear.hears(" ended {}")
		_, err = h.Authenticate(t.Context(), "alice", token)
		refused(t, err, fault.Unauthenticated, "")
		_, err = h.Login(t.Context(), "here", chats.Proof{Name: "alice", Password: "wrong one"})
		refused(t, err, fault.Unauthenticated, "")
		_, err = h.Login(t.Context(), "here", chats.Proof{Name: "alice", Password: password})
		refused(t, err, fault.Forbidden, "banned")
		_, _, err = h.Register(t.Context(), "here", "alice", password)
		refused(t, err, fault.Forbidden, "banned")
		h.fine(h.Ban(t.Context(), "alice", false))
		_, err = h.Login(t.Context(), "here", chats.Proof{Name: "alice", Password: password})
		h.fine(err)
		refused(t, h.Ban(t.Context(), "nobody", true), fault.NotFound, "User not found")
	})
}
