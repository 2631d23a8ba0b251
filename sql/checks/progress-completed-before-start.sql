-- name: progress-completed-before-start
-- severity: warning
-- reason: What was completed before it was begun was written by a wrong clock
SELECT id
FROM public.user_progress
WHERE completed_at < created_at
