package sfu

import (
	"time"

	"github.com/pion/rtcp"
)

const (
	sentKept   = 4096    // packets that are remembered until the client reports them
	frameBytes = 12 + 28 // the headers of RTP, UDP and IP
)

// departures are the packets of a connection, by the number that all its packets share (transport-wide sequence number).
type departures struct {
	next uint16
	list *[sentKept]departure // nil before the first one
	from time.Time            // what times are measured from
}

// departure is a packet that went out.
type departure struct {
	at     time.Duration
	size   uint16
	number uint16
	open   bool // not reported yet
}

// receipt is a packet that has come.
type receipt struct {
	took time.Duration // more or less than others
	size int           // bytes on the way
}

func (s *departures) add(at time.Time, size int) uint16 {
	if s.list == nil {
		s.list, s.from = &[sentKept]departure{}, at
	}
	n := s.next
	s.next++
	s.list[n%sentKept] = departure{at: at.Sub(s.from), size: uint16(min(size+frameBytes, 1<<16-1)), number: n, open: true}
	return n
}

// match finds the packets of a report that have come (draft-holmer-rmcat-transport-wide-cc-extensions-01, 3.1). One that it reports twice counts once.
func (s *departures) match(list []receipt, r *rtcp.TransportLayerCC) []receipt {
	if s.list == nil {
		return list
	}
	arrival := time.Duration(r.ReferenceTime) * 64 * time.Millisecond
	number, left, deltas := r.BaseSequenceNumber, int(r.PacketStatusCount), r.RecvDeltas
	one := func(symbol uint16) {
		d := &s.list[number%sentKept]
		if symbol != rtcp.TypeTCCPacketNotReceived && len(deltas) > 0 {
			arrival += time.Duration(deltas[0].Delta) * time.Microsecond
			deltas = deltas[1:]
			if d.open && d.number == number {
				d.open = false
				list = append(list, receipt{took: arrival - d.at, size: int(d.size)})
			}
		}
		number++
		left--
	}
	for _, chunk := range r.PacketChunks {
		switch c := chunk.(type) {
		case *rtcp.RunLengthChunk:
			for range min(left, int(c.RunLength)) {
				one(c.PacketStatusSymbol)
			}
		case *rtcp.StatusVectorChunk:
			for _, symbol := range c.SymbolList[:min(left, len(c.SymbolList))] {
				one(symbol)
			}
		}
	}
	return list
}
