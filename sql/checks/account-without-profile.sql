-- name: account-without-profile
-- severity: error
-- reason: Every account has a profile: the trigger on auth.users makes it, and a restore that lost the trigger shows here
SELECT u.id
FROM auth.users AS u
LEFT JOIN public.profiles AS p ON p.id = u.id
WHERE p.id IS NULL
