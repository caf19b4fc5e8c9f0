-- create --
-- One chain per household (person) 一户（人）一条救助链: every decision and every settled, returned or reissued payment.
CREATE TABLE {household_chain} (
    household_id             text NOT NULL,
    position                 bigint NOT NULL,
    person_ids               text[] NOT NULL,
    programme                text,
    department               text NOT NULL,
    kind                     text NOT NULL,
    occurred_on              date,
    recorded_at              timestamptz NOT NULL,
    amount_fen               bigint,
    operator_id              text NOT NULL,
    operator_organisation_id text NOT NULL,
    organisation_id          text,
    case_id                  text,
    entitlement_id           text,
    run_id                   text,
    payment_id               text,
    event_id                 text NOT NULL,
    summary_zh               text NOT NULL,
    summary_en               text NOT NULL,
    operator_role            text NOT NULL
);
CREATE TABLE {person_chain} (
    person_id    text NOT NULL,
    position     bigint NOT NULL,
    household_id text NOT NULL
);

-- index --
-- By household, and by person; made on full tables when the view is built anew.
ALTER TABLE {household_chain} ADD PRIMARY KEY (household_id, position);
ALTER TABLE {person_chain} ADD PRIMARY KEY (person_id, position);

-- on HouseholdRegistered, MemberJoined, MemberLeft, HeadChanged, HouseholdMoved, PersonDied, CircumstancesDeclared, AccountNominated, ApplicationSubmitted, SupplementRequested, ApplicationAccepted, CheckAuthorised, MeansChecked, HomeVisited, AppraisalHeld, OpinionGiven, PublicityStarted, ObjectionRaised, PublicityEnded, CategoryConfirmed, CategoryRefused, RefusalNotified, CaseAborted, PriorCoverRecorded, AmountAdjusted, EntitlementTransferred, EntitlementSuspended, EntitlementResumed, CategoryEnded, PaymentSettled, PaymentReturned, PaymentReissued --
-- Every event about a household becomes one entry; summaries hold no personal data.
-- Fields are taken out of the JSON once, as a record: forty accesses cost more than everything else.
INSERT INTO {household_chain}
SELECT d.household_id, b.position, coalesce(d.counted, d.covered, CASE WHEN d.person_id IS NOT NULL THEN ARRAY[d.person_id] ELSE '{}' END),
       coalesce(d.programme, d.category), CASE WHEN d.actor->>'role' = 'finance' THEN '财政' ELSE '民政' END,
       b.type, d.occurred_on, b.recorded_at, coalesce(d.amount_fen, m.total),
       coalesce(d.actor->>'operator_id', ''), coalesce(d.actor->>'organisation_id', ''),
       coalesce(d.organisation_id, d.to_id), d.case_id, d.entitlement_id, d.run_id, d.payment_id, d.event_id,
       t.zh || coalesce('：' || CASE d.category WHEN 'dibao' THEN '最低生活保障' WHEN 'tekun' THEN '特困供养' END, '')
            || coalesce('，' || d.month || '月份', '') || coalesce('，自' || d.from_month || '起', '')
            || coalesce('，末月' || d.last_month, '') || coalesce('，每月' || m.yuan || '元', '')
            || coalesce('，' || y.yuan || '元', '') || coalesce('，原因：' || r.reason, ''),
       t.en || coalesce(': ' || d.category, '') || coalesce(', for ' || d.month, '')
            || coalesce(', from ' || d.from_month, '') || coalesce(', last month ' || d.last_month, '')
            || coalesce(', ' || m.yuan || ' yuan a month', '') || coalesce(', ' || y.yuan || ' yuan', '')
            || coalesce(', reason: ' || r.reason, ''),
       coalesce(d.actor->>'role', '')
FROM batch b
JOIN (VALUES $TITLES) t(type, zh, en) ON t.type = b.type
CROSS JOIN LATERAL jsonb_to_record(b.data) d(
    household_id text, counted text[], covered text[], person_id text, programme text, category text, actor jsonb,
    occurred_on date, amount_fen bigint, amounts jsonb, organisation_id text, to_id text, case_id text,
    entitlement_id text, run_id text, payment_id text, event_id text, month text, from_month text, last_month text,
    reason text)
CROSS JOIN LATERAL (SELECT CASE WHEN d.amounts IS NOT NULL THEN
    (SELECT sum((a->>'amount_fen')::bigint)::bigint FROM jsonb_array_elements(d.amounts) a) END) s(total)
CROSS JOIN LATERAL (SELECT s.total, (s.total / 100) || '.' || lpad((s.total % 100)::text, 2, '0')) m(total, yuan)
CROSS JOIN LATERAL (SELECT (d.amount_fen / 100) || '.' || lpad((d.amount_fen % 100)::text, 2, '0')) y(yuan)
CROSS JOIN LATERAL (SELECT CASE WHEN b.type IN ('CategoryRefused', 'EntitlementSuspended', 'CategoryEnded', 'PaymentReturned', 'AmountAdjusted')
    THEN d.reason END) r(reason)
WHERE d.household_id IS NOT NULL AND b.type <> 'PaymentInstructed';
-- The same entries by person.
INSERT INTO {person_chain}
SELECT p.person_id, b.position, b.data->>'household_id'
FROM batch b CROSS JOIN LATERAL (SELECT DISTINCT unnest(
    CASE WHEN b.data ? 'counted' THEN ARRAY(SELECT jsonb_array_elements_text(b.data->'counted'))
         WHEN b.data ? 'covered' THEN ARRAY(SELECT jsonb_array_elements_text(b.data->'covered'))
         ELSE ARRAY[b.data->>'person_id'] END)) p(person_id)
WHERE b.data ? 'household_id' AND b.type <> 'PaymentInstructed' AND p.person_id IS NOT NULL;
