-- What is due next in every open case, and after its decision: to the town's clerk or the county's reviewer, by its day.
SELECT d.kind, d.zh, d.en, CASE d.kind WHEN 'case_co_verification' THEN 'co_verification' ELSE 'case' END AS subject_kind,
       d.subject_id, d.household_id, d.organisation_id, d.role, d.due_on, d.since
FROM case_duties d
UNION ALL
-- A complaint about an open case or its household that no visit of the county's followed yet [57 art. 20].
SELECT 'case_county_visit', '县级入户调查（投诉举报）', 'The county''s home visit (a complaint is pending)', 'case', c.case_id,
       c.household_id, c.organisation_id, 'reviewer', c.due_on, max(p.lodged_on)
FROM complaints p
JOIN cases c ON c.status = 'submitted' AND (c.case_id = p.case_id OR c.household_id = p.household_id)
WHERE p.answered_on IS NULL AND p.withdrawn_on IS NULL
  AND NOT EXISTS (SELECT 1 FROM case_duties d WHERE d.case_id = c.case_id AND d.kind = 'case_county_visit')
  AND coalesce((c.state->>'county_visit_on')::date, '-infinity') < p.lodged_on
GROUP BY c.case_id
