-- What is due of complaints, reviews, lawsuits and errors. What is told of an officer is the auditor's task: no colleague learns of it.
SELECT 'complaint_acknowledge' AS kind, '受理并告知投诉举报' AS zh, 'Acknowledge a complaint' AS en, 'complaint' AS subject_kind,
       c.complaint_id AS subject_id, c.household_id, c.organisation_id,
       CASE WHEN c.subject_operator IS NULL THEN 'clerk' ELSE 'auditor' END AS role, c.acknowledge_by AS due_on, c.lodged_on AS since
FROM complaints c
WHERE c.acknowledged_on IS NULL AND c.answered_on IS NULL AND c.withdrawn_on IS NULL AND %(today)s::date IS NOT NULL
UNION ALL
SELECT 'complaint_answer',
       CASE WHEN c.handler IS NULL THEN '交办投诉举报' WHEN c.investigated_on IS NULL THEN '核查投诉举报' ELSE '答复投诉举报' END,
       CASE WHEN c.handler IS NULL THEN 'Assign a complaint' WHEN c.investigated_on IS NULL THEN 'Investigate a complaint'
            ELSE 'Answer a complaint' END,
       'complaint', c.complaint_id, c.household_id, c.organisation_id,
       CASE WHEN c.subject_operator IS NULL THEN 'clerk' ELSE 'auditor' END, c.answer_by,
       coalesce(c.investigated_on, c.assigned_on, c.lodged_on)
FROM complaints c WHERE c.answered_on IS NULL AND c.withdrawn_on IS NULL
UNION ALL
SELECT 'complaint_remedy', '落实投诉举报整改', 'Put right what an upheld complaint found', 'complaint', c.complaint_id, c.household_id,
       c.organisation_id, CASE WHEN c.subject_operator IS NULL THEN 'clerk' ELSE 'auditor' END, c.answer_by, c.answered_on
FROM complaints c WHERE c.answered_on IS NOT NULL AND c.remedy_needed AND c.remedied_on IS NULL
UNION ALL
SELECT 'review_decision',
       CASE WHEN r.accepted_on IS NULL THEN '跟进行政复议受理' ELSE '跟进行政复议决定' END,
       CASE WHEN r.accepted_on IS NULL THEN 'Follow whether a review is taken up' ELSE 'Follow the decision of a review' END,
       'review', r.review_id, r.household_id, r.organisation_id, 'reviewer',
       coalesce(r.extended_to, r.decide_by, r.accept_by), coalesce(r.accepted_on, r.requested_on)
FROM reviews r WHERE r.decided_on IS NULL AND r.withdrawn_on IS NULL AND r.not_accepted_on IS NULL
UNION ALL
SELECT 'review_carry_out', '履行行政复议决定', 'Carry out the decision of a review', 'review', r.review_id, r.household_id,
       r.organisation_id, 'reviewer', coalesce(r.carry_out_by, r.decided_on), r.decided_on
FROM reviews r WHERE r.decided_on IS NOT NULL AND r.result NOT IN ('uphold', 'dismiss') AND r.carried_out_on IS NULL
UNION ALL
SELECT 'judgment_carry_out', '履行行政判决', 'Carry out a judgment', 'lawsuit', l.lawsuit_id, l.household_id, l.organisation_id,
       'reviewer', coalesce(l.carry_out_by, l.concluded_on), l.concluded_on
FROM lawsuits l
WHERE l.concluded_on IS NOT NULL AND l.result IS NOT NULL AND l.result NOT IN ('uphold', 'dismiss') AND l.carried_out_on IS NULL
UNION ALL
SELECT 'error_assessment', '评估差错', 'Assess an error that was corrected', 'correction', c.correction_id, NULL, c.organisation_id,
       'auditor', c.corrected_on, c.corrected_on
FROM corrections c WHERE c.assessed_on IS NULL
