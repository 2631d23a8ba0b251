-- Columns that look like references and are kept by no foreign key: `parent_id` where there is a table `parent` or `parents`
-- whose key is one column of the same type, and `hostid` where one table alone has a key of that name and type. Only names
-- and types are looked at.
-- $1: the platform's schemas.
WITH keyed AS (
  SELECT t.oid, t.relname, t.relnamespace, a.attname, a.atttypid,
    count(*) OVER (PARTITION BY t.relnamespace, a.attname) AS of_that_name
  FROM pg_catalog.pg_class AS t
  JOIN pg_catalog.pg_index AS i ON i.indrelid = t.oid AND i.indisprimary AND i.indnatts = 1
  JOIN pg_catalog.pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = i.indkey[0]
  WHERE t.relkind IN ('r', 'p') AND NOT t.relispartition
)
SELECT n.nspname AS schema, c.relname AS name, a.attname AS column, n.nspname AS to_schema, t.relname AS to_name, t.attname AS to_key
FROM pg_catalog.pg_attribute AS a
JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p') AND NOT c.relispartition
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN keyed AS t ON t.relnamespace = c.relnamespace AND t.oid <> c.oid AND t.atttypid = a.atttypid
WHERE a.attnum > 0 AND NOT a.attisdropped
  AND (
    (a.attname ~ '_id$'
      AND t.relname IN (left(a.attname, -3), left(a.attname, -3) || 's', left(a.attname, -3) || 'es', regexp_replace(left(a.attname, -3), 'y$', 'ies'),
        regexp_replace(left(a.attname, -3), '^child$', 'children'), regexp_replace(left(a.attname, -3), '^person$', 'people')))
    OR (a.attname ~ '.id$' AND a.attname = t.attname AND t.of_that_name = 1)
  )
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND n.nspname <> ALL ($1::text[])
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.contype = 'f' AND k.conrelid = c.oid AND a.attnum = ANY (k.conkey))
ORDER BY 1, 2, 3, 5;
