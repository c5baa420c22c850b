-- +goose Up
-- What is special about a room of another protocol, and when it closes.
ALTER TABLE rooms ADD COLUMN rules TEXT;
ALTER TABLE rooms ADD COLUMN expires_at TIMESTAMP;

-- What a room is called in another protocol. A name is one room's while it is open, and free again when that closes.
CREATE TABLE aliases (
    id         TEXT PRIMARY KEY,
    dialect    TEXT NOT NULL,
    name       TEXT NOT NULL,
    room_id    TEXT NOT NULL REFERENCES rooms (id),
    account_id TEXT NOT NULL,
    kept       BOOLEAN NOT NULL,
    password   BLOB,
    creator    BLOB,
    created_at TIMESTAMP NOT NULL,
    closed_at  TIMESTAMP
);
CREATE UNIQUE INDEX open_aliases ON aliases (dialect, name) WHERE closed_at IS NULL;
CREATE INDEX aliases_of_room ON aliases (room_id);
