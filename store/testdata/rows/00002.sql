-- What a Foyer of schema version 2 has more than one of version 1: two rows in every table, with and without what may be absent.
INSERT INTO sessions (id, workspace_id, room_id, template_id, room_name, created_at, ended_at, state)
VALUES
    ('65f000000000000000000060', '65f000000000000000000001', '65f000000000000000000030', '65f000000000000000000020', 'Demo',
     '2024-03-12 07:06:16+00:00', '2024-03-12 07:06:20.5+00:00', NULL),
    ('65f000000000000000000061', '65f000000000000000000001', '65f000000000000000000030', '65f000000000000000000020', 'Demo',
     '2024-03-12 07:06:21+00:00', NULL, '{"values":[{"key":"topic","version":1}]}');

INSERT INTO peers
    (id, peer_id, session_id, room_id, user_id, name, data, role, kind, dialect, groups, observed, token, agent, joined_at, lost_at, left_at,
     reason, message)
VALUES
    ('65f000000000000000000070', '5b1f0a52-7a0e-4d0c-8a44-8d1d2f7a9a01', '65f000000000000000000060', '65f000000000000000000030',
     'customer-42', 'Asha', '{}', 'host', 'regular', 'hms', '["stage"]', '["topic"]', 'token', '', '2024-03-12 07:06:16+00:00',
     '2024-03-12 07:06:19+00:00', '2024-03-12 07:06:20.5+00:00', 'peer kicked', 'enough'),
    ('65f000000000000000000071', '5b1f0a52-7a0e-4d0c-8a44-8d1d2f7a9a02', '65f000000000000000000061', '65f000000000000000000030',
     'made-up', '', '', 'guest', 'regular', 'hms', '[]', '[]', 'token', 'digest', '2024-03-12 07:06:21+00:00', NULL, NULL, '', '');

INSERT INTO queues (room_id, waiters)
VALUES
    ('65f000000000000000000030', '[{"PeerID":"early","UserID":"u","Name":"n","Data":"","Role":"guest","Token":"t","Since":"2024-03-12T07:06:22Z","Admitted":false}]'),
    ('65f000000000000000000031', '[]');

INSERT INTO heartbeat (node, beat_at, mark)
VALUES
    ('foyer', '2024-03-12 07:06:23+00:00', '65f000000000000000000080'),
    ('another', '2024-03-12 07:06:23+00:00', '');

INSERT INTO bans (id, room_id, key, user_id, reason, created_at, until)
VALUES
    ('65f000000000000000000090', '65f000000000000000000030', 'user:bad', 'bad', 'rude', '2024-03-12 07:06:24+00:00', '2034-03-12 07:06:24+00:00'),
    ('65f000000000000000000091', '65f000000000000000000030', 'from:digest', 'made-up', '', '2024-03-12 07:06:24+00:00', '2024-03-12 07:06:25+00:00');

INSERT INTO revocations (token, room_id, until)
VALUES
    ('gone', '65f000000000000000000030', '2034-03-12 07:06:24+00:00'),
    ('past', '65f000000000000000000030', '2024-03-12 07:06:25+00:00');
