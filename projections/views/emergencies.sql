-- create --
-- Emergencies as they stand: grade, what was approved and given, what is still to be put on paper and until when.
-- Folded by the area's own evolve; `state` is all of it.
CREATE TABLE {emergencies} (
    emergency_id    text PRIMARY KEY,
    household_id    text NOT NULL,
    organisation_id text NOT NULL,
    person_ids      text[] NOT NULL,
    unknown_ids     text[] NOT NULL,
    kind            text NOT NULL,
    status          text NOT NULL,
    aid_type        text,
    grade           text,
    happened_on     date NOT NULL,
    reported_on     date NOT NULL,
    aided_on        date,
    due_on          date,
    missing         text[] NOT NULL,
    approved_fen    bigint NOT NULL,
    given_fen       bigint NOT NULL,
    regularised_on  date,
    closed_on       date,
    state           jsonb NOT NULL,
    position        bigint NOT NULL
);

-- index --
-- By place, household and person, and what is due.
CREATE INDEX ON {emergencies} (organisation_id, emergency_id);
CREATE INDEX ON {emergencies} (household_id);
CREATE INDEX ON {emergencies} USING gin (person_ids);
CREATE INDEX ON {emergencies} (due_on, emergency_id) WHERE status = 'paperwork_due';
