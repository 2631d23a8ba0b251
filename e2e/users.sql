-- Whom the suite signs in as: one row per name, with the account's id. Their passwords are set on the copy alone, before
-- the suite starts. Two families who have as much to lose as possible, and the staff.
WITH able AS (
  SELECT u.id FROM auth.users AS u
  WHERE u.email <> '' AND u.email_confirmed_at IS NOT NULL AND u.deleted_at IS NULL AND NOT u.is_sso_user
    AND (u.banned_until IS NULL OR u.banned_until < now())
),
staff AS (
  SELECT r.user_id, r.role::text AS role FROM public.user_roles AS r JOIN able AS a ON a.id = r.user_id WHERE r.role <> 'parent'
),
families AS (
  SELECT c.parent_id AS id, row_number() OVER (ORDER BY least(count(*), 3) DESC, c.parent_id) AS place
  FROM public.children AS c JOIN able AS a ON a.id = c.parent_id
  WHERE c.deleted_at IS NULL AND NOT EXISTS (SELECT FROM staff AS s WHERE s.user_id = c.parent_id)
  GROUP BY c.parent_id
)
SELECT CASE place WHEN 1 THEN 'parent' ELSE 'neighbour' END AS name, id FROM families WHERE place <= 2
UNION ALL
(SELECT 'admin', user_id FROM staff WHERE role = 'admin' ORDER BY user_id LIMIT 1)
UNION ALL
(SELECT 'reviewer', user_id FROM staff WHERE role IN ('moderator', 'teacher', 'admin')
 ORDER BY array_position(ARRAY['moderator', 'teacher', 'admin'], role), user_id LIMIT 1);
