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

-- on $CHAIN --
-- Every event about a household becomes one entry; summaries hold no personal data.
-- Fields are taken out of the JSON once, as a record: forty accesses cost more than everything else.
INSERT INTO {household_chain}
SELECT h.household_id, b.position,
       coalesce(d.counted, d.covered, d.person_ids, CASE WHEN d.person_id IS NOT NULL THEN ARRAY[d.person_id] ELSE '{}' END),
       coalesce(d.programme, d.category), coalesce(d.department, CASE WHEN d.actor->>'role' = 'finance' THEN '财政' ELSE '民政' END),
       b.type, d.occurred_on, b.recorded_at, coalesce(d.amount_fen, m.total),
       coalesce(d.actor->>'operator_id', ''), coalesce(d.actor->>'organisation_id', ''),
       coalesce(d.organisation_id, d.to_id), d.case_id, d.entitlement_id, d.run_id, d.payment_id, d.event_id,
       t.zh || coalesce('：' || n.zh, '')
            || coalesce('，' || d.month || '月份', '') || coalesce('，自' || d.from_month || '起', '')
            || coalesce('，末月' || d.last_month, '') || coalesce('，每月' || m.yuan || '元', '')
            || coalesce('，' || y.yuan || '元', '') || coalesce('，' || (d.note->>'zh'), '') || coalesce('，原因：' || r.reason, ''),
       t.en || coalesce(': ' || n.en, '') || coalesce(', for ' || d.month, '')
            || coalesce(', from ' || d.from_month, '') || coalesce(', last month ' || d.last_month, '')
            || coalesce(', ' || m.yuan || ' yuan a month', '') || coalesce(', ' || y.yuan || ' yuan', '')
            || coalesce(', ' || (d.note->>'en'), '') || coalesce(', reason: ' || r.reason, ''),
       coalesce(d.actor->>'role', '')
FROM batch b
JOIN (VALUES $TITLES) t(type, zh, en) ON t.type = b.type
CROSS JOIN LATERAL jsonb_to_record(b.data) d(
    household_id text, household_ids text[], counted text[], covered text[], person_id text, person_ids text[], programme text,
    category text, department text, named jsonb, note jsonb, actor jsonb, occurred_on date, amount_fen bigint, amounts jsonb,
    organisation_id text, to_id text, case_id text, entitlement_id text, run_id text, payment_id text, event_id text,
    month text, from_month text, last_month text, reason text)
CROSS JOIN LATERAL unnest(coalesce(d.household_ids, ARRAY[d.household_id])) h(household_id)
CROSS JOIN LATERAL (SELECT coalesce(d.named->>'zh', CASE d.category WHEN 'dibao' THEN '最低生活保障' WHEN 'tekun' THEN '特困供养' ELSE d.category END),
    coalesce(d.named->>'en', d.category)) n(zh, en)
CROSS JOIN LATERAL (SELECT CASE WHEN d.amounts IS NOT NULL THEN
    (SELECT sum((a->>'amount_fen')::bigint)::bigint FROM jsonb_array_elements(d.amounts) a) END) s(total)
CROSS JOIN LATERAL (SELECT s.total, (s.total / 100) || '.' || lpad((s.total % 100)::text, 2, '0')) m(total, yuan)
CROSS JOIN LATERAL (SELECT (d.amount_fen / 100) || '.' || lpad((d.amount_fen % 100)::text, 2, '0')) y(yuan)
CROSS JOIN LATERAL (SELECT CASE WHEN b.type IN ('CategoryRefused', 'EntitlementSuspended', 'CategoryEnded', 'PaymentReturned', 'AmountAdjusted')
    THEN d.reason END) r(reason)
WHERE h.household_id IS NOT NULL AND b.type IN ($CHAIN_TYPES);
-- The same entries by person.
INSERT INTO {person_chain}
SELECT p.person_id, b.position, h.household_id
FROM batch b
CROSS JOIN LATERAL jsonb_to_record(b.data) d(household_id text, household_ids text[], counted text[], covered text[],
                                             person_id text, person_ids text[])
CROSS JOIN LATERAL (SELECT coalesce(d.household_id, d.household_ids[1])) h(household_id)
CROSS JOIN LATERAL (SELECT DISTINCT unnest(coalesce(d.counted, d.covered, d.person_ids, ARRAY[d.person_id]))) p(person_id)
WHERE h.household_id IS NOT NULL AND p.person_id IS NOT NULL AND b.type IN ($CHAIN_TYPES);
