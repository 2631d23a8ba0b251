-- name: child-deletion-unscheduled
-- severity: error
-- reason: A deleted child must have a day on which it really goes, not before the request
SELECT id
FROM public.children
WHERE (deleted_at IS NULL) <> (deletion_scheduled_at IS NULL)
   OR deletion_scheduled_at < deleted_at
