-- What is due while cover lasts: reviews, notices, deaths acted on within three months, self-care, postings, refused work.
SELECT CASE WHEN e.review_by < %(today)s::date THEN 'review_overdue' ELSE 'review_due' END AS kind, '定期核查' AS zh,
       'Review the household' AS en, 'entitlement' AS subject_kind, e.entitlement_id AS subject_id, e.household_id, e.organisation_id,
       'clerk' AS role, e.review_by AS due_on, coalesce(e.reviewed_on, e.decided_on, e.review_by) AS since
FROM entitlements e
WHERE e.status = 'active' AND e.review_by <= %(today)s::date + 30
  AND (e.last_month IS NULL OR e.last_month >= to_char(%(today)s::date, 'YYYY-MM'))
UNION ALL
SELECT 'notice_due', CASE n.change WHEN 'increase' THEN '送达增发通知' WHEN 'stop' THEN '送达停发通知'
           WHEN 'suspension' THEN '送达缓发通知' ELSE '送达调整通知' END,
       'Serve the notice: ' || n.change, 'entitlement', n.entitlement_id, n.household_id, n.organisation_id, 'clerk', n.decided_on,
       n.decided_on
FROM entitlement_notices n WHERE n.served_on IS NULL
UNION ALL
SELECT 'death_to_act_on', '死亡后三个月内办结增减停发', 'Act on a death within three months', 'entitlement', e.entitlement_id,
       e.household_id, e.organisation_id, 'reviewer', (p.died_on + interval '3 months')::date, p.died_on
FROM people p JOIN entitlements e ON e.household_id IN (SELECT m.household_id FROM household_members m WHERE m.person_id = p.person_id)
WHERE p.died_on IS NOT NULL AND e.status <> 'ended' AND p.person_id = ANY (e.counted)
UNION ALL
SELECT 'self_care_due', '自理能力复核评估', 'Assess self-care', 'entitlement', s.entitlement_id, s.household_id, s.organisation_id,
       'reviewer', s.assess_by, s.occurred_on
FROM self_care s WHERE s.kind = 'report' AND s.assessed_on IS NULL
UNION ALL
SELECT CASE WHEN g.objected_on IS NOT NULL AND g.investigated_on IS NULL THEN 'ending_investigation' ELSE 'ending_close' END,
       CASE WHEN g.objected_on IS NOT NULL AND g.investigated_on IS NULL THEN '核实拟终止异议' ELSE '办结拟终止公示' END,
       CASE WHEN g.objected_on IS NOT NULL AND g.investigated_on IS NULL THEN 'Look into the objection to an intended end'
            ELSE 'Close the posting of an intended end' END,
       'entitlement', g.entitlement_id, g.household_id, g.organisation_id,
       CASE WHEN g.objected_on IS NOT NULL AND g.investigated_on IS NULL THEN 'reviewer' ELSE 'clerk' END,
       CASE WHEN g.objected_on IS NOT NULL AND g.investigated_on IS NULL THEN g.decide_by ELSE g.until END, g.posted_on
FROM endings g WHERE g.closed_on IS NULL AND g.investigated_on IS NULL
UNION ALL
SELECT 'ending_decide', '作出终止决定', 'Decide on the end: its posting is over', 'entitlement', g.entitlement_id, g.household_id,
       g.organisation_id, 'reviewer', g.closed_on, g.closed_on
FROM endings g JOIN entitlements e USING (entitlement_id)
WHERE g.closed_on IS NOT NULL AND e.status <> 'ended'
  AND g.position = (SELECT max(x.position) FROM endings x WHERE x.entitlement_id = g.entitlement_id)
UNION ALL
SELECT 'offer_other_aid', '终止特困后转介其他救助', 'Offer other aid after the end of tekun', 'entitlement', e.entitlement_id, e.household_id,
       e.organisation_id, 'clerk', (to_date(e.last_month, 'YYYY-MM') + interval '1 month')::date, to_date(e.last_month, 'YYYY-MM')
FROM entitlements e
WHERE e.category = 'tekun' AND e.status = 'ended'
  AND EXISTS (SELECT 1 FROM people p WHERE p.person_id = ANY (e.counted) AND p.died_on IS NULL)
  AND NOT EXISTS (SELECT 1 FROM other_aid_offers o WHERE o.entitlement_id = e.entitlement_id)
  AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.household_id = e.household_id AND c.position > e.position)
UNION ALL
SELECT 'own_share_decision', '连续三次拒绝就业，决定减停发本人保障金', 'Decide on the own share: work refused three times in a row',
       'person', j.person_id, j.household_id, j.organisation_id, 'reviewer', j.outcome_on, j.outcome_on
FROM (SELECT DISTINCT ON (person_id) * FROM job_offers WHERE outcome IS NOT NULL ORDER BY person_id, outcome_position DESC) j
WHERE j.in_a_row >= 3 AND EXISTS (
    SELECT 1 FROM entitlements e WHERE e.household_id = j.household_id AND e.status IN ('active', 'suspended')
      AND j.person_id = ANY (e.counted)
      AND coalesce((SELECT o.withheld_permille FROM own_shares o WHERE o.entitlement_id = e.entitlement_id
                    AND o.person_id = j.person_id ORDER BY o.position DESC LIMIT 1), 0) = 0)
UNION ALL
SELECT 'cut_off_due', '上报月度变动', 'Hand in the changes of the month', 'organisation', o.organisation_id, NULL, o.organisation_id, 'clerk',
       (date_trunc('month', %(today)s::date) + interval '1 month' - interval '1 day')::date, date_trunc('month', %(today)s::date)::date
FROM organisations o
WHERE o.level IN ('regiment', 'street') AND o.closed_on IS NULL AND NOT EXISTS (
    SELECT 1 FROM cut_offs c WHERE c.organisation_id = o.organisation_id AND c.handed_in
      AND c.month = to_char(%(today)s::date, 'YYYY-MM'))
UNION ALL
SELECT 'raise_' || CASE WHEN r.reviewed_on IS NULL THEN 'review' WHEN r.approved_on IS NULL THEN 'approval' ELSE 'carry_out' END,
       CASE WHEN r.reviewed_on IS NULL THEN '审核提标方案' WHEN r.approved_on IS NULL THEN '批准提标方案' ELSE '办理提标' END,
       CASE WHEN r.reviewed_on IS NULL THEN 'Review a rise' WHEN r.approved_on IS NULL THEN 'Approve a rise' ELSE 'Carry out a rise' END,
       'raise', r.raise_id, NULL, r.organisation_id, 'reviewer', coalesce(r.approved_on, r.reviewed_on, r.proposed_on), r.proposed_on
FROM standard_raises r WHERE r.carried_out_on IS NULL
UNION ALL
SELECT 'apply_again', '提标后符合条件，通知重新申请', 'Would qualify by the raised standard: tell them to apply again', 'case', f.case_id,
       f.household_id, f.organisation_id, 'clerk', r.approved_on, r.approved_on
FROM standard_raise_refusals f JOIN standard_raises r USING (raise_id)
WHERE r.approved_on IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM cases c WHERE c.household_id = f.household_id AND c.category = f.category AND c.position > f.position)
UNION ALL
SELECT 'raise_by_hand', '提标未调整，须核查', 'Left out of a rise: look at it by hand', 'entitlement', x.entitlement_id, x.household_id,
       x.organisation_id, 'reviewer', r.approved_on, r.proposed_on
FROM standard_raise_exceptions x JOIN standard_raises r USING (raise_id) JOIN entitlements e USING (entitlement_id)
WHERE r.approved_on IS NOT NULL AND e.status <> 'ended' AND e.position < x.position
