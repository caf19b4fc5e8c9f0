-- A writer's lock that is free is taken without setting anything: measured, the settings cost as much as the lock.

-- Only who must wait sets how long. How long the lock may be held idle is set by who holds it over several statements.
CREATE OR REPLACE FUNCTION lock_writer() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    division integer := (SELECT oid::bigint % 2147483648 FROM pg_namespace
                         WHERE nspname = current_schema())::integer;
BEGIN
    IF NOT pg_try_advisory_xact_lock(20260, division) THEN
        PERFORM set_config('lock_timeout',
                           coalesce(nullif(current_setting('ledger.writer_wait', true), ''), '10s'), true);
        PERFORM pg_advisory_xact_lock(20260, division);
    END IF;
END $$;
