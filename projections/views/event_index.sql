-- create --
-- Events by type, operator and time, so that the log itself needs no more indexes.
CREATE TABLE {event_index} (
    position                 bigint PRIMARY KEY,
    event_id                 text NOT NULL,
    type                     text NOT NULL,
    operator_id              text NOT NULL,
    operator_organisation_id text NOT NULL,
    occurred_on              date,
    recorded_at              timestamptz NOT NULL
);

-- index --
-- By type and by operator, in log order; by recorded time.
CREATE INDEX ON {event_index} (type, position);
CREATE INDEX ON {event_index} (operator_id, position);
CREATE INDEX ON {event_index} (recorded_at);

-- on $ALL --
-- One row per event.
INSERT INTO {event_index}
SELECT position, data->>'event_id', type, coalesce(data->'actor'->>'operator_id', ''),
       coalesce(data->'actor'->>'organisation_id', ''), (data->>'occurred_on')::date, recorded_at
FROM batch;
