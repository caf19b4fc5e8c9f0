-- Single appends without detours: conditions are looked up in the tag index first, tags come with their keys apart.

DROP FUNCTION append_requests(text[], bytea[], bytea[], text[], bigint[], integer[], integer[], jsonb[], jsonb[]);

-- Appends the events of several requests in one transaction, each request whole or not at all.
--   `division` names the writer's lock (see lock_writer);
--   `tags_flat` holds all events' tags, `keys_flat` the distinct keys of each event's tags, the counts how many each has;
--   `request_sizes` says how many of the events each request brings;
--   `afters` is the position a request's condition starts after, null where it has none; `asked_flat` holds the keys of
--   the first tags of all condition items, `asked_requests` whose they are; `suspects` are requests that must be looked
--   at closely whatever the index says (an item without tags, a tag of an earlier request of the same call);
--   `conditions` is the whole condition {"a": after, "i": [{"t": types, "g": tags, "k": keys}]}, read only for those;
--   `vault` is {"keys": […], "lookups": […], "used": […]} or null.
-- Answers per request the last position, or 0 when its condition failed, -1 when its identities exist.
CREATE FUNCTION append_requests(
    division integer,
    event_types text[], event_datas bytea[], event_digests bytea[],
    tags_flat text[], tag_counts integer[], keys_flat bigint[], key_counts integer[],
    request_sizes integer[],
    afters bigint[], asked_flat bigint[], asked_requests integer[], suspects integer[], conditions text[], vault text[],
    OUT last_positions bigint[], OUT at timestamptz
) LANGUAGE plpgsql AS $$
DECLARE
    head      log_head%ROWTYPE;
    old_size  bigint;
    n         integer := 0;   -- events looked at so far
    t         integer := 0;   -- tags looked at so far
    k         integer := 0;   -- keys looked at so far
    verdict   bigint;
    s         bigint;
    node      bytea;
    stamp     bytea;
BEGIN
    IF NOT pg_try_advisory_xact_lock(20260, division) THEN
        PERFORM lock_writer();
    END IF;
    SELECT * INTO head FROM log_head;
    old_size := head.size;
    at := greatest(clock_timestamp(), head.recorded_at);
    stamp := int8send((extract(epoch FROM at) * 1000000)::bigint);
    last_positions := '{}';
    -- Where no key was seen since, nothing can match: one look for all requests. A key that was seen may be of another
    -- tag or type.
    IF cardinality(asked_flat) > 0 THEN
        suspects := suspects || ARRAY(
            SELECT request FROM unnest(asked_flat, asked_requests) asked(key, request) CROSS JOIN LATERAL (
                (SELECT 1 FROM event_tags x WHERE x.tag = asked.key AND x.position > afters[asked.request] LIMIT 1)
                UNION ALL
                (SELECT 1 FROM event_tag_spans x WHERE x.tag = asked.key AND x.last > afters[asked.request] LIMIT 1)
            ) seen);
    END IF;
    FOR r IN 1 .. array_length(request_sizes, 1) LOOP
        verdict := NULL;
        IF r = ANY (suspects) AND condition_fails(conditions[r]::jsonb->'i', afters[r]) THEN
            verdict := 0;
        END IF;
        IF verdict IS NULL AND vault[r] IS NOT NULL THEN
            IF NOT vault_store(vault[r]::jsonb) THEN
                verdict := -1;
            END IF;
        END IF;
        FOR i IN 1 .. request_sizes[r] LOOP
            n := n + 1;
            IF verdict IS NULL THEN
                s := head.size;
                head.size := s + 1;
                node := sha256('\x0001'::bytea || int8send(head.size) || stamp || event_digests[n]);
                INSERT INTO events VALUES (head.size, at, event_types[n],
                    tags_flat[t + 1 : t + tag_counts[n]], event_datas[n], node);
                INSERT INTO event_tags SELECT key, head.size
                    FROM unnest(keys_flat[k + 1 : k + key_counts[n]]) key;
                WHILE s & 1 = 1 LOOP
                    node := sha256('\x01'::bytea || substr(head.frontier, length(head.frontier) - 31) || node);
                    head.frontier := substr(head.frontier, 1, length(head.frontier) - 32);
                    s := s >> 1;
                END LOOP;
                head.frontier := head.frontier || node;
                IF head.size % 256 = 0 THEN
                    PERFORM store_tiles(head.size);
                END IF;
            END IF;
            t := t + tag_counts[n];
            k := k + key_counts[n];
        END LOOP;
        last_positions := last_positions || coalesce(verdict, head.size);
    END LOOP;
    IF head.size > old_size THEN
        UPDATE log_head SET size = head.size, frontier = head.frontier, recorded_at = at;
    END IF;
END $$;
