-- A table by its schema and name, with its primary key where that is one column. $1: schema, $2: table.
SELECT
  pg_catalog.format('%I.%I', n.nspname, c.relname) AS name,
  (SELECT a.attname FROM pg_catalog.pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum = k.conkey[1]) AS column,
  coalesce(pg_catalog.array_length(k.conkey, 1), 0) AS columns
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_constraint AS k ON k.conrelid = c.oid AND k.contype = 'p'
WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind IN ('r', 'p', 'm')
