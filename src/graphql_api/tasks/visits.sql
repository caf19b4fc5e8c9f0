-- Visits that were planned and neither made nor called off.
SELECT 'visit_due' AS kind, '走访家庭' AS zh, 'Visit the household' AS en, 'visit' AS subject_kind, v.visit_id AS subject_id,
       v.household_id, v.organisation_id, 'clerk' AS role, v.due_on, v.planned_on AS since
FROM visits v WHERE v.visited_on IS NULL AND NOT v.called_off
