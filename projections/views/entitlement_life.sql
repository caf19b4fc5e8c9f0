-- create --
-- What happens to entitlements while they last: decisions that must be told and how they were, postings of intended ends,
-- self-care, work that was introduced, declared changes, and which months organisations have handed in.
CREATE TABLE {entitlement_notices} (
    decision        text PRIMARY KEY,
    entitlement_id  text NOT NULL,
    household_id    text NOT NULL,
    organisation_id text NOT NULL,
    category        text NOT NULL,
    change          text NOT NULL,
    effective_month text NOT NULL,
    reason          text NOT NULL,
    article         text NOT NULL,
    decided_on      date,
    served_on       date,
    means           text,
    document        text,
    position        bigint NOT NULL
);
CREATE TABLE {endings} (
    position        bigint PRIMARY KEY,
    entitlement_id  text NOT NULL,
    household_id    text NOT NULL,
    organisation_id text NOT NULL,
    category        text NOT NULL,
    place           text NOT NULL,
    posted_on       date,
    until           date NOT NULL,
    cause           text NOT NULL,
    reason          text NOT NULL,
    article         text NOT NULL,
    again           boolean NOT NULL,
    objected_on     date,
    decide_by       date,
    investigated_on date,
    stands          boolean,
    closed_on       date
);
CREATE INDEX ON {endings} (entitlement_id, position);
CREATE TABLE {other_aid_offers} (
    position        bigint PRIMARY KEY,
    entitlement_id  text NOT NULL,
    person_id       text NOT NULL,
    household_id    text NOT NULL,
    organisation_id text NOT NULL,
    offered         text[] NOT NULL,
    wanted          boolean NOT NULL,
    offered_on      date
);
CREATE TABLE {self_care} (
    position        bigint PRIMARY KEY,
    kind            text NOT NULL,
    person_id       text NOT NULL,
    entitlement_id  text NOT NULL,
    household_id    text NOT NULL,
    organisation_id text NOT NULL,
    occurred_on     date,
    reported_by     text,
    assess_by       date,
    assessed_on     date,
    failed          text[],
    assessors       text[],
    tier            text
);
CREATE INDEX ON {self_care} (person_id, position);
CREATE TABLE {job_offers} (
    job_offer_id     text PRIMARY KEY,
    person_id        text NOT NULL,
    household_id     text NOT NULL,
    organisation_id  text NOT NULL,
    department       text NOT NULL,
    post             text NOT NULL,
    suitable         boolean NOT NULL,
    offered_on       date,
    outcome          text,
    outcome_on       date,
    just_cause       boolean,
    in_a_row         integer,
    position         bigint NOT NULL,
    outcome_position bigint
);
CREATE TABLE {own_shares} (
    position          bigint PRIMARY KEY,
    entitlement_id    text NOT NULL,
    person_id         text NOT NULL,
    from_month        text NOT NULL,
    withheld_permille integer NOT NULL
);
CREATE TABLE {declared_changes} (
    position        bigint NOT NULL,
    household_id    text NOT NULL,
    organisation_id text,
    person_id       text,
    kind            text NOT NULL,
    occurred_on     date,
    recorded_at     timestamptz NOT NULL
);
CREATE TABLE {cut_offs} (
    organisation_id text NOT NULL,
    month           text NOT NULL,
    handed_in       boolean NOT NULL,
    changes         integer,
    occurred_on     date,
    operator_id     text NOT NULL,
    position        bigint NOT NULL,
    PRIMARY KEY (organisation_id, month)
);

-- index --
-- By household, organisation, person, and what is open.
CREATE INDEX ON {entitlement_notices} (entitlement_id);
CREATE INDEX ON {entitlement_notices} (organisation_id) WHERE served_on IS NULL;
CREATE INDEX ON {other_aid_offers} (entitlement_id);
CREATE INDEX ON {job_offers} (person_id, outcome_position);
CREATE INDEX ON {job_offers} (organisation_id);
CREATE INDEX ON {own_shares} (entitlement_id, person_id, position);
CREATE INDEX ON {declared_changes} (household_id, position);
CREATE INDEX ON {declared_changes} (position);

-- on AmountAdjusted, EntitlementSuspended, EntitlementResumed, CategoryEnded, TaperStarted, OwnShareReduced --
-- Every decision the household must be told of.
INSERT INTO {entitlement_notices} (decision, entitlement_id, household_id, organisation_id, category, change, effective_month,
    reason, article, decided_on, position)
