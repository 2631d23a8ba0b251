-- What a server holds that no throwaway would: databases besides the ones that PostgreSQL and Supabase's image bring
-- and besides our own, and application tables in the database that we were sent to (`public`, less what extensions own:
-- Supabase's image keeps its own tables in schemas of their own).
SELECT 'database ' || quote_ident(datname) AS holds
FROM pg_database
WHERE datname NOT IN ('postgres', 'template0', 'template1', '_supabase', current_database())
  AND datname !~ '^ithaca_throwaway_[0-9a-f]{16}_'
UNION ALL
SELECT 'table ' || format('%I.%I', n.nspname, c.relname)
FROM pg_class AS c
JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE n.nspname = 'public'
  AND c.relkind IN ('r', 'p')
  AND NOT EXISTS (
    SELECT FROM pg_depend AS d
    WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e'
  )
ORDER BY 1
