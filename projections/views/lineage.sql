-- create --
-- What became of households and people: `from_id` split into `to_id` (its past up to `position` is also theirs), was merged
-- into it, or was found to be the same person (its past is theirs, and what follows is one). Each with both clocks of when
-- it was so and, for one that was wrong, of when that was known.
CREATE TABLE {lineage} (
    position           bigint PRIMARY KEY,
    kind               text NOT NULL,
    from_id            text NOT NULL,
    to_id              text NOT NULL,
    occurred_on        date NOT NULL,
    recorded_at        timestamptz NOT NULL,
    person_ids         text[] NOT NULL,
    event_id           text NOT NULL,
    withdrawn_position bigint,
    withdrawn_on       date,
    withdrawn_at       timestamptz
);

-- index --
-- From either side, and by the event that a withdrawal names.
CREATE INDEX ON {lineage} (from_id);
CREATE INDEX ON {lineage} (to_id);
CREATE INDEX ON {lineage} (event_id);

-- on HouseholdSplit, HouseholdsMerged --
-- One row for each change.
INSERT INTO {lineage} (position, kind, from_id, to_id, occurred_on, recorded_at, person_ids, event_id)
SELECT b.position, CASE b.type WHEN 'HouseholdSplit' THEN 'split' ELSE 'merged' END, coalesce(d.from_id, d.absorbed_id),
       coalesce(d.to_id, d.survivor_id), d.occurred_on, b.recorded_at, d.person_ids, d.event_id
FROM batch b CROSS JOIN LATERAL jsonb_to_record(b.data) d(
    from_id text, to_id text, absorbed_id text, survivor_id text, occurred_on date, person_ids text[], event_id text)
WHERE b.type IN ('HouseholdSplit', 'HouseholdsMerged');

-- on HouseholdMergeWithdrawn --
-- The merger it names never was, as far as is known from here on.
UPDATE {lineage} l SET withdrawn_position = b.position, withdrawn_on = (b.data->>'occurred_on')::date, withdrawn_at = b.recorded_at
FROM batch b WHERE b.type = 'HouseholdMergeWithdrawn' AND l.event_id = b.data->>'withdraws';

-- on PersonIdentified --
-- Somebody unknown goes on as the person they were found to be.
INSERT INTO {lineage} (position, kind, from_id, to_id, occurred_on, recorded_at, person_ids, event_id)
SELECT position, 'identified', data->>'person_id', data->>'known_as', (data->>'occurred_on')::date, recorded_at,
       ARRAY[data->>'person_id', data->>'known_as'], data->>'event_id'
FROM batch WHERE type = 'PersonIdentified';

-- on PersonIdentificationWithdrawn --
-- The identification it names never was, as far as is known from here on.
UPDATE {lineage} l SET withdrawn_position = b.position, withdrawn_on = (b.data->>'occurred_on')::date, withdrawn_at = b.recorded_at
FROM batch b WHERE b.type = 'PersonIdentificationWithdrawn' AND l.event_id = b.data->>'withdraws';
