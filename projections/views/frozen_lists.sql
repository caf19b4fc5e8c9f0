-- create --
-- Lists that were frozen before anything followed from them: rises of standards, and rosters of bulk subsidies.
CREATE TABLE {standard_raises} (
    raise_id        text PRIMARY KEY,
    organisation_id text NOT NULL,
    programme       text NOT NULL,
    from_month      text NOT NULL,
    reason          text NOT NULL,
    article         text NOT NULL,
    households      integer NOT NULL,
    previous_fen    bigint NOT NULL,
    raised_fen      bigint NOT NULL,
    left_out        integer NOT NULL,
    rescreened      integer NOT NULL,
    roster_hash     text NOT NULL,
    read_at_position bigint NOT NULL,
    proposed_on     date,
    proposed_by     text NOT NULL,
    reviewed_on     date,
    reviewed_by     text,
    approved_on     date,
    approved_by     text,
    carried_out_on  date,
    position        bigint NOT NULL
);
CREATE TABLE {standard_raise_lines} (
    raise_id        text NOT NULL,
    entitlement_id  text NOT NULL,
    household_id    text NOT NULL,
    organisation_id text NOT NULL,
    from_month      text NOT NULL,
    previous_fen    bigint NOT NULL,
    amount_fen      bigint NOT NULL,
    adjusted_position bigint,
    position        bigint NOT NULL,
    PRIMARY KEY (raise_id, entitlement_id)
);
CREATE TABLE {standard_raise_exceptions} (
    position        bigint PRIMARY KEY,
    raise_id        text NOT NULL,
    entitlement_id  text NOT NULL,
    household_id    text NOT NULL,
    organisation_id text NOT NULL,
    note_zh         text NOT NULL,
    note_en         text NOT NULL
);
CREATE TABLE {standard_raise_refusals} (
    position        bigint PRIMARY KEY,
    raise_id        text NOT NULL,
    case_id         text NOT NULL,
    household_id    text NOT NULL,
    organisation_id text NOT NULL,
    category        text NOT NULL,
    amount_fen      bigint NOT NULL
);
CREATE TABLE {bulk_subsidies} (
    roster_id       text PRIMARY KEY,
    organisation_id text NOT NULL,
    subsidy         text NOT NULL,
    named_zh        text NOT NULL,
    named_en        text NOT NULL,
    day             date NOT NULL,
    month           text NOT NULL,
    unit            text NOT NULL,
    each_fen        bigint NOT NULL,
    categories      text[] NOT NULL,
    households      integer NOT NULL,
    people          integer NOT NULL,
    total_fen       bigint NOT NULL,
    roster_hash     text NOT NULL,
    document        text,
    granted_on      date,
    granted_by      text NOT NULL,
    position        bigint NOT NULL
);
CREATE TABLE {bulk_subsidy_lines} (
    roster_id       text NOT NULL,
    entitlement_id  text NOT NULL,
    household_id    text NOT NULL,
    organisation_id text NOT NULL,
    category        text NOT NULL,
    person_ids      text[] NOT NULL,
    month           text NOT NULL,
    amount_fen      bigint NOT NULL,
    awarded_position bigint,
    position        bigint NOT NULL,
    PRIMARY KEY (roster_id, entitlement_id)
);

-- index --
-- By organisation, list, household and month.
CREATE INDEX ON {standard_raises} (organisation_id);
CREATE INDEX ON {standard_raise_lines} (raise_id, position);
CREATE INDEX ON {standard_raise_lines} (household_id);
CREATE INDEX ON {standard_raise_exceptions} (raise_id, position);
CREATE INDEX ON {standard_raise_refusals} (raise_id, position);
CREATE INDEX ON {standard_raise_refusals} (household_id);
CREATE INDEX ON {bulk_subsidies} (month, subsidy);
CREATE INDEX ON {bulk_subsidy_lines} (roster_id, position);
CREATE INDEX ON {bulk_subsidy_lines} (household_id);

-- on StandardRaised --
-- A household's old and new amount.
INSERT INTO {standard_raise_lines} (raise_id, entitlement_id, household_id, organisation_id, from_month, previous_fen, amount_fen,
    position)
SELECT b.data->>'raise_id', b.data->>'entitlement_id', b.data->>'household_id', b.data->>'organisation_id', b.data->>'from_month',
       coalesce((SELECT sum((a->>'amount_fen')::bigint) FROM jsonb_array_elements(b.data->'previous') a), 0),
       coalesce((SELECT sum((a->>'amount_fen')::bigint) FROM jsonb_array_elements(b.data->'amounts') a), 0), b.position
FROM batch b WHERE b.type = 'StandardRaised';

