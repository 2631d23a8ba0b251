-- Whether anything on the copy could call out through pg_net: the extension, its schema, or a routine or scheduled job
-- that names it.
SELECT
  EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = 'net')
  OR EXISTS (
    SELECT FROM pg_catalog.pg_proc AS p JOIN pg_catalog.pg_namespace AS n ON n.oid = p.pronamespace
    WHERE n.nspname NOT IN ('pg_catalog', 'information_schema') AND p.prosrc ~* '\mnet\s*\.\s*http_'
  )
  OR pg_catalog.to_regclass('cron.job') IS NOT NULL AS needed;
