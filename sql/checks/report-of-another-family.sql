-- name: report-of-another-family
-- severity: error
-- reason: A weekly report goes to the parent of the child that it is about
SELECT r.id
FROM public.parent_weekly_reports AS r
JOIN public.children AS c ON c.id = r.child_id
WHERE c.parent_id <> r.parent_id
