package main

import (
	"regexp"
	"strings"
	"testing"
	"time"

	"foyer/models"
	"foyer/usage"

	"github.com/google/go-cmp/cmp"
)

func TestAPIKeysOfRoomCodes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := serve(t, dir, "FOYER_ROOMCODES_API_KEY=seeded-key")
	if strings.Contains(s.out.String()+s.log.String(), "seeded-key") {
		t.Error("the seeded key is repeated")
	}
	made := must(t, dir, nil, "keys", "create", "--dialect", "roomcodes", "--account", "acme", "--plan", "free")
	key := shownValue(t, made, "API key")
	if shownValue(t, made, "account") != "acme" || shownValue(t, made, "plan") != "free" {
		t.Errorf("not the account that was wanted:\n%s", made)
	}
	again := must(t, dir, nil, "keys", "create", "--dialect=roomcodes", "--account=acme")
	if shownValue(t, again, "plan") != "free" || shownValue(t, again, "API key") == key {
		t.Errorf("the second key of the account:\n%s", again)
	}
	if out := must(t, dir, nil, "keys", "create", "--dialect=roomcodes"); shownValue(t, out, "account") != "default" || shownValue(t, out, "plan") != "unlimited" {
		t.Errorf("the account of those who name none:\n%s", out)
	}
	list := must(t, dir, nil, "keys", "list", "--dialect", "roomcodes")
	if strings.Contains(list, key) || strings.Count(list, "active") != 4 || !regexp.MustCompile(`default +unlimited.*active`).MatchString(list) {
		t.Errorf("the list:\n%s", list)
	}
	if native := must(t, dir, nil, "keys", "list"); strings.Contains(native, "acme") {
		t.Errorf("the key pairs have API keys among them:\n%s", native)
	}
	must(t, dir, nil, "keys", "revoke", key)
	must(t, dir, nil, "keys", "revoke", "seeded-key")
	id := regexp.MustCompile(`(?m)^(\S+) +default.*active`).FindStringSubmatch(must(t, dir, nil, "keys", "list", "--dialect=roomcodes"))
	must(t, dir, nil, "keys", "revoke", id[1])
	if list = must(t, dir, nil, "keys", "list", "--dialect", "roomcodes"); strings.Count(list, "revoked") != 3 {
		t.Errorf("the list after three revocations:\n%s", list)
	}
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := foyer(t, dir, []string{"FOYER_ROOMCODES_API_KEY=another-key", "FOYER_ADDR=nowhere"}, "serve"); err == nil {
		t.Error("it listens nowhere")
	}
	if list := must(t, dir, nil, "keys", "list", "--dialect=roomcodes"); strings.Count(list, "\n") != 5 {
		t.Errorf("a later start made a key:\n%s", list)
	}
}

func TestAPIKeysThatAreRefused(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := serve(t, dir).stop(); err != nil {
		t.Fatal(err)
	}
	must(t, dir, nil, "keys", "create", "--dialect=roomcodes", "--account=acme", "--plan=premium")
	for _, c := range []struct{ args, want string }{
		{"keys create --dialect=roomcodes --account=acme --plan=free", "with the plan premium"},
		{"keys create --dialect=roomcodes --account=other --plan=gold", "plan must be"},
		{"keys create --account=acme", "need --dialect roomcodes"},
		{"keys create --plan=free", "need --dialect roomcodes"},
		{"keys create --dialect=other", "--dialect"},
		{"keys revoke unknown-key", "no active key of that name"},
		{"usage show nobody", "account not found"},
		{"usage plan nobody free", "account not found"},
		{"usage plan acme gold", "plan must be"},
		{"usage show acme --workspace 65f000000000000000000001", "there is no workspace"},
	} {
		if _, err := foyer(t, dir, nil, strings.Fields(c.args)...); err == nil || !strings.Contains(explain(err), c.want) {
			t.Errorf("%s: got %v, want %q", c.args, err, c.want)
		}
	}
}

func TestUsageShowAndPlan(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := serve(t, dir).stop(); err != nil {
		t.Fatal(err)
	}
	few := []string{"FOYER_ROOMCODES_ALLOWANCES=free=70,premium=900"}
	must(t, dir, few, "keys", "create", "--dialect=roomcodes", "--account=acme", "--plan=free")
	show := func(want map[string]string, args ...string) string {
		t.Helper()
		out := must(t, dir, few, args...)
		for name, value := range want {
			if got := shownValue(t, out, name); got != value {
				t.Errorf("%v: %s is %s, want %s", args, name, got, value)
			}
		}
		return out
	}
	charge(t, dir, few, 25)
	out := show(map[string]string{"plan": "free", "spendable": "45", "daily left": "45", "used today": "25", "frozen": "0"}, "usage", "show", "acme")
	if strings.Count(out, "joinroom") != shownRows {
		t.Errorf("want the last %d rows of the ledger:\n%s", shownRows, out)
	}
	show(map[string]string{"plan": "premium", "spendable": "875"}, "usage", "plan", "acme", "premium")
	show(map[string]string{"plan": "free", "daily left": "45", "frozen": "875"}, "usage", "plan", "acme", "free")
	show(map[string]string{"plan": "unlimited", "spendable": "unlimited", "frozen": "875"}, "usage", "plan", "acme", "unlimited")
	show(map[string]string{"plan": "premium", "spendable": "875", "rollover": "0"}, "usage", "plan", "acme", "premium")
}

