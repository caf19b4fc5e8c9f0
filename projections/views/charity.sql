-- create --
-- Charity 慈善帮扶: consents, needs with what is left of them, public aid for the same needs, donors, offers, matches, deliveries.
CREATE TABLE {charity_consents} (
    household_id text PRIMARY KEY,
    given        boolean NOT NULL,
    until        date,
    document     text NOT NULL,
    occurred_on  date NOT NULL,
    position     bigint NOT NULL
);
CREATE TABLE {needs} (
    need_id         text PRIMARY KEY,
    household_id    text NOT NULL,
    organisation_id text NOT NULL,
    need_kind       text NOT NULL,
    form            text NOT NULL,
    cost_fen        bigint,
    hours           integer,
    goods           text,
    need_reference  text NOT NULL,
    until           date,
    published_on    date NOT NULL,
    lowered_fen     bigint NOT NULL DEFAULT 0,
    agreed          bigint NOT NULL DEFAULT 0,
    delivered       bigint NOT NULL DEFAULT 0,
    withdrawn_on    date,
    position        bigint NOT NULL
);
CREATE TABLE {need_aid} (
    assistance_id text PRIMARY KEY,
    household_id  text NOT NULL,
    need          text,
    granted_fen   bigint,
    reported_fen  bigint,
    not_given     boolean,
    withdrawn     boolean NOT NULL DEFAULT false
);
CREATE TABLE {donors} (
    donor_id        text PRIMARY KEY,
    organisation_id text NOT NULL,
    donor_class     text NOT NULL,
    title           text,
    credit_code     text,
    filing_number   text,
    name            text,
    id_number       text,
    contact         text,
    registered_on   date NOT NULL,
    position        bigint NOT NULL
);
CREATE TABLE {commendations} (
    donor_id        text NOT NULL,
    organisation_id text NOT NULL,
    honour          text NOT NULL,
    year            integer NOT NULL,
    document        text NOT NULL,
    commended_on    date NOT NULL,
    position        bigint PRIMARY KEY
);
CREATE TABLE {offers} (
    offer_id        text PRIMARY KEY,
    donor_id        text NOT NULL,
    donor_class     text NOT NULL,
    organisation_id text NOT NULL,
    form            text NOT NULL,
    value_fen       bigint,
    hours           integer,
    goods           text,
    need_kinds      text[] NOT NULL,
    until           date,
    agreement       text NOT NULL,
    offered_on      date NOT NULL,
    agreed          bigint NOT NULL DEFAULT 0,
    withdrawn_on    date,
    position        bigint NOT NULL
);
CREATE TABLE {charity_matches} (
    match_id        text PRIMARY KEY,
    need_id         text NOT NULL,
    offer_id        text NOT NULL,
    donor_id        text NOT NULL,
    household_id    text NOT NULL,
    organisation_id text NOT NULL,
    form            text NOT NULL,
    agreed          bigint NOT NULL,
    delivered       bigint NOT NULL DEFAULT 0,
    released        bigint NOT NULL DEFAULT 0,
    agreed_on       date NOT NULL,
    cancelled_by    text,
    position        bigint NOT NULL
);
CREATE TABLE {donations} (
    position        bigint PRIMARY KEY,
    match_id        text NOT NULL,
    need_id         text NOT NULL,
    donor_id        text NOT NULL,
    household_id    text NOT NULL,
    organisation_id text NOT NULL,
    form            text NOT NULL,
    amount_fen      bigint,
    hours           integer,
    goods           text,
    receipt_id      text,
    acceptance      text NOT NULL,
    delivered_on    date NOT NULL
);

-- index --
-- By kind of need, by household, by donor and year.
CREATE INDEX ON {needs} (organisation_id, position);
CREATE INDEX ON {needs} (household_id);
CREATE INDEX ON {need_aid} (household_id, need);
CREATE INDEX ON {offers} (donor_id);
CREATE INDEX ON {charity_matches} (need_id);
CREATE INDEX ON {charity_matches} (offer_id);
CREATE INDEX ON {charity_matches} (household_id);
CREATE INDEX ON {donations} (donor_id, delivered_on);
CREATE INDEX ON {donations} (match_id);

-- on CharityConsentGiven, CharityConsentWithdrawn --
-- The last word of each household.
INSERT INTO {charity_consents} AS c
SELECT DISTINCT ON (data->>'household_id') data->>'household_id', type = 'CharityConsentGiven', (data->>'until')::date,
       data->>'document', (data->>'occurred_on')::date, position
