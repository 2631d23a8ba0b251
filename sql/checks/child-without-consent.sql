-- name: child-without-consent
-- severity: error
-- reason: COPPA: no child's data is kept without a logged parental consent
SELECT c.id
FROM public.children AS c
WHERE c.deleted_at IS NULL
  AND NOT EXISTS (SELECT FROM public.parental_consent_log AS l WHERE l.child_id = c.id)
