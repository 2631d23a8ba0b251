-- Which tables say when their rows were last changed: the histogram by hour is asked of each of them.
SELECT format('%I.%I', n.nspname, c.relname) AS table, quote_ident(a.attname) AS column
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
  AND n.nspname !~ '^(pg_|information_schema$)'
  AND a.attname IN ('updated_at', 'modified_at', 'last_modified', 'deleted_at')
  AND a.atttypid IN ('timestamptz'::regtype, 'timestamp'::regtype)
ORDER BY 1, 2
