package hms_test

import (
	"fmt"
	"strings"
	"testing"

	"foyer/handlers/apitest"
)

// Client protocol 4.1, 4.3: the session store.
func TestValues(t *testing.T) {
	t.Parallel()
	room := open(t)
	alice, bob := room.Join("alice", "host"), room.Join("bob", "guest")
	alice.Heard()
	alice.Sends("get-metadata", `{"key":"spotlight"}`, `{"key":"spotlight","data":null,"change_version":"-"}`)
	bob.Sends("listen-metadata-change", `{"keys":["spotlight","pinned"]}`, `{}`)
	bob.Hears()
	set := alice.Sends("set-metadata", `{"key":"spotlight","data":{"peer":"x"}}`,
		`{"key":"spotlight","data":{"peer":"x"},"updated_at":"*","change_version":1}`)
	got := bob.Expects("on-metadata-change",
		`{"values":[{"key":"spotlight","data":{"peer":"x"},"updated_at":"*","updated_by":"{alice}","change_version":1}]}`)
	if set.At("updated_at") != got.At("values.0.updated_at") {
		t.Errorf("set at %s, told %s", set.At("updated_at"), got.At("values.0.updated_at"))
	}
	alice.Hears() // it does not observe
	alice.Sends("set-metadata", `{"key":"other","data":1}`)
	bob.Hears()
	bob.Sends("get-metadata", `{"key":"other"}`, `{"key":"other","data":1,"updated_by":"{alice}","change_version":1}`)

	alice.Sends("listen-metadata-change", `{"keys":["spotlight"]}`)
	alice.Expects("on-metadata-change", `{"values":[{"key":"spotlight","change_version":1}]}`)
	alice.Sends("set-metadata", `{"key":"spotlight","data":null}`, `{"data":null,"change_version":2}`)
	alice.Expects("on-metadata-change", `{"values":[{"key":"spotlight","data":null,"change_version":2}]}`)
	bob.Expects("on-metadata-change", `{"values":[{"change_version":2}]}`)

	bob.Sends("listen-metadata-change", `{"keys":["pinned"]}`) // the whole set, not one more
	alice.Sends("set-metadata", `{"key":"spotlight"}`, `{"data":null,"change_version":3}`)
	bob.Hears()
	bob.Sends("listen-metadata-change", `{"keys":["spotlight","other","pinned"]}`)
	bob.Expects("on-metadata-change", `{"values":[{"key":"other"},{"key":"spotlight"}]}`)
	bob.Sends("listen-metadata-change", `{}`)
	alice.Sends("set-metadata", `{"key":"other","data":2}`)
	bob.Hears()
}

// A value can be set only if nobody else has set it meanwhile.
func TestValueVersion(t *testing.T) {
	t.Parallel()
	alice := open(t).Join("alice", "host")
	alice.Sends("set-metadata", `{"key":"k","data":"a","if_change_version":0}`, `{"change_version":1}`)
	alice.IsRefused(409, "has changed meanwhile", "set-metadata", `{"key":"k","data":"b","if_change_version":0}`)
	alice.Sends("set-metadata", `{"key":"k","data":"b","if_change_version":1}`, `{"change_version":2}`)
	alice.IsRefused(409, "has changed meanwhile", "set-metadata", `{"key":"k","data":"c","if_change_version":1}`)
	alice.Sends("get-metadata", `{"key":"k"}`, `{"data":"b","change_version":2}`)
}

// The bounds of the store.
func TestValueBounds(t *testing.T) {
	t.Parallel()
	alice := open(t).Join("alice", "host")
	alice.IsRefused(400, "1 to 256 bytes", "set-metadata", `{"data":1}`)
	alice.IsRefused(400, "1 to 256 bytes", "set-metadata", `{"key":"`+strings.Repeat("k", 257)+`"}`)
	alice.IsRefused(400, "wrong type", "set-metadata", `{"key":7}`)
	alice.IsRefused(400, "key is required", "get-metadata", `{}`)
	alice.IsRefused(400, "wrong type", "get-metadata", `{"key":[]}`)
	alice.IsRefused(400, "wrong type", "listen-metadata-change", `{"keys":"k"}`)
	keys := strings.TrimSuffix(strings.Repeat(`"k",`, 257), ",")
	alice.IsRefused(400, "keys: at most 256", "listen-metadata-change", `{"keys":[`+keys+`]}`)
	big := strings.Repeat("x", 64<<10-2)
	alice.IsRefused(400, "bytes of a value", "set-metadata", `{"key":"k","data":"x`+big+`"}`)
	for i := range 8 {
		alice.Sends("set-metadata", fmt.Sprintf(`{"key":"big%d","data":"%s"}`, i, big))
	}
	alice.IsRefused(400, "bytes of all values", "set-metadata", `{"key":"more","data":1}`)
	alice.Sends("set-metadata", `{"key":"big0","data":1}`)
	for i := range 248 {
		alice.Sends("set-metadata", fmt.Sprintf(`{"key":"k%d","data":1}`, i))
	}
	alice.IsRefused(400, "values of a session", "set-metadata", `{"key":"one more","data":1}`)
	alice.Sends("set-metadata", `{"key":"k0","data":2}`, `{"change_version":2}`)
}

// Values live as long as their session (client protocol 8).
func TestValuesEndWithTheSession(t *testing.T) {
	t.Parallel()
	room := open(t)
	alice := room.Join("alice", "host")
	alice.Sends("set-metadata", `{"key":"k","data":1}`)
	alice.Leaves()
	bob := room.Join("bob", "guest")
	bob.Sends("get-metadata", `{"key":"k"}`, `{"data":null}`)
	bob.Sends("set-metadata", `{"key":"k","data":2}`)
	carol := room.Visit(apitest.Visitor{Name: "carol"})
	carol.Joins()
	carol.Sends("listen-metadata-change", `{"keys":["k"]}`)
	carol.Expects("on-metadata-change", `{"values":[{"key":"k","data":2}]}`)
}
