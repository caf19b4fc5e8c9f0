-- create --
-- Imprests of regiments: what is in hand, what came in and went out, the next month to count and until when.
-- Folded by the area's own evolve; `state` holds every movement and count.
CREATE TABLE {imprests} (
    imprest_id      text PRIMARY KEY,
    organisation_id text NOT NULL,
    fund_id         text NOT NULL,
    ceiling_fen     bigint NOT NULL,
    cash_fen        bigint NOT NULL,
    advanced_fen    bigint NOT NULL,
    spent_fen       bigint NOT NULL,
    replenished_fen bigint NOT NULL,
    returned_fen    bigint NOT NULL,
    opened_on       date NOT NULL,
    next_month      text NOT NULL,
    month_end       date NOT NULL,
    due_on          date NOT NULL,
    state           jsonb NOT NULL,
    position        bigint NOT NULL
);

-- index --
-- By the organisation that keeps it.
CREATE INDEX ON {imprests} (organisation_id, imprest_id);
