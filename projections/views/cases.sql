-- create --
-- Every application as it stands; `state` is all its dated facts. `case_duties` says what is due next, to whom and by when.
CREATE TABLE {cases} (
    case_id         text PRIMARY KEY,
    household_id    text NOT NULL,
    organisation_id text NOT NULL,
    category        text NOT NULL,
    category_kind   text,
    applicant_id    text NOT NULL,
    covered         text[] NOT NULL,
    status          text NOT NULL,
    stage           text NOT NULL,
    submitted_on    date NOT NULL,
    accepted_on     date,
    due_on          date,
    decided_on      date,
    publicity_until date,
    publicised      boolean NOT NULL,
    entitlement_id  text,
    state           jsonb NOT NULL,
    position        bigint NOT NULL
);
CREATE TABLE {case_duties} (
    case_id         text NOT NULL,
    subject_id      text NOT NULL,
    kind            text NOT NULL,
    household_id    text NOT NULL,
    organisation_id text NOT NULL,
    role            text NOT NULL,
    due_on          date,
    since           date,
    zh              text NOT NULL,
    en              text NOT NULL,
    article         text NOT NULL
);
CREATE INDEX ON {case_duties} (case_id);
CREATE TABLE {case_steps} (
    case_id                  text NOT NULL,
    position                 bigint NOT NULL,
    event_id                 text NOT NULL,
    kind                     text NOT NULL,
    title_zh                 text NOT NULL,
    title_en                 text NOT NULL,
    occurred_on              date,
    recorded_at              timestamptz NOT NULL,
    operator_id              text NOT NULL,
    operator_role            text NOT NULL,
    operator_organisation_id text NOT NULL
);
CREATE TABLE {case_decisions} (
    position        bigint PRIMARY KEY,
    kind            text NOT NULL,
    title_zh        text NOT NULL,
    title_en        text NOT NULL,
    household_id    text NOT NULL,
    organisation_id text NOT NULL,
    case_id         text,
    entitlement_id  text,
    category        text NOT NULL,
    occurred_on     date,
    reason          text,
    article         text,
    frozen          jsonb,
    operator_id     text NOT NULL
);
CREATE TABLE {case_documents} (
    document_id     text PRIMARY KEY,
    household_id    text NOT NULL,
    organisation_id text NOT NULL,
    case_id         text,
    entitlement_id  text,
    person_id       text,
    document_kind   text NOT NULL,
    file_hash       text NOT NULL,
    location        text NOT NULL,
    pages           integer,
    provider_id     text,
    registered_on   date,
    position        bigint NOT NULL
);
CREATE TABLE {case_obligors} (
    obligor_id   text PRIMARY KEY,
    case_id      text NOT NULL,
    household_id text NOT NULL,
    person_id    text,
    kinship      text NOT NULL,
    name         text NOT NULL,
    position     bigint NOT NULL
);
CREATE TABLE {co_verifications} (
    co_verification_id text PRIMARY KEY,
    case_id            text NOT NULL,
    household_id       text NOT NULL,
    organisation_id    text NOT NULL,
    asked_id           text NOT NULL,
    matters            text[] NOT NULL,
    requested_on       date,
    due_on             date NOT NULL,
    answered_on        date,
    confirmed          boolean,
    findings           text,
    position           bigint NOT NULL
);
CREATE TABLE {near_relative_filings} (
    position        bigint PRIMARY KEY,
    case_id         text NOT NULL,
    household_id    text NOT NULL,
    organisation_id text NOT NULL,
    category        text NOT NULL,
    person_id       text NOT NULL,
    kinship         text NOT NULL,
    official        text NOT NULL,
    post            text NOT NULL,
    official_operator_id text,
    filed_on        date,
    filed_by        text NOT NULL
);

-- index --
-- By household, organisation and case, and what is due by day.
CREATE INDEX ON {cases} (household_id);
CREATE INDEX ON {cases} (organisation_id, status);
CREATE INDEX ON {cases} (organisation_id) WHERE publicised;
CREATE INDEX ON {case_duties} (due_on, kind, subject_id);
CREATE INDEX ON {case_duties} (organisation_id);
CREATE INDEX ON {case_steps} (case_id, position);
CREATE INDEX ON {case_decisions} (household_id);
CREATE INDEX ON {case_decisions} (case_id);
CREATE INDEX ON {case_documents} (case_id);
CREATE INDEX ON {case_documents} (household_id);
CREATE INDEX ON {case_obligors} (case_id);
CREATE INDEX ON {co_verifications} (asked_id, due_on);
CREATE INDEX ON {co_verifications} (case_id);
CREATE INDEX ON {near_relative_filings} (organisation_id);
CREATE INDEX ON {near_relative_filings} (case_id);

