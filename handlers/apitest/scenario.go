package apitest

import (
	"io"
	"strings"
	"testing"
	"time"
)

// Scenario is one line of a table: what happened before, a request, and what its answer must and must not hold. Texts may name
// things, see Workspace.
type Scenario struct {
	Name string

	// Given are requests, each of which must succeed; "x = POST ..." calls the values of the answer {x.code}, {x.data.0.id} and so
	// on. "wait 90s" lets time pass.
	Given []string

	Request  string // "POST /v2/rooms {"name":"x"}"
	Header   map[string]string
	Auth     Auth
	Body     func() io.Reader
	Status   int
	Contains []string // in the body
	Lacks    []string
	Headers  map[string]string // that the answer has; empty: has not

	Then func(t *testing.T, w *Workspace, a *Answer) // what else must hold
}

// Play plays every scenario in a workspace of its own, one after the other: they share the clock.
func (f *Foyer) Play(t *testing.T, scenarios []Scenario) {
	t.Helper()
	for _, s := range scenarios {
		t.Run(s.Name, func(t *testing.T) { f.Workspace(t).play(t, s) })
	}
}

// Play plays scenarios on every kind of database, on a Foyer as it usually is.
func Play(t *testing.T, scenarios []Scenario) {
	t.Helper()
	Each(t, Options{}, func(t *testing.T, f *Foyer) {
		t.Helper()
		f.Play(t, scenarios)
	})
}

func (w *Workspace) play(t *testing.T, s Scenario) {
	t.Helper()
	for _, step := range s.Given {
		w.Given(step)
	}
	request := Request{Line: s.Request, Header: s.Header, Auth: s.Auth}
	if s.Body != nil {
		request.Body = s.Body()
	}
	answer := w.Send(request)
	if answer.Status != s.Status {
		t.Errorf("status %d, want %d: %s", answer.Status, s.Status, answer.Body)
	}
	body := string(answer.Body)
	for _, want := range s.Contains {
		if want = w.Fill(want); !strings.Contains(body, want) {
			t.Errorf("the body lacks %s:\n%s", want, body)
		}
	}
	for _, wrong := range s.Lacks {
		if wrong = w.Fill(wrong); strings.Contains(body, wrong) {
			t.Errorf("the body holds %s:\n%s", wrong, body)
		}
	}
	for name, want := range s.Headers {
		if got := answer.Header.Get(name); got != want {
			t.Errorf("header %s is %q, want %q", name, got, want)
		}
	}
	if s.Then != nil {
		s.Then(t, w, answer)
	}
}

// Given lets something happen, see Scenario.Given.
func (w *Workspace) Given(step string) *Answer {
	w.t.Helper()
	if span, ok := strings.CutPrefix(step, "wait "); ok {
		by, err := time.ParseDuration(span)
		if err != nil {
			w.t.Fatalf("given %s: %v", step, err)
		}
		w.Foyer.Clock.Advance(by)
		return nil
	}
	name, line, named := strings.Cut(step, " = ")
	if !named {
		name, line = "", step
	}
	answer := w.Do(line)
	if answer.Status >= 300 {
		w.t.Fatalf("given %s: %d %s", step, answer.Status, answer.Body)
	}
	for path, value := range answer.values() {
		if name != "" {
			w.names[name+"."+path] = value
		}
	}
	return answer
}
