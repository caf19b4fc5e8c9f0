-- create --
-- Households as they stand, their people, every membership, every nominated account.
CREATE TABLE {households} (
    household_id      text PRIMARY KEY,
    number            text NOT NULL,
    organisation_id   text NOT NULL,
    company_id        text,
    area              text NOT NULL,
    address           text,
    consent_on        date,
    head_id           text,
    member_count      integer NOT NULL DEFAULT 0,
    registered_on     date,
    income_annual_fen bigint,
    deductions_fen    bigint,
    circumstances     jsonb,
    origin            jsonb,
    position          bigint NOT NULL
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
    died_on      date,
    position     bigint NOT NULL
);
CREATE TABLE {household_members} (
    household_id text NOT NULL,
    person_id    text NOT NULL,
    relation     text NOT NULL,
    joined_on    date NOT NULL,
    left_on      date,
    left_reason  text,
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
    position       bigint NOT NULL,
    PRIMARY KEY (household_id, position)
);

-- index --
-- Households by number, by organisation and company; members by person; accounts by key.
CREATE UNIQUE INDEX ON {households} (number);
CREATE INDEX ON {households} (organisation_id, household_id);
CREATE INDEX ON {people} (household_id);
CREATE INDEX ON {household_members} (person_id);
CREATE INDEX ON {household_accounts} (account_key);

-- on HouseholdRegistered --
-- A new household, without members yet.
INSERT INTO {households} (household_id, number, organisation_id, company_id, area, address, consent_on,
                          registered_on, origin, position)
SELECT data->>'household_id', data->>'number', data->>'organisation_id', data->>'company_id', data->>'area',
       data->>'address', (data->>'consent_on')::date, (data->>'occurred_on')::date, data->'origin', position
FROM batch WHERE type = 'HouseholdRegistered';

-- on MemberJoined --
-- A membership begins; the person is known, and lives in this household unless a later event says otherwise.
INSERT INTO {household_members} (household_id, person_id, relation, joined_on, position)
SELECT data->>'household_id', data->>'person_id', data->>'relation', (data->>'occurred_on')::date, position
FROM batch WHERE type = 'MemberJoined';
INSERT INTO {people} (person_id, household_id, name, id_number, phone, birth_date, sex, attributes, position)
SELECT DISTINCT ON (data->>'person_id') data->>'person_id', data->>'household_id', data->>'name', data->>'id_number',
       data->>'phone', (data->>'birth_date')::date, data->>'sex', coalesce(data->'attributes', '{}'), position
FROM batch WHERE type = 'MemberJoined' ORDER BY data->>'person_id', position DESC
ON CONFLICT (person_id) DO UPDATE SET household_id = excluded.household_id, name = excluded.name,
    id_number = excluded.id_number, phone = excluded.phone, birth_date = excluded.birth_date, sex = excluded.sex,
    attributes = excluded.attributes, position = excluded.position;

-- on MemberLeft, PersonDied --
-- The membership that was running when it happened ends.
UPDATE {household_members} m SET left_on = (b.data->>'occurred_on')::date,
       left_reason = CASE b.type WHEN 'PersonDied' THEN 'died' ELSE b.data->>'reason' END
FROM batch b
WHERE b.type IN ('MemberLeft', 'PersonDied') AND m.left_on IS NULL
  AND m.household_id = b.data->>'household_id' AND m.person_id = b.data->>'person_id'
  AND m.position = (SELECT max(x.position) FROM {household_members} x
                    WHERE x.household_id = m.household_id AND x.person_id = m.person_id AND x.position < b.position);
-- The person is in no household now, unless they joined one after.
UPDATE {people} p SET household_id = NULL, position = b.position
FROM (SELECT DISTINCT ON (data->>'person_id') data->>'person_id' AS person_id, position FROM batch
      WHERE type IN ('MemberLeft', 'PersonDied') ORDER BY data->>'person_id', position DESC) b
WHERE p.person_id = b.person_id AND p.position < b.position;

-- on PersonDied --
-- The day of death.
UPDATE {people} p SET died_on = (b.data->>'occurred_on')::date
FROM batch b WHERE b.type = 'PersonDied' AND p.person_id = b.data->>'person_id';

-- on MemberJoined, MemberLeft, PersonDied --
-- How many members there are.
UPDATE {households} h SET member_count = h.member_count + c.change, position = greatest(h.position, c.position)
FROM (SELECT data->>'household_id' AS household_id, max(position) AS position,
             sum(CASE type WHEN 'MemberJoined' THEN 1 ELSE -1 END) AS change
      FROM batch WHERE type IN ('MemberJoined', 'MemberLeft', 'PersonDied') GROUP BY 1) c
WHERE h.household_id = c.household_id;

-- on MemberJoined, HeadChanged --
-- The head last named.
UPDATE {households} h SET head_id = b.person_id, position = greatest(h.position, b.position)
FROM (SELECT DISTINCT ON (data->>'household_id') data->>'household_id' AS household_id, data->>'person_id' AS person_id,
             position FROM batch
      WHERE type = 'HeadChanged' OR (type = 'MemberJoined' AND data->>'relation' = 'head')
      ORDER BY data->>'household_id', position DESC) b
WHERE h.household_id = b.household_id;

-- on HouseholdMoved --
-- Where the household moved last.
UPDATE {households} h SET organisation_id = b.data->>'to_id', company_id = b.data->>'company_id',
       area = b.data->>'area', address = coalesce(b.data->>'address', h.address), position = greatest(h.position, b.position)
FROM (SELECT DISTINCT ON (data->>'household_id') data, position FROM batch
      WHERE type = 'HouseholdMoved' ORDER BY data->>'household_id', position DESC) b
WHERE h.household_id = b.data->>'household_id';

-- on CircumstancesDeclared --
-- What was declared last.
UPDATE {households} h SET
       income_annual_fen = (SELECT coalesce(sum((l->>'annual_fen')::bigint) FILTER (WHERE NOT coalesce((l->>'excluded')::boolean, false)), 0)
                            FROM jsonb_array_elements(b.data->'income') l),
       deductions_fen = coalesce((b.data->>'deductions_fen')::bigint, 0),
       circumstances = jsonb_build_object('declared_on', b.data->>'occurred_on', 'income', b.data->'income',
                                          'property', coalesce(b.data->'property', '[]')),
       position = greatest(h.position, b.position)
FROM (SELECT DISTINCT ON (data->>'household_id') data, position FROM batch
      WHERE type = 'CircumstancesDeclared' ORDER BY data->>'household_id', position DESC) b
WHERE h.household_id = b.data->>'household_id';

-- on AccountNominated --
-- Every account ever nominated; the one of the latest day holds.
INSERT INTO {household_accounts}
SELECT data->>'household_id', (data->>'occurred_on')::date, data->>'person_id', coalesce(data->>'payee_kind', 'member'),
       data->>'bank_code', data->>'account', data->>'account_holder', data->>'account_key', position
FROM batch WHERE type = 'AccountNominated';
