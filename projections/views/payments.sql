-- create --
-- Every line of every run, with what became of it. Drafted lines are not in force; void ones never were.
CREATE TABLE {payments} (
    payment_id          text PRIMARY KEY,
    run_id              text NOT NULL,
    entitlement_id      text NOT NULL,
    household_id        text NOT NULL,
    organisation_id     text NOT NULL,
    person_id           text NOT NULL,
    programme           text NOT NULL,
    month               text NOT NULL,
    component           text NOT NULL,
    cause               text NOT NULL,
    amount_fen          bigint NOT NULL,
    status              text NOT NULL,
    payee_id            text,
    bank_code           text,
    account             text,
    account_holder      text,
    account_key         text,
    bank_reference      text,
    return_reason       text,
    outcome_on          date,
    reissue_id          text,
    sequence            integer NOT NULL,
    instructed_position bigint NOT NULL,
    position            bigint NOT NULL
) WITH (fillfactor = 70);

-- index --
-- By run, by household, by entitlement.
CREATE INDEX ON {payments} (run_id, sequence);
CREATE INDEX ON {payments} (household_id, position);
CREATE INDEX ON {payments} (entitlement_id, month);

-- on PaymentInstructed --
-- Lines are drafts until their run's header is recorded.
INSERT INTO {payments} (payment_id, run_id, entitlement_id, household_id, organisation_id, person_id, programme, month,
    component, cause, amount_fen, status, payee_id, bank_code, account, account_holder, account_key, sequence,
    instructed_position, position)
SELECT data->>'payment_id', data->>'run_id', data->>'entitlement_id', data->>'household_id', data->>'organisation_id',
       data->>'person_id', data->>'programme', data->>'month', data->>'component', data->>'cause',
       (data->>'amount_fen')::bigint, 'drafted', data->>'payee_id', data->>'bank_code', data->>'account',
       data->>'account_holder', data->>'account_key', (data->>'sequence')::integer, position, position
FROM batch WHERE type = 'PaymentInstructed';

-- on RunDrawn, RunAbandoned --
-- The header puts a run's lines in force; an abandoned run's lines never count.
UPDATE {payments} p SET status = CASE b.type WHEN 'RunDrawn' THEN 'instructed' ELSE 'void' END, position = b.position
FROM batch b
WHERE b.type IN ('RunDrawn', 'RunAbandoned') AND p.run_id = b.data->>'run_id' AND p.status = 'drafted';

-- on PaymentSettled, PaymentReturned --
-- What the bank said of a line.
UPDATE {payments} p SET position = b.position, bank_reference = b.data->>'bank_reference',
       status = CASE b.type WHEN 'PaymentSettled' THEN 'settled' ELSE 'returned' END,
       return_reason = b.data->>'reason', outcome_on = (b.data->>'occurred_on')::date
FROM (SELECT DISTINCT ON (data->>'payment_id') data->>'payment_id' AS payment_id, type, data, position FROM batch
      WHERE type IN ('PaymentSettled', 'PaymentReturned') ORDER BY data->>'payment_id', position DESC) b
WHERE p.payment_id = b.payment_id;

-- on PaymentReissued --
-- A returned line, which comes before, is paid again by another.
UPDATE {payments} p SET position = b.position, status = 'reissued', reissue_id = b.data->>'reissue_id'
FROM batch b WHERE b.type = 'PaymentReissued' AND p.payment_id = b.data->>'payment_id';
