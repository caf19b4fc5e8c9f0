-- create --
-- What assessments of many households at once read: as little of each as the rules need, in columns of their own.
CREATE TABLE {assessables} (
    household_id    text PRIMARY KEY,
    organisation_id text NOT NULL,
    area            text NOT NULL,
    absorbed        boolean NOT NULL DEFAULT false,
    declared_on     date,
    declared_position bigint,
    deductions_fen  bigint NOT NULL DEFAULT 0,
    support_judged  text[] NOT NULL DEFAULT '{}',
    labour_judged   text[] NOT NULL DEFAULT '{}',
    position        bigint NOT NULL
);
CREATE TABLE {assessable_people} (
    person_id       text PRIMARY KEY,
    household_id    text,
    birth_date      date NOT NULL,
    severe          boolean NOT NULL,
    heavy           boolean NOT NULL,
    ill             boolean NOT NULL,
    away            boolean NOT NULL,
    clergy_since    date,
    studying        boolean NOT NULL,
    working         boolean NOT NULL,
    ability         text NOT NULL,
    attributes_on   date,
    joined_position bigint NOT NULL,
    position        bigint NOT NULL
);
CREATE TABLE {assessable_lines} (
    household_id    text NOT NULL,
    about           text NOT NULL,
    line            integer NOT NULL,
    kind            text NOT NULL,
    source          text,
    person_id       text,
    fen             bigint,
    left_out        boolean NOT NULL,
    birth_date      date,
    payer_fen       bigint,
    payer_members   integer,
    supported       integer,
    position        bigint NOT NULL,
    PRIMARY KEY (household_id, about, line)
);
CREATE INDEX ON {assessable_people} (household_id);

-- on HouseholdRegistered --
-- A new household, of which nothing is declared yet.
INSERT INTO {assessables} (household_id, organisation_id, area, position)
SELECT data->>'household_id', data->>'organisation_id', data->>'area', position
FROM batch WHERE type = 'HouseholdRegistered';

-- on HouseholdMoved --
-- The place and area of the last move hold.
UPDATE {assessables} h SET organisation_id = b.to_id, area = b.area, position = greatest(h.position, b.position)
FROM (SELECT DISTINCT ON (data->>'household_id') data->>'household_id' AS household_id, data->>'to_id' AS to_id,
             data->>'area' AS area, position
      FROM batch WHERE type = 'HouseholdMoved' ORDER BY data->>'household_id', position DESC) b
WHERE h.household_id = b.household_id;

-- on HouseholdsMerged, HouseholdMergeWithdrawn --
-- A household that was taken into another is assessed no more, until that was wrong.
UPDATE {assessables} h SET absorbed = b.type = 'HouseholdsMerged', position = greatest(h.position, b.position)
FROM (SELECT DISTINCT ON (data->>'absorbed_id') data->>'absorbed_id' AS household_id, type, position
      FROM batch WHERE type IN ('HouseholdsMerged', 'HouseholdMergeWithdrawn')
      ORDER BY data->>'absorbed_id', position DESC) b
WHERE h.household_id = b.household_id;

-- on MemberJoined --
-- Who lives there, and what the latest joining said of them.
INSERT INTO {assessable_people} (person_id, household_id, birth_date, severe, heavy, ill, away, clergy_since, studying,
                                 working, ability, attributes_on, joined_position, position)
SELECT DISTINCT ON (data->>'person_id') data->>'person_id', data->>'household_id', (data->>'birth_date')::date,
       coalesce((a->>'disability_level')::integer IN (1, 2), false),
       coalesce((a->>'disability_level')::integer IN (1, 2)
                OR (a->>'disability_level')::integer = 3 AND a->>'disability_type' IN ('intellectual', 'mental'), false),
       coalesce(a->>'illness' = 'major', false),
       coalesce(a->>'custody' IN ('prison', 'compulsory_treatment'), false) OR coalesce((a->>'declared_missing')::boolean, false)
           OR coalesce(btrim(a->>'uncounted_by') <> '', false),
       (a->>'clergy_since')::date,
       coalesce(a->>'schooling' IN ('compulsory', 'high_school', 'vocational', 'college'), false)
           AND coalesce((a->>'full_time')::boolean, true),
       coalesce(a->>'employment' NOT IN ('', 'none', 'unemployed'), false),
       coalesce(a->>'labour_ability', 'full'), (data->>'attributes_since')::date, position, position
FROM batch CROSS JOIN LATERAL (SELECT coalesce(data->'attributes', '{}') AS a) said
WHERE type = 'MemberJoined' ORDER BY data->>'person_id', position DESC
ON CONFLICT (person_id) DO UPDATE SET household_id = excluded.household_id, birth_date = excluded.birth_date,
    severe = excluded.severe, heavy = excluded.heavy, ill = excluded.ill, away = excluded.away,
    clergy_since = excluded.clergy_since, studying = excluded.studying, working = excluded.working,
    ability = excluded.ability, attributes_on = excluded.attributes_on, joined_position = excluded.joined_position,
    position = excluded.position;

