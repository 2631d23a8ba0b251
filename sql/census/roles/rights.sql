-- What each role may do with each object, by grants of its own, of roles that it is a member of, and of PUBLIC; and
-- whether row level security stands between. One row per right that a role has; nothing is opened.
--
-- $1: names of roles. $2: oids.
SELECT
  r.rolname AS role,
  c.oid,
  p.name AS privilege,
  -- The columns, where it is a right to some of them only.
  CASE WHEN has.whole THEN NULL ELSE (
    SELECT pg_catalog.array_agg(pg_catalog.quote_ident(a.attname) ORDER BY a.attname COLLATE "C")
    FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
      AND pg_catalog.has_column_privilege(r.oid, c.oid, a.attnum, p.name)
  ) END AS columns,
  -- As PostgreSQL decides it (check_enable_rls): neither superusers nor BYPASSRLS, nor the owner without FORCE.
  c.relkind IN ('r', 'p') AND c.relrowsecurity AND NOT r.rolsuper AND NOT r.rolbypassrls
    AND NOT (pg_catalog.pg_has_role(r.oid, c.relowner, 'USAGE') AND NOT c.relforcerowsecurity) AS filtered
FROM pg_catalog.pg_roles r
CROSS JOIN pg_catalog.pg_class c
CROSS JOIN (
  VALUES (1, 'SELECT', true), (2, 'INSERT', true), (3, 'UPDATE', true), (4, 'DELETE', false), (5, 'TRUNCATE', false)
) AS p (place, name, by_column)
CROSS JOIN LATERAL (SELECT pg_catalog.has_table_privilege(r.oid, c.oid, p.name) AS whole OFFSET 0) AS has
WHERE r.rolname = ANY ($1::text[])
  AND c.oid = ANY ($2::oid[])
  AND pg_catalog.has_schema_privilege(r.oid, c.relnamespace, 'USAGE')
  AND (has.whole OR (p.by_column AND pg_catalog.has_any_column_privilege(r.oid, c.oid, p.name)))
ORDER BY r.rolname COLLATE "C", c.oid, p.place
