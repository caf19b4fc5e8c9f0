-- create --
-- Every run with its totals: issued = settled + returned + pending.
CREATE TABLE {payment_runs} (
    run_id          text PRIMARY KEY,
    organisation_id text NOT NULL,
    programme       text NOT NULL,
    month           text NOT NULL,
    status          text NOT NULL,
    lines           integer NOT NULL,
    total_fen       bigint NOT NULL,
    settled         integer NOT NULL DEFAULT 0,
    settled_fen     bigint NOT NULL DEFAULT 0,
    returned        integer NOT NULL DEFAULT 0,
    returned_fen    bigint NOT NULL DEFAULT 0,
    roster_hash     text NOT NULL,
    file_hash       text,
    file_name       text,
    splits          jsonb NOT NULL,
    corrects        text,
    prepared_by     text NOT NULL,
    reviewed_by     text,
    approved_by     text,
    sent_by         text,
    drawn_on        date,
    sent_on         date,
    position        bigint NOT NULL
);

-- index --
-- By organisation, programme and month.
CREATE INDEX ON {payment_runs} (organisation_id, programme, month);
CREATE INDEX ON {payment_runs} (month, run_id);

-- on RunDrawn --
-- A run comes into force with its header.
INSERT INTO {payment_runs} (run_id, organisation_id, programme, month, status, lines, total_fen, roster_hash, splits,
                            corrects, prepared_by, drawn_on, position)
SELECT data->>'run_id', data->>'organisation_id', data->>'programme', data->>'month', 'drawn',
       (data->>'lines')::integer, (data->>'total_fen')::bigint, data->>'roster_hash', data->'splits', data->>'corrects',
       data->'actor'->>'operator_id', (data->>'occurred_on')::date, position
FROM batch WHERE type = 'RunDrawn';

-- on RunReviewed --
-- Who reviewed it.
UPDATE {payment_runs} r SET reviewed_by = b.data->'actor'->>'operator_id'
FROM (SELECT DISTINCT ON (data->>'run_id') data FROM batch WHERE type = 'RunReviewed'
      ORDER BY data->>'run_id', position DESC) b
WHERE r.run_id = b.data->>'run_id';

-- on RunApproved --
-- Who approved it.
UPDATE {payment_runs} r SET approved_by = b.data->'actor'->>'operator_id'
FROM (SELECT DISTINCT ON (data->>'run_id') data FROM batch WHERE type = 'RunApproved'
      ORDER BY data->>'run_id', position DESC) b
WHERE r.run_id = b.data->>'run_id';

-- on RunSent --
-- Who sent it, when, and the file.
UPDATE {payment_runs} r SET sent_by = b.data->'actor'->>'operator_id', sent_on = (b.data->>'occurred_on')::date,
       file_hash = b.data->>'file_hash', file_name = b.data->>'file_name'
FROM (SELECT DISTINCT ON (data->>'run_id') data FROM batch WHERE type = 'RunSent'
      ORDER BY data->>'run_id', position DESC) b
WHERE r.run_id = b.data->>'run_id';

-- on RunReconciled --
-- What return files said, added up.
UPDATE {payment_runs} r SET settled = r.settled + b.settled, settled_fen = r.settled_fen + b.settled_fen,
       returned = r.returned + b.returned, returned_fen = r.returned_fen + b.returned_fen
FROM (SELECT data->>'run_id' AS run_id, sum((data->>'settled')::integer) AS settled,
             sum((data->>'settled_fen')::bigint) AS settled_fen, sum((data->>'returned')::integer) AS returned,
             sum((data->>'returned_fen')::bigint) AS returned_fen
      FROM batch WHERE type = 'RunReconciled' GROUP BY 1) b
WHERE r.run_id = b.run_id;

-- on RunAbandoned, RunReviewed, RunApproved, RunSent, RunReconciled --
-- The status its latest step gave it.
UPDATE {payment_runs} r SET position = b.position, status = CASE b.type
       WHEN 'RunAbandoned' THEN 'abandoned' WHEN 'RunReviewed' THEN 'reviewed' WHEN 'RunApproved' THEN 'approved'
       ELSE 'sent' END
FROM (SELECT DISTINCT ON (data->>'run_id') data->>'run_id' AS run_id, type, position FROM batch
      WHERE type IN ('RunAbandoned', 'RunReviewed', 'RunApproved', 'RunSent')
      ORDER BY data->>'run_id', position DESC) b
WHERE r.run_id = b.run_id;
-- Reconciled once every line is settled or returned.
UPDATE {payment_runs} r SET position = greatest(r.position, b.position),
       status = CASE WHEN r.settled + r.returned = r.lines THEN 'reconciled' ELSE r.status END
FROM (SELECT data->>'run_id' AS run_id, max(position) AS position FROM batch
      WHERE type = 'RunReconciled' GROUP BY 1) b
WHERE r.run_id = b.run_id;
