-- create --
-- Funds, and per organisation what was allocated, committed, paid and returned. Organisation '' is the fund itself.
CREATE TABLE {funds} (
    fund_id     text PRIMARY KEY,
    name        text NOT NULL,
    source      text NOT NULL,
    year        integer NOT NULL,
    uses        text[] NOT NULL,
    document    text NOT NULL,
    received_on date,
    position    bigint NOT NULL
);
CREATE TABLE {fund_balances} (
    fund_id         text NOT NULL,
    organisation_id text NOT NULL,
    received_fen    bigint NOT NULL DEFAULT 0,
    allocated_fen   bigint NOT NULL DEFAULT 0,
    committed_fen   bigint NOT NULL DEFAULT 0,
    paid_fen        bigint NOT NULL DEFAULT 0,
    returned_fen    bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (fund_id, organisation_id)
);

-- on FundReceived --
-- A fund with its uses.
INSERT INTO {funds}
SELECT data->>'fund_id', data->>'name', data->>'source', (data->>'year')::integer,
       ARRAY(SELECT jsonb_array_elements_text(data->'uses')), data->>'document', (data->>'occurred_on')::date, position
FROM batch WHERE type = 'FundReceived';

-- on FundReceived, FundAllocated, RunDrawn, RunReconciled, ImprestAdvanced, ImprestReplenished, ImprestSpent, ImprestReturned, AidCommitted --
-- Every movement added to its balance.
INSERT INTO {fund_balances} AS f
SELECT fund_id, organisation_id, sum(received), sum(allocated), sum(committed), sum(paid), sum(returned) FROM (
    SELECT data->>'fund_id' AS fund_id, '' AS organisation_id, (data->>'amount_fen')::bigint AS received, 0 AS allocated,
           0 AS committed, 0 AS paid, 0 AS returned FROM batch WHERE type = 'FundReceived'
    UNION ALL
    SELECT data->>'fund_id', data->>'organisation_id', 0, (data->>'amount_fen')::bigint, 0, 0, 0
    FROM batch WHERE type = 'FundAllocated'
    UNION ALL
    SELECT s->>'fund_id', data->>'organisation_id', 0, 0, (s->>'amount_fen')::bigint, 0, 0
    FROM batch, jsonb_array_elements(data->'splits') s WHERE type = 'RunDrawn'
    UNION ALL
    SELECT s->>'fund_id', data->>'organisation_id', 0, 0, 0, (s->>'amount_fen')::bigint, 0
    FROM batch, jsonb_array_elements(data->'splits_settled') s WHERE type = 'RunReconciled'
    UNION ALL
    SELECT s->>'fund_id', data->>'organisation_id', 0, 0, 0, 0, (s->>'amount_fen')::bigint
    FROM batch, jsonb_array_elements(data->'splits_returned') s WHERE type = 'RunReconciled'
    UNION ALL
    SELECT data->>'fund_id', data->>'organisation_id', 0, 0,
           CASE WHEN type IN ('ImprestAdvanced', 'ImprestReplenished', 'AidCommitted') THEN (data->>'amount_fen')::bigint ELSE 0 END,
           CASE type WHEN 'ImprestSpent' THEN (data->>'amount_fen')::bigint ELSE 0 END,
           CASE type WHEN 'ImprestReturned' THEN (data->>'amount_fen')::bigint ELSE 0 END
    FROM batch WHERE type IN ('ImprestAdvanced', 'ImprestReplenished', 'ImprestSpent', 'ImprestReturned', 'AidCommitted')
) m GROUP BY 1, 2
ON CONFLICT (fund_id, organisation_id) DO UPDATE SET received_fen = f.received_fen + excluded.received_fen,
    allocated_fen = f.allocated_fen + excluded.allocated_fen, committed_fen = f.committed_fen + excluded.committed_fen,
    paid_fen = f.paid_fen + excluded.paid_fen, returned_fen = f.returned_fen + excluded.returned_fen;
