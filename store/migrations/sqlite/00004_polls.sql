-- +goose Up
CREATE TABLE polls (
    id           TEXT PRIMARY KEY,
    workspace_id TEXT NOT NULL REFERENCES workspaces (id),
    room_id      TEXT,
    alias        TEXT,
    title        TEXT NOT NULL,
    type         TEXT NOT NULL,
    duration     INTEGER NOT NULL,
    anonymous    BOOLEAN NOT NULL,
    mode         TEXT NOT NULL,
    start        TEXT NOT NULL,
    voters       TEXT NOT NULL,
    viewers      TEXT NOT NULL,
    questions    TEXT NOT NULL,
    created_by   TEXT NOT NULL,
    created_at   TIMESTAMP NOT NULL,
    updated_at   TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX polls_of_room ON polls (room_id, alias);

CREATE TABLE poll_runs (
    id         TEXT PRIMARY KEY,
    poll_id    TEXT NOT NULL REFERENCES polls (id),
    session_id TEXT NOT NULL,
    room_id    TEXT NOT NULL,
    questions  TEXT NOT NULL,
    peers      INTEGER NOT NULL,
    started_by TEXT NOT NULL,
    started_at TIMESTAMP NOT NULL,
    ends_at    TIMESTAMP,
    stopped_by TEXT NOT NULL,
    stopped_at TIMESTAMP
);
CREATE UNIQUE INDEX one_run_of_poll_in_session ON poll_runs (session_id, poll_id);
CREATE INDEX poll_runs_of_poll ON poll_runs (poll_id, id);
CREATE INDEX poll_runs_due ON poll_runs (ends_at) WHERE stopped_at IS NULL;

-- The unique index is what keeps a voter from having two votes, however many come at once.
CREATE TABLE poll_responses (
    id         TEXT PRIMARY KEY,
    poll_id    TEXT NOT NULL REFERENCES polls (id),
    run_id     TEXT NOT NULL REFERENCES poll_runs (id),
    session_id TEXT NOT NULL,
    voter      TEXT NOT NULL,
    question   INTEGER NOT NULL,
    options    TEXT NOT NULL,
    text       TEXT NOT NULL,
    skipped    BOOLEAN NOT NULL,
    correct    BOOLEAN NOT NULL,
    score      INTEGER NOT NULL,
    duration   INTEGER NOT NULL,
    current    BOOLEAN NOT NULL,
    first_id   TEXT,
    retries    INTEGER NOT NULL,
    peer_id    TEXT NOT NULL,
    user_id    TEXT NOT NULL,
    name       TEXT NOT NULL,
    sent_at    TIMESTAMP NOT NULL
);
CREATE UNIQUE INDEX one_current_response ON poll_responses (run_id, voter, question) WHERE current;
CREATE INDEX poll_responses_of_run ON poll_responses (run_id, id);
CREATE INDEX poll_responses_of_poll ON poll_responses (poll_id, id);
