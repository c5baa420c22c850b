package models_test

import (
	"testing"
	"time"

	"foyer/models"

	"github.com/google/go-cmp/cmp"
)

func TestCodeLive(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	before, later, birth := now.Add(-time.Hour), now.Add(time.Millisecond), now.Add(-2*time.Hour)
	for name, row := range map[string]struct {
		enabled       bool
		retires       *time.Time
		live, retired bool
		settled       models.Code
	}{
		"enabled":           {true, nil, true, false, models.Code{Enabled: true, UpdatedAt: birth}},
		"disabled":          {false, nil, false, false, models.Code{UpdatedAt: birth}},
		"in grace":          {true, &later, true, false, models.Code{Enabled: true, RetiresAt: &later, UpdatedAt: birth}},
		"grace ends now":    {true, &now, false, true, models.Code{RetiresAt: &now, UpdatedAt: now}},
		"grace is over":     {true, &before, false, true, models.Code{RetiresAt: &before, UpdatedAt: before}},
		"disabled in grace": {false, &later, false, false, models.Code{RetiresAt: &later, UpdatedAt: birth}},
		"replaced at once":  {false, &before, false, true, models.Code{RetiresAt: &before, UpdatedAt: birth}},
	} {
		code := models.Code{Enabled: row.enabled, RetiresAt: row.retires, UpdatedAt: birth}
		if code.Live(now) != row.live || code.Retired(now) != row.retired {
			t.Errorf("%s: live %v, retired %v", name, code.Live(now), code.Retired(now))
		}
		code.Settle(now)
		if diff := cmp.Diff(row.settled, code); diff != "" {
			t.Errorf("%s: -want +settled\n%s", name, diff)
		}
	}
}

func TestCodeLimited(t *testing.T) {
	t.Parallel()
	at, uses, text := time.Now(), 1, "x"
	for name, row := range map[string]struct {
		code models.Code
		want bool
	}{
		"plain":      {models.Code{Enabled: true, Role: "guest"}, false},
		"disabled":   {models.Code{Orphaned: true}, false},
		"label":      {models.Code{Label: &text}, false},
		"not before": {models.Code{NotBefore: &at}, true},
		"expires":    {models.Code{ExpiresAt: &at}, true},
		"max uses":   {models.Code{MaxUses: &uses}, true},
		"user":       {models.Code{UserID: &text}, true},
		"rotated":    {models.Code{RetiresAt: &at}, true},
	} {
		if got := row.code.Limited(); got != row.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
}

func TestRoleNames(t *testing.T) {
	t.Parallel()
	template := models.Template{Roles: []models.Role{{Name: "guest"}, {Name: "host"}}}
	if diff := cmp.Diff([]string{"guest", "host"}, template.RoleNames()); diff != "" {
		t.Error(diff)
	}
	if names := new(models.Template).RoleNames(); names == nil || len(names) != 0 {
		t.Errorf("want the empty list, got %v", names)
	}
}

func TestOptional(t *testing.T) {
	t.Parallel()
	var left models.Optional[*string]
	given := models.Given[*string](nil)
	if left.Given || !given.Given || given.Value != nil {
		t.Errorf("left out %v, given as nil %v", left, given)
	}
}
