-- Columns that look like references and are kept by no foreign key: `parent_id` where there is a table `parent` or
-- `parents` whose key is one column called `id` of the same type. Only names and types are looked at.
-- $1: the platform's schemas.
SELECT n.nspname AS schema, c.relname AS name, a.attname AS column, tn.nspname AS to_schema, t.relname AS to_name, ta.attname AS to_key
FROM pg_catalog.pg_attribute AS a
JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p') AND NOT c.relispartition
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_class AS t ON t.relkind IN ('r', 'p') AND NOT t.relispartition AND t.relnamespace = c.relnamespace AND t.oid <> c.oid
  AND t.relname IN (left(a.attname, -3), left(a.attname, -3) || 's', left(a.attname, -3) || 'es', regexp_replace(left(a.attname, -3), 'y$', 'ies'),
    regexp_replace(left(a.attname, -3), '^child$', 'children'), regexp_replace(left(a.attname, -3), '^person$', 'people'))
JOIN pg_catalog.pg_namespace AS tn ON tn.oid = t.relnamespace
JOIN pg_catalog.pg_index AS i ON i.indrelid = t.oid AND i.indisprimary AND i.indnatts = 1
JOIN pg_catalog.pg_attribute AS ta ON ta.attrelid = t.oid AND ta.attnum = i.indkey[0]
  AND ta.atttypid = a.atttypid
WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attname ~ '_id$'
  AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND n.nspname <> ALL ($1::text[])
  AND NOT EXISTS (SELECT FROM pg_catalog.pg_constraint AS k WHERE k.contype = 'f' AND k.conrelid = c.oid AND a.attnum = ANY (k.conkey))
ORDER BY 1, 2, 3;
