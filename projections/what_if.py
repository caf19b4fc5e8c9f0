"""Every household of a place assessed for dibao in one statement, as the pure function does it one by one.

The statement takes the parameters as rows (:mod:`ledger.identification.amounts.setwise`), of one or two variants, and
reads the view ``assessables`` alone; ``WHAT_IF`` then sets what is so beside what would be.
"""

from __future__ import annotations

ASSESSED = """
terms AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(%(terms)s::jsonb) AS t(
        organisation_id text, area text, variant text, standard bigint, dibao_standard bigint, tiers integer,
        tier_incomes bigint[], tier_amounts bigint[], property_limit bigint, left_out text[], support_share bigint,
        support_floor bigint, property_limits jsonb, property_counts jsonb, property_exempts jsonb, elderly bigint,
        minor bigint, severe_disability bigint, serious_illness bigint, deduct_disability bigint, deduct_illness bigint,
        deduct_work_cost bigint, labour_full bigint, labour_partial bigint)
), facts AS MATERIALIZED (
    -- What every variant has in common: one row a household, with the terms of its place and area.
    SELECT h.household_id, h.deductions_fen, h.support_judged, h.labour_judged, t.*
    FROM assessables h JOIN terms t USING (organisation_id, area)
    WHERE NOT h.absorbed AND t.variant = 'before'
), uncounted AS MATERIALIZED (
    -- Members who are not counted: in prison, in treatment, missing, clergy of three years [57 art. 7].
    SELECT person_id, household_id FROM assessable_people
    WHERE away OR clergy_since <= (%(day)s::date - interval '3 years')::date
), heads AS (
    SELECT p.household_id, count(*) AS heads,
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
    FROM facts f JOIN assessable_people p USING (household_id)
    WHERE NOT (p.away OR coalesce(p.clergy_since <= (%(day)s::date - interval '3 years')::date, false))
    GROUP BY p.household_id, f.deduct_disability, f.deduct_illness, f.deduct_work_cost
), income AS (
    SELECT l.household_id, sum(l.fen) AS fen, sum(l.fen) FILTER (WHERE l.kind = 'wage') AS wages,
           sum(l.fen) FILTER (WHERE l.kind IN ('wage', 'business')) AS earned
    FROM facts f JOIN assessable_lines l USING (household_id)
    LEFT JOIN uncounted u ON u.person_id = l.person_id AND u.household_id = l.household_id
    WHERE l.about = 'income' AND u.person_id IS NULL
      AND NOT CASE WHEN l.source IS NULL THEN l.left_out ELSE l.source = ANY(f.left_out) END
    GROUP BY l.household_id
), owned AS MATERIALIZED (
    SELECT l.household_id, l.kind, l.source, l.fen, f.property_limits, f.property_counts, f.property_exempts
    FROM facts f JOIN assessable_lines l USING (household_id)
    LEFT JOIN uncounted u ON u.person_id = l.person_id AND u.household_id = l.household_id
    WHERE l.about = 'property' AND u.person_id IS NULL AND NOT l.left_out
), kinds AS (
    SELECT household_id, sum(fen) AS fen, bool_or(over) AS over
    FROM (SELECT household_id, sum(fen) AS fen,
                 coalesce(sum(fen) > (property_limits->>kind)::bigint, false)
                     OR coalesce(count(*) > (property_counts->>kind)::bigint, false) AS over
          FROM owned GROUP BY household_id, kind, property_limits, property_counts) k
    GROUP BY household_id
), needed AS (
    SELECT household_id, sum(least(fen, upto)) AS fen
    FROM (SELECT household_id, sum(fen) AS fen, (property_exempts->>source)::bigint AS upto
          FROM owned WHERE source IS NOT NULL GROUP BY household_id, source, property_exempts) n
    WHERE upto IS NOT NULL GROUP BY household_id
), support AS (
    SELECT t.variant, l.household_id,
           sum(CASE WHEN (l.kind = 'sibling' OR l.birth_date <= (%(day)s::date - interval '60 years')::date)
                         AND f.support_judged && ARRAY['', coalesce(l.person_id, '')]
                         AND p.severe AND NOT p.working AND NOT p.studying AND NOT p.away
                         AND p.birth_date <= (%(day)s::date - interval '18 years')::date THEN 0
                    WHEN l.fen IS NOT NULL THEN l.fen
                    WHEN t.support_share IS NULL OR l.payer_fen IS NULL THEN 0
                    ELSE div(greatest(l.payer_fen::numeric * 1000
                                      - t.dibao_standard::numeric * t.support_floor * 12 * l.payer_members, 0)
                             * t.support_share, 1000000 * l.supported) END)::bigint AS fen
    FROM facts f JOIN assessable_lines l USING (household_id)
    JOIN terms t ON t.organisation_id = f.organisation_id AND t.area = f.area
    LEFT JOIN assessable_people p ON p.person_id = l.person_id AND p.household_id = l.household_id
    LEFT JOIN uncounted u ON u.person_id = l.person_id AND u.household_id = l.household_id
    WHERE l.about = 'support' AND u.person_id IS NULL
    GROUP BY 1, 2
), means AS (
    SELECT t.variant, f.household_id, f.organisation_id, h.heads, h.supplement, t.standard, t.tiers, t.tier_incomes,
           t.tier_amounts,
           coalesce(k.over, false) OR coalesce(coalesce(k.fen, 0) - coalesce(n.fen, 0) > f.property_limit * h.heads, false) AS over,
           greatest(coalesce(i.fen, 0) + coalesce(s.fen, 0) + greatest(h.expected - greatest(coalesce(i.earned, 0), 0), 0)
                    - f.deductions_fen - h.less - least(h.work_cost, greatest(coalesce(i.wages, 0), 0)), 0)::bigint AS income
    FROM facts f JOIN heads h USING (household_id)
    JOIN terms t ON t.organisation_id = f.organisation_id AND t.area = f.area
    LEFT JOIN income i USING (household_id) LEFT JOIN kinds k USING (household_id) LEFT JOIN needed n USING (household_id)
    LEFT JOIN support s ON s.household_id = f.household_id AND s.variant = t.variant
), assessed AS (
    SELECT variant, household_id, organisation_id, heads, income,
           CASE WHEN over OR standard * 12 * heads <= income THEN NULL
                WHEN tiers > 0 THEN heads * (SELECT x.amount FROM unnest(tier_incomes, tier_amounts) WITH ORDINALITY x(most, amount, n)
                                             WHERE income <= x.most * 12 * heads OR x.n = tiers ORDER BY x.n LIMIT 1)
                ELSE (2 * (standard * 12 * heads - income) + 12) / 24 END AS base,
           supplement
    FROM means
)
"""
"""``assessed(variant, household_id, organisation_id, heads, income, base, supplement)``: `base` is null of who is not eligible.

Its parameters are ``terms`` and ``day``. Every household needs the variant ``before``.
"""

