-- What is due in charity: what was agreed and is not delivered, and what public aid and donations cover twice.
SELECT 'donation_delivery' AS kind, '跟进慈善捐赠到户' AS zh, 'See that a donation reaches its household' AS en, 'match' AS subject_kind,
       m.match_id AS subject_id, m.household_id, m.organisation_id, 'clerk' AS role,
       coalesce(n.until, m.agreed_on) AS due_on, m.agreed_on AS since
FROM charity_matches m JOIN needs n USING (need_id)
WHERE m.delivered + m.released < m.agreed AND n.withdrawn_on IS NULL AND %(today)s::date IS NOT NULL
UNION ALL
SELECT 'need_expired', '慈善需求到期未满足：撤回或重新发布', 'A need ran out unmet: withdraw or publish it anew', 'need', n.need_id,
       n.household_id, n.organisation_id, 'clerk', n.until, n.published_on
FROM needs n
WHERE n.until < %(today)s::date AND n.withdrawn_on IS NULL AND n.agreed + n.lowered_fen < coalesce(n.hours, n.cost_fen)
