-- What departments owe: an answer to what was referred or applied for, a decision, a report of what they gave, the rest of a file.
SELECT 'assistance_answer' AS kind, '受理或不予救助：' || a.programme AS zh, 'accept or refuse: ' || a.programme AS en,
       'assistance' AS subject_kind, a.assistance_id AS subject_id, a.household_id, o.organisation_id,
       CASE o.level WHEN 'department' THEN 'department' ELSE 'clerk' END AS role, a.due_on, coalesce(a.referred_on, a.applied_on) AS since
FROM assistances a JOIN organisations o ON o.organisation_id = CASE WHEN EXISTS (SELECT 1 FROM organisations d
     WHERE d.organisation_id = a.department_id AND d.level = 'department') THEN a.department_id ELSE a.organisation_id END
WHERE a.status IN ('applied', 'referred')
UNION ALL
SELECT 'assistance_decision', '决定是否救助：' || a.programme, 'grant or refuse: ' || a.programme, 'assistance', a.assistance_id,
       a.household_id, a.department_id, CASE o.level WHEN 'department' THEN 'department' ELSE 'reviewer' END, a.due_on, a.accepted_on
FROM assistances a JOIN organisations o ON o.organisation_id = a.department_id
WHERE a.status = 'accepted'
UNION ALL
SELECT 'assistance_feedback', '反馈办理结果：' || a.programme, 'report what became of it: ' || a.programme, 'assistance', a.assistance_id,
       a.household_id, a.department_id, CASE o.level WHEN 'department' THEN 'department' ELSE 'reviewer' END, a.due_on, a.decided_on
FROM assistances a JOIN organisations o ON o.organisation_id = a.department_id
WHERE a.status IN ('granted', 'delivering', 'delivered') AND a.due_on IS NOT NULL
UNION ALL
SELECT 'assistance_excluded', '终止被排斥的救助：' || a.programme || '（已纳入特困供养）', 'end what tekun excludes: ' || a.programme, 'assistance',
       a.assistance_id, a.household_id, a.department_id, 'reviewer', %(today)s::date, e.decided_on
FROM assistances a JOIN entitlements e ON e.household_id = a.household_id AND e.category = 'tekun' AND e.status <> 'ended'
     AND e.counted && a.person_ids
WHERE a.programme IN ('canji_shenghuo_butie', 'canji_huli_butie') AND a.from_month IS NOT NULL
      AND a.status IN ('granted', 'delivering', 'delivered', 'reported')
      AND (a.last_month IS NULL OR a.last_month >= to_char(%(today)s::date, 'YYYY-MM'))
UNION ALL
SELECT 'file_unfinished', '继续导入未完成的文件：' || f.file_name, 'go on with the file that was cut off: ' || f.file_name, 'import', f.import_id,
       NULL, f.organisation_id, CASE o.level WHEN 'department' THEN 'department' ELSE 'reviewer' END, f.begun_on, f.begun_on
FROM department_files f JOIN organisations o USING (organisation_id)
WHERE f.finished_on IS NULL
