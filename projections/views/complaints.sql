-- create --
-- Complaints 投诉举报, each with its stage. Every column after the insert is set by one type of event alone.
CREATE TABLE {complaints} (
    complaint_id     text PRIMARY KEY,
    organisation_id  text NOT NULL,
    household_id     text,
    case_id          text,
    other_case_ids   text[] NOT NULL,
    payment_id       text,
    entitlement_id   text,
    subject_operator text,
    about_household  text,
    kind             text NOT NULL,
    channel          text NOT NULL,
    anonymous        boolean NOT NULL,
    complainant      text,
    contact          text,
    text             text NOT NULL,
    lodged_on        date NOT NULL,
    lodged_by        text NOT NULL,
    terms            jsonb NOT NULL,
    acknowledge_by   date NOT NULL,
    answer_by        date NOT NULL,
    acknowledged_on  date,
    handler          text,
    assigned_on      date,
    finding          text,
    findings         text,
    evidence         text[],
    investigated_on  date,
    extension_reason text,
    answered_on      date,
    answer           text,
    told             boolean,
    remedy_needed    boolean NOT NULL DEFAULT false,
    remedied_on      date,
    correction_id    text,
    remedies         jsonb,
    withdrawn_on     date,
    lodged_position  bigint NOT NULL,
    position         bigint NOT NULL
);
CREATE TABLE {complaint_concerned} (
    complaint_id text NOT NULL,
    operator_id  text NOT NULL,
    PRIMARY KEY (complaint_id, operator_id)
);

-- index --
-- By organisation and age; by household and case; those open are few.
CREATE INDEX ON {complaints} (organisation_id, lodged_position);
CREATE INDEX ON {complaints} (household_id) WHERE household_id IS NOT NULL;
CREATE INDEX ON {complaints} (case_id) WHERE case_id IS NOT NULL;

-- on ComplaintLodged --
-- A complaint, with the days it must be acknowledged and answered by.
INSERT INTO {complaints} (complaint_id, organisation_id, household_id, case_id, other_case_ids, payment_id, entitlement_id,
    subject_operator, about_household, kind, channel, anonymous, complainant, contact, text, lodged_on, lodged_by, terms,
    acknowledge_by, answer_by, lodged_position, position)
SELECT data->>'complaint_id', data->>'organisation_id', data->>'household_id', data->>'case_id',
       ARRAY(SELECT jsonb_array_elements_text(data->'other_case_ids')), data->>'payment_id', data->>'entitlement_id',
       data->>'subject_operator', data->>'about_household', data->>'kind', data->>'channel', (data->>'anonymous')::boolean,
       data->>'complainant', data->>'contact', data->>'text', (data->>'occurred_on')::date, data->'actor'->>'operator_id',
       data->'terms', (data->>'acknowledge_by')::date, (data->>'answer_by')::date, position, position
FROM batch WHERE type = 'ComplaintLodged';

-- on ComplaintLodged, ComplaintAssigned --
-- Whoever is complained of or acted in the matter.
INSERT INTO {complaint_concerned}
SELECT DISTINCT data->>'complaint_id', o.operator_id
FROM batch, LATERAL (SELECT jsonb_array_elements_text(data->'concerned') UNION SELECT data->>'subject_operator') o(operator_id)
WHERE type IN ('ComplaintLodged', 'ComplaintAssigned') AND o.operator_id IS NOT NULL
ON CONFLICT DO NOTHING;

-- on ComplaintAcknowledged --
-- That the complainant was told it is being handled.
UPDATE {complaints} c SET acknowledged_on = (b.data->>'occurred_on')::date, position = greatest(c.position, b.position)
FROM (SELECT DISTINCT ON (data->>'complaint_id') data, position FROM batch WHERE type = 'ComplaintAcknowledged'
      ORDER BY data->>'complaint_id', position DESC) b
WHERE c.complaint_id = b.data->>'complaint_id';

-- on ComplaintAssigned --
-- The handler it was given to last.
UPDATE {complaints} c SET handler = b.data->>'handler', assigned_on = (b.data->>'occurred_on')::date,
       position = greatest(c.position, b.position)
FROM (SELECT DISTINCT ON (data->>'complaint_id') data, position FROM batch WHERE type = 'ComplaintAssigned'
      ORDER BY data->>'complaint_id', position DESC) b
WHERE c.complaint_id = b.data->>'complaint_id';

-- on ComplaintInvestigated --
-- What was found last.
UPDATE {complaints} c SET finding = b.data->>'finding', findings = b.data->>'findings',
       evidence = ARRAY(SELECT jsonb_array_elements_text(b.data->'evidence')), investigated_on = (b.data->>'occurred_on')::date,
       position = greatest(c.position, b.position)
FROM (SELECT DISTINCT ON (data->>'complaint_id') data, position FROM batch WHERE type = 'ComplaintInvestigated'
      ORDER BY data->>'complaint_id', position DESC) b
WHERE c.complaint_id = b.data->>'complaint_id';

-- on ComplaintExtended --
-- A longer term, and why.
UPDATE {complaints} c SET answer_by = (b.data->>'answer_by')::date, extension_reason = b.data->>'reason',
       position = greatest(c.position, b.position)
FROM (SELECT DISTINCT ON (data->>'complaint_id') data, position FROM batch WHERE type = 'ComplaintExtended'
      ORDER BY data->>'complaint_id', position DESC) b
WHERE c.complaint_id = b.data->>'complaint_id';

-- on ComplaintAnswered --
-- The answer, and whether something is to be put right.
UPDATE {complaints} c SET answered_on = (b.data->>'occurred_on')::date, answer = b.data->>'answer',
       told = (b.data->>'told')::boolean, remedy_needed = (b.data->>'remedy_needed')::boolean,
       position = greatest(c.position, b.position)
FROM (SELECT DISTINCT ON (data->>'complaint_id') data, position FROM batch WHERE type = 'ComplaintAnswered'
      ORDER BY data->>'complaint_id', position DESC) b
WHERE c.complaint_id = b.data->>'complaint_id';

-- on ComplaintRemedied --
-- What put it right.
UPDATE {complaints} c SET remedied_on = (b.data->>'occurred_on')::date, correction_id = b.data->>'correction_id',
       remedies = b.data->'remedies', position = greatest(c.position, b.position)
FROM (SELECT DISTINCT ON (data->>'complaint_id') data, position FROM batch WHERE type = 'ComplaintRemedied'
      ORDER BY data->>'complaint_id', position DESC) b
WHERE c.complaint_id = b.data->>'complaint_id';

-- on ComplaintWithdrawn --
-- Taken back.
UPDATE {complaints} c SET withdrawn_on = (b.data->>'occurred_on')::date, position = greatest(c.position, b.position)
FROM (SELECT DISTINCT ON (data->>'complaint_id') data, position FROM batch WHERE type = 'ComplaintWithdrawn'
      ORDER BY data->>'complaint_id', position DESC) b
WHERE c.complaint_id = b.data->>'complaint_id';
