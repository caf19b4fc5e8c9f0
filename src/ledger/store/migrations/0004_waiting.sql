-- Waiting for the writer's lock ends, keys that were erased seal nothing more, and nothing in the log is unbound.

-- The writer's lock, waited for and held idle only so long: a stuck writer is an error for the others, never a hang.
-- `ledger.writer_wait` and `ledger.writer_idle` are session settings for who needs other times.
CREATE OR REPLACE FUNCTION lock_writer() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('lock_timeout',
                       coalesce(nullif(current_setting('ledger.writer_wait', true), ''), '10s'), true),
            set_config('idle_in_transaction_session_timeout',
                       coalesce(nullif(current_setting('ledger.writer_idle', true), ''), '30s'), true);
    PERFORM pg_advisory_xact_lock(20260, (SELECT oid::bigint % 2147483648 FROM pg_namespace
                                          WHERE nspname = current_schema())::integer);
END $$;

-- Stores new keys and identities; false when one of them exists already, or when a key that sealed
-- something here was erased meanwhile (and then stores none).
CREATE OR REPLACE FUNCTION vault_store(writes jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM jsonb_array_elements_text(coalesce(writes->'used', '[]'::jsonb)) u
               JOIN vault_keys k ON k.subject = u AND k.purpose = 'file' AND k.erased_at IS NOT NULL) THEN
        RETURN false;
    END IF;
    INSERT INTO vault_keys (subject, purpose, wrapped)
        SELECT k->>0, k->>1, decode(k->>2, 'hex') FROM jsonb_array_elements(writes->'keys') k;
    INSERT INTO vault_lookups (kind, digest, subject)
        SELECT l->>0, decode(l->>1, 'hex'), l->>2 FROM jsonb_array_elements(writes->'lookups') l;
    RETURN true;
EXCEPTION WHEN unique_violation THEN
    RETURN false;
END $$;

-- Nothing hashed or signed binds this column, so nobody could tell whether it was altered.
ALTER TABLE checkpoints DROP COLUMN made_at;
