package usage_test

import (
	"strings"
	"testing"

	"foyer/fault"
	"foyer/models"
)

func TestKeysOpenTheirAccount(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		mine, other := h.account(t, models.PlanFree), h.account(t, models.PlanPremium)
		made, err := h.service.CreateKey(t.Context(), mine.ID, "")
		if err != nil || len(made) < 43 {
			t.Fatalf("a key of %d characters, %v", len(made), err)
		}
		if _, err := h.service.CreateKey(t.Context(), other.ID, "chosen-key"); err != nil {
			t.Fatal(err)
		}
		for key, want := range map[string]models.Account{made: mine, "chosen-key": other} {
			account, found, err := h.service.Authenticate(t.Context(), key)
			if err != nil || account.ID != want.ID || found.AccountID != want.ID {
				t.Errorf("account %s, want %s, %v", account.ID, want.ID, err)
			}
			if strings.Contains(found.Digest, key) {
				t.Error("the key itself is kept")
			}
			if account, err = h.service.Known(t.Context(), want.ID, found.ID); err != nil || account.Plan != want.Plan {
				t.Errorf("a token of the key: %+v, %v", account, err)
			}
		}
	})
}

func TestKeysThatAreRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		mine, other := h.account(t, models.PlanFree), h.account(t, models.PlanFree)
		const chosen = "65f000000000000000000001" // looks like an id, and is none
		if _, err := h.service.CreateKey(t.Context(), mine.ID, chosen); err != nil {
			t.Fatal(err)
		}
		_, err := h.service.CreateKey(t.Context(), other.ID, chosen)
		refused(t, err, fault.Conflict)
		if err != nil && strings.Contains(err.Error(), chosen) {
			t.Error("the error repeats the key")
		}
		_, err = h.service.CreateKey(t.Context(), h.NewID(), "")
		refused(t, err, fault.NotFound)
		for _, wrong := range []string{"short", "with space", "ümlaut-key", "line\nfeed", strings.Repeat("k", 257)} {
			_, err := h.service.CreateKey(t.Context(), mine.ID, wrong)
			refused(t, err, fault.Invalid)
			_, _, err = h.service.Authenticate(t.Context(), wrong)
			refused(t, err, fault.Forbidden)
		}
		for _, unknown := range []string{"", "unknown-key", strings.ToUpper(chosen)} {
			_, _, err := h.service.Authenticate(t.Context(), unknown)
			refused(t, err, fault.Forbidden)
		}
		_, key, err := h.service.Authenticate(t.Context(), chosen)
		accepted(t, err)
		_, err = h.service.Known(t.Context(), other.ID, key.ID)
		refused(t, err, fault.Forbidden)

		accepted(t, h.service.RevokeKey(t.Context(), chosen))
		_, _, err = h.service.Authenticate(t.Context(), chosen)
		refused(t, err, fault.Forbidden)
		_, err = h.service.Known(t.Context(), mine.ID, key.ID)
		refused(t, err, fault.Forbidden)
		refused(t, h.service.RevokeKey(t.Context(), chosen), fault.NotFound)
		_, err = h.service.CreateKey(t.Context(), mine.ID, chosen)
		refused(t, err, fault.Conflict) // a revoked key does not come back
	})
}

func TestKeysAreRevokedByTheirIdToo(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, h *house) {
		mine := h.account(t, models.PlanPremium)
		first, err := h.service.CreateKey(t.Context(), mine.ID, "")
		accepted(t, err)
		second, err := h.service.CreateKey(t.Context(), mine.ID, "")
		accepted(t, err)
		keys, err := h.service.Keys(t.Context(), h.workspace)
		if err != nil || len(keys) != 2 || keys[0].Account != mine.Name || keys[0].Plan != models.PlanPremium {
			t.Fatalf("%+v, %v", keys, err)
		}
		accepted(t, h.service.RevokeKey(t.Context(), string(keys[0].ID)))
		_, _, err = h.service.Authenticate(t.Context(), first)
		refused(t, err, fault.Forbidden)
		_, _, err = h.service.Authenticate(t.Context(), second)
		accepted(t, err)
		if keys, err = h.service.Keys(t.Context(), h.workspace); err != nil || keys[0].RevokedAt == nil || keys[1].RevokedAt != nil {
			t.Errorf("%+v, %v", keys, err)
		}
		if keys, err = h.service.Keys(t.Context(), h.NewID()); err != nil || len(keys) != 0 {
			t.Errorf("the keys of another workspace: %+v, %v", keys, err)
		}
	})
}