-- on RaiseLeftOut --
-- Who gets nothing more by the rise, and why.
INSERT INTO {standard_raise_exceptions}
SELECT position, data->>'raise_id', data->>'entitlement_id', data->>'household_id', data->>'organisation_id', data->'note'->>'zh',
       data->'note'->>'en'
FROM batch WHERE type = 'RaiseLeftOut';

-- on RefusalRescreened --
-- Refused within the year, and would qualify now.
INSERT INTO {standard_raise_refusals}
SELECT b.position, b.data->>'raise_id', b.data->>'case_id', b.data->>'household_id', b.data->>'organisation_id', b.data->>'category',
       coalesce((SELECT sum((a->>'amount_fen')::bigint) FROM jsonb_array_elements(b.data->'amounts') a), 0)
FROM batch b WHERE b.type = 'RefusalRescreened';

-- on RaiseProposed --
-- The header of a rise.
INSERT INTO {standard_raises} (raise_id, organisation_id, programme, from_month, reason, article, households, previous_fen, raised_fen,
    left_out, rescreened, roster_hash, read_at_position, proposed_on, proposed_by, position)
SELECT data->>'raise_id', data->>'organisation_id', data->>'programme', data->>'from_month', data->>'reason', data->>'article',
       (data->>'households')::integer, (data->>'previous_fen')::bigint, (data->>'raised_fen')::bigint, (data->>'left_out')::integer,
       (data->>'rescreened')::integer, data->>'roster_hash', (data->>'read_at_position')::bigint, (data->>'occurred_on')::date,
       coalesce(data->'actor'->>'operator_id', ''), position
FROM batch WHERE type = 'RaiseProposed';

-- on RaiseReviewed --
-- Who looked at it, once.
UPDATE {standard_raises} r SET reviewed_on = (b.data->>'occurred_on')::date, reviewed_by = b.data->'actor'->>'operator_id'
FROM batch b WHERE b.type = 'RaiseReviewed' AND r.raise_id = b.data->>'raise_id';

-- on RaiseApproved --
-- Who approved it, once.
UPDATE {standard_raises} r SET approved_on = (b.data->>'occurred_on')::date, approved_by = b.data->'actor'->>'operator_id'
FROM batch b WHERE b.type = 'RaiseApproved' AND r.raise_id = b.data->>'raise_id';

-- on AmountAdjusted --
-- The adjustment that carried a line out: the last of the entitlement's.
UPDATE {standard_raise_lines} l SET adjusted_position = x.position
FROM (SELECT data->>'raise_id' AS raise_id, data->>'entitlement_id' AS entitlement_id, max(position) AS position FROM batch
      WHERE type = 'AmountAdjusted' AND data->>'raise_id' IS NOT NULL GROUP BY 1, 2) x
WHERE l.raise_id = x.raise_id AND l.entitlement_id = x.entitlement_id;

-- on RaiseCarriedOut --
-- All of it was carried out.
UPDATE {standard_raises} r SET carried_out_on = (b.data->>'occurred_on')::date
FROM batch b WHERE b.type = 'RaiseCarriedOut' AND r.raise_id = b.data->>'raise_id';

-- on BulkSubsidyListed --
-- A household on a roster.
INSERT INTO {bulk_subsidy_lines} (roster_id, entitlement_id, household_id, organisation_id, category, person_ids, month, amount_fen, position)
SELECT data->>'roster_id', data->>'entitlement_id', data->>'household_id', data->>'organisation_id', data->>'category',
       ARRAY(SELECT jsonb_array_elements_text(data->'person_ids')), data->>'month', (data->>'amount_fen')::bigint, position
FROM batch WHERE type = 'BulkSubsidyListed';

-- on BulkSubsidyGranted --
-- The header that puts a roster in force.
INSERT INTO {bulk_subsidies}
SELECT data->'roster_ids'->>0, data->>'organisation_id', data->>'subsidy', data->'named'->>'zh', data->'named'->>'en',
       (data->>'on')::date, data->>'month', data->>'unit', (data->>'each_fen')::bigint,
       ARRAY(SELECT jsonb_array_elements_text(data->'categories')), (data->>'households')::integer, (data->>'people')::integer,
       (data->>'total_fen')::bigint, data->>'roster_hash', data->'basis'->>'document', (data->>'occurred_on')::date,
       coalesce(data->'actor'->>'operator_id', ''), position
FROM batch WHERE type = 'BulkSubsidyGranted';

-- on BulkSubsidyAwarded --
-- What the line led to, once.
UPDATE {bulk_subsidy_lines} l SET awarded_position = b.position
FROM batch b
WHERE b.type = 'BulkSubsidyAwarded' AND l.roster_id = b.data->>'roster_id' AND l.entitlement_id = b.data->>'entitlement_id';
