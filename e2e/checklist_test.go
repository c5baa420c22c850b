package e2e_test

import "testing"

// checklist is the contract's compatibility checklist (section 13), a script of the unmodified server SDK for each
// line, in sdk/. Line 12 needs media. A panic, the last case of line 15, cannot be had from outside.
var checklist = []string{
	"01_create_twice_same_name",
	"02_retrieve_by_name_finds_disabled",
	"03_list_pages_newest_first",
	"04_room_codes_create_twice",
	"05_role_deleted_and_added",
	"06_exchange_text_plain_with_origin",
	"07_token_payload_survives_atob",
	"08_unauthorized_bodies",
	"09_clock_skew_and_alg_none",
	"10_message_to_one_peer",
	"11_end_and_lock",
	"13_template_round_trip_lossless",
	"14_posts_without_body_or_type",
	"15_unknown_route_wrong_method",
}

// hooked lets a server tell webhooks of a script's own receiver, which is on the loopback interface.
var hooked = settings{"FOYER_WEBHOOKS_ALLOW_PRIVATE": "on"}

// TestChecklist runs every line on its own fresh server, on both databases.
func TestChecklist(t *testing.T) {
	t.Parallel()
	for _, database := range databases {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			for _, line := range checklist {
				t.Run(line, func(t *testing.T) {
					t.Parallel()
					script(t, start(t, database, hooked), line)
				})
			}
		})
	}
}

// TestSDKThroughProxyVariable is the recipe that needs no change of code (contract 10.1, number 3): with HTTPS_PROXY
// the SDK sends its requests for the real service's host to us, in plain HTTP and absolute form.
func TestSDKThroughProxyVariable(t *testing.T) {
	t.Parallel()
	for _, database := range databases {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			s := start(t, database, nil)
			script(t, s, "https_proxy", "HTTPS_PROXY="+s.url)
		})
	}
}

// TestAuthTokenByRoomCode sends the browser SDK's request byte for byte (contract 1.2.4 and 3.7), and reads the
// answers as that SDK does.
func TestAuthTokenByRoomCode(t *testing.T) {
	t.Parallel()
	for _, database := range databases {
		t.Run(database, func(t *testing.T) {
			t.Parallel()
			script(t, start(t, database, nil), "auth_token_by_room_code")
		})
	}
}
