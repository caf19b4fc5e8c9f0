-- create --
-- Corrections 更正 and what became of whoever made the error; the events on either side by their position in the log.
CREATE TABLE {corrections} (
    correction_id     text PRIMARY KEY,
    organisation_id   text NOT NULL,
    household_id      text,
    complaint_id      text,
    wrong_text        text NOT NULL,
    right_text        text NOT NULL,
    cause             text NOT NULL,
    found_by          text NOT NULL,
    found_by_operator text,
    operators         text[] NOT NULL,
    discovered_on     date NOT NULL,
    corrected_on      date NOT NULL,
    recorded_by       text NOT NULL,
    assessed_on       date,
    assessors         text[],
    grounds           jsonb,
    opinion           text,
    minutes           text,
    made_position     bigint NOT NULL,
    position          bigint NOT NULL
);
CREATE TABLE {correction_events} (
    event_position bigint NOT NULL,
    correction_id  text NOT NULL,
    side           text NOT NULL,
    event_id       text NOT NULL,
    type           text NOT NULL,
    operator_id    text NOT NULL,
    recorded_on    date NOT NULL
);
CREATE TABLE {correction_outcomes} (
    correction_id   text NOT NULL,
    operator_id     text NOT NULL,
    organisation_id text NOT NULL,
    outcome         text NOT NULL,
    decided_on      date NOT NULL,
    decided_by      text NOT NULL,
    in_time_until   date,
    term            jsonb,
    measure         text,
    reason          text NOT NULL,
    article         text,
    decision_number text NOT NULL,
    position        bigint PRIMARY KEY
);

-- index --
-- By the event that was wrong or put it right, by organisation, by operator.
CREATE INDEX ON {correction_events} (event_position);
CREATE INDEX ON {correction_events} (correction_id);
CREATE INDEX ON {corrections} (organisation_id, made_position);
CREATE INDEX ON {correction_outcomes} (correction_id);
CREATE INDEX ON {correction_outcomes} (operator_id);

-- on CorrectionMade --
-- A correction, and the events on both its sides.
INSERT INTO {corrections} (correction_id, organisation_id, household_id, complaint_id, wrong_text, right_text, cause, found_by,
    found_by_operator, operators, discovered_on, corrected_on, recorded_by, made_position, position)
SELECT data->>'correction_id', data->>'organisation_id', data->>'household_id', data->>'complaint_id', data->>'wrong',
       data->>'right', data->>'cause', data->>'found_by', data->>'found_by_operator',
       ARRAY(SELECT jsonb_array_elements_text(data->'corrected_operators')), (data->>'discovered_on')::date,
       (data->>'corrected_on')::date, data->'actor'->>'operator_id', position, position
FROM batch WHERE type = 'CorrectionMade';
INSERT INTO {correction_events}
SELECT (e->>'position')::bigint, data->>'correction_id', s.side, e->>'event_id', e->>'type', e->>'operator_id',
       (e->>'recorded_on')::date
FROM batch
CROSS JOIN LATERAL (VALUES ('original', data->'originals'), ('corrective', data->'correctives')) s(side, events)
CROSS JOIN LATERAL jsonb_array_elements(s.events) e
WHERE type = 'CorrectionMade';

-- on ErrorAssessed --
-- What two or more others said of it.
UPDATE {corrections} c SET assessed_on = (b.data->>'occurred_on')::date, grounds = b.data->'grounds',
       assessors = ARRAY(SELECT jsonb_array_elements_text(b.data->'assessors')), opinion = b.data->>'opinion',
       minutes = b.data->>'minutes', position = greatest(c.position, b.position)
FROM batch b WHERE b.type = 'ErrorAssessed' AND c.correction_id = b.data->>'correction_id';

-- on ExemptionGranted, HeldAccountable --
-- What became of each operator.
INSERT INTO {correction_outcomes}
SELECT data->>'correction_id', data->>'operator_id', data->>'organisation_id',
       CASE type WHEN 'ExemptionGranted' THEN 'exempt' ELSE 'accountable' END, (data->>'occurred_on')::date,
       data->'actor'->>'operator_id', (data->>'in_time_until')::date, data->'term', data->>'measure', data->>'reason',
       data->>'article', data->>'decision_number', position
FROM batch WHERE type IN ('ExemptionGranted', 'HeldAccountable');
