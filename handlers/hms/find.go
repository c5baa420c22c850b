package hms

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"foyer/fault"
	"foyer/hub"
)

// Bounds of a search.
const (
	findsKept   = 8   // searches that can be gone on with; the oldest is forgotten
	foundAtOnce = 100 // peers of a page
)

// finds are the searches of a client that have not ended. Owned by its read loop.
type finds struct {
	list []find
	last int
}

// find is what is left of a search: ids, since the peers change.
type find struct {
	iterator string
	left     []string
	total    int
}

// found is a page of peers.
type found struct {
	Iterator string    `json:"iterator"`
	Total    int       `json:"total"`
	EOF      bool      `json:"eof"`
	Peers    []rawCard `json:"peers"`
}

// rawCard is a card that is written already.
type rawCard []byte

// MarshalJSON is encoding/json's.
func (c rawCard) MarshalJSON() ([]byte, error) { return c, nil }

func (p *client) getPeer(_ context.Context, c call) ([]byte, error) {
	params, err := read[struct {
		Peer string `json:"peer_id"`
	}](c)
	if err != nil {
		return nil, err
	}
	card, err := p.line.Find(params.Peer)
	if err != nil {
		return nil, err
	}
	return writeCard(card), nil
}

func (p *client) findPeers(_ context.Context, c call) ([]byte, error) {
	params, err := read[struct {
		Limit int      `json:"limit"`
		Role  string   `json:"role"`
		Group string   `json:"group"`
		Peers []string `json:"peers"`
	}](c)
	if err != nil {
		return nil, err
	}
	cards, err := p.line.Cards()
	if err != nil {
		return nil, err
	}
	f := find{}
	for _, card := range cards {
		fits := (params.Role == "" || card.Role == params.Role) && (params.Group == "" || slices.Contains(card.Groups, params.Group)) &&
			(len(params.Peers) == 0 || slices.Contains(params.Peers, card.ID))
		if fits {
			f.left = append(f.left, card.ID)
		}
	}
	f.total = len(f.left)
	p.finds.last++
	f.iterator = "it" + strconv.Itoa(p.finds.last)
	return p.page(f, params.Limit)
}

func (p *client) findMore(_ context.Context, c call) ([]byte, error) {
	params, err := read[struct {
		Iterator string `json:"iterator"`
		Limit    int    `json:"limit"`
	}](c)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(p.finds.list, func(f find) bool { return f.iterator == params.Iterator })
	if i < 0 {
		return nil, fault.New(fault.NotFound, "unknown iterator")
	}
	f := p.finds.list[i]
	p.finds.list = slices.Delete(p.finds.list, i, i+1)
	return p.page(f, params.Limit)
}

// page answers the next peers of a search, and keeps the rest of it.
func (p *client) page(f find, limit int) ([]byte, error) {
	n := min(len(f.left), foundAtOnce)
	if limit > 0 {
		n = min(n, limit)
	}
	page := found{Iterator: f.iterator, Total: f.total, Peers: []rawCard{}}
	for _, id := range f.left[:n] {
		if card, err := p.line.Find(id); err == nil { // who has left meanwhile is left out
			page.Peers = append(page.Peers, writeCard(card))
		}
	}
	f.left = f.left[n:]
	page.EOF = len(f.left) == 0
	if !page.EOF {
		if len(p.finds.list) >= findsKept {
			p.finds.list = slices.Delete(p.finds.list, 0, 1)
		}
		p.finds.list = append(p.finds.list, f)
	}
	return marshal(page), nil
}

// name is a peer in the answer to a search by name.
type name struct {
	PeerID string `json:"peer_id"`
	Name   string `json:"name"`
	Role   string `json:"role"`
	Type   string `json:"type"`
}

func (p *client) searchNames(_ context.Context, c call) ([]byte, error) {
	params, err := read[struct {
		Query  string `json:"query"`
		Limit  int    `json:"limit"`
		Offset int    `json:"offset"`
	}](c)
	if err != nil {
		return nil, err
	}
	cards, err := p.line.Cards()
	if err != nil {
		return nil, err
	}
	wanted := strings.ToLower(params.Query)
	cards = slices.DeleteFunc(cards, func(c *hub.Card) bool { return !strings.Contains(strings.ToLower(c.Name), wanted) })
	from := min(max(params.Offset, 0), len(cards))
	to := len(cards)
	if params.Limit > 0 {
		to = min(to, from+params.Limit)
	}
	to = min(to, from+foundAtOnce)
	names := make([]name, 0, to-from)
	for _, card := range cards[from:to] {
		names = append(names, name{PeerID: card.ID, Name: card.Name, Role: card.Role, Type: card.Kind})
	}
	return marshal(map[string]any{
		"count": len(names), "limit": params.Limit, "offset": to, "eof": to == len(cards), "peers": names,
	}), nil
}
