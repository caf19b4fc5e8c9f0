-- create --
-- Recoveries as they stand, and back-pay that was announced, each with its months and the late fact it follows from.
CREATE TABLE {recoveries} (
    recovery_id     text PRIMARY KEY,
    entitlement_id  text NOT NULL,
    household_id    text NOT NULL,
    organisation_id text NOT NULL,
    person_id       text NOT NULL,
    programme       text NOT NULL,
    cause           text NOT NULL,
    months          jsonb NOT NULL,
    amount_fen      bigint NOT NULL,
    status          text NOT NULL,
    opened_on       date NOT NULL,
    due_on          date NOT NULL,
    breach          boolean NOT NULL,
    fact_id         text,
    fact_on         date,
    known_on        date,
    decision_id     text,
    cancelled_on    date,
    position        bigint NOT NULL
);
CREATE TABLE {back_pays} (
    position        bigint PRIMARY KEY,
    entitlement_id  text NOT NULL,
    household_id    text NOT NULL,
    organisation_id text NOT NULL,
    programme       text NOT NULL,
    months          jsonb NOT NULL,
    amount_fen      bigint NOT NULL,
    announced_on    date NOT NULL,
    fact_id         text,
    fact_on         date,
    known_on        date,
    decision_id     text
);

-- index --
-- By household and by organisation.
CREATE INDEX ON {recoveries} (household_id);
CREATE INDEX ON {recoveries} (organisation_id, due_on);
CREATE INDEX ON {back_pays} (household_id);
CREATE INDEX ON {back_pays} (organisation_id, position);

-- on RecoveryOpened --
-- A recovery begins.
INSERT INTO {recoveries} (recovery_id, entitlement_id, household_id, organisation_id, person_id, programme, cause, months,
                          amount_fen, status, opened_on, due_on, breach, fact_id, fact_on, known_on, decision_id, position)
SELECT d.recovery_id, d.entitlement_id, d.household_id, d.organisation_id, d.person_id, d.programme, d.cause, d.months,
       d.amount_fen, 'open', d.occurred_on, d.due_on, coalesce(d.breach, false), d.fact_id, d.fact_on, d.known_on,
       d.decision_id, b.position
FROM batch b CROSS JOIN LATERAL jsonb_to_record(b.data) d(
    recovery_id text, entitlement_id text, household_id text, organisation_id text, person_id text, programme text, cause text,
    months jsonb, amount_fen bigint, occurred_on date, due_on date, breach boolean, fact_id text, fact_on date, known_on date,
    decision_id text)
WHERE b.type = 'RecoveryOpened';

-- on RecoveryCancelled --
-- What it rested on is gone; nothing else ends one here.
UPDATE {recoveries} r SET status = 'cancelled', cancelled_on = (b.data->>'occurred_on')::date, position = b.position
FROM batch b WHERE b.type = 'RecoveryCancelled' AND r.recovery_id = b.data->>'recovery_id';

-- on BackPayDue --
-- One row for each announcement; the run that follows pays it.
INSERT INTO {back_pays} (position, entitlement_id, household_id, organisation_id, programme, months, amount_fen, announced_on,
                         fact_id, fact_on, known_on, decision_id)
SELECT b.position, d.entitlement_id, d.household_id, d.organisation_id, d.programme, d.months, d.amount_fen, d.occurred_on,
       d.fact_id, d.fact_on, d.known_on, d.decision_id
FROM batch b CROSS JOIN LATERAL jsonb_to_record(b.data) d(
    entitlement_id text, household_id text, organisation_id text, programme text, months jsonb, amount_fen bigint,
    occurred_on date, fact_id text, fact_on date, known_on date, decision_id text)
WHERE b.type = 'BackPayDue';
