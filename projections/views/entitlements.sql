-- create --
-- Every entitlement as it stands; `state` is all its dated facts, what a run is drawn from.
CREATE TABLE {entitlements} (
    entitlement_id   text PRIMARY KEY,
    household_id     text NOT NULL,
    organisation_id  text NOT NULL,
    organisation_ids text[] NOT NULL,
    category         text NOT NULL,
    case_id          text,
    counted          text[] NOT NULL,
    status           text NOT NULL,
    from_month       text NOT NULL,
    last_month       text,
    base_fen         bigint NOT NULL,
    supplement_fen   bigint NOT NULL,
    care_fen         bigint NOT NULL,
    total_fen        bigint NOT NULL,
    decided_on       date,
    origin           text NOT NULL,
    review_by        date,
    reviewed_on      date,
    suspended_from   text,
    suspended_reason text,
    suspended_article text,
    state            jsonb NOT NULL,
    position         bigint NOT NULL
);

-- index --
-- By household, and by category and paying organisation.
CREATE INDEX ON {entitlements} (household_id);
CREATE INDEX ON {entitlements} (category, organisation_id);
CREATE INDEX ON {entitlements} (review_by) WHERE status = 'active';
CREATE INDEX ON {entitlements} USING gin (organisation_ids);
