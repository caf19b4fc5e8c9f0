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
    heads             text[] NOT NULL DEFAULT '{}',
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
-- A membership begins; what is known of the person is what the latest joining said.
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

-- on MemberJoined, MemberLeft, PersonDied, HeadChanged, HouseholdMoved, CircumstancesDeclared --
-- What changed of each household: the head is the last one named who is a member still; the place is that of the last
-- move, and an address stays when a move states none.
WITH change AS MATERIALIZED (
    SELECT data->>'household_id' AS household_id, max(position) AS position,
           sum(CASE type WHEN 'MemberJoined' THEN 1 WHEN 'MemberLeft' THEN -1 WHEN 'PersonDied' THEN -1 ELSE 0 END) AS members,
           coalesce(array_agg(data->>'person_id' ORDER BY position)
               FILTER (WHERE type = 'HeadChanged' OR (type = 'MemberJoined' AND data->>'relation' = 'head')), '{}') AS named,
           (array_agg(data ORDER BY position DESC) FILTER (WHERE type = 'HouseholdMoved'))[1] AS moved,
           (array_agg(data->>'address' ORDER BY position DESC)
               FILTER (WHERE type = 'HouseholdMoved' AND data->>'address' IS NOT NULL))[1] AS address
    FROM batch
    WHERE type IN ('MemberJoined', 'MemberLeft', 'PersonDied', 'HeadChanged', 'HouseholdMoved', 'CircumstancesDeclared')
    GROUP BY 1
)
UPDATE {households} h SET
       position = greatest(h.position, c.position), member_count = h.member_count + c.members,
       heads = h.heads || c.named,
       head_id = (SELECT n.person_id FROM unnest(h.heads || c.named) WITH ORDINALITY n(person_id, nth)
                  JOIN {household_members} m ON m.household_id = h.household_id AND m.person_id = n.person_id
                  WHERE m.left_on IS NULL ORDER BY n.nth DESC LIMIT 1),
       organisation_id = coalesce(c.moved->>'to_id', h.organisation_id),
       company_id = CASE WHEN c.moved IS NULL THEN h.company_id ELSE c.moved->>'company_id' END,
       area = coalesce(c.moved->>'area', h.area), address = coalesce(c.address, h.address)
FROM change c WHERE h.household_id = c.household_id;

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
       data->>'bank_code', data->>'account', data->>'account_holder', data->>'account_key', position
FROM batch WHERE type = 'AccountNominated';
