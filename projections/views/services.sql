-- create --
-- Purchased services: what was planned for whom, and every visit with what was said of it.
CREATE TABLE {services} (
    service_id      text PRIMARY KEY,
    contract_id     text NOT NULL,
    provider_id     text NOT NULL,
    household_id    text NOT NULL,
    person_id       text NOT NULL,
    organisation_id text NOT NULL,
    service         text NOT NULL,
    per_month       integer NOT NULL,
    from_date       date NOT NULL,
    until_date      date NOT NULL,
    stopped         boolean NOT NULL DEFAULT false,
    needs           text NOT NULL,
    position        bigint NOT NULL
);
CREATE TABLE {service_visits} (
    visit        text PRIMARY KEY,
    service_id   text NOT NULL,
    rendered_on  date NOT NULL,
    worker       text NOT NULL,
    from_time    text NOT NULL,
    until_time   text NOT NULL,
    done         text NOT NULL,
    status       text NOT NULL,
    accepted_by  text,
    reason       text,
    position     bigint NOT NULL
);
CREATE TABLE {service_settlements} (
    service_id  text NOT NULL,
    contract_id text NOT NULL,
    settled_on  date NOT NULL,
    visits      integer NOT NULL,
    amount_fen  bigint NOT NULL,
    invoice     text NOT NULL,
    position    bigint PRIMARY KEY
);

-- index --
-- Services by organisation, provider, contract, household and person; visits by service; settlements by contract.
CREATE INDEX ON {services} (organisation_id);
CREATE INDEX ON {services} (provider_id, service_id);
CREATE INDEX ON {services} (contract_id);
CREATE INDEX ON {services} (household_id);
CREATE INDEX ON {services} (person_id);
CREATE INDEX ON {service_visits} (service_id, rendered_on);
CREATE INDEX ON {service_settlements} (contract_id);

-- on ServicePlanned --
-- A service as planned.
INSERT INTO {services} (service_id, contract_id, provider_id, household_id, person_id, organisation_id, service, per_month,
                        from_date, until_date, needs, position)
SELECT data->>'service_id', data->>'contract_id', data->>'provider_id', data->>'household_id', data->>'person_id',
       data->>'organisation_id', data->>'service', (data->>'per_month')::integer, (data->>'from_date')::date,
       (data->>'until_date')::date, data->>'needs', position
FROM batch WHERE type = 'ServicePlanned';

-- on ServiceStopped --
-- Ended early, once.
UPDATE {services} s SET until_date = (b.data->>'occurred_on')::date, stopped = true, position = b.position
FROM batch b WHERE b.type = 'ServiceStopped' AND s.service_id = b.data->>'service_id';

-- on ServiceRendered --
-- A visit as the provider recorded it.
INSERT INTO {service_visits} (visit, service_id, rendered_on, worker, from_time, until_time, done, status, position)
SELECT data->>'visit', data->>'service_id', (data->>'occurred_on')::date, data->>'worker', data->>'from_time',
       data->>'until_time', data->>'done', 'rendered', position
FROM batch WHERE type = 'ServiceRendered';

-- on ServiceAccepted, ServiceDeclined --
-- What was said of it, once.
UPDATE {service_visits} v SET position = b.position, accepted_by = b.data->>'accepted_by', reason = b.data->>'reason',
       status = CASE b.type WHEN 'ServiceAccepted' THEN 'accepted' ELSE 'declined' END
FROM batch b WHERE b.type IN ('ServiceAccepted', 'ServiceDeclined') AND v.visit = b.data->>'visit';

-- on ServiceSettled --
-- Accepted visits that were paid; a visit is settled after it was accepted, and once.
INSERT INTO {service_settlements}
SELECT data->>'service_id', data->>'contract_id', (data->>'occurred_on')::date, jsonb_array_length(data->'visits'),
       (data->>'amount_fen')::bigint, data->>'invoice', position
FROM batch WHERE type = 'ServiceSettled';
UPDATE {service_visits} v SET status = 'settled', position = b.position
FROM batch b, jsonb_array_elements_text(b.data->'visits') x(visit) WHERE b.type = 'ServiceSettled' AND v.visit = x.visit;
