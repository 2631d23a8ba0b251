-- Tables, materialized views and sequences that this role may not read, so that pg_dump would stop at them. Which of
-- them matter is for the scope to say. Members of extensions count: their configuration rows are dumped.
SELECT format('%I.%I', n.nspname, c.relname) AS name
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p', 'm', 'S')
  AND c.relpersistence <> 't'
  AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
  AND n.nspname !~ '^pg_(toast_)?temp_'
  AND NOT (
    has_schema_privilege(n.oid, 'USAGE')
    AND CASE c.relkind WHEN 'S' THEN has_sequence_privilege(c.oid, 'SELECT') ELSE has_table_privilege(c.oid, 'SELECT') END
  )
ORDER BY 1
