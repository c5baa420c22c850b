-- +goose Up
CREATE TABLE sessions (
    id           TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    room_id      TEXT NOT NULL REFERENCES rooms (id),
    template_id  TEXT NOT NULL REFERENCES templates (id),
    room_name    TEXT NOT NULL,
    created_at   TIMESTAMPTZ NOT NULL,
    ended_at     TIMESTAMPTZ,
    state        TEXT
);
CREATE INDEX sessions_of_workspace ON sessions (workspace_id, id);
CREATE INDEX sessions_of_room ON sessions (room_id, id);
CREATE INDEX live_sessions ON sessions (workspace_id, id) WHERE ended_at IS NULL;
CREATE UNIQUE INDEX one_live_session ON sessions (room_id) WHERE ended_at IS NULL;

-- A stay of somebody in a session: a leg of attendance.
CREATE TABLE peers (
    id         TEXT PRIMARY KEY,
    peer_id    TEXT NOT NULL,
    session_id TEXT NOT NULL REFERENCES sessions (id),
    room_id    TEXT NOT NULL,
    user_id    TEXT NOT NULL,
    name       TEXT NOT NULL,
    data       TEXT NOT NULL,
    role       TEXT NOT NULL,
    kind       TEXT NOT NULL,
    dialect    TEXT NOT NULL,
    groups     TEXT NOT NULL,
    observed   TEXT NOT NULL,
    token      TEXT NOT NULL,
    agent      TEXT NOT NULL,
    joined_at  TIMESTAMPTZ NOT NULL,
    lost_at    TIMESTAMPTZ,
    left_at    TIMESTAMPTZ,
    reason     TEXT NOT NULL,
    message    TEXT NOT NULL
);
CREATE INDEX peers_of_session ON peers (session_id, id);
CREATE INDEX open_peers ON peers (session_id) WHERE left_at IS NULL;

-- Who waits at a room's door, in order.
CREATE TABLE queues (
    room_id TEXT PRIMARY KEY REFERENCES rooms (id),
    waiters TEXT NOT NULL
);

-- When a node was last known to live, and what it wrote last.
CREATE TABLE heartbeat (
    node    TEXT PRIMARY KEY,
    beat_at TIMESTAMPTZ NOT NULL,
    mark    TEXT NOT NULL
);

CREATE TABLE bans (
    id         TEXT PRIMARY KEY,
    room_id    TEXT NOT NULL REFERENCES rooms (id),
    key        TEXT NOT NULL,
    user_id    TEXT NOT NULL,
    reason     TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    until      TIMESTAMPTZ NOT NULL
);
CREATE INDEX bans_of_room ON bans (room_id, key);

-- Tokens that open their room no more.
CREATE TABLE revocations (
    token   TEXT PRIMARY KEY,
    room_id TEXT NOT NULL REFERENCES rooms (id),
    until   TIMESTAMPTZ NOT NULL
);
CREATE INDEX revocations_by_end ON revocations (until);
