-- For each table of the application the columns that say, by their names, when a row was changed or made: a mass change is
-- seen in the hour in which it was done, as long as the application's triggers or defaults write the time.
-- Partitions are read through their topmost table.
SELECT format('%I.%I', n.nspname, c.relname) AS table, quote_ident(a.attname) AS column
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition AND c.relpersistence = 'p'
  AND n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'ithaca_drill')
  AND a.atttypid IN ('pg_catalog.timestamptz'::regtype, 'pg_catalog.timestamp'::regtype)
  AND a.attname IN ('updated_at', 'modified_at', 'changed_at', 'deleted_at', 'created_at', 'inserted_at')
ORDER BY c.reltuples DESC, n.nspname, c.relname, a.attname
LIMIT 400
