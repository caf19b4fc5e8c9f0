-- What is due in emergencies: to grade, to give what was approved, to put on paper, to find out who somebody is, to close; and imprests to count.
SELECT 'emergency_grade' AS kind, '急难分级' AS zh, 'Grade an emergency' AS en, 'emergency' AS subject_kind,
       e.emergency_id AS subject_id, e.household_id, e.organisation_id, 'clerk' AS role, e.reported_on AS due_on, e.reported_on AS since
FROM emergencies e WHERE e.status = 'reported' AND %(today)s::date IS NOT NULL
UNION ALL
SELECT 'emergency_give', '给予已批准的救助', 'Give the aid that was approved', 'emergency', e.emergency_id, e.household_id, e.organisation_id,
       'clerk', (e.state->'approvals'->-1->>'day')::date, (e.state->'approvals'->-1->>'day')::date
FROM emergencies e WHERE e.status = 'approved'
UNION ALL
SELECT CASE WHEN e.due_on < %(today)s::date THEN 'emergency_paperwork_overdue' ELSE 'emergency_paperwork' END,
       CASE WHEN e.due_on < %(today)s::date THEN '急难救助手续逾期未补，尚缺' ELSE '补齐急难救助手续，尚缺' END || cardinality(e.missing) || '项',
       CASE WHEN e.due_on < %(today)s::date THEN 'Overdue: put an emergency on paper, missing ' ELSE 'Put an emergency on paper, missing ' END
           || cardinality(e.missing),
       'emergency', e.emergency_id, e.household_id, e.organisation_id, 'clerk', e.due_on, e.aided_on
FROM emergencies e WHERE e.status = 'paperwork_due'
UNION ALL
SELECT 'emergency_close', '急难办结', 'Close an emergency', 'emergency', e.emergency_id, e.household_id, e.organisation_id, 'clerk',
       coalesce(e.regularised_on, e.aided_on), coalesce(e.regularised_on, e.aided_on)
FROM emergencies e WHERE e.status IN ('regularised', 'aided')
UNION ALL
SELECT 'person_identify', '查明身份不明人员的身份', 'Find out who somebody unknown is', 'person', u.person_id, e.household_id, e.organisation_id,
       'clerk', NULL::date, e.reported_on
FROM emergencies e CROSS JOIN LATERAL unnest(e.unknown_ids) u(person_id)
WHERE NOT EXISTS (SELECT 1 FROM lineage l WHERE l.from_id = u.person_id AND l.kind = 'identified' AND l.withdrawn_position IS NULL)
  AND e.emergency_id = (SELECT min(x.emergency_id) FROM emergencies x WHERE x.unknown_ids @> ARRAY[u.person_id])
UNION ALL
SELECT CASE WHEN i.due_on < %(today)s::date THEN 'imprest_unreconciled' ELSE 'imprest_reconcile' END,
       '核对' || i.next_month || '备用金', 'Reconcile the imprest of ' || i.next_month, 'imprest', i.imprest_id, NULL::text,
       i.organisation_id, 'reviewer', i.due_on, i.month_end + 1
FROM imprests i WHERE i.month_end < %(today)s::date
