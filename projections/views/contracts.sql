-- create --
-- Contracts with providers of purchased services, their prices by service, and the last day they hold.
CREATE TABLE {contracts} (
    contract_id     text PRIMARY KEY,
    provider_id     text NOT NULL,
    organisation_id text NOT NULL,
    name            text NOT NULL,
    prices          jsonb NOT NULL,
    ceiling_fen     bigint NOT NULL,
    from_date       date NOT NULL,
    until_date      date NOT NULL,
    document        text NOT NULL,
    ended           boolean NOT NULL DEFAULT false,
    position        bigint NOT NULL
);

-- index --
-- By provider, and by the organisation that buys.
CREATE INDEX ON {contracts} (provider_id);
CREATE INDEX ON {contracts} (organisation_id);

-- on ProviderContracted --
-- A contract as it was signed.
INSERT INTO {contracts} (contract_id, provider_id, organisation_id, name, prices, ceiling_fen, from_date, until_date,
                         document, position)
SELECT data->>'contract_id', data->>'provider_id', data->>'organisation_id', data->>'name', data->'prices',
       (data->>'ceiling_fen')::bigint, (data->>'occurred_on')::date, (data->>'until_date')::date, data->>'document', position
FROM batch WHERE type = 'ProviderContracted';

-- on ContractEnded --
-- Ended early; a contract ends once.
UPDATE {contracts} c SET until_date = (b.data->>'occurred_on')::date, ended = true, position = b.position
FROM batch b WHERE b.type = 'ContractEnded' AND c.contract_id = b.data->>'contract_id';
