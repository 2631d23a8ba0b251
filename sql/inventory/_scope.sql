-- Resolves a backup's scope to OIDs, once, so that every other file filters by a short array.
-- Parameters: $1 excluded schemas (raw names), $2 excluded tables (qualified, quoted as SQL), $3 excluded extensions.
--   namespaces  schemas that no inventory looks into: the system's, temporary ones, TOAST, and the excluded ones
--   relations   relations that are listed nowhere: excluded tables and members of extensions
--   tables      excluded tables and members of *excluded* extensions (pg_dump carries policies on other members)
--   extensions  excluded extensions
WITH extension AS (
  SELECT oid FROM pg_extension WHERE extname = ANY ($3::text[])
), member AS (
  SELECT objid, refobjid FROM pg_depend
  WHERE classid = 'pg_class'::regclass AND refclassid = 'pg_extension'::regclass AND deptype = 'e'
), excluded AS (
  SELECT to_regclass(name)::oid AS oid FROM unnest($2::text[]) AS name
)
SELECT
  ARRAY(SELECT oid FROM pg_namespace
        WHERE nspname ~ '^pg_' OR nspname = 'information_schema' OR nspname = ANY ($1::text[])) AS namespaces,
  ARRAY(SELECT objid FROM member UNION SELECT oid FROM excluded WHERE oid IS NOT NULL) AS relations,
  ARRAY(SELECT objid FROM member WHERE refobjid IN (SELECT oid FROM extension)
        UNION SELECT oid FROM excluded WHERE oid IS NOT NULL) AS tables,
  ARRAY(SELECT oid FROM extension) AS extensions;
