-- create --
-- What became known in a later month than it was so: what may have made months already run too much or too little.
CREATE TABLE {late_facts} (
    household_id text NOT NULL,
    position     bigint NOT NULL,
    kind         text NOT NULL,
    person_ids   text[] NOT NULL,
    occurred_on  date NOT NULL,
    recorded_at  timestamptz NOT NULL,
    known_month  text NOT NULL,
    event_id     text NOT NULL
);

-- index --
-- By the month in which it became known, and by household.
ALTER TABLE {late_facts} ADD PRIMARY KEY (household_id, position);
CREATE INDEX ON {late_facts} (known_month, position);

-- on PersonDied, MemberLeft, MemberJoined, CircumstancesDeclared, AttributesChanged, HouseholdMoved, HouseholdSplit, HouseholdsMerged, HouseholdMergeWithdrawn --
-- Of a split or merger the change itself, not what is recorded with it; a registration brings nothing that was paid for.
INSERT INTO {late_facts} (household_id, position, kind, person_ids, occurred_on, recorded_at, known_month, event_id)
SELECT h.household_id, b.position, b.type, coalesce(d.person_ids, CASE WHEN d.person_id IS NULL THEN '{}' ELSE ARRAY[d.person_id] END),
       d.occurred_on, b.recorded_at, k.known, d.event_id
FROM batch b
CROSS JOIN LATERAL jsonb_to_record(b.data) d(household_id text, household_ids text[], person_id text, person_ids text[],
                                             occurred_on date, event_id text, reason text)
CROSS JOIN LATERAL unnest(coalesce(d.household_ids, ARRAY[d.household_id])) h(household_id)
CROSS JOIN LATERAL (SELECT to_char(b.recorded_at AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM')) k(known)
WHERE b.type IN ('PersonDied', 'MemberLeft', 'MemberJoined', 'CircumstancesDeclared', 'AttributesChanged', 'HouseholdMoved',
                 'HouseholdSplit', 'HouseholdsMerged', 'HouseholdMergeWithdrawn')
  AND to_char(d.occurred_on, 'YYYY-MM') < k.known
  AND (b.type NOT IN ('MemberLeft', 'MemberJoined')
       OR coalesce(d.reason, 'registered') NOT IN ('registered', 'split', 'merged', 'merge_withdrawn'));
