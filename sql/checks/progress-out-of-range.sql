-- name: progress-out-of-range
-- severity: error
-- reason: Scores lie between 0 and 100, times are not negative, and only what was completed has a day of completion
SELECT id
FROM public.user_progress
WHERE score NOT BETWEEN 0 AND 100
   OR time_spent_seconds < 0
   OR status NOT IN ('not_started', 'in_progress', 'completed')
   OR (status = 'completed') <> (completed_at IS NOT NULL)
