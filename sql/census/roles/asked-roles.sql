-- Which of the roles that are to be asked exist, and whether this session may take their place.
--
-- $1: names. $2: the privilege that SET ROLE needs: MEMBER up to PostgreSQL 15, SET from 16 on.
SELECT r.rolname AS role, pg_catalog.pg_has_role(r.oid, $2) AS settable
FROM pg_catalog.pg_roles r
WHERE r.rolname = ANY ($1::text[])
ORDER BY r.rolname COLLATE "C"
