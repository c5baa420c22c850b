-- +goose Up
-- The checks are the last guard of what the charges keep by themselves: nobody spends what is not there.
CREATE TABLE accounts (
    id           TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    name         TEXT NOT NULL,
    plan         TEXT NOT NULL,
    day          INTEGER NOT NULL,
    daily_left   INTEGER NOT NULL CHECK (daily_left >= 0),
    used         INTEGER NOT NULL CHECK (used >= 0),
    rollover     INTEGER NOT NULL CHECK (rollover >= 0),
    frozen       INTEGER NOT NULL CHECK (frozen >= parked),
    parked       INTEGER NOT NULL CHECK (parked >= 0),
    created_at   TIMESTAMP NOT NULL,
    updated_at   TIMESTAMP NOT NULL,
    UNIQUE (workspace_id, name)
);

CREATE TABLE api_keys (
    id         TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    digest     TEXT NOT NULL UNIQUE,
    created_at TIMESTAMP NOT NULL,
    revoked_at TIMESTAMP
);
CREATE INDEX api_keys_of_account ON api_keys (account_id);

CREATE TABLE ledger (
    id         TEXT PRIMARY KEY,
    account_id TEXT NOT NULL REFERENCES accounts (id),
    action     TEXT NOT NULL,
    cost       INTEGER NOT NULL,
    room_id    TEXT NOT NULL,
    at         TIMESTAMP NOT NULL
);
CREATE INDEX ledger_of_account ON ledger (account_id, id);
