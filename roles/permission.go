package roles

import "foyer/models"

// Permission is a word of a role's permissions (contract 4.5).
type Permission string

// The permissions, and what a role that has one may do.
const (
	EndRoom          Permission = "endRoom"          // end the session for all
	RemoveOthers     Permission = "removeOthers"     // put a peer out
	Mute             Permission = "mute"             // mute others
	Unmute           Permission = "unmute"           // ask others to unmute
	ChangeRole       Permission = "changeRole"       // change the role of others
	SendRoomState    Permission = "sendRoomState"    // see the state of the room before joining
	PollRead         Permission = "pollRead"         // see polls and vote
	PollWrite        Permission = "pollWrite"        // make polls; implies PollRead
	BrowserRecording Permission = "browserRecording" // start and stop a recording
	RTMPStreaming    Permission = "rtmpStreaming"    // start and stop a stream to elsewhere
	HLSStreaming     Permission = "hlsStreaming"     // start and stop a live stream
	Admit            Permission = "admit"            // let in who waits; unless said, what RemoveOthers says
)

// permissions holds every word and what a role may do that does not mention it.
var permissions = []struct {
	word      Permission
	byDefault bool
}{
	{EndRoom, false},
	{RemoveOthers, false},
	{Mute, false},
	{Unmute, false},
	{ChangeRole, false},
	{SendRoomState, false},
	{PollRead, false},
	{PollWrite, false},
	{BrowserRecording, true},
	{RTMPStreaming, true},
	{HLSStreaming, true},
}

// Can reports whether the role that doc describes, completed or as it was sent, has the permission. PollWrite implies PollRead
// (contract 14.16). A word that is none of ours is permitted to nobody.
func Can(doc models.Document, p Permission) bool {
	if p == PollRead && Can(doc, PollWrite) {
		return true
	}
	granted, _ := doc["permissions"].(map[string]any)
	if p == Admit {
		may, said := granted[string(p)].(bool)
		return may || !said && Can(doc, RemoveOthers)
	}
	for _, known := range permissions {
		if known.word != p {
			continue
		}
		if granted[string(p)] == nil {
			return known.byDefault
		}
		may, _ := granted[string(p)].(bool)
		return may
	}
	return false
}

func permissionFields() Shape {
	fields := make(Shape, len(permissions))
	for i, known := range permissions {
		fields[i] = Field{Path: "permissions." + string(known.word), Kind: Bool, Default: known.byDefault}
	}
	return fields
}