SELECT d.event_id, d.entitlement_id, d.household_id, d.organisation_id, d.category,
       CASE b.type WHEN 'EntitlementSuspended' THEN 'suspension' WHEN 'EntitlementResumed' THEN 'resumption'
            WHEN 'CategoryEnded' THEN 'stop' WHEN 'TaperStarted' THEN 'taper' WHEN 'OwnShareReduced' THEN 'own_share'
            ELSE CASE WHEN coalesce((SELECT sum((a->>'amount_fen')::bigint) FROM jsonb_array_elements(d.amounts) a), 0)
                        >= coalesce((SELECT sum((a->>'amount_fen')::bigint) FROM jsonb_array_elements(d.previous) a), 0)
                 THEN 'increase' ELSE 'reduction' END END,
       coalesce(d.from_month, d.last_month), d.reason, coalesce(d.article, ''), d.occurred_on, b.position
FROM batch b CROSS JOIN LATERAL jsonb_to_record(b.data) d(
    event_id text, entitlement_id text, household_id text, organisation_id text, category text, from_month text, last_month text,
    amounts jsonb, previous jsonb, reason text, article text, occurred_on date)
WHERE b.type IN ('AmountAdjusted', 'EntitlementSuspended', 'EntitlementResumed', 'CategoryEnded', 'TaperStarted', 'OwnShareReduced');

-- on NoticeServed --
-- How it was told; once, and always after the decision.
UPDATE {entitlement_notices} n
SET served_on = (b.data->>'occurred_on')::date, means = b.data->>'means', document = b.data->>'document'
FROM batch b WHERE b.type = 'NoticeServed' AND n.decision = b.data->>'decision';

-- on EndingPosted --
-- A posting of an intended end; a new one after an objection.
INSERT INTO {endings} (position, entitlement_id, household_id, organisation_id, category, place, posted_on, until, cause, reason,
    article, again)
SELECT position, data->>'entitlement_id', data->>'household_id', data->>'organisation_id', data->>'category', data->>'place',
       (data->>'occurred_on')::date, (data->>'until')::date, data->>'cause', data->>'reason', data->>'article',
       coalesce((data->>'again')::boolean, false)
FROM batch WHERE type = 'EndingPosted';

-- on EndingObjected --
-- The last objection to a posting: the latest one before it.
UPDATE {endings} e SET objected_on = x.on, decide_by = x.decide_by
FROM (SELECT DISTINCT ON (p.position) p.position, (b.data->>'occurred_on')::date AS on, (b.data->>'decide_by')::date AS decide_by
      FROM batch b CROSS JOIN LATERAL (SELECT max(f.position) AS position FROM {endings} f
          WHERE f.entitlement_id = b.data->>'entitlement_id' AND f.position < b.position) p
      WHERE b.type = 'EndingObjected' ORDER BY p.position, b.position DESC) x
WHERE e.position = x.position;

-- on EndingInvestigated --
-- What looking into the objection came to, once for a posting.
UPDATE {endings} e SET investigated_on = (b.data->>'occurred_on')::date, stands = (b.data->>'stands')::boolean
FROM batch b
WHERE b.type = 'EndingInvestigated' AND e.position = (SELECT max(f.position) FROM {endings} f
    WHERE f.entitlement_id = b.data->>'entitlement_id' AND f.position < b.position);

-- on EndingPublicityClosed --
-- A posting is over, once.
UPDATE {endings} e SET closed_on = (b.data->>'occurred_on')::date
FROM batch b
WHERE b.type = 'EndingPublicityClosed' AND e.position = (SELECT max(f.position) FROM {endings} f
    WHERE f.entitlement_id = b.data->>'entitlement_id' AND f.position < b.position);

-- on OtherAidOffered --
-- What people whose cover ended were told they may apply for.
INSERT INTO {other_aid_offers}
SELECT position, data->>'entitlement_id', data->>'person_id', data->>'household_id', data->>'organisation_id',
       ARRAY(SELECT jsonb_array_elements_text(data->'offered')), (data->>'wanted')::boolean, (data->>'occurred_on')::date
FROM batch WHERE type = 'OtherAidOffered';

-- on SelfCareReported, SelfCareAssessed --
-- Reports that self-care changed, and assessments, item by item.
INSERT INTO {self_care} (position, kind, person_id, entitlement_id, household_id, organisation_id, occurred_on, reported_by,
    assess_by, assessed_on, failed, assessors, tier)
