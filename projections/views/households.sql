-- create --
-- Households as they stand, their people, every membership, every nominated account. `merged_into`: the household that took
-- it in; `lives_on_as`: the one it is part of now, after however many mergers, whose organisation is in charge of it.
-- `linked`: it ever split, came from a split, or was part of a merger, so that its chain is more than its own entries.
-- `household_places`: which organisation was in charge of a household, from and until which position of the log.
CREATE TABLE {households} (
    household_id      text PRIMARY KEY,
    number            text NOT NULL,
    organisation_id   text NOT NULL,
    company_id        text,
    area              text NOT NULL,
    address           text,
    consent_on        date,
    head_id           text,
    heads             text[] NOT NULL DEFAULT '{}',
    member_count      integer NOT NULL DEFAULT 0,
    registered_on     date,
    income_annual_fen bigint,
    deductions_fen    bigint,
    circumstances     jsonb,
    origin            jsonb,
    merged_into       text,
    lives_on_as       text,
    linked            boolean NOT NULL DEFAULT false,
    kind              text NOT NULL DEFAULT 'household',
    position          bigint NOT NULL
);
CREATE TABLE {household_places} (
    household_id    text NOT NULL,
    organisation_id text NOT NULL,
    position        bigint NOT NULL,
    until_position  bigint,
    PRIMARY KEY (household_id, position)
);
CREATE TABLE {people} (
    person_id    text PRIMARY KEY,
    household_id text,
    name         text NOT NULL,
    id_number    text,
    phone        text,
    birth_date   date NOT NULL,
    sex          text NOT NULL,
    attributes   jsonb NOT NULL,
    attributes_on date,
    died_on      date,
    joined_position bigint NOT NULL,
    position     bigint NOT NULL
);
CREATE TABLE {household_members} (
    household_id text NOT NULL,
    person_id    text NOT NULL,
    relation     text NOT NULL,
    joined_on    date NOT NULL,
    left_on      date,
    left_reason  text,
    name         text NOT NULL,
    id_number    text,
    phone        text,
    attributes   jsonb NOT NULL,
    position     bigint NOT NULL,
    PRIMARY KEY (household_id, person_id, position)
);
CREATE TABLE {household_accounts} (
    household_id   text NOT NULL,
    nominated_on   date NOT NULL,
    payee_id       text NOT NULL,
    payee_kind     text NOT NULL,
    bank_code      text NOT NULL,
    account        text NOT NULL,
    account_holder text NOT NULL,
    account_key    text NOT NULL,
    authority      text,
    operator_id    text NOT NULL,
    position       bigint NOT NULL,
    PRIMARY KEY (household_id, position)
);

-- index --
-- Households by number, by organisation and company; members by person; accounts by key.
CREATE UNIQUE INDEX ON {households} (number);
CREATE INDEX ON {households} (organisation_id, household_id);
CREATE INDEX ON {people} (household_id);
CREATE INDEX ON {households} (merged_into) WHERE merged_into IS NOT NULL;
CREATE INDEX ON {households} (lives_on_as) WHERE lives_on_as IS NOT NULL;
CREATE INDEX ON {household_places} (organisation_id, household_id) WHERE until_position IS NOT NULL;
CREATE INDEX ON {household_members} (person_id);
CREATE INDEX ON {household_accounts} (account_key);

-- on HouseholdRegistered --
-- A new household, without members yet.
INSERT INTO {households} (household_id, number, organisation_id, company_id, area, address, consent_on,
                          registered_on, origin, kind, position)
SELECT data->>'household_id', data->>'number', data->>'organisation_id', data->>'company_id', data->>'area',
       data->>'address', (data->>'consent_on')::date, (data->>'occurred_on')::date, data->'origin',
       coalesce(data->>'kind', 'household'), position
FROM batch WHERE type = 'HouseholdRegistered';

-- on MemberJoined --
-- A membership begins; what is known of the person is what the latest joining said.
INSERT INTO {household_members} (household_id, person_id, relation, joined_on, name, id_number, phone, attributes, position)
SELECT data->>'household_id', data->>'person_id', data->>'relation', (data->>'occurred_on')::date, data->>'name',
       data->>'id_number', data->>'phone', coalesce(data->'attributes', '{}'), position
FROM batch WHERE type = 'MemberJoined';
INSERT INTO {people} (person_id, household_id, name, id_number, phone, birth_date, sex, attributes, attributes_on,
                      joined_position, position)
SELECT DISTINCT ON (data->>'person_id') data->>'person_id', data->>'household_id', data->>'name', data->>'id_number',
       data->>'phone', (data->>'birth_date')::date, data->>'sex', coalesce(data->'attributes', '{}'),
       (data->>'attributes_since')::date, position, position
