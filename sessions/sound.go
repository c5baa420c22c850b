package sessions

import (
	"strings"
	"unicode/utf8"

	"foyer/models"
)

// sound is a peer whose texts any database takes. What people wrote must not keep their leave from being written down.
func sound(p *models.Peer) *models.Peer {
	clean := true
	for _, text := range []string{p.PeerID, p.UserID, p.Name, p.Data, p.Role, p.Agent, p.Reason, p.Message} {
		clean = clean && isSound(text)
	}
	if clean {
		return p
	}
	whole := *p
	for _, text := range []*string{&whole.PeerID, &whole.UserID, &whole.Name, &whole.Data, &whole.Role, &whole.Agent, &whole.Reason, &whole.Message} {
		*text = soundText(*text)
	}
	return &whole
}

func soundText(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")
}

func isSound(text string) bool { return utf8.ValidString(text) && strings.IndexByte(text, 0) < 0 }