-- on AttributesChanged --
-- The change of the latest day holds, of one day the last recorded; what an earlier stay said is gone with a new joining.
UPDATE {assessable_people} p SET
       severe = coalesce((a->>'disability_level')::integer IN (1, 2), false),
       heavy = coalesce((a->>'disability_level')::integer IN (1, 2)
                        OR (a->>'disability_level')::integer = 3 AND a->>'disability_type' IN ('intellectual', 'mental'), false),
       ill = coalesce(a->>'illness' = 'major', false),
       away = coalesce(a->>'custody' IN ('prison', 'compulsory_treatment'), false)
              OR coalesce((a->>'declared_missing')::boolean, false) OR coalesce(btrim(a->>'uncounted_by') <> '', false),
       clergy_since = (a->>'clergy_since')::date,
       studying = coalesce(a->>'schooling' IN ('compulsory', 'high_school', 'vocational', 'college'), false)
                  AND coalesce((a->>'full_time')::boolean, true),
       working = coalesce(a->>'employment' NOT IN ('', 'none', 'unemployed'), false),
       ability = coalesce(a->>'labour_ability', 'full'), attributes_on = b.day, position = greatest(p.position, b.position)
FROM (SELECT DISTINCT ON (b.data->>'person_id') b.data->>'person_id' AS person_id, b.data->'attributes' AS a, b.position,
             (b.data->>'occurred_on')::date AS day
      FROM batch b JOIN {assessable_people} q ON q.person_id = b.data->>'person_id'
      WHERE b.type = 'AttributesChanged' AND b.position > q.joined_position
        AND coalesce(q.attributes_on <= (b.data->>'occurred_on')::date, true)
      ORDER BY b.data->>'person_id', (b.data->>'occurred_on')::date DESC, b.position DESC) b
WHERE p.person_id = b.person_id;

-- on MemberLeft, PersonDied --
-- The person is in no household now, unless they joined one after.
UPDATE {assessable_people} p SET household_id = NULL, position = greatest(p.position, b.position)
FROM (SELECT data->>'person_id' AS person_id, max(position) AS position FROM batch
      WHERE type IN ('MemberLeft', 'PersonDied') GROUP BY 1) b
WHERE p.person_id = b.person_id AND p.joined_position < b.position;

-- on CircumstancesDeclared --
-- The declaration of the latest day holds, of one day the last recorded; its lines take the place of the earlier ones.
UPDATE {assessables} h SET
       declared_on = b.day, declared_position = b.position, position = greatest(h.position, b.position),
       deductions_fen = coalesce((b.data->>'deductions_fen')::bigint, 0),
       support_judged = ARRAY(SELECT coalesce(d->>'person_id', '') FROM jsonb_array_elements(coalesce(b.data->'discretions', '[]')) d
                              WHERE d->>'what' = 'support'),
       labour_judged = ARRAY(SELECT coalesce(d->>'person_id', '') FROM jsonb_array_elements(coalesce(b.data->'discretions', '[]')) d
                             WHERE d->>'what' = 'labour')
FROM (SELECT DISTINCT ON (data->>'household_id') data, position, (data->>'occurred_on')::date AS day FROM batch
      WHERE type = 'CircumstancesDeclared'
      ORDER BY data->>'household_id', (data->>'occurred_on')::date DESC, position DESC) b
WHERE h.household_id = b.data->>'household_id' AND coalesce(h.declared_on <= b.day, true);
DELETE FROM {assessable_lines} l USING {assessables} h
WHERE l.household_id = h.household_id AND l.position <> h.declared_position
  AND h.household_id IN (SELECT data->>'household_id' FROM batch WHERE type = 'CircumstancesDeclared');
INSERT INTO {assessable_lines} (household_id, about, line, kind, source, person_id, fen, left_out, birth_date, payer_fen,
                                payer_members, supported, position)
SELECT h.household_id, x.about, l.line, coalesce(l.of->>'kind', l.of->>'kinship'), coalesce(l.of->>'source', l.of->>'use'),
       l.of->>'person_id', coalesce(l.of->>'annual_fen', l.of->>'value_fen')::bigint,
       coalesce(l.of->>'excluded', l.of->>'exempt', 'false')::boolean, (l.of->>'birth_date')::date,
       (l.of->>'payer_income_fen')::bigint, coalesce((l.of->>'payer_members')::integer, 1),
       coalesce((l.of->>'supported')::integer, 1), h.declared_position
FROM batch b JOIN {assessables} h ON h.household_id = b.data->>'household_id' AND h.declared_position = b.position
CROSS JOIN LATERAL (VALUES ('income', b.data->'income'), ('property', b.data->'property'), ('support', b.data->'support')) x(about, lines)
CROSS JOIN LATERAL jsonb_array_elements(coalesce(x.lines, '[]')) WITH ORDINALITY l(of, line)
WHERE b.type = 'CircumstancesDeclared';

-- index --
-- By the organisation in charge.
CREATE INDEX ON {assessables} (organisation_id);
