"""Every household of a place assessed for dibao in one statement, as the pure function does it one by one.

The statement takes the parameters as rows (:mod:`ledger.identification.amounts.setwise`), of one or two variants, and
reads the view ``assessables`` alone; ``WHAT_IF`` then sets what is so beside what would be.
"""

from __future__ import annotations

COUNTED = """(l.person_id IS NULL OR NOT EXISTS (
    SELECT FROM assessable_people u WHERE u.person_id = l.person_id AND u.household_id = l.household_id
    AND (u.away OR u.clergy_since <= (%(day)s::date - interval '3 years')::date)))"""
"""SQL: a line is not that of a member who is not counted."""
ASSESSED = """
terms AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(%(terms)s::jsonb) AS t(
        organisation_id text, area text, variant text, standard bigint, dibao_standard bigint, tiers integer,
        tier_incomes bigint[], tier_amounts bigint[], property_limit bigint, left_out text[], support_share bigint,
        support_floor bigint, property_limits jsonb, property_counts jsonb, property_exempts jsonb, elderly bigint,
        minor bigint, severe_disability bigint, serious_illness bigint, deduct_disability bigint, deduct_illness bigint,
        deduct_work_cost bigint, labour_full bigint, labour_partial bigint)
), facts AS MATERIALIZED (
    -- Every household with the terms of its place and area. What follows is looked up household by household, by index:
    -- a plan that rests on no estimate of how many rows the terms make.
    SELECT h.household_id, h.declared_on IS NOT NULL AS declared, h.deductions_fen, h.support_judged, h.labour_judged, t.*,
           t.property_limits <> '{}' OR t.property_counts <> '{}' AS by_kind, t.property_exempts <> '{}' AS by_use
    FROM assessables h JOIN terms t USING (organisation_id, area)
    WHERE NOT h.absorbed AND t.variant = 'before'
), common AS MATERIALIZED (
    SELECT f.*, p.heads, p.supplement, p.less, p.work_cost, p.expected, i.income, i.wages, i.earned, i.supports,
           k.over OR coalesce(i.owned - coalesce(n.needed, 0) > f.property_limit * p.heads, false) AS over
    FROM facts f
    -- Members who are counted: not in prison, in treatment, missing, clergy of three years [57 art. 7].
    CROSS JOIN LATERAL (
        SELECT count(*) AS heads,
               sum(greatest(CASE WHEN p.birth_date <= (%(day)s::date - interval '60 years')::date THEN f.elderly END,
                            CASE WHEN p.birth_date > (%(day)s::date - interval '18 years')::date THEN f.minor END,
                            CASE WHEN p.severe THEN f.severe_disability END,
                            CASE WHEN p.ill THEN f.serious_illness END, 0))::bigint AS supplement,
               12 * (f.deduct_disability * count(*) FILTER (WHERE p.heavy) + f.deduct_illness * count(*) FILTER (WHERE p.ill)) AS less,
               12 * f.deduct_work_cost * count(*) FILTER (WHERE p.working) AS work_cost,
               12 * sum(CASE WHEN p.birth_date > (%(day)s::date - interval '16 years')::date
                              OR p.birth_date <= (%(day)s::date - interval '60 years')::date
                              OR p.studying OR p.heavy OR p.ability = 'none'
                              OR f.labour_judged && ARRAY['', p.person_id] THEN 0
                             WHEN p.ability = 'partial' THEN f.labour_partial ELSE f.labour_full END)::bigint AS expected
        FROM assessable_people p
        WHERE p.household_id = f.household_id
          AND NOT (p.away OR coalesce(p.clergy_since <= (%(day)s::date - interval '3 years')::date, false))
    ) p
    -- All lines at once: what counts of income, what is owned in all, and whether anybody supports.
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(l.fen) FILTER (WHERE l.about = 'income' AND x.counts), 0) AS income,
               coalesce(sum(l.fen) FILTER (WHERE l.about = 'income' AND x.counts AND l.kind = 'wage'), 0) AS wages,
               coalesce(sum(l.fen) FILTER (WHERE l.about = 'income' AND x.counts AND l.kind IN ('wage', 'business')), 0) AS earned,
               coalesce(sum(l.fen) FILTER (WHERE l.about = 'property' AND NOT l.left_out), 0) AS owned,
               count(*) FILTER (WHERE l.about = 'support') AS supports
        FROM assessable_lines l
        CROSS JOIN LATERAL (
            SELECT NOT CASE WHEN l.source IS NULL THEN l.left_out ELSE l.source = ANY(f.left_out) END AS counts) x
        WHERE l.household_id = f.household_id AND $COUNTED
    ) i
    -- Only where the place has rules by kind, or exempts by use.
    CROSS JOIN LATERAL (
        SELECT coalesce(bool_or(o.over), false) AS over
        FROM (SELECT coalesce(sum(l.fen) > (f.property_limits->>l.kind)::bigint, false)
                     OR coalesce(count(*) > (f.property_counts->>l.kind)::bigint, false) AS over
              FROM assessable_lines l
              WHERE f.by_kind AND l.household_id = f.household_id AND l.about = 'property' AND NOT l.left_out AND $COUNTED
              GROUP BY l.kind) o
    ) k
    CROSS JOIN LATERAL (
        SELECT sum(o.needed) AS needed
        FROM (SELECT least(sum(l.fen), (f.property_exempts->>l.source)::bigint) AS needed
              FROM assessable_lines l
              WHERE f.by_use AND l.household_id = f.household_id AND l.about = 'property' AND NOT l.left_out
                AND f.property_exempts->>l.source IS NOT NULL AND $COUNTED
              GROUP BY l.source) o
    ) n
    WHERE p.heads > 0
), means AS (
    SELECT t.variant, f.household_id, f.organisation_id, f.declared, f.heads, f.supplement, t.standard, t.tiers, t.tier_incomes,
           t.tier_amounts, f.over,
           greatest(f.income + s.fen + greatest(f.expected - greatest(f.earned, 0), 0)
                    - f.deductions_fen - f.less - least(f.work_cost, greatest(f.wages, 0)), 0)::bigint AS income
    FROM common f
    JOIN terms t ON t.organisation_id = f.organisation_id AND t.area = f.area
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(CASE
            WHEN (l.kind = 'sibling' OR l.birth_date <= (%(day)s::date - interval '60 years')::date)
                 AND f.support_judged && ARRAY['', coalesce(l.person_id, '')]
                 AND p.severe AND NOT p.working AND NOT p.studying AND NOT p.away
                 AND p.birth_date <= (%(day)s::date - interval '18 years')::date THEN 0
            WHEN l.fen IS NOT NULL THEN l.fen
            WHEN t.support_share IS NULL OR l.payer_fen IS NULL THEN 0
            ELSE div(greatest(l.payer_fen::numeric * 1000
                              - t.dibao_standard::numeric * t.support_floor * 12 * l.payer_members, 0)
                     * t.support_share, 1000000 * l.supported) END), 0) AS fen
        FROM assessable_lines l
        LEFT JOIN assessable_people p ON p.person_id = l.person_id AND p.household_id = l.household_id
        WHERE f.supports > 0 AND l.household_id = f.household_id AND l.about = 'support' AND $COUNTED
    ) s
), assessed AS (
    SELECT variant, household_id, organisation_id, declared, heads, income,
           CASE WHEN over OR standard * 12 * heads <= income THEN NULL
                WHEN tiers > 0 THEN heads * (SELECT x.amount FROM unnest(tier_incomes, tier_amounts) WITH ORDINALITY x(most, amount, n)
                                             WHERE income <= x.most * 12 * heads OR x.n = tiers ORDER BY x.n LIMIT 1)
                ELSE (2 * (standard * 12 * heads - income) + 12) / 24 END AS base,
           supplement
    FROM means
)
""".replace("$COUNTED", COUNTED)
"""``assessed(variant, household_id, organisation_id, declared, heads, income, base, supplement)``: `base` is null of who is not eligible.

Its parameters are ``terms`` and ``day``. Every household needs the variant ``before``.
"""

