package media

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"strconv"
	"strings"
	"time"
)

// ICEServer is a server by whose help two sides find a way to each other, as clients are told of it.
type ICEServer struct {
	URLs                 []string
	Username, Credential string // empty for STUN
}

// CredentialLife is how long credentials for TURN are good: the longest session (12 h), and an hour for a page that was opened early.
// A relay ends with them, so they must last for a whole call.
const CredentialLife = 13 * time.Hour

// ICE knows the ICE servers that clients are told of. Safe for concurrent use; its fields do not change.
type ICE struct {
	STUN []string         // such as stun:stun.example.org:3478
	TURN []string         // such as turn:192.0.2.1:3478?transport=udp
	Key  []byte           // what the TURN servers know, too
	Now  func() time.Time // nil: time.Now
}

// Servers are those for one peer. What it gets for TURN is its own, and made anew each time: nothing is kept.
func (i *ICE) Servers(peer string) []ICEServer {
	var list []ICEServer
	if len(i.STUN) > 0 {
		list = append(list, ICEServer{URLs: i.STUN})
	}
	if len(i.TURN) == 0 {
		return list
	}
	now := time.Now
	if i.Now != nil {
		now = i.Now
	}
	name := Username(now().Add(CredentialLife), peer)
	return append(list, ICEServer{URLs: i.TURN, Username: name, Credential: Password(i.Key, name)})
}

// Username is a peer's name for TURN, in the form that coturn reads with use-auth-secret.
func Username(until time.Time, peer string) string {
	return strconv.FormatInt(until.Unix(), 10) + ":" + peer
}

// ParseUsername takes a username apart. False: it is none.
func ParseUsername(name string) (until time.Time, peer string, ok bool) {
	digits, peer, found := strings.Cut(name, ":")
	seconds, err := strconv.ParseInt(digits, 10, 64)
	if !found || err != nil || peer == "" {
		return time.Time{}, "", false
	}
	return time.Unix(seconds, 0), peer, true
}

// Password is what belongs to a username, for who knows the key. SHA-1 is what the other servers of this scheme use.
func Password(key []byte, username string) string {
	mac := hmac.New(sha1.New, key)
	mac.Write([]byte(username))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
