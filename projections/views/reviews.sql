-- create --
-- Reviews 行政复议 and lawsuits 行政诉讼 of decisions. Every column after the insert is set by one type of event alone.
CREATE TABLE {reviews} (
    review_id           text PRIMARY KEY,
    household_id        text NOT NULL,
    organisation_id     text NOT NULL,
    case_id             text,
    entitlement_id      text,
    person_id           text NOT NULL,
    challenged          jsonb NOT NULL,
    challenged_position bigint NOT NULL,
    organ               text NOT NULL,
    grounds             text NOT NULL,
    known_on            date NOT NULL,
    requested_on        date NOT NULL,
    request_by          date NOT NULL,
    accept_by           date NOT NULL,
    terms               jsonb NOT NULL,
    accepted_on         date,
    decide_by           date,
    extended_to         date,
    not_accepted_on     date,
    not_accepted_reason text,
    withdrawn_on        date,
    result              text,
    reason              text,
    article             text,
    decision_number     text,
    carry_out_by        date,
    decided_on          date,
    served_on           date,
    sue_by              date,
    carried_out_on      date,
    remedies            jsonb,
    requested_position  bigint NOT NULL,
    position            bigint NOT NULL
);
CREATE TABLE {lawsuits} (
    lawsuit_id      text PRIMARY KEY,
    review_id       text,
    household_id    text NOT NULL,
    organisation_id text NOT NULL,
    case_id         text,
    entitlement_id  text,
    person_id       text NOT NULL,
    challenged      jsonb NOT NULL,
    court           text NOT NULL,
    docket          text NOT NULL,
    filed_on        date NOT NULL,
    result          text,
    judgment        text,
    carry_out_by    date,
    concluded_on    date,
    carried_out_on  date,
    remedies        jsonb,
    filed_position  bigint NOT NULL,
    position        bigint NOT NULL
);

-- index --
-- By organisation and age, by household, by the decision challenged.
CREATE INDEX ON {reviews} (organisation_id, requested_position);
CREATE INDEX ON {reviews} (household_id);
CREATE INDEX ON {reviews} (challenged_position);
CREATE INDEX ON {lawsuits} (organisation_id, filed_position);
CREATE INDEX ON {lawsuits} (household_id);
CREATE INDEX ON {lawsuits} (review_id) WHERE review_id IS NOT NULL;

-- on ReviewRequested --
-- A review, with the decision it is about.
INSERT INTO {reviews} (review_id, household_id, organisation_id, case_id, entitlement_id, person_id, challenged,
    challenged_position, organ, grounds, known_on, requested_on, request_by, accept_by, terms, requested_position, position)
SELECT data->>'review_id', data->>'household_id', data->>'organisation_id', data->>'case_id', data->>'entitlement_id',
       data->>'person_id', data->'challenged', (data->'challenged'->>'position')::bigint, data->>'organ', data->>'grounds',
       (data->>'known_on')::date, (data->>'occurred_on')::date, (data->>'request_by')::date, (data->>'accept_by')::date,
       data->'terms', position, position
FROM batch WHERE type = 'ReviewRequested';

-- on ReviewAccepted --
-- Taken up.
UPDATE {reviews} r SET accepted_on = (b.data->>'occurred_on')::date, decide_by = (b.data->>'decide_by')::date,
       position = greatest(r.position, b.position)
FROM batch b WHERE b.type = 'ReviewAccepted' AND r.review_id = b.data->>'review_id';

-- on ReviewNotAccepted --
-- Not taken up, and why.
UPDATE {reviews} r SET not_accepted_on = (b.data->>'occurred_on')::date, not_accepted_reason = b.data->>'reason',
       position = greatest(r.position, b.position)
FROM batch b WHERE b.type = 'ReviewNotAccepted' AND r.review_id = b.data->>'review_id';

-- on ReviewExtended --
-- A longer term.
UPDATE {reviews} r SET extended_to = (b.data->>'decide_by')::date, position = greatest(r.position, b.position)
FROM batch b WHERE b.type = 'ReviewExtended' AND r.review_id = b.data->>'review_id';

-- on ReviewWithdrawn --
-- Taken back.
UPDATE {reviews} r SET withdrawn_on = (b.data->>'occurred_on')::date, position = greatest(r.position, b.position)
FROM batch b WHERE b.type = 'ReviewWithdrawn' AND r.review_id = b.data->>'review_id';

-- on ReviewDecided --
-- What was decided, and by when it is to be carried out.
UPDATE {reviews} r SET result = b.data->>'result', reason = b.data->>'reason', article = b.data->>'article',
       decision_number = b.data->>'decision_number', carry_out_by = (b.data->>'carry_out_by')::date,
       decided_on = (b.data->>'occurred_on')::date, position = greatest(r.position, b.position)
FROM batch b WHERE b.type = 'ReviewDecided' AND r.review_id = b.data->>'review_id';

-- on ReviewServed --
-- Served on the applicant.
UPDATE {reviews} r SET served_on = (b.data->>'occurred_on')::date, sue_by = (b.data->>'sue_by')::date,
       position = greatest(r.position, b.position)
FROM batch b WHERE b.type = 'ReviewServed' AND r.review_id = b.data->>'review_id';

-- on ReviewCarriedOut --
-- What was done as it decided.
UPDATE {reviews} r SET carried_out_on = (b.data->>'occurred_on')::date, remedies = b.data->'remedies',
       position = greatest(r.position, b.position)
FROM batch b WHERE b.type = 'ReviewCarriedOut' AND r.review_id = b.data->>'review_id';

-- on LawsuitFiled --
-- A lawsuit, with the decision it is about.
INSERT INTO {lawsuits} (lawsuit_id, review_id, household_id, organisation_id, case_id, entitlement_id, person_id, challenged,
    court, docket, filed_on, filed_position, position)
SELECT data->>'lawsuit_id', data->>'review_id', data->>'household_id', data->>'organisation_id', data->>'case_id',
       data->>'entitlement_id', data->>'person_id', data->'challenged', data->>'court', data->>'docket',
       (data->>'occurred_on')::date, position, position
FROM batch WHERE type = 'LawsuitFiled';

-- on LawsuitConcluded --
-- The judgment.
UPDATE {lawsuits} l SET result = b.data->>'result', judgment = b.data->>'judgment',
       carry_out_by = (b.data->>'carry_out_by')::date, concluded_on = (b.data->>'occurred_on')::date,
       position = greatest(l.position, b.position)
FROM batch b WHERE b.type = 'LawsuitConcluded' AND l.lawsuit_id = b.data->>'lawsuit_id';

-- on JudgmentCarriedOut --
-- What was done as the court decided.
UPDATE {lawsuits} l SET carried_out_on = (b.data->>'occurred_on')::date, remedies = b.data->'remedies',
       position = greatest(l.position, b.position)
FROM batch b WHERE b.type = 'JudgmentCarriedOut' AND l.lawsuit_id = b.data->>'lawsuit_id';
