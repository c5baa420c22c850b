package loopback_test

import (
	"context"
	"errors"
	"testing"

	"foyer/media"
	"foyer/media/loopback"

	"github.com/google/go-cmp/cmp"
)

const sdp = "v=0\r\ns=mine\r\n"

// heard is what a peer is told.
type heard struct{ events []media.Event }

func (h *heard) tell(e media.Event) { h.events = append(h.events, e) }

// takes are the events since the last time that it was asked.
func (h *heard) takes(t *testing.T, want ...media.Event) {
	t.Helper()
	if diff := cmp.Diff(want, h.events); diff != "" {
		t.Errorf("(- wanted, + got):\n%s", diff)
	}
	h.events = nil
}

func speaker() media.Rights {
	return media.Rights{Role: "speaker", Audio: &media.Bound{}, Video: &media.Bound{}}
}

func listener(hears ...string) media.Rights { return media.Rights{Role: "listener", Hears: hears} }

func track(id string, kind media.Kind) media.Track {
	return media.Track{ID: id, Kind: kind, Source: "regular"}
}

func offers(t *testing.T, p media.Peer, tracks ...media.Track) {
	t.Helper()
	answer, err := p.Offer(t.Context(), sdp, tracks)
	if err != nil || answer != "v=0\r\ns=answer to mine\r\n" {
		t.Errorf("answered %q, %v", answer, err)
	}
}

// What is declared and allowed is passed on to those who hear the role, one offer at a time.
func TestPass(t *testing.T) {
	t.Parallel()
	e := loopback.New("n1")
	var ada, ben, cem heard
	a, back := e.Join("r", "ada", speaker(), ada.tell)
	b, _ := e.Join("r", "ben", listener("speaker"), ben.tell)
	e.Join("r", "cem", listener("nobody"), cem.tell)
	e.Join("elsewhere", "dia", listener("speaker"), cem.tell)
	if back || e.Name() != "n1" {
		t.Error("ada was there before")
	}
	offers(t, a, track("x", media.Audio), media.Track{ID: "s", Kind: media.Video, Source: media.Screen})
	ada.takes(t, media.TrackUp{ID: "x"})
	ben.takes(t, media.Offered{SDP: loopback.Offer(1, "x")})
	cem.takes(t)

	offers(t, a, track("x", media.Audio), track("y", media.Video))
	offers(t, a, track("y", media.Video))
	ada.takes(t, media.TrackUp{ID: "y"}, media.TrackDown{ID: "x"})
	ben.takes(t)
	for _, wrong := range []string{"v=0\r\ns=answer to offer 7\r\n", loopback.Answer(loopback.Offer(2))} {
		if err := b.Answer(wrong); err != nil {
			t.Error(err)
		}
		ben.takes(t)
	}
	if err := b.Answer(loopback.Answer(loopback.Offer(1))); err != nil {
		t.Error(err)
	}
	ben.takes(t, media.Offered{SDP: loopback.Offer(2, "y")})

	if _, back := e.Join("r", "ben", listener("speaker"), ben.tell); !back {
		t.Error("ben was not there before")
	}
	ben.takes(t, media.Offered{SDP: loopback.Offer(2, "y")})
	if err := b.Answer(loopback.Answer(loopback.Offer(2))); err != nil {
		t.Error(err)
	}
	a.Close()
	a.Close()
	ben.takes(t, media.Offered{SDP: loopback.Offer(3)})
	if s := e.Stats(); s.Rooms != 2 || s.Peers != 3 || s.Up != 0 {
		t.Errorf("%+v", s)
	}
}

// Rights hold at once, both ways; what is muted is not passed on.
func TestRights(t *testing.T) {
	t.Parallel()
	e := loopback.New("n1")
	var ada, ben heard
	a, _ := e.Join("r", "ada", speaker(), ada.tell)
	b, _ := e.Join("r", "ben", listener(), ben.tell)
	offers(t, a, track("x", media.Audio))
	gets := e.Peer("r", "ben").Gets
	b.SetRights(listener("speaker"))
	ben.takes(t, media.Offered{SDP: loopback.Offer(1, "x")})
	same := func(want ...string) {
		t.Helper()
		if diff := cmp.Diff(want, gets()); diff != "" {
			t.Error(diff)
		}
	}
	same("x")
	a.Mute("x", true)
	a.Mute("nothing", true)
	same()
	a.Mute("x", false)
	same("x")
	if r := a.Report(); r.Up.Tracks != 1 || b.Report().Down.Tracks != 1 {
		t.Errorf("%+v", r)
	}
	a.SetRights(listener())
	same()
	ada.takes(t, media.TrackUp{ID: "x"}, media.TrackDown{ID: "x"})
}

// What makes no sense, and who is gone.
func TestErrors(t *testing.T) {
	t.Parallel()
	e := loopback.New("n1")
	var ada heard
	a, _ := e.Join("r", "ada", speaker(), ada.tell)
	want := func(got, want error) {
		t.Helper()
		if !errors.Is(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	offer := func(ctx context.Context, sdp string) error {
		_, err := a.Offer(ctx, sdp, nil)
		return err
	}
	c := media.Candidate{Candidate: "candidate:1"}
	want(offer(t.Context(), "hello"), media.ErrSDP)
	want(a.Answer(""), media.ErrSDP)
	want(a.Trickle(media.Publish, media.Candidate{Candidate: "x"}), media.ErrSDP)
	want(a.Trickle(2, c), media.ErrSDP)
	want(a.Trickle(media.Subscribe, c), nil)
	ada.takes(t, media.Found{Side: media.Subscribe, Candidate: c})
	over, cancel := context.WithCancel(t.Context())
	cancel()
	want(offer(over, sdp), context.Canceled)
	want(e.Close(), nil)
	want(offer(t.Context(), sdp), media.ErrClosed)
	want(a.Answer(sdp), media.ErrClosed)
	want(a.Trickle(media.Publish, c), media.ErrClosed)
	a.Mute("x", true)
	a.SetRights(speaker())
	if b, _ := e.Join("r", "ben", speaker(), ada.tell); e.Peer("r", "ada") != nil || b == nil {
		t.Error("somebody came in after the end")
	}
}
