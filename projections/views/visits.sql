-- create --
-- Visits of households, planned and made; and every day a household was seen at home, by a visit or in a procedure.
CREATE TABLE {visits} (
    visit_id        text PRIMARY KEY,
    household_id    text NOT NULL,
    organisation_id text NOT NULL,
    priority        text,
    planned_on      date,
    due_on          date,
    visited_on      date,
    visitors        text[] NOT NULL DEFAULT '{}',
    findings        text,
    needed          text[] NOT NULL DEFAULT '{}',
    provider_id     text,
    called_off      boolean NOT NULL DEFAULT false,
    position        bigint NOT NULL
);
CREATE TABLE {seen_at_home} (
    household_id text NOT NULL,
    seen_on      date NOT NULL,
    kind         text NOT NULL,
    position     bigint PRIMARY KEY
);

-- index --
-- Visits by household and organisation; days seen by household, the latest first found.
CREATE INDEX ON {visits} (household_id);
CREATE INDEX ON {visits} (organisation_id, due_on);
CREATE INDEX ON {seen_at_home} (household_id, seen_on);

-- on VisitPlanned --
-- A visit to be made.
INSERT INTO {visits} (visit_id, household_id, organisation_id, priority, planned_on, due_on, position)
SELECT data->>'visit_id', data->>'household_id', data->>'organisation_id', data->>'group', (data->>'occurred_on')::date,
       (data->>'due_on')::date, position
FROM batch WHERE type = 'VisitPlanned';

-- on VisitCompleted --
-- A visit made, planned before or not; it is made once.
INSERT INTO {visits} (visit_id, household_id, organisation_id, priority, visited_on, visitors, findings, needed, provider_id,
                      position)
SELECT data->>'visit_id', data->>'household_id', data->>'organisation_id', data->>'group', (data->>'occurred_on')::date,
       ARRAY(SELECT jsonb_array_elements_text(data->'visitors')), data->>'findings',
       ARRAY(SELECT jsonb_array_elements_text(data->'needed')), data->>'provider_id', position
FROM batch WHERE type = 'VisitCompleted'
ON CONFLICT (visit_id) DO UPDATE SET visited_on = excluded.visited_on, visitors = excluded.visitors,
    findings = excluded.findings, needed = excluded.needed, provider_id = excluded.provider_id, priority = excluded.priority,
    organisation_id = excluded.organisation_id, position = excluded.position;

-- on VisitCalledOff --
-- Not made.
UPDATE {visits} v SET called_off = true, position = b.position
FROM batch b WHERE b.type = 'VisitCalledOff' AND v.visit_id = b.data->>'visit_id';

-- on VisitCompleted, HomeVisited --
-- Days on which somebody was there.
INSERT INTO {seen_at_home}
SELECT data->>'household_id', (data->>'occurred_on')::date, CASE type WHEN 'HomeVisited' THEN 'home_visit' ELSE 'visit' END, position
FROM batch WHERE type IN ('VisitCompleted', 'HomeVisited');
