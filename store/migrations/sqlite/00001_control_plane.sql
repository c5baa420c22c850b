-- +goose Up
CREATE TABLE workspaces (
    id                  TEXT PRIMARY KEY,
    app_id              TEXT NOT NULL UNIQUE,
    name                TEXT NOT NULL,
    region              TEXT NOT NULL,
    default_template_id TEXT NOT NULL,
    room_links_enabled  BOOLEAN NOT NULL,
    webhook_url         TEXT,
    webhook_headers     BLOB,
    created_at          TIMESTAMP NOT NULL,
    updated_at          TIMESTAMP NOT NULL
);

CREATE TABLE keys (
    id           TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    secret       BLOB NOT NULL,
    created_at   TIMESTAMP NOT NULL,
    revoked_at   TIMESTAMP
);
CREATE INDEX keys_of_workspace ON keys (workspace_id, created_at, id);

CREATE TABLE operators (
    id            TEXT PRIMARY KEY,
    name          TEXT NOT NULL UNIQUE,
    password_hash TEXT NOT NULL,
    created_at    TIMESTAMP NOT NULL,
    updated_at    TIMESTAMP NOT NULL
);

CREATE TABLE templates (
    id            TEXT PRIMARY KEY,
    workspace_id  TEXT NOT NULL REFERENCES workspaces (id),
    name          TEXT NOT NULL,
    region        TEXT NOT NULL,
    settings      TEXT NOT NULL,
    destinations  BLOB NOT NULL,
    plugins       TEXT NOT NULL,
    recordings    TEXT NOT NULL,
    extra         TEXT NOT NULL,
    subdomain     TEXT UNIQUE,
    custom_domain TEXT UNIQUE,
    created_at    TIMESTAMP NOT NULL,
    updated_at    TIMESTAMP NOT NULL,
    UNIQUE (workspace_id, name)
);
CREATE INDEX templates_of_workspace ON templates (workspace_id, id);

CREATE TABLE roles (
    template_id TEXT NOT NULL REFERENCES templates (id),
    name        TEXT NOT NULL,
    document    TEXT NOT NULL,
    created_at  TIMESTAMP NOT NULL,
    updated_at  TIMESTAMP NOT NULL,
    PRIMARY KEY (template_id, name)
);

CREATE TABLE rooms (
    id                   TEXT PRIMARY KEY,
    workspace_id         TEXT NOT NULL REFERENCES workspaces (id),
    template_id          TEXT NOT NULL REFERENCES templates (id),
    name                 TEXT NOT NULL,
    name_key             TEXT NOT NULL,
    description          TEXT NOT NULL,
    enabled              BOOLEAN NOT NULL,
    region               TEXT NOT NULL,
    recording_info       TEXT,
    large_room           BOOLEAN NOT NULL,
    size                 INTEGER,
    max_duration_seconds INTEGER,
    polls                TEXT,
    webhook_url          TEXT,
    webhook_headers      BLOB,
    created_at           TIMESTAMP NOT NULL,
    updated_at           TIMESTAMP NOT NULL,
    UNIQUE (workspace_id, name_key)
);
CREATE INDEX rooms_of_workspace ON rooms (workspace_id, id);
CREATE INDEX rooms_of_template ON rooms (template_id);

-- A code is never deleted: the unique index is what keeps it from being given out again.
CREATE TABLE codes (
    id         TEXT PRIMARY KEY,
    code       TEXT NOT NULL UNIQUE,
    room_id    TEXT NOT NULL REFERENCES rooms (id),
    role       TEXT NOT NULL,
    enabled    BOOLEAN NOT NULL,
    orphaned   BOOLEAN NOT NULL,
    retires_at TIMESTAMP,
    not_before TIMESTAMP,
    expires_at TIMESTAMP,
    max_uses   INTEGER,
    uses       INTEGER NOT NULL,
    user_id    TEXT,
    label      TEXT,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX codes_of_room ON codes (room_id, role, id);

-- Who has used a code that counts its uses.
CREATE TABLE code_uses (
    code_id TEXT NOT NULL REFERENCES codes (id),
    user_id TEXT NOT NULL,
    used_at TIMESTAMP NOT NULL,
    PRIMARY KEY (code_id, user_id)
);

CREATE TABLE stream_keys (
    id         TEXT PRIMARY KEY,
    room_id    TEXT NOT NULL REFERENCES rooms (id),
    key        BLOB NOT NULL,
    enabled    BOOLEAN NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX stream_keys_of_room ON stream_keys (room_id, id);
CREATE UNIQUE INDEX one_active_stream_key ON stream_keys (room_id) WHERE enabled;
