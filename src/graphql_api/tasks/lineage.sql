-- What households that changed leave to be decided: cover that counts who left or died, cover of a household that was taken
-- into another, and an account whose payee lives elsewhere. Due before the month after is run.
SELECT CASE WHEN h.merged_into IS NOT NULL THEN 'merged_cover' ELSE 'cover_to_adjust' END AS kind,
       CASE WHEN h.merged_into IS NOT NULL THEN '家庭已并入他户：随人转移或停发待遇' ELSE '保障人口已变化：调整或停发待遇' END AS zh,
       CASE WHEN h.merged_into IS NOT NULL THEN 'The household was taken into another: carry its cover along, or end it'
            ELSE 'Who is counted changed: adjust the cover, or end it' END AS en,
       'entitlement' AS subject_kind, e.entitlement_id AS subject_id, e.household_id, e.organisation_id, 'reviewer' AS role,
       (date_trunc('month', g.since) + interval '1 month')::date AS due_on, g.since
FROM entitlements e JOIN households h USING (household_id)
CROSS JOIN LATERAL (
    SELECT min(m.left_on) AS since FROM household_members m
    WHERE m.household_id = e.household_id AND m.person_id = ANY(e.counted) AND m.left_on IS NOT NULL
      AND NOT EXISTS (SELECT 1 FROM household_members n WHERE n.household_id = m.household_id AND n.person_id = m.person_id
                      AND n.position > m.position)
) g
WHERE e.status <> 'ended' AND g.since IS NOT NULL
UNION ALL
SELECT 'account_to_change', '领款人已不是家庭成员：重新指定账户', 'The payee is no member any more: nominate another account', 'household',
       h.household_id, h.household_id, h.organisation_id, 'clerk', (date_trunc('month', m.left_on) + interval '1 month')::date,
       m.left_on
FROM households h
CROSS JOIN LATERAL (SELECT a.payee_id, a.payee_kind FROM household_accounts a WHERE a.household_id = h.household_id
                    ORDER BY a.nominated_on DESC, a.position DESC LIMIT 1) a
CROSS JOIN LATERAL (SELECT m.left_on FROM household_members m WHERE m.household_id = h.household_id AND m.person_id = a.payee_id
                    ORDER BY m.position DESC LIMIT 1) m
WHERE a.payee_kind = 'member' AND m.left_on IS NOT NULL AND h.merged_into IS NULL AND h.member_count > 0
