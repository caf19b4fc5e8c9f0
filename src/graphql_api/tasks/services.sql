-- Visits of services that wait for acceptance: by the end of their month, when providers hand in what is to be settled.
SELECT 'service_acceptance' AS kind, '验收服务记录' AS zh, 'Accept or decline a visit of a service' AS en,
       'service' AS subject_kind, s.service_id AS subject_id, s.household_id, s.organisation_id, 'clerk' AS role,
       (date_trunc('month', v.rendered_on) + interval '1 month - 1 day')::date AS due_on, v.rendered_on AS since
FROM service_visits v JOIN services s USING (service_id) WHERE v.status = 'rendered'