// charge has the account acme pay for so many joins.
func charge(t *testing.T, dir string, environ []string, times int) {
	t.Helper()
	settings := &Settings{DataDir: dir, Log: "error", RoomcodesAllowances: strings.TrimPrefix(environ[0], "FOYER_ROOMCODES_ALLOWANCES=")}
	err := settings.with(t.Context(), streams{err: &output{}}, func(c *core) error {
		w, err := c.workspaceOf(t.Context(), "")
		if err != nil {
			return err
		}
		account, err := c.usage.Balance(t.Context(), w.ID, "acme")
		for range times {
			if err == nil {
				err = c.usage.Charge(t.Context(), c.store, account.ID, usage.JoinRoom, "")
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestMeteringSettings(t *testing.T) {
	t.Parallel()
	standard := metering{Options: usage.Standard(), TokenTTL: 5 * time.Minute}
	changed := standard
	changed.Costs = usage.Costs{GetClientToken: 1, RequestRoom: 2, JoinRoom: 3, ExtendRoom: 4, Message: 5}
	changed.Allowances = usage.Allowances{Free: 0, Premium: 7}
	changed.Lengths.Premium, changed.Lengths.Free = usage.Range{Least: 8, Most: 8}, usage.Range{Least: 2, Most: 32}
	changed.TokenTTL, changed.Contact = time.Hour, "mail@example.org"
	for name, c := range map[string]struct {
		settings Settings
		want     metering
	}{
		"nothing": {Settings{}, standard},
		"the defaults": {Settings{
			RoomcodesCosts:       "getclienttoken=0,requestroom=10,joinroom=1,extendroom=5,message=1",
			RoomcodesAllowances:  "free=1000,premium=20000",
			RoomcodesCodeLengths: "free=4-6,premium=3-12,unlimited=3-12", RoomcodesTokenTTL: "5m",
		}, standard},
		"all": {Settings{
			RoomcodesCosts:      " getclienttoken=1, requestroom = 2,joinroom=3,extendroom=4,message=5,",
			RoomcodesAllowances: "free=0,premium=7", RoomcodesCodeLengths: "premium=8-8,free=2-32", RoomcodesTokenTTL: "1h",
			RoomcodesContact: "mail@example.org",
		}, changed},
	} {
		got, err := c.settings.metering()
		if diff := cmp.Diff(c.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v: -want +got\n%s", name, err, diff)
		}
	}
	inForce := must(t, t.TempDir(), []string{"FOYER_ROOMCODES_API_KEY=seeded-key"}, "config")
	for _, want := range []string{
		"FOYER_ROOMCODES_API_KEY=<redacted>\n", "FOYER_ROOMCODES_COSTS=getclienttoken=0,requestroom=10,joinroom=1,extendroom=5,message=1\n",
		"FOYER_ROOMCODES_ALLOWANCES=free=1000,premium=20000\n", "FOYER_ROOMCODES_TOKEN_TTL=5m\n",
	} {
		if !strings.Contains(inForce, want) {
			t.Errorf("want %q in\n%s", want, inForce)
		}
	}
}

func TestMeteringSettingsThatAreRefused(t *testing.T) {
	t.Parallel()
	for variable, values := range map[string][]string{
		"FOYER_ROOMCODES_API_KEY":      {"short", "with a space"},
		"FOYER_ROOMCODES_COSTS":        {"jump=1", "joinroom", "joinroom=-1", "joinroom=1.5", "joinroom=1000000001", "JoinRoom=1", "=1"},
		"FOYER_ROOMCODES_ALLOWANCES":   {models.PlanUnlimited + "=1", "free=many", "free=-1"},
		"FOYER_ROOMCODES_CODE_LENGTHS": {"free=4", "free=6-4", "free=1-4", "free=4-33", "gold=4-6", "free=4-6-8"},
		"FOYER_ROOMCODES_TOKEN_TTL":    {"9s", "61m", "long", "-5m"},
	} {
		for _, value := range values {
			_, err := foyer(t, t.TempDir(), []string{variable + "=" + value}, "config")
			if err == nil || !strings.Contains(err.Error(), variable) {
				t.Errorf("%s=%s: got %v", variable, value, err)
			}
			if err != nil && variable == "FOYER_ROOMCODES_API_KEY" && strings.Contains(err.Error(), value) {
				t.Error("the error repeats the key")
			}
		}
	}
}
