-- What 00007 adds: accounts of Room Codes, their keys, and what they have paid.
INSERT INTO accounts
    (id, workspace_id, name, plan, day, daily_left, used, rollover, frozen, parked, created_at, updated_at)
VALUES
    ('65f000000000000000000200', '65f000000000000000000001', 'default', 'unlimited', 19794, 0, 110, 0, 0, 0,
     '2024-03-12 07:08:01+00:00', '2024-03-12 07:08:01.5+00:00'),
    ('65f000000000000000000201', '65f000000000000000000001', 'former', 'free', 19794, 990, 10, 0, 25000, 20000,
     '2024-03-12 07:08:02+00:00', '2024-03-12 07:08:03+00:00');

INSERT INTO api_keys (id, account_id, digest, created_at, revoked_at)
VALUES
    ('65f000000000000000000210', '65f000000000000000000200', 'b4d3ae7f70387e7fb3bd8a3d6fe21c52a98ad4dc5d1b2ff48d8b7d3b7a0a7b1e',
     '2024-03-12 07:08:04+00:00', NULL),
    ('65f000000000000000000211', '65f000000000000000000201', '0c6a5f0e2f3f42d8a1a6f2bb7c2ee1f0b0d3a6e6f3e1d0c9b8a7968574635241',
     '2024-03-12 07:08:05+00:00', '2024-03-12 07:08:06.25+00:00');

INSERT INTO ledger (id, account_id, action, cost, room_id, at)
VALUES
    ('65f000000000000000000220', '65f000000000000000000200', 'requestroom', 10, '65f000000000000000000030', '2024-03-12 07:08:07+00:00'),
    ('65f000000000000000000221', '65f000000000000000000200', 'message', -40, '', '2024-03-12 07:08:08.001+00:00');
