-- create --
-- Double entry: every movement of money as postings that sum to zero (debit positive, credit negative; docs/accounts.md).
CREATE TABLE {postings} (
    position        bigint NOT NULL,
    line            integer NOT NULL,
    account         text NOT NULL,
    fund_id         text NOT NULL,
    organisation_id text NOT NULL,
    programme       text NOT NULL,
    amount_fen      bigint NOT NULL,
    occurred_on     date,
    recorded_at     timestamptz NOT NULL,
    PRIMARY KEY (position, line)
);
CREATE TABLE {account_balances} (
    account         text NOT NULL,
    fund_id         text NOT NULL,
    organisation_id text NOT NULL,
    programme       text NOT NULL,
    balance_fen     bigint NOT NULL,
    PRIMARY KEY (account, fund_id, organisation_id, programme)
);

-- index --
-- Statements of one account in order.
CREATE INDEX ON {postings} (account, position);

-- on FundReceived, FundAllocated, RunDrawn, RunReconciled, ImprestAdvanced, ImprestReplenished, ImprestSpent, ImprestReturned, AidCommitted --
-- Each movement debits one account and credits another.
INSERT INTO {postings}
SELECT position, row_number() OVER (PARTITION BY position ORDER BY n, side), account, fund_id, organisation_id, programme,
       amount, occurred_on, recorded_at
FROM (
    SELECT m.position, m.n, p.side, p.account, m.fund_id, p.organisation_id, m.programme, p.amount, m.occurred_on,
           m.recorded_at
    FROM (
        SELECT position, 1 AS n, 'FundReceived' AS kind, data->>'fund_id' AS fund_id, '' AS organisation_id,
               '' AS programme, (data->>'amount_fen')::bigint AS amount, (data->>'occurred_on')::date AS occurred_on,
               recorded_at FROM batch WHERE type = 'FundReceived'
        UNION ALL
        SELECT position, 1, 'FundAllocated', data->>'fund_id', data->>'organisation_id', '', (data->>'amount_fen')::bigint,
               (data->>'occurred_on')::date, recorded_at FROM batch WHERE type = 'FundAllocated'
        UNION ALL
        SELECT position, s.n, 'RunDrawn', s.v->>'fund_id', data->>'organisation_id', data->>'programme',
               (s.v->>'amount_fen')::bigint, (data->>'occurred_on')::date, recorded_at
        FROM batch, jsonb_array_elements(data->'splits') WITH ORDINALITY s(v, n) WHERE type = 'RunDrawn'
        UNION ALL
        SELECT b.position, s.n, 'Settled', s.v->>'fund_id', b.data->>'organisation_id', b.data->>'programme',
               (s.v->>'amount_fen')::bigint, (b.data->>'occurred_on')::date, b.recorded_at
        FROM batch b, jsonb_array_elements(b.data->'splits_settled') WITH ORDINALITY s(v, n)
        WHERE b.type = 'RunReconciled'
        UNION ALL
        SELECT b.position, 1000 + s.n, 'Returned', s.v->>'fund_id', b.data->>'organisation_id', b.data->>'programme',
               (s.v->>'amount_fen')::bigint, (b.data->>'occurred_on')::date, b.recorded_at
        FROM batch b, jsonb_array_elements(b.data->'splits_returned') WITH ORDINALITY s(v, n)
        WHERE b.type = 'RunReconciled'
        UNION ALL
        SELECT position, 1, CASE type WHEN 'ImprestSpent' THEN 'Settled' WHEN 'ImprestReturned' THEN 'Returned' ELSE 'RunDrawn' END,
               data->>'fund_id', data->>'organisation_id', data->>'programme', (data->>'amount_fen')::bigint,
               (data->>'occurred_on')::date, recorded_at
        FROM batch WHERE type IN ('ImprestAdvanced', 'ImprestReplenished', 'ImprestSpent', 'ImprestReturned', 'AidCommitted')
    ) m
    CROSS JOIN LATERAL (VALUES
        (1, CASE m.kind WHEN 'FundReceived' THEN 'assets:treasury' WHEN 'FundAllocated' THEN 'allocated:available'
                        WHEN 'RunDrawn' THEN 'allocated:committed' WHEN 'Settled' THEN 'expenses:assistance'
                        ELSE 'allocated:available' END,
            m.organisation_id, m.amount),
        (2, CASE m.kind WHEN 'FundReceived' THEN 'sources:received' WHEN 'FundAllocated' THEN 'allocated:fund'
                        WHEN 'RunDrawn' THEN 'allocated:available' WHEN 'Settled' THEN 'assets:treasury'
                        ELSE 'allocated:committed' END,
            CASE WHEN m.kind IN ('FundAllocated', 'Settled') THEN '' ELSE m.organisation_id END, -m.amount),
        (3, CASE WHEN m.kind = 'Settled' THEN 'allocated:fund' END, '', m.amount),
        (4, CASE WHEN m.kind = 'Settled' THEN 'allocated:committed' END, m.organisation_id, -m.amount)
    ) p(side, account, organisation_id, amount)
    WHERE p.account IS NOT NULL
) x;
-- The balance of every account.
INSERT INTO {account_balances} AS a
SELECT p.account, p.fund_id, p.organisation_id, p.programme, sum(p.amount_fen)
FROM {postings} p JOIN batch b USING (position) GROUP BY 1, 2, 3, 4
ON CONFLICT (account, fund_id, organisation_id, programme)
DO UPDATE SET balance_fen = a.balance_fen + excluded.balance_fen;
