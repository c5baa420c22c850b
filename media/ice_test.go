package media_test

import (
	"testing"
	"time"

	"foyer/media"

	"github.com/google/go-cmp/cmp"
)

// Credentials are those that coturn expects with use-auth-secret and static-auth-secret=north. The password was made by
//
//	printf '1790000000:p1' | openssl dgst -sha1 -hmac north -binary | base64
func TestICEServers(t *testing.T) {
	t.Parallel()
	at := time.Unix(1790000000, 0).Add(-media.CredentialLife)
	stun := media.ICEServer{URLs: []string{"stun:a", "stun:b"}}
	turn := media.ICEServer{URLs: []string{"turn:c?transport=udp", "turn:c?transport=tcp"}, Username: "1790000000:p1", Credential: "DJAMC61fiRZe7Yajq5O5stZVmTg="}
	for what, c := range map[string]struct {
		ice  media.ICE
		want []media.ICEServer
	}{
		"none": {media.ICE{}, nil},
		"STUN": {media.ICE{STUN: stun.URLs}, []media.ICEServer{stun}},
		"TURN": {media.ICE{TURN: turn.URLs}, []media.ICEServer{turn}},
		"both": {media.ICE{STUN: stun.URLs, TURN: turn.URLs}, []media.ICEServer{stun, turn}},
	} {
		c.ice.Key, c.ice.Now = []byte("north"), func() time.Time { return at }
		if diff := cmp.Diff(c.want, c.ice.Servers("p1")); diff != "" {
			t.Errorf("%s (-want +got):\n%s", what, diff)
		}
	}
}

func TestUsernames(t *testing.T) {
	t.Parallel()
	at := time.Unix(1790000000, 0)
	until, peer, ok := media.ParseUsername(media.Username(at, "a:b"))
	if !ok || !until.Equal(at) || peer != "a:b" {
		t.Errorf("%v %q %v", until, peer, ok)
	}
	for _, name := range []string{"", ":", "1", "1:", ":a", "x:a", "1.5:a", "99999999999999999999:a"} {
		if _, _, ok := media.ParseUsername(name); ok {
			t.Errorf("%q is a username", name)
		}
	}
}
