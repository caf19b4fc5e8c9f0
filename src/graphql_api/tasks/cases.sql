-- What is due next in every open case, and after its decision: to the town's clerk or the county's reviewer, by its day.
SELECT d.kind, d.zh, d.en, 'case' AS subject_kind, d.case_id AS subject_id, d.household_id, d.organisation_id, d.role, d.due_on, d.since
FROM case_duties d
WHERE d.kind <> 'case_co_verification' AND %(today)s::date IS NOT NULL
UNION ALL
SELECT d.kind, d.zh, d.en, 'co_verification', d.subject_id, d.household_id, d.organisation_id, d.role, d.due_on, d.since
FROM case_duties d
WHERE d.kind = 'case_co_verification'
