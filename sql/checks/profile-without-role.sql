-- name: profile-without-role
-- severity: error
-- reason: A profile without a role is let in nowhere: both are written by the same trigger
SELECT p.id
FROM public.profiles AS p
WHERE NOT EXISTS (SELECT FROM public.user_roles AS r WHERE r.user_id = p.id)