FROM batch WHERE type = 'MemberJoined' ORDER BY data->>'person_id', position DESC
ON CONFLICT (person_id) DO UPDATE SET household_id = excluded.household_id, name = excluded.name,
    id_number = excluded.id_number, phone = excluded.phone, birth_date = excluded.birth_date, sex = excluded.sex,
    attributes = excluded.attributes, attributes_on = excluded.attributes_on,
    joined_position = excluded.joined_position, position = excluded.position;

-- on AttributesChanged --
-- The change of the latest day holds, of one day the last recorded; what an earlier stay said is gone with a new joining.
UPDATE {people} p SET attributes = b.attributes, attributes_on = b.day
FROM (SELECT DISTINCT ON (b.data->>'person_id') b.data->>'person_id' AS person_id, b.data->'attributes' AS attributes,
             (b.data->>'occurred_on')::date AS day
      FROM batch b JOIN {people} q ON q.person_id = b.data->>'person_id'
      WHERE b.type = 'AttributesChanged' AND b.position > q.joined_position
        AND coalesce(q.attributes_on <= (b.data->>'occurred_on')::date, true)
      ORDER BY b.data->>'person_id', (b.data->>'occurred_on')::date DESC, b.position DESC) b
WHERE p.person_id = b.person_id;

-- on MemberLeft, PersonDied --
-- Each ends the membership that was running: the last one begun before it. The first to end it holds.
UPDATE {household_members} m SET left_on = e.day, left_reason = e.reason
FROM (SELECT DISTINCT ON (x.household_id, x.person_id, x.position) x.household_id, x.person_id, x.position,
             (b.data->>'occurred_on')::date AS day,
             CASE b.type WHEN 'PersonDied' THEN 'died' ELSE b.data->>'reason' END AS reason
      FROM batch b
      CROSS JOIN LATERAL (SELECT y.household_id, y.person_id, y.position, y.left_on FROM {household_members} y
                          WHERE y.household_id = b.data->>'household_id' AND y.person_id = b.data->>'person_id'
                            AND y.position < b.position
                          ORDER BY y.position DESC LIMIT 1) x
      WHERE b.type IN ('MemberLeft', 'PersonDied') AND x.left_on IS NULL
      ORDER BY x.household_id, x.person_id, x.position, b.position) e
WHERE m.household_id = e.household_id AND m.person_id = e.person_id AND m.position = e.position;
-- The person is in no household now, unless they joined one after; a day of death stays.
UPDATE {people} p SET
       household_id = CASE WHEN p.position < b.position THEN NULL ELSE p.household_id END,
       position = greatest(p.position, b.position), died_on = coalesce(p.died_on, b.died_on)
FROM (SELECT data->>'person_id' AS person_id, max(position) AS position,
             min((data->>'occurred_on')::date) FILTER (WHERE type = 'PersonDied') AS died_on
      FROM batch WHERE type IN ('MemberLeft', 'PersonDied') GROUP BY 1) b
WHERE p.person_id = b.person_id;

-- on MemberJoined, MemberLeft, PersonDied, HeadChanged, HouseholdMoved, CompanyChanged, CircumstancesDeclared --
-- What changed of each household: the head is the last one named who is a member still; the place is that of the last
-- move, and an address stays when a move states none.
WITH change AS MATERIALIZED (
    SELECT data->>'household_id' AS household_id, max(position) AS position,
           sum(CASE type WHEN 'MemberJoined' THEN 1 WHEN 'MemberLeft' THEN -1 WHEN 'PersonDied' THEN -1 ELSE 0 END) AS members,
           coalesce(array_agg(data->>'person_id' ORDER BY position)
               FILTER (WHERE type = 'HeadChanged' OR (type = 'MemberJoined' AND data->>'relation' = 'head')), '{}') AS named,
           (array_agg(data ORDER BY position DESC) FILTER (WHERE type = 'HouseholdMoved'))[1] AS moved,
           (array_agg(data ORDER BY position DESC) FILTER (WHERE type IN ('HouseholdMoved', 'CompanyChanged')))[1] AS placed,
           (array_agg(data->>'address' ORDER BY position DESC)
               FILTER (WHERE type = 'HouseholdMoved' AND data->>'address' IS NOT NULL))[1] AS address
    FROM batch
    WHERE type IN ('MemberJoined', 'MemberLeft', 'PersonDied', 'HeadChanged', 'HouseholdMoved', 'CompanyChanged',
                   'CircumstancesDeclared')
    GROUP BY 1
)
UPDATE {households} h SET
       position = greatest(h.position, c.position), member_count = h.member_count + c.members,
       heads = h.heads || c.named,
       head_id = (SELECT n.person_id FROM unnest(h.heads || c.named) WITH ORDINALITY n(person_id, nth)
                  JOIN {household_members} m ON m.household_id = h.household_id AND m.person_id = n.person_id
                  WHERE m.left_on IS NULL ORDER BY n.nth DESC LIMIT 1),
       organisation_id = coalesce(c.moved->>'to_id', h.organisation_id),
       company_id = CASE WHEN c.placed IS NULL THEN h.company_id ELSE c.placed->>'company_id' END,
       area = coalesce(c.moved->>'area', h.area), address = coalesce(c.address, h.address)