-- on ApplicationSubmitted, SupplementRequested, SupplementReceived, PromiseSigned, PromiseBroken, ApplicationAccepted, PathDeclared, StepMadeUp, DeadlineExtended, CheckAuthorised, MeansCheckRequested, MeansChecked, MeansDisputed, HomeVisited, NeighboursAsked, LetterSent, LetterAnswered, CoVerificationRequested, CoVerificationAnswered, ObligorNamed, ObligorAuthorised, ObligorMeansRecorded, NearRelativeFiled, AppraisalHeld, OpinionGiven, PublicityStarted, ObjectionRaised, PublicityEnded, ReportedToCounty, RecheckDrawn, CaseRechecked, CaseMeetingHeld, CategoryConfirmed, CategoryRefused, RefusalNotified, ResultAnnounced, CaseAborted --
-- Every step of a case, in order; a draw is a step of each case that was in it.
INSERT INTO {case_steps}
SELECT c.case_id, b.position, b.data->>'event_id', b.type, t.zh, t.en, (b.data->>'occurred_on')::date, b.recorded_at,
       coalesce(b.data->'actor'->>'operator_id', ''), coalesce(b.data->'actor'->>'role', ''),
       coalesce(b.data->'actor'->>'organisation_id', '')
FROM batch b
JOIN (VALUES $TITLES) t(type, zh, en) ON t.type = b.type
CROSS JOIN LATERAL (SELECT b.data->>'case_id' WHERE b.data->>'case_id' IS NOT NULL
                    UNION ALL SELECT jsonb_array_elements_text(b.data->'case_ids') WHERE b.type = 'RecheckDrawn') c(case_id)
WHERE b.type IN ('ApplicationSubmitted', 'SupplementRequested', 'SupplementReceived', 'PromiseSigned', 'PromiseBroken', 'ApplicationAccepted', 'PathDeclared', 'StepMadeUp', 'DeadlineExtended', 'CheckAuthorised', 'MeansCheckRequested', 'MeansChecked', 'MeansDisputed', 'HomeVisited', 'NeighboursAsked', 'LetterSent', 'LetterAnswered', 'CoVerificationRequested', 'CoVerificationAnswered', 'ObligorNamed', 'ObligorAuthorised', 'ObligorMeansRecorded', 'NearRelativeFiled', 'AppraisalHeld', 'OpinionGiven', 'PublicityStarted', 'ObjectionRaised', 'PublicityEnded', 'ReportedToCounty', 'RecheckDrawn', 'CaseRechecked', 'CaseMeetingHeld', 'CategoryConfirmed', 'CategoryRefused', 'RefusalNotified', 'ResultAnnounced', 'CaseAborted');

-- on CategoryConfirmed, CategoryListed, CategoryRefused, CaseAborted, AmountAdjusted, EntitlementSuspended, CategoryEnded --
-- Every decision with its reason, article and what it was based on.
INSERT INTO {case_decisions}
SELECT b.position, b.type, t.zh, t.en, b.data->>'household_id', b.data->>'organisation_id', b.data->>'case_id',
       b.data->>'entitlement_id', b.data->>'category', (b.data->>'occurred_on')::date, b.data->>'reason',
       coalesce(b.data->>'article', b.data->'basis'->>'rule'), b.data->'frozen', coalesce(b.data->'actor'->>'operator_id', '')
FROM batch b
JOIN (VALUES $TITLES) t(type, zh, en) ON t.type = b.type
WHERE b.type IN ('CategoryConfirmed', 'CategoryListed', 'CategoryRefused', 'CaseAborted', 'AmountAdjusted', 'EntitlementSuspended', 'CategoryEnded');

-- on DocumentRegistered --
-- Each document on file: type, hash, and where its paper lies.
INSERT INTO {case_documents}
SELECT data->>'document_id', data->>'household_id', data->>'organisation_id', data->>'case_id', data->>'entitlement_id',
       data->>'person_id', data->>'document_kind', data->>'file_hash', data->>'location', (data->>'pages')::integer,
       data->>'provider_id', (data->>'occurred_on')::date, position
FROM batch WHERE type = 'DocumentRegistered';

-- on ObligorNamed --
-- Legal obligors as parties; how they were judged, the state of the case says. Names stay sealed.
INSERT INTO {case_obligors}
SELECT data->>'obligor_id', data->>'case_id', data->>'household_id', data->>'person_id', data->>'kinship', data->>'name', position
FROM batch WHERE type = 'ObligorNamed';

-- on CoVerificationRequested --
-- A request for co-verification, at the organisation that is asked.
INSERT INTO {co_verifications} (co_verification_id, case_id, household_id, organisation_id, asked_id, matters, requested_on, due_on, position)
SELECT data->>'co_verification_id', data->>'case_id', data->>'household_id', data->>'organisation_id', data->>'asked_id',
       ARRAY(SELECT jsonb_array_elements_text(data->'matters')), (data->>'occurred_on')::date, (data->>'due_on')::date, position
FROM batch WHERE type = 'CoVerificationRequested';

-- on CoVerificationAnswered --
-- Its one answer, which always comes after it.
UPDATE {co_verifications} c
SET answered_on = (b.data->>'occurred_on')::date, confirmed = (b.data->>'confirmed')::boolean, findings = b.data->>'findings'
FROM batch b WHERE b.type = 'CoVerificationAnswered' AND c.co_verification_id = b.data->>'co_verification_id';

-- on NearRelativeFiled --
-- The separate register of near kin of staff; the official's name stays sealed.
INSERT INTO {near_relative_filings}
SELECT position, data->>'case_id', data->>'household_id', data->>'organisation_id', data->>'category', data->>'person_id',
       data->>'kinship', data->>'official', data->>'post', data->>'operator_id', (data->>'occurred_on')::date,
       coalesce(data->'actor'->>'operator_id', '')
FROM batch WHERE type = 'NearRelativeFiled';
