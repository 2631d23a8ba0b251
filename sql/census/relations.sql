-- Every relation that holds something of its own: tables, partitioned tables, materialized views, foreign tables and
-- sequences, outside PostgreSQL's own schemas. What is in scope of these is decided by the caller: the same list serves
-- the lock, the dump's flags and the census, on the source and on the copy.
--
-- Opens no relation, so that nobody's exclusive lock can make it wait.
SELECT
  c.oid,
  n.nspname AS schema,
  c.relname AS name,
  pg_catalog.format('%I.%I', n.nspname, c.relname) AS qualified,
  c.relkind AS kind,
  c.relpersistence = 'u' AS unlogged,
  c.relispopulated AS populated,
  -- The topmost table of a partition; a table that is no partition is its own root.
  CASE WHEN c.relispartition THEN pg_catalog.pg_partition_root(c.oid)::oid ELSE c.oid END AS root,
  -- The table that a serial or identity column's sequence belongs to.
  owner_of.refobjid AS owner_table,
  e.extname AS extension,
  -- Rows of an extension's table are dumped only where the extension marked it as configuration, and then only those
  -- that the condition (the text of a WHERE clause, or empty) picks.
  CASE WHEN c.oid = ANY (e.extconfig)
    THEN coalesce(e.extcondition[array_position(e.extconfig, c.oid)], '') END AS configuration,
  -- NULL is for a relation that vanished meanwhile; the next listing will not have it.
  coalesce(pg_catalog.has_schema_privilege(n.oid, 'USAGE'), true)
    AND coalesce(
      CASE c.relkind
        WHEN 'S' THEN pg_catalog.has_sequence_privilege(c.oid, 'SELECT')
        ELSE pg_catalog.has_table_privilege(c.oid, 'SELECT')
      END, true) AS readable
FROM pg_catalog.pg_class c
JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
LEFT JOIN pg_catalog.pg_depend member
  ON member.classid = 'pg_catalog.pg_class'::regclass AND member.objid = c.oid AND member.objsubid = 0
  AND member.refclassid = 'pg_catalog.pg_extension'::regclass AND member.deptype = 'e'
LEFT JOIN pg_catalog.pg_extension e ON e.oid = member.refobjid
LEFT JOIN pg_catalog.pg_depend owner_of
  ON c.relkind = 'S'
  AND owner_of.classid = 'pg_catalog.pg_class'::regclass AND owner_of.objid = c.oid AND owner_of.objsubid = 0
  AND owner_of.refclassid = 'pg_catalog.pg_class'::regclass AND owner_of.deptype IN ('a', 'i')
WHERE c.relkind IN ('r', 'p', 'm', 'f', 'S')
  AND c.relpersistence <> 't'
  AND n.nspname !~ '^pg_'
  AND n.nspname <> 'information_schema'
ORDER BY n.nspname COLLATE "C", c.relname COLLATE "C"
