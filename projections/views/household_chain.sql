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
    operator_role            text NOT NULL,
    PRIMARY KEY (household_id, position)
);
CREATE TABLE {person_chain} (
    person_id    text NOT NULL,
    position     bigint NOT NULL,
    household_id text NOT NULL,
    PRIMARY KEY (person_id, position)
);

-- on HouseholdRegistered, MemberJoined, MemberLeft, HeadChanged, HouseholdMoved, PersonDied, CircumstancesDeclared, AccountNominated, ApplicationSubmitted, SupplementRequested, ApplicationAccepted, CheckAuthorised, MeansChecked, HomeVisited, AppraisalHeld, OpinionGiven, PublicityStarted, ObjectionRaised, PublicityEnded, CategoryConfirmed, CategoryRefused, RefusalNotified, CaseAborted, PriorCoverRecorded, AmountAdjusted, EntitlementTransferred, EntitlementSuspended, EntitlementResumed, CategoryEnded, PaymentSettled, PaymentReturned, PaymentReissued --
-- Every event about a household becomes one entry; summaries hold no personal data.
INSERT INTO {household_chain}
SELECT b.data->>'household_id', b.position,
       CASE WHEN b.data ? 'counted' THEN ARRAY(SELECT jsonb_array_elements_text(b.data->'counted'))
            WHEN b.data ? 'covered' THEN ARRAY(SELECT jsonb_array_elements_text(b.data->'covered'))
            WHEN b.data ? 'person_id' THEN ARRAY[b.data->>'person_id'] ELSE '{}' END,
       coalesce(b.data->>'programme', b.data->>'category'),
       CASE WHEN b.data->'actor'->>'role' = 'finance' THEN '财政' ELSE '民政' END,
       b.type, (b.data->>'occurred_on')::date, b.recorded_at,
       coalesce((b.data->>'amount_fen')::bigint, m.total),
       coalesce(b.data->'actor'->>'operator_id', ''), coalesce(b.data->'actor'->>'organisation_id', ''),
       coalesce(b.data->>'organisation_id', b.data->>'to_id'), b.data->>'case_id', b.data->>'entitlement_id',
       b.data->>'run_id', b.data->>'payment_id', b.data->>'event_id',
       t.zh || coalesce('：' || CASE b.data->>'category' WHEN 'dibao' THEN '最低生活保障' WHEN 'tekun' THEN '特困供养' END, '')
            || coalesce('，' || (b.data->>'month') || '月份', '')
            || coalesce('，自' || (b.data->>'from_month') || '起', '')
            || coalesce('，末月' || (b.data->>'last_month'), '')
            || coalesce('，每月' || round(m.total / 100.0, 2) || '元', '')
            || coalesce('，' || round((b.data->>'amount_fen')::bigint / 100.0, 2) || '元', '')
            || CASE WHEN b.type IN ('CategoryRefused', 'EntitlementSuspended', 'CategoryEnded', 'PaymentReturned', 'AmountAdjusted')
                    THEN coalesce('，原因：' || (b.data->>'reason'), '') ELSE '' END,
       t.en || coalesce(': ' || (b.data->>'category'), '')
            || coalesce(', for ' || (b.data->>'month'), '')
            || coalesce(', from ' || (b.data->>'from_month'), '')
            || coalesce(', last month ' || (b.data->>'last_month'), '')
            || coalesce(', ' || round(m.total / 100.0, 2) || ' yuan a month', '')
            || coalesce(', ' || round((b.data->>'amount_fen')::bigint / 100.0, 2) || ' yuan', '')
            || CASE WHEN b.type IN ('CategoryRefused', 'EntitlementSuspended', 'CategoryEnded', 'PaymentReturned', 'AmountAdjusted')
                    THEN coalesce(', reason: ' || (b.data->>'reason'), '') ELSE '' END,
       coalesce(b.data->'actor'->>'role', '')
FROM batch b
JOIN (VALUES $TITLES) t(type, zh, en) ON t.type = b.type
LEFT JOIN LATERAL (SELECT sum((a->>'amount_fen')::bigint) AS total
                   FROM jsonb_array_elements(b.data->'amounts') a) m ON b.data ? 'amounts'
WHERE b.data ? 'household_id' AND b.type <> 'PaymentInstructed';
-- The same entries by person.
INSERT INTO {person_chain}
SELECT DISTINCT p, c.position, c.household_id
FROM {household_chain} c JOIN batch b ON b.position = c.position AND b.data->>'household_id' = c.household_id,
     unnest(c.person_ids) p;
