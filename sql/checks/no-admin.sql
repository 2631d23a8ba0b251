-- name: no-admin
-- severity: error
-- reason: Somebody must be able to administer the platform after a recovery
SELECT 'admin'
WHERE NOT EXISTS (SELECT FROM public.user_roles WHERE role = 'admin')
