-- The largest table of the application that nothing refers to, for the rehearsal on a throwaway: most of its rows go.
SELECT format('%I.%I', n.nspname, c.relname) AS table
FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = 'public' AND c.relkind = 'r'
  AND NOT EXISTS (SELECT 1 FROM pg_constraint AS f WHERE f.confrelid = c.oid AND f.contype = 'f')
ORDER BY c.reltuples DESC, c.relname LIMIT 1