FROM batch WHERE type IN ('CharityConsentGiven', 'CharityConsentWithdrawn')
ORDER BY data->>'household_id', position DESC
ON CONFLICT (household_id) DO UPDATE SET given = excluded.given, until = excluded.until, document = excluded.document,
    occurred_on = excluded.occurred_on, position = excluded.position;

-- on NeedPublished --
-- A need.
INSERT INTO {needs} (need_id, household_id, organisation_id, need_kind, form, cost_fen, hours, goods, need_reference, until,
    published_on, position)
SELECT data->>'need_id', data->>'household_id', data->>'organisation_id', data->>'need_kind', data->>'form',
       (data->>'cost_fen')::bigint, (data->>'hours')::integer, data->>'goods', data->>'need_reference',
       (data->>'until')::date, (data->>'occurred_on')::date, position
FROM batch WHERE type = 'NeedPublished';

-- on OfferMade --
-- An offer.
INSERT INTO {offers} (offer_id, donor_id, donor_class, organisation_id, form, value_fen, hours, goods, need_kinds, until,
    agreement, offered_on, position)
SELECT data->>'offer_id', data->>'donor_id', data->>'donor_class', data->>'organisation_id', data->>'form',
       (data->>'value_fen')::bigint, (data->>'hours')::integer, data->>'goods',
       ARRAY(SELECT jsonb_array_elements_text(data->'need_kinds')), (data->>'until')::date, data->>'agreement',
       (data->>'occurred_on')::date, position
FROM batch WHERE type = 'OfferMade';

-- on MatchAgreed --
-- A match.
INSERT INTO {charity_matches} (match_id, need_id, offer_id, donor_id, household_id, organisation_id, form, agreed, agreed_on, position)
SELECT data->>'match_id', data->>'need_id', data->>'offer_id', data->>'donor_id', data->>'household_id',
       data->>'organisation_id', data->>'form', coalesce((data->>'agreed_fen')::bigint, (data->>'hours')::bigint),
       (data->>'occurred_on')::date, position
FROM batch WHERE type = 'MatchAgreed';

-- on NeedLowered, MatchAgreed, MatchCancelled, DonationDelivered --
-- What is taken off a need, agreed and delivered of it: sums, in any order.
UPDATE {needs} n SET lowered_fen = n.lowered_fen + m.lowered, agreed = n.agreed + m.agreed, delivered = n.delivered + m.delivered
FROM (SELECT data->>'need_id' AS need_id, sum(coalesce((data->>'lowered_fen')::bigint, 0)) AS lowered,
             sum(CASE type WHEN 'MatchAgreed' THEN coalesce((data->>'agreed_fen')::bigint, (data->>'hours')::bigint)
                 WHEN 'MatchCancelled' THEN -coalesce((data->>'released_fen')::bigint, (data->>'hours')::bigint) ELSE 0 END) AS agreed,
             sum(CASE type WHEN 'DonationDelivered' THEN coalesce((data->>'amount_fen')::bigint, (data->>'hours')::bigint)
                 ELSE 0 END) AS delivered
      FROM batch WHERE type IN ('NeedLowered', 'MatchAgreed', 'MatchCancelled', 'DonationDelivered') GROUP BY 1) m
WHERE n.need_id = m.need_id;
UPDATE {offers} o SET agreed = o.agreed + m.agreed
FROM (SELECT data->>'offer_id' AS offer_id,
             sum(CASE type WHEN 'MatchAgreed' THEN coalesce((data->>'agreed_fen')::bigint, (data->>'hours')::bigint)
                 ELSE -coalesce((data->>'released_fen')::bigint, (data->>'hours')::bigint) END) AS agreed
      FROM batch WHERE type IN ('MatchAgreed', 'MatchCancelled') GROUP BY 1) m
WHERE o.offer_id = m.offer_id;
UPDATE {charity_matches} c SET delivered = c.delivered + m.delivered, released = c.released + m.released
FROM (SELECT data->>'match_id' AS match_id,
             sum(CASE type WHEN 'DonationDelivered' THEN coalesce((data->>'amount_fen')::bigint, (data->>'hours')::bigint)
                 ELSE 0 END) AS delivered,
             sum(CASE type WHEN 'MatchCancelled' THEN coalesce((data->>'released_fen')::bigint, (data->>'hours')::bigint)
                 ELSE 0 END) AS released
      FROM batch WHERE type IN ('MatchCancelled', 'DonationDelivered') GROUP BY 1) m
