-- +goose Up
CREATE TABLE chat_users (
    name          TEXT PRIMARY KEY,
    password_hash TEXT NOT NULL,
    admin         BOOLEAN NOT NULL,
    banned        BOOLEAN NOT NULL,
    active_at     TIMESTAMP NOT NULL,
    heartbeat_at  TIMESTAMP,
    created_at    TIMESTAMP NOT NULL
);
CREATE INDEX chat_users_online ON chat_users (heartbeat_at) WHERE heartbeat_at IS NOT NULL;

CREATE TABLE chat_tokens (
    digest     TEXT PRIMARY KEY,
    user_name  TEXT NOT NULL REFERENCES chat_users (name),
    retired    BOOLEAN NOT NULL,
    created_at TIMESTAMP NOT NULL,
    used_at    TIMESTAMP NOT NULL,
    expires_at TIMESTAMP NOT NULL
);
CREATE INDEX chat_tokens_of_user ON chat_tokens (user_name, created_at);
CREATE INDEX chat_tokens_by_end ON chat_tokens (expires_at);

CREATE TABLE chat_tickets (
    digest       TEXT PRIMARY KEY,
    user_name    TEXT NOT NULL,
    token_digest TEXT NOT NULL,
    expires_at   TIMESTAMP NOT NULL
);
CREATE INDEX chat_tickets_by_end ON chat_tickets (expires_at);

CREATE TABLE chat_rooms (
    id              TEXT PRIMARY KEY,
    private         BOOLEAN NOT NULL,
    name            TEXT NOT NULL,
    creator         TEXT NOT NULL,
    last_message_at TIMESTAMP,
    created_at      TIMESTAMP NOT NULL
);
CREATE INDEX public_chat_rooms ON chat_rooms (created_at, id) WHERE NOT private;
CREATE INDEX chat_rooms_of_creator ON chat_rooms (creator);

-- A member need not have an account yet.
CREATE TABLE chat_members (
    room_id   TEXT NOT NULL REFERENCES chat_rooms (id),
    user_name TEXT NOT NULL,
    position  INTEGER NOT NULL,
    PRIMARY KEY (room_id, user_name)
);
CREATE INDEX chat_rooms_of_member ON chat_members (user_name, room_id);

CREATE TABLE chat_presences (
    room_id   TEXT NOT NULL REFERENCES chat_rooms (id),
    user_name TEXT NOT NULL,
    joined_at TIMESTAMP NOT NULL,
    seen_at   TIMESTAMP NOT NULL,
    PRIMARY KEY (room_id, user_name)
);
CREATE INDEX chat_presences_by_end ON chat_presences (seen_at);

CREATE TABLE chat_messages (
    id         TEXT PRIMARY KEY,
    room_id    TEXT NOT NULL REFERENCES chat_rooms (id),
    user_name  TEXT NOT NULL,
    content    TEXT NOT NULL,
    created_at TIMESTAMP NOT NULL
);
CREATE INDEX chat_messages_of_room ON chat_messages (room_id, id);