FROM change c WHERE h.household_id = c.household_id;

-- on HouseholdRegistered, HouseholdMoved --
-- Whoever is in charge now was not before, and the other way round.
INSERT INTO {household_places} (household_id, organisation_id, position)
SELECT data->>'household_id', coalesce(data->>'to_id', data->>'organisation_id'), position
FROM batch WHERE type IN ('HouseholdRegistered', 'HouseholdMoved');
UPDATE {household_places} p SET until_position = (
    SELECT min(n.position) FROM {household_places} n WHERE n.household_id = p.household_id AND n.position > p.position)
WHERE p.until_position IS NULL
  AND p.household_id IN (SELECT data->>'household_id' FROM batch WHERE type = 'HouseholdMoved');

-- on HouseholdSplit, HouseholdsMerged, MemberJoined --
-- Both sides of a change; a household that comes from a split is registered after it, and known by how its members came.
UPDATE {households} SET linked = true
WHERE household_id IN (SELECT jsonb_array_elements_text(data->'household_ids') FROM batch
                       WHERE type IN ('HouseholdSplit', 'HouseholdsMerged')
                       UNION ALL SELECT data->>'household_id' FROM batch
                       WHERE type = 'MemberJoined' AND data->>'reason' = 'split');

-- on HouseholdsMerged, HouseholdMergeWithdrawn --
-- What a household was taken into, or that it is its own again: the last said of it.
UPDATE {households} h SET merged_into = b.into_id, position = greatest(h.position, b.position)
FROM (SELECT DISTINCT ON (data->>'absorbed_id') data->>'absorbed_id' AS household_id, position,
             CASE type WHEN 'HouseholdsMerged' THEN data->>'survivor_id' END AS into_id
      FROM batch WHERE type IN ('HouseholdsMerged', 'HouseholdMergeWithdrawn')
      ORDER BY data->>'absorbed_id', position DESC) b
WHERE h.household_id = b.household_id;

-- on HouseholdsMerged, HouseholdMergeWithdrawn, HouseholdMoved --
-- A household that was taken in lives on as the one that is left at the end, wherever that moves.
WITH RECURSIVE affected AS (
    SELECT coalesce(data->>'absorbed_id', data->>'household_id') AS household_id FROM batch
    WHERE type IN ('HouseholdsMerged', 'HouseholdMergeWithdrawn', 'HouseholdMoved')
    UNION SELECT h.household_id FROM {households} h JOIN affected a ON h.merged_into = a.household_id
), way AS (
    SELECT household_id, household_id AS at FROM affected
    UNION SELECT w.household_id, h.merged_into FROM way w JOIN {households} h ON h.household_id = w.at
    WHERE h.merged_into IS NOT NULL
), ends AS (
    SELECT w.household_id, w.at, p.organisation_id FROM way w
    JOIN {households} r ON r.household_id = w.at AND r.merged_into IS NULL
    JOIN {household_places} p ON p.household_id = w.at AND p.until_position IS NULL
)
UPDATE {households} h SET lives_on_as = nullif(e.at, h.household_id), organisation_id = e.organisation_id
FROM ends e WHERE h.household_id = e.household_id;

-- on CircumstancesDeclared --
-- The declaration of the latest day holds, of one day the last recorded: one that is known late replaces no later one.
UPDATE {households} h SET
       income_annual_fen = (SELECT coalesce(sum((l->>'annual_fen')::bigint) FILTER (WHERE NOT coalesce((l->>'excluded')::boolean, false)), 0)
                            FROM jsonb_array_elements(b.data->'income') l),
       deductions_fen = coalesce((b.data->>'deductions_fen')::bigint, 0),
       circumstances = jsonb_build_object('declared_on', b.data->>'occurred_on', 'income', b.data->'income',
                                          'property', coalesce(b.data->'property', '[]'))
FROM (SELECT DISTINCT ON (data->>'household_id') data FROM batch
      WHERE type = 'CircumstancesDeclared'
      ORDER BY data->>'household_id', (data->>'occurred_on')::date DESC, position DESC) b
WHERE h.household_id = b.data->>'household_id'
  AND coalesce((h.circumstances->>'declared_on')::date <= (b.data->>'occurred_on')::date, true);

-- on AccountNominated --
-- Every account ever nominated; the one of the latest day holds.
INSERT INTO {household_accounts}
SELECT data->>'household_id', (data->>'occurred_on')::date, data->>'person_id', coalesce(data->>'payee_kind', 'member'),
       data->>'bank_code', data->>'account', data->>'account_holder', data->>'account_key', data->>'authority',
       coalesce(data->'actor'->>'operator_id', ''), position
FROM batch WHERE type = 'AccountNominated';