WHERE c.match_id = m.match_id;

-- on MatchCancelled --
-- Who wanted it no longer.
UPDATE {charity_matches} c SET cancelled_by = b.data->>'cancelled_by'
FROM batch b WHERE b.type = 'MatchCancelled' AND c.match_id = b.data->>'match_id';

-- on DonationDelivered --
-- A donation that reached its household.
INSERT INTO {donations}
SELECT position, data->>'match_id', data->>'need_id', data->>'donor_id', data->>'household_id', data->>'organisation_id',
       data->>'form', (data->>'amount_fen')::bigint, (data->>'hours')::integer, data->>'goods', data->>'receipt_id',
       data->>'acceptance', (data->>'occurred_on')::date
FROM batch WHERE type = 'DonationDelivered';

-- on NeedWithdrawn --
-- Published no longer.
UPDATE {needs} n SET withdrawn_on = (b.data->>'occurred_on')::date
FROM batch b WHERE b.type = 'NeedWithdrawn' AND n.need_id = b.data->>'need_id';

-- on OfferWithdrawn --
-- Offered no longer.
UPDATE {offers} o SET withdrawn_on = (b.data->>'occurred_on')::date
FROM batch b WHERE b.type = 'OfferWithdrawn' AND o.offer_id = b.data->>'offer_id';

-- on DonorRegistered --
-- A donor.
INSERT INTO {donors}
SELECT data->>'donor_id', data->>'organisation_id', data->>'donor_class', data->>'title', data->>'credit_code',
       data->>'filing_number', data->>'name', data->>'id_number', data->>'contact', (data->>'occurred_on')::date, position
FROM batch WHERE type = 'DonorRegistered';

-- on DonorCommended --
-- An honour.
INSERT INTO {commendations}
SELECT data->>'donor_id', data->>'organisation_id', data->>'honour', (data->>'year')::integer, data->>'document',
       (data->>'occurred_on')::date, position
FROM batch WHERE type = 'DonorCommended';

-- on AssistanceGranted, AssistanceReported, AssistanceEnded --
-- Public aid by the need it is for, of each case once: what was reported last goes before what was granted.
INSERT INTO {need_aid} AS a
SELECT data->>'assistance_id', (array_agg(data->>'household_id' ORDER BY position DESC))[1],
       (array_agg(data->>'need' ORDER BY position DESC) FILTER (WHERE data->>'need' IS NOT NULL))[1],
       (array_agg((data->>'amount_fen')::bigint ORDER BY position DESC)
            FILTER (WHERE type = 'AssistanceGranted' AND data->>'amount_fen' IS NOT NULL))[1],
       (array_agg((data->>'amount_fen')::bigint ORDER BY position DESC)
            FILTER (WHERE type = 'AssistanceReported' AND data->>'amount_fen' IS NOT NULL))[1],
       (array_agg(data->>'outcome' = 'not_given' ORDER BY position DESC) FILTER (WHERE type = 'AssistanceReported'))[1],
       coalesce(bool_or((data->>'withdrawn')::boolean) FILTER (WHERE type = 'AssistanceEnded'), false)
FROM batch WHERE type IN ('AssistanceGranted', 'AssistanceReported', 'AssistanceEnded') GROUP BY 1
ON CONFLICT (assistance_id) DO UPDATE SET household_id = excluded.household_id, need = coalesce(excluded.need, a.need),
    granted_fen = coalesce(excluded.granted_fen, a.granted_fen), reported_fen = coalesce(excluded.reported_fen, a.reported_fen),
    not_given = coalesce(excluded.not_given, a.not_given), withdrawn = a.withdrawn OR excluded.withdrawn;

-- on EmergencyAidGiven --
-- Emergency aid, for the emergency itself: in several stages, which add up.
INSERT INTO {need_aid} AS a (assistance_id, household_id, need, granted_fen)
SELECT data->>'emergency_id', min(data->>'household_id'), data->>'emergency_id', sum(coalesce((data->>'amount_fen')::bigint, 0))
FROM batch WHERE type = 'EmergencyAidGiven' GROUP BY data->>'emergency_id'
ON CONFLICT (assistance_id) DO UPDATE SET granted_fen = a.granted_fen + excluded.granted_fen;
