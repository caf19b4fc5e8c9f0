-- Appending: one call appends what many callers ask for, each under its own condition.

-- The writer's lock: positions are dense and in commit order because it is held until commit.
CREATE FUNCTION lock_writer() RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(20260, (SELECT oid::bigint % 2147483648 FROM pg_namespace
                                          WHERE nspname = current_schema())::integer);
END $$;

-- Whether an event after `after` matches any item {types, tags, keys} of a condition.
CREATE FUNCTION condition_fails(items jsonb, after bigint) RETURNS boolean LANGUAGE plpgsql AS $$
DECLARE
    item jsonb;
    wanted_types text[];
    wanted_tags  text[];
BEGIN
    FOR item IN SELECT * FROM jsonb_array_elements(items) LOOP
        SELECT array_agg(t) INTO wanted_types FROM jsonb_array_elements_text(item->'t') t;
        IF jsonb_array_length(item->'k') = 0 THEN
            IF EXISTS (SELECT 1 FROM events e WHERE e.position > after
                       AND (wanted_types IS NULL OR e.type = ANY (wanted_types))) THEN
                RETURN true;
            END IF;
        ELSE
            SELECT array_agg(t) INTO wanted_tags FROM jsonb_array_elements_text(item->'g') t;
            IF EXISTS (SELECT 1 FROM event_tags x JOIN events e USING (position)
                       WHERE x.tag = (item->'k'->>0)::bigint AND x.position > after
                       AND (wanted_types IS NULL OR e.type = ANY (wanted_types))
                       AND e.tags @> wanted_tags)
               OR EXISTS (SELECT 1 FROM event_tag_spans s CROSS JOIN LATERAL (
                              SELECT 1 FROM events e WHERE e.position BETWEEN greatest(s.first, after + 1) AND s.last
                              AND (wanted_types IS NULL OR e.type = ANY (wanted_types))
                              AND e.tags @> wanted_tags LIMIT 1) e
                          WHERE s.tag = (item->'k'->>0)::bigint AND s.last > after) THEN
                RETURN true;
            END IF;
        END IF;
    END LOOP;
    RETURN false;
END $$;

-- Stores new keys and identities; false when one of them exists already (and then stores none).
CREATE FUNCTION vault_store(writes jsonb) RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO vault_keys (subject, purpose, wrapped)
        SELECT k->>0, k->>1, decode(k->>2, 'hex') FROM jsonb_array_elements(writes->'keys') k;
    INSERT INTO vault_lookups (kind, digest, subject)
        SELECT l->>0, decode(l->>1, 'hex'), l->>2 FROM jsonb_array_elements(writes->'lookups') l;
    RETURN true;
EXCEPTION WHEN unique_violation THEN
    RETURN false;
END $$;

-- A full level-0 tile just ended at `last`: stores it, and every higher tile it completes.
CREATE FUNCTION store_tiles(last bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    tile_level integer := 0;
    done       bigint  := last / 256;
    hashes     bytea;
BEGIN
    SELECT string_agg(leaf_hash, ''::bytea ORDER BY position) INTO hashes
        FROM events WHERE position > last - 256 AND position <= last;
    LOOP
        INSERT INTO tiles VALUES (tile_level, done - 1, hashes, tile_root(hashes));
        EXIT WHEN done % 256 <> 0;
        SELECT string_agg(root, ''::bytea ORDER BY index) INTO hashes
            FROM tiles t WHERE t.level = tile_level AND t.index >= done - 256 AND t.index < done;
        done := done / 256;
        tile_level := tile_level + 1;
    END LOOP;
END $$;

-- The root of 256 hashes (RFC 6962: an inner node hashes 0x01, left, right).
CREATE FUNCTION tile_root(hashes bytea) RETURNS bytea LANGUAGE plpgsql IMMUTABLE AS $$
DECLARE
    row_ bytea := hashes;
    next_ bytea;
    i integer;
BEGIN
    WHILE length(row_) > 32 LOOP
        next_ := '';
        FOR i IN 0 .. length(row_) / 64 - 1 LOOP
            next_ := next_ || sha256('\x01'::bytea || substr(row_, i * 64 + 1, 64));
        END LOOP;
        row_ := next_;
    END LOOP;
    RETURN row_;
END $$;

-- Appends the events of several requests in one transaction, each request whole or not at all.
--   event_tags_flat / event_keys_flat hold all events' tags and tag keys, `tag_counts` how many each has;
--   `request_sizes` says how many of the events each request brings;
--   a condition is {"a": after, "i": [{"t": types, "g": tags, "k": keys}]} or null;
--   `vault` is {"keys": […], "lookups": […]} or null.
-- Answers per request the last position, or 0 when its condition failed, -1 when its identities exist.
CREATE FUNCTION append_requests(
    event_types text[], event_datas bytea[], event_digests bytea[],
    event_tags_flat text[], event_keys_flat bigint[], tag_counts integer[],
    request_sizes integer[], conditions jsonb[], vault jsonb[],
    OUT last_positions bigint[], OUT at timestamptz
) LANGUAGE plpgsql AS $$
DECLARE
    head      log_head%ROWTYPE;
    old_size  bigint;
    r         integer;
    n         integer := 0;   -- events looked at so far
    t         integer := 0;   -- tags looked at so far
    i         integer;
    s         bigint;
    node      bytea;
    stamp     bytea;
BEGIN
    PERFORM lock_writer();
    SELECT * INTO head FROM log_head;
    old_size := head.size;
    at := greatest(clock_timestamp(), head.recorded_at);
    stamp := int8send((extract(epoch FROM at) * 1000000)::bigint);
    last_positions := '{}';
    FOR r IN 1 .. array_length(request_sizes, 1) LOOP
        IF conditions[r] IS NOT NULL
           AND condition_fails(conditions[r]->'i', (conditions[r]->>'a')::bigint) THEN
            last_positions := last_positions || 0::bigint;
            FOR i IN 1 .. request_sizes[r] LOOP n := n + 1; t := t + tag_counts[n]; END LOOP;
            CONTINUE;
        END IF;
        IF vault[r] IS NOT NULL AND NOT vault_store(vault[r]) THEN
            last_positions := last_positions || (-1)::bigint;
            FOR i IN 1 .. request_sizes[r] LOOP n := n + 1; t := t + tag_counts[n]; END LOOP;
            CONTINUE;
        END IF;
        FOR i IN 1 .. request_sizes[r] LOOP
            n := n + 1;
            s := head.size;
            head.size := s + 1;
            node := sha256('\x0001'::bytea || int8send(head.size) || stamp || event_digests[n]);
            INSERT INTO events VALUES (head.size, at, event_types[n],
                event_tags_flat[t + 1 : t + tag_counts[n]], event_datas[n], node);
            INSERT INTO event_tags SELECT DISTINCT k, head.size
                FROM unnest(event_keys_flat[t + 1 : t + tag_counts[n]]) k;
            t := t + tag_counts[n];
            WHILE s & 1 = 1 LOOP
                node := sha256('\x01'::bytea || substr(head.frontier, length(head.frontier) - 31) || node);
                head.frontier := substr(head.frontier, 1, length(head.frontier) - 32);
                s := s >> 1;
            END LOOP;
            head.frontier := head.frontier || node;
            IF head.size % 256 = 0 THEN
                PERFORM store_tiles(head.size);
            END IF;
        END LOOP;
        last_positions := last_positions || head.size;
    END LOOP;
    IF head.size > old_size THEN
        UPDATE log_head SET size = head.size, frontier = head.frontier, recorded_at = at;
    END IF;
END $$;
