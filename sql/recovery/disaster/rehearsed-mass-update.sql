-- The largest table of the application that says when its rows were changed, for the rehearsal on a throwaway: all of its
-- rows are changed in one hour. $1: the table whose rows are deleted, which is not taken.
SELECT format('%I.%I', n.nspname, c.relname) AS table, quote_ident(a.attname) AS column
FROM pg_catalog.pg_class AS c
JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
JOIN pg_catalog.pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'updated_at' AND NOT a.attisdropped
WHERE n.nspname = 'public' AND c.relkind = 'r' AND a.atttypid = 'pg_catalog.timestamptz'::regtype AND format('%I.%I', n.nspname, c.relname) <> $1
ORDER BY c.reltuples DESC, c.relname LIMIT 1
