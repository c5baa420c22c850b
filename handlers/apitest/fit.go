package apitest

import (
	"encoding/json"
	"fmt"
	"reflect"
	"testing"
	"time"
)

// misfit says what of a wanted JSON text a value does not hold; empty when it holds all of it. Objects may hold more than is wanted, arrays
// may not; "*" stands for any value, "-" for none.
func misfit(want string, got any) string {
	var wanted any
	if err := json.Unmarshal([]byte(want), &wanted); err != nil {
		return fmt.Sprintf("what is wanted is no JSON: %v: %s", err, want)
	}
	return differs("", wanted, got)
}

func differs(path string, want, got any) string {
	switch wanted := want.(type) {
	case map[string]any:
		object, ok := got.(map[string]any)
		if !ok {
			return fmt.Sprintf("%s is %v, want an object", path, got)
		}
		for key, each := range wanted {
			value, there := object[key]
			if there != (each != "-") {
				return fmt.Sprintf("%s.%s is there: %t", path, key, there)
			}
			if wrong := differs(path+"."+key, each, value); there && wrong != "" {
				return wrong
			}
		}
		return ""
	case []any:
		array, _ := got.([]any)
		if array == nil || len(array) != len(wanted) {
			return fmt.Sprintf("%s is %v, want %d of them", path, got, len(wanted))
		}
		for i := range wanted {
			if wrong := differs(fmt.Sprintf("%s.%d", path, i), wanted[i], array[i]); wrong != "" {
				return wrong
			}
		}
		return ""
	}
	if want != "*" && !reflect.DeepEqual(want, got) {
		return fmt.Sprintf("%s is %v, want %v", path, got, want)
	}
	return ""
}

// Soon waits until something holds.
func (r *Room) Soon(what string, holds func() bool) {
	r.t.Helper()
	r.Foyer.soon(r.t, what, holds)
}

func (f *Foyer) soon(t testing.TB, what string, holds func() bool) {
	t.Helper()
	late := time.NewTimer(patience)
	defer late.Stop()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-late.C:
			t.Fatalf("never: %s", what)
		}
	}
}
