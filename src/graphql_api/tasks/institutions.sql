-- What is due in institutions of support: a month to be signed for and confirmed, a discharge, a return from leave.
SELECT 'attendance_unconfirmed' AS kind, '报送并确认' || to_char(g.first, 'YYYY-MM') || '在院天数' AS zh,
       'Report and confirm attendance of ' || to_char(g.first, 'YYYY-MM') AS en, 'institution' AS subject_kind,
       s.institution_id AS subject_id, NULL::text AS household_id, min(i.organisation_id) AS organisation_id, 'clerk' AS role,
       (g.first + interval '1 month 4 days')::date AS due_on, (g.first + interval '1 month')::date AS since
FROM stays s JOIN institutions i USING (institution_id) JOIN people p ON p.person_id = s.person_id
CROSS JOIN LATERAL generate_series(date_trunc('month', s.admitted_on),
                                   date_trunc('month', %(today)s::date) - interval '1 month', interval '1 month') g(first)
WHERE greatest(s.admitted_on, g.first::date) < least(coalesce(s.until_date, 'infinity'), coalesce(p.died_on + 1, 'infinity'),
                                                     (g.first + interval '1 month')::date)
  AND NOT EXISTS (SELECT 1 FROM attendance a WHERE a.stay_id = s.stay_id AND a.month = to_char(g.first, 'YYYY-MM'))
GROUP BY s.institution_id, g.first
UNION ALL
SELECT 'discharge_due', '办理离院：已死亡', 'Record the discharge: the resident died', 'stay', s.stay_id, s.household_id,
       s.organisation_id, 'clerk', p.died_on, p.died_on
FROM stays s JOIN people p USING (person_id) WHERE s.until_date IS NULL AND p.died_on IS NOT NULL
UNION ALL
SELECT 'discharge_due', '办理离院：特困待遇已终止', 'Record the discharge: the cover ended', 'stay', s.stay_id, s.household_id,
       s.organisation_id, 'clerk', (to_date(e.last_month, 'YYYY-MM') + interval '1 month')::date,
       (to_date(e.last_month, 'YYYY-MM') + interval '1 month')::date
FROM stays s JOIN entitlements e USING (entitlement_id) JOIN people p ON p.person_id = s.person_id
WHERE s.until_date IS NULL AND p.died_on IS NULL AND e.last_month < to_char(%(today)s::date, 'YYYY-MM')
UNION ALL
SELECT 'leave_overdue', '请假逾期未归', 'Not back from leave on the day expected', 'stay', s.stay_id, s.household_id,
       s.organisation_id, 'clerk', l.expected_on, l.from_date
FROM stay_leaves l JOIN stays s USING (stay_id) JOIN people p USING (person_id)
WHERE l.back_on IS NULL AND l.expected_on < %(today)s::date AND s.until_date IS NULL AND p.died_on IS NULL
