package store

import (
	"context"

	"foyer/models"
)

var insertPeers = bulk{
	before: `INSERT INTO peers (id, peer_id, session_id, room_id, user_id, name, data, role, kind, dialect, "groups", observed, token, agent,
		joined_at, lost_at, left_at, reason, message) VALUES `,
	kinds: make([]string, 19),
}

// InsertPeers writes down who came in. Kind Conflict when one is there already.
func (s *Store) InsertPeers(ctx context.Context, peers []*models.Peer) error {
	args := make([]any, 0, len(peers)*len(insertPeers.kinds))
	for _, p := range peers {
		args = append(args, string(p.ID), p.PeerID, string(p.SessionID), string(p.RoomID), p.UserID, p.Name, p.Data, p.Role, p.Kind,
			p.Dialect, p.Groups, p.Observed, p.Token, p.Agent, p.JoinedAt, p.LostAt, p.LeftAt, p.Reason, p.Message)
	}
	_, err := insertPeers.run(ctx, s, args)
	return err
}

var keepPeers = bulk{
	before: "WITH v (peer, role, name, data, teams, observed, lost_at) AS (VALUES ",
	after: `) UPDATE peers SET role = v.role, name = v.name, data = v.data, "groups" = v.teams, observed = v.observed, lost_at = v.lost_at
		FROM v WHERE peers.id = v.peer AND peers.left_at IS NULL`,
	kinds: []string{"text", "text", "text", "text", "text", "text", "timestamptz"},
}

// KeepPeers writes what can change of peers; who has left stays as it was.
func (s *Store) KeepPeers(ctx context.Context, peers []*models.Peer) error {
	args := make([]any, 0, len(peers)*len(keepPeers.kinds))
	for _, p := range peers {
		args = append(args, string(p.ID), p.Role, p.Name, p.Data, p.Groups, p.Observed, p.LostAt)
	}
	_, err := keepPeers.run(ctx, s, args)
	return err
}

var endPeers = bulk{
	before: "WITH v (peer, at, reason, message) AS (VALUES ",
	after: `) UPDATE peers SET left_at = v.at, reason = v.reason, message = v.message
		FROM v WHERE peers.id = v.peer AND peers.left_at IS NULL RETURNING id`,
	kinds: []string{"text", "timestamptz", "text", "text"}, returns: true,
}

// EndPeers ends the stays of peers at their LeftAt, and says whose had not ended yet.
func (s *Store) EndPeers(ctx context.Context, peers []*models.Peer) ([]models.ID, error) {
	args := make([]any, 0, len(peers)*len(endPeers.kinds))
	for _, p := range peers {
		args = append(args, string(p.ID), *p.LeftAt, p.Reason, p.Message)
	}
	return endPeers.run(ctx, s, args)
}

// Stayed reports whether a client's peer was in one of a room's last sessions.
func (s *Store) Stayed(ctx context.Context, room models.ID, peer string) (bool, error) {
	found, err := many[models.ID](ctx, s.reader, `SELECT id FROM peers WHERE peer_id = ? AND session_id IN
		(SELECT id FROM sessions WHERE room_id = ? ORDER BY id DESC LIMIT 4) LIMIT 1`, peer, room)
	return len(found) > 0, err
}