WHAT_IF = (
    "WITH "
    + ASSESSED
    + """
, both_ways AS (
    SELECT a.household_id, a.organisation_id, a.heads, a.declared, a.before, a.after, coalesce(c.mine, false) AS covered,
           coalesce(c.alone, false) AND a.heads > 1 AS alone, coalesce(NOT c.mine, false) AS elsewhere
    FROM (SELECT household_id, organisation_id, heads, declared,
                 max(base + supplement) FILTER (WHERE variant = 'before') AS before,
                 max(base + supplement) FILTER (WHERE variant = 'after') AS after
          FROM assessed GROUP BY 1, 2, 3, 4) a
    CROSS JOIN LATERAL (
        SELECT bool_or(e.category = %(category)s) AS mine,
               bool_or(e.category = %(category)s AND cardinality(e.counted) = 1) AS alone
        FROM entitlements e
        WHERE e.household_id = a.household_id AND e.status <> 'ended' AND e.category IN (%(category)s, 'tekun')
    ) c
), told AS MATERIALIZED (
    SELECT *, NOT covered AND NOT elsewhere AND declared AND before IS NULL AND after IS NOT NULL AS enters,
           covered AND NOT alone AND before IS NOT NULL AND after IS NULL AS leaves,
           NOT covered AND NOT elsewhere AND declared AND before IS NOT NULL AS omitted
    FROM both_ways
)
SELECT 'organisation' AS row, organisation_id, NULL AS household_id,
       count(*) FILTER (WHERE covered AND NOT alone) AS covered,
       count(*) FILTER (WHERE alone) AS alone,
       count(*) FILTER (WHERE covered AND NOT alone AND after IS NOT NULL OR enters) AS households,
       coalesce(sum(heads) FILTER (WHERE covered AND NOT alone AND after IS NOT NULL OR enters), 0)::bigint AS people,
       count(*) FILTER (WHERE enters) AS entering, count(*) FILTER (WHERE leaves) AS leaving,
       count(*) FILTER (WHERE omitted) AS omitted,
       count(*) FILTER (WHERE covered AND NOT alone AND before IS NULL) AS not_eligible,
       coalesce(sum(before) FILTER (WHERE covered AND NOT alone), 0)::bigint AS before_fen,
       coalesce(sum(after) FILTER (WHERE covered AND NOT alone OR enters), 0)::bigint AS after_fen
FROM told GROUP BY organisation_id
UNION ALL
(SELECT 'enters', organisation_id, household_id, NULL, NULL, NULL, heads, NULL, NULL, NULL, NULL, before, after
 FROM told WHERE enters AND household_id > %(after)s ORDER BY household_id LIMIT %(first)s)
UNION ALL
(SELECT 'leaves', organisation_id, household_id, NULL, NULL, NULL, heads, NULL, NULL, NULL, NULL, before, after
 FROM told WHERE leaves AND household_id > %(after)s ORDER BY household_id LIMIT %(first)s)
ORDER BY 1, 2, 3
"""
)
"""Per organisation: households covered, then; who enters, who leaves, yuan before and after.

The places are those the terms are of: a household elsewhere is not looked at.
"""
