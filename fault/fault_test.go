package fault_test

import (
	"errors"
	"fmt"
	"testing"

	"foyer/fault"

	"github.com/google/go-cmp/cmp"
)

var kinds = map[fault.Kind]string{
	fault.Internal: "internal", fault.Invalid: "invalid", fault.Unauthenticated: "unauthenticated", fault.Forbidden: "forbidden",
	fault.NotFound: "not found", fault.Conflict: "conflict", fault.Gone: "gone", fault.RateLimited: "rate limited",
	fault.Unavailable: "unavailable", fault.Unimplemented: "unimplemented",
}

func TestKindNames(t *testing.T) {
	t.Parallel()
	for kind, name := range kinds {
		if kind.String() != name {
			t.Errorf("want %q, got %q", name, kind)
		}
	}
	for _, beyond := range []fault.Kind{fault.Kind(len(kinds)), 255} {
		if beyond.String() != "unknown" {
			t.Errorf("kind %d is called %q", uint8(beyond), beyond)
		}
	}
}

func TestKindOf(t *testing.T) {
	t.Parallel()
	plain := errors.New("plain")
	for kind := range kinds {
		bare := fault.New(kind, "message")
		for what, err := range map[string]error{
			"bare":             bare,
			"wrapped":          fmt.Errorf("mint codes: %w", bare),
			"wrapped twice":    fmt.Errorf("create: %w", fmt.Errorf("mint codes: %w", bare)),
			"joined":           errors.Join(plain, bare),
			"around a fault":   fault.Wrap(kind, "outer", fault.New(fault.Gone, "inner")),
			"around something": fault.Wrap(kind, "outer", plain),
		} {
			if got := fault.KindOf(err); got != kind {
				t.Errorf("%s: want %v, got %v", what, kind, got)
			}
			for other := range kinds {
				if got := fault.Is(err, other); got != (other == kind) {
					t.Errorf("%s: Is %v of a %v: %v", what, other, kind, got)
				}
			}
		}
	}
	if fault.KindOf(plain) != fault.Internal || fault.KindOf(nil) != fault.Internal {
		t.Error("what is none of ours is internal")
	}
	if fault.Is(nil, fault.Internal) {
		t.Error("no error is of no kind")
	}
}

func TestErrorText(t *testing.T) {
	t.Parallel()
	cause := errors.New("disk full")
	for want, err := range map[string]error{
		"room is disabled":            fault.New(fault.Forbidden, "room is disabled", "room disabled"),
		"size must be at most 10":     fault.Invalidf("size must be at most %d", 10),
		"not available: disk full":    fault.Wrap(fault.Unavailable, "not available", cause),
		"save: not available: broken": fmt.Errorf("save: %w", fault.Wrap(fault.Unavailable, "not available", errors.New("broken"))),
	} {
		if err.Error() != want {
			t.Errorf("want %q, got %q", want, err)
		}
	}
	if !errors.Is(fault.Wrap(fault.Unavailable, "not available", cause), cause) {
		t.Error("the cause is lost")
	}
}

func TestErrorParts(t *testing.T) {
	t.Parallel()
	ours, ok := errors.AsType[*fault.Error](fault.New(fault.Forbidden, "room is disabled", "room disabled", "and more"))
	if !ok {
		t.Fatal("a fault is no *fault.Error")
	}
	want := fault.Error{Kind: fault.Forbidden, Message: "room is disabled", Details: []string{"room disabled", "and more"}}
	if diff := cmp.Diff(want, *ours); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	invalid, _ := errors.AsType[*fault.Error](fault.Invalidf("%s is required", "name"))
	if diff := cmp.Diff(fault.Error{Kind: fault.Invalid, Message: "name is required"}, *invalid); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
