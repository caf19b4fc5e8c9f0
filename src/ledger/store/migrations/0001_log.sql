-- The sealed log: events in commit order, a narrow index of their tags, and their Merkle tree.

CREATE TABLE events (
    position    bigint      PRIMARY KEY,          -- 1, 2, 3… in commit order, no gaps
    recorded_at timestamptz NOT NULL,             -- set under the writer lock, never decreasing
    type        text        NOT NULL,
    tags        text[]      NOT NULL,
    data        bytea       NOT NULL,             -- exactly the bytes that were hashed
    leaf_hash   bytea       NOT NULL
) WITH (autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02);
ALTER TABLE events ALTER COLUMN leaf_hash SET STORAGE PLAIN;

-- A tag is known here by its 64-bit XXH3; readers check the tag itself in `events`.
CREATE TABLE event_tags (
    tag      bigint NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (tag, position)
) WITH (autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02);

-- A tag that consecutive events of one append share (the lines of a run, a household's first facts): one row for
-- all of them, instead of one each above. A tag's spans never overlap.
CREATE TABLE event_tag_spans (
    tag   bigint NOT NULL,
    first bigint NOT NULL,
    last  bigint NOT NULL CHECK (last > first),
    PRIMARY KEY (tag, last)
) WITH (autovacuum_vacuum_insert_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.02);

-- One row: how many events there are, and the roots of the complete subtrees, largest first.
CREATE TABLE log_head (
    single      boolean     PRIMARY KEY DEFAULT true CHECK (single),
    size        bigint      NOT NULL,
    frontier    bytea       NOT NULL,
    recorded_at timestamptz NOT NULL
) WITH (fillfactor = 10);
INSERT INTO log_head (size, frontier, recorded_at) VALUES (0, '', '-infinity');

-- Full tiles of the tree (C2SP tlog-tiles): 256 hashes of level `level` × 8, and their root.
CREATE TABLE tiles (
    level  integer NOT NULL,
    index  bigint  NOT NULL,
    hashes bytea   NOT NULL CHECK (length(hashes) = 8192),
    root   bytea   NOT NULL CHECK (length(root) = 32),
    PRIMARY KEY (level, index)
);
ALTER TABLE tiles ALTER COLUMN hashes SET STORAGE EXTERNAL;

-- Signed checkpoints (C2SP tlog-checkpoint), one per size.
CREATE TABLE checkpoints (
    size    bigint      PRIMARY KEY,
    root    bytea       NOT NULL,
    note    text        NOT NULL,
    made_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- The vault: data keys by subject and purpose (wrapped), identities and accounts by keyed hash.
CREATE TABLE vault_keys (
    subject    text        NOT NULL,
    purpose    text        NOT NULL,
    wrapped    bytea       NOT NULL,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    erased_at  timestamptz,
    PRIMARY KEY (subject, purpose)
);
CREATE TABLE vault_lookups (
    kind    text  NOT NULL,
    digest  bytea NOT NULL,
    subject text  NOT NULL,
    PRIMARY KEY (kind, digest)
);
CREATE INDEX vault_lookups_subject ON vault_lookups (subject);

-- Nobody edits the log, its owner included.
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log is never changed (% on %) 台账不可更改', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON event_tags
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON event_tag_spans
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON tiles
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON checkpoints
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
CREATE TRIGGER never_changed BEFORE DELETE OR TRUNCATE ON log_head
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

-- The head may only grow, and its clock never runs backwards.
CREATE FUNCTION head_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.size <= OLD.size OR NEW.recorded_at < OLD.recorded_at THEN
        RAISE EXCEPTION 'the log only grows: % to % 台账只增不减', OLD.size, NEW.size
            USING ERRCODE = 'insufficient_privilege';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER only_grows BEFORE UPDATE ON log_head FOR EACH ROW EXECUTE FUNCTION head_only_grows();
