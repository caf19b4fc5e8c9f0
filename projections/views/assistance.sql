-- create --
-- Every assistance as it stands, by whom it is for; disasters, homes, and the files departments handed in.
CREATE TABLE {assistances} (
    assistance_id   text PRIMARY KEY,
    household_id    text,
    organisation_id text NOT NULL,
    person_ids      text[] NOT NULL,
    programme       text NOT NULL,
    department_id   text NOT NULL,
    status          text NOT NULL,
    form            text,
    amount_fen      bigint,
    delivered_fen   bigint NOT NULL,
    stages          integer NOT NULL,
    delivered       integer NOT NULL,
    from_month      text,
    last_month      text,
    year            integer,
    need            text,
    disaster_id     text,
    facts           jsonb NOT NULL,
    record_number   text,
    import_id       text,
    applied_on      date,
    referred_on     date,
    accepted_on     date,
    decided_on      date,
    given_on        date,
    reported_on     date,
    ended_on        date,
    due_on          date,
    outcome         text,
    reason          text,
    overlapping     text[] NOT NULL,
    recorded_at     timestamptz NOT NULL,
    state           jsonb NOT NULL,
    position        bigint NOT NULL
);
CREATE TABLE {assisted_people} (
    person_id     text NOT NULL,
    assistance_id text NOT NULL,
    PRIMARY KEY (person_id, assistance_id)
);
CREATE TABLE {disasters} (
    disaster_id      text PRIMARY KEY,
    organisation_ids text[] NOT NULL,
    kind             text NOT NULL,
    named            jsonb NOT NULL,
    struck_on        date NOT NULL,
    ended_on         date,
    position         bigint NOT NULL
);
CREATE TABLE {homes} (
    household_id text PRIMARY KEY,
    danger       text NOT NULL,
    assessed_on  date NOT NULL,
    position     bigint NOT NULL
);
CREATE TABLE {department_files} (
    import_id       text PRIMARY KEY,
    file_hash       text NOT NULL,
    organisation_id text NOT NULL,
    file_name       text NOT NULL,
    rows            integer NOT NULL,
    begun_on        date NOT NULL,
    finished_on     date,
    recorded        integer,
    rejected        integer,
    amount_fen      bigint,
    position        bigint NOT NULL
);

-- index --
-- Assistances by household, by programme and place, by who handles them, and by disaster.
CREATE INDEX ON {assistances} (household_id);
CREATE INDEX ON {assistances} (programme, organisation_id);
CREATE INDEX ON {assistances} (department_id, status);
CREATE INDEX ON {assistances} (disaster_id) WHERE disaster_id IS NOT NULL;
CREATE INDEX ON {homes} (danger);

-- on DisasterDeclared --
-- A disaster, where it struck and from when.
INSERT INTO {disasters}
SELECT data->>'disaster_id', (SELECT array_agg(o ORDER BY n) FROM jsonb_array_elements_text(data->'organisation_ids') WITH ORDINALITY x(o, n)),
       data->>'kind', data->'named', (data->>'occurred_on')::date, (data->>'ended_on')::date, position
FROM batch WHERE type = 'DisasterDeclared';

-- on HousingAssessed --
-- The assessment of the latest day holds; of one day, the last recorded.
INSERT INTO {homes}
SELECT DISTINCT ON (data->>'household_id') data->>'household_id', data->>'danger', (data->>'occurred_on')::date, position
FROM batch WHERE type = 'HousingAssessed'
ORDER BY data->>'household_id', (data->>'occurred_on')::date DESC, position DESC
ON CONFLICT (household_id) DO UPDATE SET danger = excluded.danger, assessed_on = excluded.assessed_on, position = excluded.position
WHERE {homes}.assessed_on <= excluded.assessed_on;

-- on ReportsBegun --
-- A file that is being taken in.
INSERT INTO {department_files} (import_id, file_hash, organisation_id, file_name, rows, begun_on, position)
SELECT data->>'import_id', data->>'file_hash', data->>'organisation_id', data->>'file_name', (data->>'rows')::integer,
       (data->>'occurred_on')::date, position
FROM batch WHERE type = 'ReportsBegun';

-- on ReportsImported --
-- It was taken in to its end: every beginning comes before.
UPDATE {department_files} f SET finished_on = (b.data->>'occurred_on')::date, recorded = (b.data->>'recorded')::integer,
       rejected = (b.data->>'rejected')::integer, amount_fen = (b.data->>'amount_fen')::bigint, position = b.position
FROM batch b WHERE b.type = 'ReportsImported' AND f.import_id = b.data->>'import_id';
