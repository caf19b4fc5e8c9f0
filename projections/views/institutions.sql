-- create --
-- Institutions of support, what they are from which day, their accounts; stays, leaves, and attendance by stay and month.
CREATE TABLE {institutions} (
    institution_id  text PRIMARY KEY,
    organisation_id text NOT NULL,
    registered_on   date NOT NULL,
    closed_on       date,
    close_reason    text,
    position        bigint NOT NULL
);
CREATE TABLE {institution_terms} (
    institution_id text NOT NULL,
    from_date      date NOT NULL,
    name           text NOT NULL,
    licence        text NOT NULL,
    beds           integer NOT NULL,
    kinds          text[] NOT NULL,
    position       bigint NOT NULL,
    PRIMARY KEY (institution_id, position)
);
CREATE TABLE {institution_accounts} (
    institution_id text NOT NULL,
    nominated_on   date NOT NULL,
    bank_code      text NOT NULL,
    account        text NOT NULL,
    account_holder text NOT NULL,
    account_key    text NOT NULL,
    position       bigint NOT NULL,
    PRIMARY KEY (institution_id, position)
);
CREATE TABLE {stays} (
    stay_id         text PRIMARY KEY,
    institution_id  text NOT NULL,
    organisation_id text NOT NULL,
    household_id    text NOT NULL,
    person_id       text NOT NULL,
    entitlement_id  text,
    programme       text NOT NULL,
    kind            text NOT NULL,
    agreement       text NOT NULL,
    admitted_on     date NOT NULL,
    until_date      date,
    left_for        text,
    position        bigint NOT NULL
);
CREATE TABLE {stay_leaves} (
    stay_id     text NOT NULL,
    from_date   date NOT NULL,
    away_for    text NOT NULL,
    expected_on date,
    back_on     date,
    position    bigint NOT NULL,
    PRIMARY KEY (stay_id, position)
);
CREATE TABLE {attendance} (
    stay_id        text NOT NULL,
    month          text NOT NULL,
    institution_id text NOT NULL,
    days           integer NOT NULL,
    confirmed_by   text NOT NULL,
    corrected      boolean NOT NULL,
    position       bigint NOT NULL,
    PRIMARY KEY (stay_id, month)
);
CREATE TABLE {attendance_reports} (
    institution_id text NOT NULL,
    month          text NOT NULL,
    signed_by      text NOT NULL,
    reported_by    text NOT NULL,
    reported_on    date NOT NULL,
    reason         text,
    present        jsonb NOT NULL,
    position       bigint NOT NULL,
    PRIMARY KEY (institution_id, position)
);

-- index --
-- Institutions by organisation; stays by institution, household, person and entitlement.
CREATE INDEX ON {institutions} (organisation_id);
CREATE INDEX ON {stays} (institution_id);
CREATE INDEX ON {stays} (household_id);
CREATE INDEX ON {stays} (person_id);
CREATE INDEX ON {stays} (entitlement_id);
CREATE INDEX ON {attendance} (institution_id, month);

-- on InstitutionRegistered --
-- A new institution.
INSERT INTO {institutions} (institution_id, organisation_id, registered_on, position)
SELECT data->>'institution_id', data->>'organisation_id', (data->>'occurred_on')::date, position
FROM batch WHERE type = 'InstitutionRegistered';

-- on InstitutionRegistered, InstitutionChanged --
-- What it is from a day on; of one day what was recorded last.
INSERT INTO {institution_terms}
SELECT data->>'institution_id', (data->>'occurred_on')::date, data->>'name', data->>'licence', (data->>'beds')::integer,
       ARRAY(SELECT jsonb_array_elements_text(data->'kinds')), position
FROM batch WHERE type IN ('InstitutionRegistered', 'InstitutionChanged');

-- on InstitutionRegistered, InstitutionAccountNominated --
-- Every account it ever had; the one of the latest day holds.
INSERT INTO {institution_accounts}
SELECT data->>'institution_id', (data->>'occurred_on')::date, data->>'bank_code', data->>'account', data->>'account_holder',
       data->>'account_key', position
FROM batch WHERE type IN ('InstitutionRegistered', 'InstitutionAccountNominated');

-- on InstitutionClosed --
-- Closed once.
UPDATE {institutions} i SET closed_on = (b.data->>'occurred_on')::date, close_reason = b.data->>'reason', position = b.position
FROM batch b WHERE b.type = 'InstitutionClosed' AND i.institution_id = b.data->>'institution_id';

-- on ResidentAdmitted --
-- A stay begins.
INSERT INTO {stays} (stay_id, institution_id, organisation_id, household_id, person_id, entitlement_id, programme, kind,
                     agreement, admitted_on, position)
SELECT data->>'stay_id', data->>'institution_id', data->>'organisation_id', data->>'household_id', data->>'person_id',
       data->>'entitlement_id', data->>'programme', data->>'kind', data->>'agreement', (data->>'occurred_on')::date, position
FROM batch WHERE type = 'ResidentAdmitted';

-- on ResidentDischarged --
-- It ends once: `until_date` is the first day after it; the day of a death is still one of presence.
UPDATE {stays} s SET left_for = b.data->>'left_for', position = b.position,
       until_date = (b.data->>'occurred_on')::date + CASE b.data->>'left_for' WHEN 'death' THEN 1 ELSE 0 END
FROM batch b WHERE b.type = 'ResidentDischarged' AND s.stay_id = b.data->>'stay_id';

-- on LeaveStarted --
-- A leave begins.
INSERT INTO {stay_leaves} (stay_id, from_date, away_for, expected_on, position)
SELECT data->>'stay_id', (data->>'occurred_on')::date, data->>'away_for', (data->>'expected_on')::date, position
FROM batch WHERE type = 'LeaveStarted';

-- on LeaveEnded --
-- The last leave begun before it ends.
UPDATE {stay_leaves} l SET back_on = e.day
FROM (SELECT x.stay_id, x.position, (b.data->>'occurred_on')::date AS day
      FROM batch b
      CROSS JOIN LATERAL (SELECT y.stay_id, y.position FROM {stay_leaves} y
                          WHERE y.stay_id = b.data->>'stay_id' AND y.position < b.position
                          ORDER BY y.position DESC LIMIT 1) x
      WHERE b.type = 'LeaveEnded') e
WHERE l.stay_id = e.stay_id AND l.position = e.position;

-- on AttendanceReported --
-- What the institution signed for, each time.
INSERT INTO {attendance_reports}
SELECT data->>'institution_id', data->>'month', data->>'signed_by', data->'actor'->>'operator_id', (data->>'occurred_on')::date,
       data->>'reason', data->'present', position
FROM batch WHERE type = 'AttendanceReported';

-- on AttendanceConfirmed, AttendanceCorrected --
-- The days of a stay in a month, as confirmed last.
INSERT INTO {attendance} AS a
SELECT DISTINCT ON (data->>'stay_id', data->>'month') data->>'stay_id', data->>'month', data->>'institution_id',
       (data->>'days')::integer, data->'actor'->>'operator_id', type = 'AttendanceCorrected', position
FROM batch WHERE type IN ('AttendanceConfirmed', 'AttendanceCorrected')
ORDER BY data->>'stay_id', data->>'month', position DESC
ON CONFLICT (stay_id, month) DO UPDATE SET days = excluded.days, confirmed_by = excluded.confirmed_by,
    corrected = excluded.corrected, position = excluded.position;
