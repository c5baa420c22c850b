-- What 00004 adds: polls, their runs, and the responses.
INSERT INTO polls
    (id, workspace_id, room_id, alias, title, type, duration, anonymous, mode, start, voters, viewers, questions, created_by,
     created_at, updated_at)
VALUES
    ('65f000000000000000000100', '65f000000000000000000001', NULL, NULL, 'first', 'quiz', 60, FALSE, 'userid', 'auto', '["guest"]', '[]',
     '[{"Text":"how many?","Type":"single-choice","Answer":{"Options":[2]},"Options":[{"Text":"one"},{"Text":"two"}]}]', '',
     '2024-03-12 07:07:01+00:00', '2024-03-12 07:07:01.5+00:00'),
    ('65f000000000000000000101', '65f000000000000000000001', '65f000000000000000000030', '1710227000000', '', 'poll', 0, TRUE, 'peerid',
     'manual', '[]', '["host"]', '[]', 'peer', '2024-03-12 07:07:02+00:00', '2024-03-12 07:07:02+00:00');

INSERT INTO poll_runs
    (id, poll_id, session_id, room_id, questions, peers, started_by, started_at, ends_at, stopped_by, stopped_at)
VALUES
    ('65f000000000000000000110', '65f000000000000000000100', '65f0000000000000000000e0', '65f000000000000000000030',
     '[{"Text":"how many?","Type":"single-choice","Options":[{"Text":"one"},{"Text":"two"}]}]', 2, 'peer',
     '2024-03-12 07:07:03+00:00', '2024-03-12 07:08:03+00:00', 'peer', '2024-03-12 07:07:53.25+00:00'),
    ('65f000000000000000000111', '65f000000000000000000100', '65f0000000000000000000e1', '65f000000000000000000030', '[]', 0, '',
     '2024-03-12 07:07:04+00:00', NULL, '', NULL);

INSERT INTO poll_responses
    (id, poll_id, run_id, session_id, voter, question, options, text, skipped, correct, score, duration, current, first_id, retries,
     peer_id, user_id, name, sent_at)
VALUES
    ('65f000000000000000000120', '65f000000000000000000100', '65f000000000000000000110', '65f0000000000000000000e0', 'digest', 1, '[1]', '',
     FALSE, FALSE, 0, 900, FALSE, NULL, 0, 'peer', 'user', 'Ann', '2024-03-12 07:07:05+00:00'),
    ('65f000000000000000000121', '65f000000000000000000100', '65f000000000000000000110', '65f0000000000000000000e0', 'digest', 1, '[2]', '',
     FALSE, TRUE, 1, 500, TRUE, '65f000000000000000000120', 1, 'peer', 'user', 'Ann', '2024-03-12 07:07:06.001+00:00');
