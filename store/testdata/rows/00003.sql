-- Rows that schema version 3 added: two in every new table, with and without what may be absent.
INSERT INTO deliveries
    (id, event_id, workspace_id, room_id, seq, type, body, state, attempts, due_at, url, problem, settled_at, created_at)
VALUES
    ('65f000000000000000000070', '9e0c9a36-1f4e-4c1c-8a93-55c1f0f5d001', '65f000000000000000000001', '65f000000000000000000030', 1,
     'session.open.success', '{"version":"2.0"}', 'failed', 4, NULL, 'https://example.com/room', 'unexpected status 500',
     '2024-03-12 07:06:30.5+00:00', '2024-03-12 07:06:16+00:00'),
    ('65f000000000000000000071', '9e0c9a36-1f4e-4c1c-8a93-55c1f0f5d002', '65f000000000000000000001', '65f000000000000000000030', 2,
     'peer.join.success', '{"version":"2.0"}', 'queued', 0, '2024-03-12 07:06:16+00:00', NULL, NULL, NULL, '2024-03-12 07:06:16+00:00');

INSERT INTO lanes (room_id, workspace_id, seq, tried, due_at, lease, leased_until)
VALUES
    ('65f000000000000000000030', '65f000000000000000000001', 2, 1, '2024-03-12 07:06:16+00:00', 'node', '2024-03-12 07:07:16+00:00'),
    ('65f000000000000000000031', '65f000000000000000000003', 7, 7, NULL, '', NULL);

INSERT INTO webhook_secrets (id, workspace_id, secret, retires_at, created_at)
VALUES
    ('65f000000000000000000072', '65f000000000000000000001', bytes'0107', '2034-03-13 07:06:17+00:00', '2024-03-12 07:06:17+00:00'),
    ('65f000000000000000000073', '65f000000000000000000001', bytes'0108', NULL, '2024-03-12 07:06:18+00:00');

INSERT INTO replays
    (id, workspace_id, request, start_time, end_time, room_id, event_names, status, max_events, skip, state, total, completed, failed,
     failures, position, lease, leased_until, started_at, completed_at)
VALUES
    ('65f000000000000000000074', '65f000000000000000000001', '{}', '2024-03-11 07:06:19+00:00', '2024-03-12 07:06:19+00:00', '', '[]',
     'failed', 50000, 0, 'completed_with_failures', 2, 1, 1, '[{"event_id":"9e0c9a36-1f4e-4c1c-8a93-55c1f0f5d001"}]',
     '65f000000000000000000071', '', NULL, '2024-03-12 07:06:19+00:00', '2024-03-12 07:06:20+00:00'),
    ('65f000000000000000000075', '65f000000000000000000001', '{"status":"all"}', '2024-03-11 07:06:19+00:00',
     '2024-03-12 07:06:19+00:00', '65f000000000000000000030', '["peer.join.success"]', 'all', 10, 1, 'Running', 2, 0, 0, '[]', '', 'node',
     '2024-03-12 07:07:19+00:00', '2024-03-12 07:06:19+00:00', NULL);

INSERT INTO analytics_events
    (id, workspace_id, room_id, type, session_id, peer_id, user_id, beam_id, problem, data, created_at)
VALUES
    ('65f000000000000000000076', '65f000000000000000000001', '65f000000000000000000030', 'client.join.failed', '', 'peer', 'user', '', TRUE,
     '{"error_code":401}', '2024-03-12 07:06:21+00:00'),
    ('65f000000000000000000077', '65f000000000000000000001', '65f000000000000000000030', 'track.add.success', 'session', 'peer', 'user', '',
     FALSE, '{}', '2024-03-12 07:06:21.25+00:00');
