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
CREATE INDEX ON {payments} (run_id, sequence);

-- index --
-- By household and by entitlement. No index holds a column that changes: a line's outcome then costs no index anything.
CREATE INDEX ON {payments} (household_id, payment_id);
CREATE INDEX ON {payments} (entitlement_id, month);

-- on PaymentInstructed --
-- Lines are drafts until their run's header is recorded, which may be in the same batch.
INSERT INTO {payments} (payment_id, run_id, entitlement_id, household_id, organisation_id, person_id, programme, month,
    component, cause, amount_fen, status, payee_id, bank_code, account, account_holder, account_key, sequence,
    instructed_position, position)
SELECT b.data->>'payment_id', b.data->>'run_id', b.data->>'entitlement_id', b.data->>'household_id', b.data->>'organisation_id',
       b.data->>'person_id', b.data->>'programme', b.data->>'month', b.data->>'component', b.data->>'cause',
       (b.data->>'amount_fen')::bigint,
       CASE h.type WHEN 'RunDrawn' THEN 'instructed' WHEN 'RunAbandoned' THEN 'void' ELSE 'drafted' END,
       b.data->>'payee_id', b.data->>'bank_code', b.data->>'account', b.data->>'account_holder', b.data->>'account_key',
       (b.data->>'sequence')::integer, b.position, coalesce(h.position, b.position)
FROM batch b
LEFT JOIN (SELECT DISTINCT ON (data->>'run_id') data->>'run_id' AS run_id, type, position FROM batch
           WHERE type IN ('RunDrawn', 'RunAbandoned') ORDER BY data->>'run_id', position) h
    ON h.run_id = b.data->>'run_id' AND h.position > b.position
WHERE b.type = 'PaymentInstructed';

-- on RunDrawn, RunAbandoned --
-- The header puts the lines recorded before it in force; an abandoned run's lines never count.
UPDATE {payments} p SET status = CASE b.type WHEN 'RunDrawn' THEN 'instructed' ELSE 'void' END, position = b.position
FROM (SELECT DISTINCT ON (data->>'run_id') data->>'run_id' AS run_id, type, position FROM batch
      WHERE type IN ('RunDrawn', 'RunAbandoned') ORDER BY data->>'run_id', position) b
WHERE p.run_id = b.run_id AND p.status = 'drafted' AND p.instructed_position < b.position;

-- on PaymentSettled, PaymentReturned --
-- What the bank said of a line last.
UPDATE {payments} p SET position = b.position, bank_reference = b.data->>'bank_reference',
       status = CASE b.type WHEN 'PaymentSettled' THEN 'settled' ELSE 'returned' END,
       return_reason = b.data->>'reason', outcome_on = (b.data->>'occurred_on')::date
FROM (SELECT DISTINCT ON (data->>'payment_id') data->>'payment_id' AS payment_id, type, data, position FROM batch
      WHERE type IN ('PaymentSettled', 'PaymentReturned') ORDER BY data->>'payment_id', position DESC) b
WHERE p.payment_id = b.payment_id;

-- on PaymentReissued --
-- A returned line is paid again by another; the bank says nothing more of it afterwards.
UPDATE {payments} p SET position = greatest(p.position, b.position), status = 'reissued', reissue_id = b.reissue_id
FROM (SELECT DISTINCT ON (data->>'payment_id') data->>'payment_id' AS payment_id, data->>'reissue_id' AS reissue_id,
             position FROM batch
      WHERE type = 'PaymentReissued' ORDER BY data->>'payment_id', position DESC) b
WHERE p.payment_id = b.payment_id;
