-- +goose Up
-- Until when somebody may be banned from a room, or a token refused: it spares every other exchange a second question.
ALTER TABLE rooms ADD COLUMN guarded_until TIMESTAMPTZ;
