-- The sequences that give a table ($1: oid) its numbers: those that it owns and those that a default names, with the column
-- that gets them.
SELECT DISTINCT pg_catalog.format('%I.%I', n.nspname, s.relname) AS name,
       a.attname AS "column",
       q.seqincrement > 0 AS ascending
  FROM (
    SELECT d.objid AS sequence, d.refobjsubid AS attnum
      FROM pg_catalog.pg_depend d
     WHERE d.refobjid = $1::pg_catalog.oid AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
       AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.deptype IN ('a', 'i') AND d.refobjsubid > 0
    UNION
    SELECT d.refobjid, f.adnum
      FROM pg_catalog.pg_attrdef f
      JOIN pg_catalog.pg_depend d ON d.classid = 'pg_catalog.pg_attrdef'::pg_catalog.regclass AND d.objid = f.oid
       AND d.refclassid = 'pg_catalog.pg_class'::pg_catalog.regclass
     WHERE f.adrelid = $1::pg_catalog.oid
  ) AS used
  JOIN pg_catalog.pg_class s ON s.oid = used.sequence AND s.relkind = 'S'
  JOIN pg_catalog.pg_namespace n ON n.oid = s.relnamespace
  JOIN pg_catalog.pg_sequence q ON q.seqrelid = s.oid
  JOIN pg_catalog.pg_attribute a ON a.attrelid = $1::pg_catalog.oid AND a.attnum = used.attnum
   AND a.atttypid IN ('int2'::pg_catalog.regtype, 'int4'::pg_catalog.regtype, 'int8'::pg_catalog.regtype)
 ORDER BY 1
