-- create --
-- Every organisation, with its ancestors (the division first).
CREATE TABLE {organisations} (
    organisation_id text PRIMARY KEY,
    name            text NOT NULL,
    level           text NOT NULL,
    parent_id       text,
    path            text[] NOT NULL,
    code            text,
    opened_on       date,
    closed_on       date,
    successor_id    text,
    position        bigint NOT NULL
);

-- on OrganisationOpened --
-- A new organisation.
INSERT INTO {organisations}
SELECT data->>'organisation_id', data->>'name', data->>'level', data->>'parent_id',
       coalesce((SELECT array_agg(p ORDER BY n) FROM jsonb_array_elements_text(data->'path') WITH ORDINALITY x(p, n)), '{}'),
       data->>'code', (data->>'occurred_on')::date, NULL, NULL, position
FROM batch WHERE type = 'OrganisationOpened';

-- on OrganisationRenamed --
-- The name last given.
UPDATE {organisations} o SET name = b.data->>'name', position = greatest(o.position, b.position)
FROM (SELECT DISTINCT ON (data->>'organisation_id') data, position FROM batch
      WHERE type = 'OrganisationRenamed' ORDER BY data->>'organisation_id', position DESC) b
WHERE o.organisation_id = b.data->>'organisation_id';

-- on OrganisationClosed --
-- Closed, and by whom it is succeeded.
UPDATE {organisations} o SET closed_on = (b.data->>'occurred_on')::date, successor_id = b.data->>'successor_id',
       position = greatest(o.position, b.position)
FROM (SELECT DISTINCT ON (data->>'organisation_id') data, position FROM batch
      WHERE type = 'OrganisationClosed' ORDER BY data->>'organisation_id', position DESC) b
WHERE o.organisation_id = b.data->>'organisation_id';
