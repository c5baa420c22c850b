package socket

import "github.com/gobwas/ws"

// Code says why a connection was closed. These are all that Foyer uses; each protocol's page tells which are its own.
type Code uint16

// Codes of the WebSocket protocol, and our own from 4000 on.
const (
	Normal      = Code(ws.StatusNormalClosure)           // 1000: the peer has left, or was told to
	Away        = Code(ws.StatusGoingAway)               // 1001: Foyer stops, in the words of Room Codes
	Violated    = Code(ws.StatusProtocolError)           // 1002: a frame that the WebSocket protocol does not allow
	Unsupported = Code(ws.StatusUnsupportedData)         // 1003: a binary message
	NotText     = Code(ws.StatusInvalidFramePayloadData) // 1007: a text message that is not UTF-8
	TooBig      = Code(ws.StatusMessageTooBig)           // 1009: a message beyond the bound
	Lost        = Code(ws.StatusAbnormalClosure)         // 1006: there was no goodbye; never sent
	Restarting  = Code(1012)                             // Foyer stops: come back
	Later       = Code(1013)                             // there is too much to do, or no seat: come back later
	TooSlow     = Code(4001)                             // what waits for the connection is beyond the bound
	TooMany     = Code(4002)                             // more messages a second than the bound
	Replaced    = Code(4003)                             // the peer has another connection now
	Silent      = Code(4004)                             // nothing was heard for too long
)
