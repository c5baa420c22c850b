-- +goose Up
-- How a peer's media did over a stay.
CREATE TABLE measurements (
    id           TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    room_id      TEXT NOT NULL REFERENCES rooms (id),
    session_id   TEXT NOT NULL REFERENCES sessions (id),
    peer_id      TEXT NOT NULL,
    series       TEXT NOT NULL,
    created_at   TIMESTAMPTZ NOT NULL
);
CREATE INDEX measurements_of_peer ON measurements (session_id, peer_id, id);
CREATE INDEX measurements_by_age ON measurements (created_at);
