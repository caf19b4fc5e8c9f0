-- Trainings whose last day has passed without a word of what came of them.
SELECT 'training_result' AS kind, '登记培训结果' AS zh, 'Record what came of a training' AS en, 'training' AS subject_kind,
       t.training_id AS subject_id, t.household_id, t.organisation_id, 'department' AS role, t.until_date AS due_on,
       t.until_date AS since
FROM trainings t WHERE t.completed_on IS NULL AND t.until_date < %(today)s::date
