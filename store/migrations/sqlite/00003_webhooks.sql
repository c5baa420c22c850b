-- +goose Up
-- The outbox: an event on its way to a webhook.
CREATE TABLE deliveries (
    id           TEXT PRIMARY KEY,
    event_id     TEXT NOT NULL,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    room_id      TEXT NOT NULL REFERENCES rooms (id),
    seq          INTEGER NOT NULL,
    type         TEXT NOT NULL,
    body         TEXT NOT NULL,
    state        TEXT NOT NULL,
    attempts     INTEGER NOT NULL,
    due_at       TIMESTAMP,
    url          TEXT,
    problem      TEXT,
    settled_at   TIMESTAMP,
    created_at   TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX deliveries_of_room ON deliveries (room_id, seq);
CREATE INDEX due_deliveries ON deliveries (room_id, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX settled_deliveries ON deliveries (workspace_id, settled_at, id) WHERE settled_at IS NOT NULL;

CREATE TABLE lanes (
    room_id      TEXT PRIMARY KEY REFERENCES rooms (id),
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    seq          INTEGER NOT NULL,
    tried        INTEGER NOT NULL,
    due_at       TIMESTAMP,
    lease        TEXT NOT NULL,
    leased_until TIMESTAMP
);
CREATE INDEX due_lanes ON lanes (due_at, room_id) WHERE due_at IS NOT NULL;

CREATE TABLE webhook_secrets (
    id           TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    secret       BLOB NOT NULL,
    retires_at   TIMESTAMP,
    created_at   TIMESTAMP NOT NULL
);
CREATE INDEX webhook_secrets_of_workspace ON webhook_secrets (workspace_id, id);

CREATE TABLE replays (
    id           TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    request      TEXT NOT NULL,
    start_time   TIMESTAMP NOT NULL,
    end_time     TIMESTAMP NOT NULL,
    room_id      TEXT NOT NULL,
    event_names  TEXT NOT NULL,
    status       TEXT NOT NULL,
    max_events   INTEGER NOT NULL,
    skip         INTEGER NOT NULL,
    state        TEXT NOT NULL,
    total        INTEGER NOT NULL,
    completed    INTEGER NOT NULL,
    failed       INTEGER NOT NULL,
    failures     TEXT NOT NULL,
    position     TEXT NOT NULL,
    lease        TEXT NOT NULL,
    leased_until TIMESTAMP,
    started_at   TIMESTAMP NOT NULL,
    completed_at TIMESTAMP
);
-- An identical replay is joined, not run twice.
CREATE UNIQUE INDEX one_running_replay ON replays (workspace_id, request) WHERE state = 'Running';

CREATE TABLE analytics_events (
    id           TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    room_id      TEXT NOT NULL REFERENCES rooms (id),
    type         TEXT NOT NULL,
    session_id   TEXT NOT NULL,
    peer_id      TEXT NOT NULL,
    user_id      TEXT NOT NULL,
    beam_id      TEXT NOT NULL,
    problem      BOOLEAN NOT NULL,
    data         TEXT NOT NULL,
    created_at   TIMESTAMP NOT NULL
);
CREATE INDEX analytics_events_of_room ON analytics_events (workspace_id, room_id, id);
