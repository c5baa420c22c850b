-- What 00008 adds: accounts, rooms, members, presence and messages of the chat.
INSERT INTO chat_users (name, password_hash, admin, banned, active_at, heartbeat_at, created_at)
VALUES
    ('ryo', '$argon2id$v=19$old', TRUE, FALSE, '2024-03-12 07:07:30+00:00', '2024-03-12 07:07:30.5+00:00', '2024-03-12 07:07:29+00:00'),
    ('alice', '$argon2id$v=19$old', FALSE, TRUE, '2024-03-12 07:07:31+00:00', NULL, '2024-03-12 07:07:31+00:00');

INSERT INTO chat_tokens (digest, user_name, retired, created_at, used_at, expires_at)
VALUES
    ('d1', 'ryo', FALSE, '2024-03-12 07:07:32+00:00', '2024-03-12 07:07:33.25+00:00', '2125-03-12 07:07:33.25+00:00'),
    ('d2', 'alice', TRUE, '2024-03-12 07:07:32+00:00', '2024-03-12 07:07:32+00:00', '2024-04-11 07:07:32+00:00');

INSERT INTO chat_tickets (digest, user_name, token_digest, expires_at)
VALUES
    ('t1', 'ryo', 'd1', '2024-03-12 07:08:33+00:00'),
    ('t2', 'alice', 'd2', '2024-03-12 07:08:34.001+00:00');

INSERT INTO chat_rooms (id, private, name, creator, last_message_at, created_at)
VALUES
    ('65f000000000000000000200', FALSE, 'General Chat', 'ryo', NULL, '2024-03-12 07:07:34+00:00'),
    ('65f000000000000000000201', TRUE, '@alice, @ryo', 'alice', '2024-03-12 07:07:36+00:00', '2024-03-12 07:07:35+00:00');

INSERT INTO chat_members (room_id, user_name, position)
VALUES
    ('65f000000000000000000201', 'ryo', 0),
    ('65f000000000000000000201', 'alice', 1);

INSERT INTO chat_presences (room_id, user_name, joined_at, seen_at)
VALUES
    ('65f000000000000000000200', 'alice', '2024-03-12 07:07:35+00:00', '2024-03-12 07:07:35+00:00'),
    ('65f000000000000000000201', 'ryo', '2024-03-12 07:07:35+00:00', '2024-03-12 07:07:36.5+00:00');

INSERT INTO chat_messages (id, room_id, user_name, content, created_at)
VALUES
    ('65f000000000000000000210', '65f000000000000000000201', 'alice', 'hello <you>', '2024-03-12 07:07:35.5+00:00'),
    ('65f000000000000000000211', '65f000000000000000000201', 'ryo', 'hi', '2024-03-12 07:07:36+00:00');