WHAT_IF = (
    "WITH "
    + ASSESSED
    + """
, cover AS (
    SELECT e.household_id, sum(e.total_fen) AS decided_fen, bool_or(e.category = %(category)s) AS mine,
           bool_or(e.category = %(category)s AND cardinality(e.counted) = 1) AS alone
    FROM entitlements e WHERE e.status <> 'ended' AND e.category IN (%(category)s, 'tekun') GROUP BY 1
), both_ways AS (
    SELECT a.household_id, a.organisation_id, a.heads, coalesce(c.mine, false) AS covered,
           coalesce(c.alone, false) AND a.heads > 1 AS alone, h.declared_on IS NOT NULL AS declared,
           c.household_id IS NOT NULL AND NOT c.mine AS elsewhere,
           a.base + a.supplement AS before, b.base + b.supplement AS after
    FROM assessed a JOIN assessed b ON b.household_id = a.household_id AND b.variant = 'after'
    JOIN assessables h ON h.household_id = a.household_id LEFT JOIN cover c ON c.household_id = a.household_id
    WHERE a.variant = 'before' AND %(scope_condition)s
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
"""Per organisation: households covered, then; who enters, who leaves, yuan before and after. `%(scope_condition)s` is filled in."""


def what_if(scope_condition: str) -> str:
    """The statement, for households whose organisation (``a.organisation_id``) meets a condition."""
    return WHAT_IF.replace("%(scope_condition)s", scope_condition)