SELECT b.position, CASE b.type WHEN 'SelfCareReported' THEN 'report' ELSE 'assessment' END, b.data->>'person_id',
       b.data->>'entitlement_id', b.data->>'household_id', b.data->>'organisation_id', (b.data->>'occurred_on')::date,
       b.data->>'reported_by', (b.data->>'assess_by')::date,
       CASE b.type WHEN 'SelfCareAssessed' THEN (b.data->>'occurred_on')::date END,
       CASE b.type WHEN 'SelfCareAssessed' THEN ARRAY(SELECT jsonb_array_elements_text(b.data->'failed')) END,
       CASE b.type WHEN 'SelfCareAssessed' THEN ARRAY(SELECT jsonb_array_elements_text(b.data->'assessors')) END, b.data->>'tier'
FROM batch b WHERE b.type IN ('SelfCareReported', 'SelfCareAssessed');

-- on SelfCareAssessed --
-- The first assessment after a report answers it.
UPDATE {self_care} s SET assessed_on = x.on
FROM (SELECT DISTINCT ON (r.position) r.position, (b.data->>'occurred_on')::date AS on
      FROM batch b JOIN {self_care} r ON r.person_id = b.data->>'person_id' AND r.kind = 'report' AND r.assessed_on IS NULL
          AND r.position < b.position
      WHERE b.type = 'SelfCareAssessed' ORDER BY r.position, b.position) x
WHERE s.position = x.position;

-- on JobOffered --
-- Work that was introduced.
INSERT INTO {job_offers} (job_offer_id, person_id, household_id, organisation_id, department, post, suitable, offered_on, position)
SELECT data->>'job_offer_id', data->>'person_id', data->>'household_id', data->>'organisation_id', data->>'department',
       data->>'post', (data->>'suitable')::boolean, (data->>'occurred_on')::date, position
FROM batch WHERE type = 'JobOffered';

-- on JobAccepted, JobRefused --
-- What became of it, once; `in_a_row` counts refusals of suitable work without just cause since the last acceptance.
UPDATE {job_offers} j
SET outcome = CASE b.type WHEN 'JobAccepted' THEN 'accepted' ELSE 'refused' END, outcome_on = (b.data->>'occurred_on')::date,
    just_cause = (b.data->>'just_cause')::boolean, in_a_row = coalesce((b.data->>'in_a_row')::integer, 0),
    outcome_position = b.position
FROM batch b WHERE b.type IN ('JobAccepted', 'JobRefused') AND j.job_offer_id = b.data->>'job_offer_id';

-- on OwnShareReduced, OwnShareRestored --
-- What is withheld of a person's own share, and from when; the latest row holds.
INSERT INTO {own_shares}
SELECT position, data->>'entitlement_id', data->>'person_id', data->>'from_month', coalesce((data->>'withheld_permille')::integer, 0)
FROM batch WHERE type IN ('OwnShareReduced', 'OwnShareRestored');

-- on CircumstancesDeclared, MemberJoined, MemberLeft, PersonDied, AttributesChanged, HouseholdMoved --
-- What a household declared, or what became known of it: to be reviewed unless a decision followed.
INSERT INTO {declared_changes}
SELECT position, data->>'household_id', coalesce(data->>'organisation_id', data->>'to_id'), data->>'person_id', type,
       (data->>'occurred_on')::date, recorded_at
FROM batch WHERE type IN ('CircumstancesDeclared', 'MemberJoined', 'MemberLeft', 'PersonDied', 'AttributesChanged', 'HouseholdMoved');

-- on CutOffDeclared, CutOffReopened --
-- The latest word on an organisation's month.
INSERT INTO {cut_offs} AS c
SELECT DISTINCT ON (data->>'organisation_id', data->>'month') data->>'organisation_id', data->>'month', type = 'CutOffDeclared',
       (data->>'changes')::integer, (data->>'occurred_on')::date, coalesce(data->'actor'->>'operator_id', ''), position
FROM batch WHERE type IN ('CutOffDeclared', 'CutOffReopened')
ORDER BY data->>'organisation_id', data->>'month', position DESC
ON CONFLICT (organisation_id, month) DO UPDATE SET handed_in = excluded.handed_in, changes = excluded.changes,
    occurred_on = excluded.occurred_on, operator_id = excluded.operator_id, position = excluded.position;
